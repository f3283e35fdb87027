"""A server that plays the contract's part from a script: for what the real one does only when something goes wrong.

It also serves host pages: run two, and they are two origins. Nothing sleeps; a play that must wait waits for a ``Gate``.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rag.serving.widget.static_file import StaticFile

Json = dict[str, Any]
PATIENCE = 20.0


@dataclass(frozen=True)
class Request:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Page:
    """A page of the host, or anything else to be served as it is."""

    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "text/html; charset=utf-8"


class Gate:
    """Holds a play until the test lets it go on; says when the play has arrived."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._reached = threading.Event()

    def wait(self) -> None:
        self._reached.set()
        assert self._open.wait(PATIENCE), "the test never opened the gate"

    def open(self) -> None:
        self._open.set()

    def reached(self) -> bool:
        return self._reached.wait(PATIENCE)


class Exchange:
    """One request and what may be sent in reply to it."""

    def __init__(self, handler: Handler, request: Request) -> None:
        self.request = request
        self.left = False
        self._handler = handler

    def send(self, status: int, body: str | bytes, media_type: str, headers: Mapping[str, str] | None = None) -> None:
        data = body.encode() if isinstance(body, str) else body
        self._handler.begin(status, {"Content-Type": media_type, "Content-Length": str(len(data)), **(headers or {})})
        self._handler.wfile.write(data)

    def send_json(self, body: Any, status: int = 200, media_type: str = "application/json", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.send(status, json.dumps(body), media_type, named)

    def begin_events(self) -> None:
        self._handler.begin(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})

    def write(self, text: str) -> None:
        """Bytes of the stream, as one chunk. A reader who has left is noted, not an error."""
        data = text.encode()
        try:
            self._handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self._handler.wfile.flush()
        except OSError:
            self.left = True

    def event(self, name: str, data: Any) -> None:
        self.write(f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n")

    def end_events(self) -> None:
        self._handler.wfile.write(b"0\r\n\r\n")

    def cut(self) -> None:
        """Breaks the connection off: the stream has no last chunk."""
        self._handler.wfile.flush()
        self._handler.close_connection = True


Play = Callable[[Exchange], None]


class ScriptedServer:
    """``plays`` are taken one per question, the last one for good; ``allowed`` are the origins that may ask."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.plays: deque[Play] = deque()
        self.routes: dict[str, Play] = {}
        self.pages: dict[str, Page] = {}
        self.allowed: set[str] | None = None
        self.credentials = False
        self.suggestions: list[str] = []
        for name in ("widget.js", "embed.js"):
            body = StaticFile.read(name).body.decode()
            public = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
            self.pages[f"/widget/v1/{name}"] = Page(body, public, "text/javascript")
        server = self

        class Bound(Handler):
            script = server

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self._http.daemon_threads = True
        self.port: int = self._http.server_address[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def asked(self, path: str = "/api/v1/ask") -> list[Request]:
        """The requests other than preflights that came to ``path``."""
        return [r for r in self.requests if r.path.partition("?")[0] == path and r.method != "OPTIONS"]

    def play(self, request: Request) -> Play:
        path = request.path.partition("?")[0]
        if path in self.routes:
            return self.routes[path]
        if path == "/api/v1/ask":
            return self.plays.popleft() if len(self.plays) > 1 else self.plays[0]
        if path == "/api/v1/feedback":
            return lambda exchange: exchange.send(204, "", "text/plain")
        if path == "/api/v1/start":
            return lambda exchange: exchange.send_json({"suggestions": self.suggestions, "tags": []})
        if path in self.pages:
            page = self.pages[path]
            return lambda exchange: exchange.send(200, page.body, page.media_type, page.headers)
        return lambda exchange: exchange.send_json({"title": "Not Found"}, 404, "application/problem+json")


class Handler(BaseHTTPRequestHandler):
    """Plays the script, with CORS as the real server has it."""

    protocol_version = "HTTP/1.1"
    script: ScriptedServer

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        origin = self.headers.get("Origin")
        if origin and "/api/" in self.path and self._listed(origin):
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Expose-Headers", "Retry-After")
            if self.script.credentials:
                self.send_header("Access-Control-Allow-Credentials", "true")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _listed(self, origin: str) -> bool:
        return self.script.allowed is None or origin in self.script.allowed

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        self.script.requests.append(request)
        origin = self.headers.get("Origin")
        if origin and "/api/" in self.path and not self._listed(origin):
            Exchange(self, request).send_json({"title": "Forbidden"}, 403, "application/problem+json")
        else:
            self.script.play(request)(Exchange(self, request))

    do_GET = do_POST = _serve  # noqa: N815

    def do_HEAD(self) -> None:
        self.script.requests.append(Request("HEAD", self.path, {}, b""))
        found = self.path in self.script.pages
        headers = self.script.pages[self.path].headers if found else {}
        self.begin(200 if found else 404, {**headers, "Content-Length": "0"})

    def do_OPTIONS(self) -> None:
        self.script.requests.append(Request("OPTIONS", self.path, {}, b""))
        allowed = self._listed(self.headers.get("Origin", ""))
        headers = {"Access-Control-Allow-Headers": "authorization, content-type", "Access-Control-Allow-Methods": "GET, POST"}
        self.begin(204 if allowed else 403, {**(headers if allowed else {}), "Content-Length": "0"})

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


# ---- answers


def citation(number: int, quote: str, **other: Any) -> Json:
    return {
        "id": number,
        "document": "treaty.md",
        "title": "Harbour treaty",
        "section": ["Part I", f"Article {number}"],
        "page": 4,
        "start": 10 * number,
        "end": 10 * number + len(quote),
        "quote": quote,
        "document_sha256": "0" * 64,
        **other,
    }


def answer(*sentences: str, identity: str = "a1", **other: Any) -> Json:
    """An answer of the contract in which each sentence is proved by itself."""
    claims = [{"text": s, "citations": [n], "support": 1.0} for n, s in enumerate(sentences, 1)]
    return {
        "id": identity,
        "question": "",
        "standalone_question": None,
        "status": "answered",
        "answer": " ".join(f"{s} [{n}]" for n, s in enumerate(sentences, 1)),
        "claims": claims,
        "citations": [citation(n, s) for n, s in enumerate(sentences, 1)],
        "related": [],
        "withheld": [],
        "notice": None,
        "confidence": 0.9,
        "backend": "extractive",
        "model": None,
        "prompt": None,
        "index": "g1",
        "timings_ms": {"retrieve": 1.0, "generate": 1.0, "verify": 1.0, "total": 3.0},
        **other,
    }


def refusal(text: str = "The documents do not answer this question.", *related: Json, **other: Any) -> Json:
    return answer(identity="r1", **{"status": "refused", "answer": text, "related": list(related), **other})


OPENING = answer("The harbour opens at six.", "The lighthouse is 40 metres high.")


def steps(outcome: Json) -> list[tuple[str, Json]]:
    """The events that lead to ``outcome``, without ``done``."""
    events: list[tuple[str, Json]] = [("meta", {"id": outcome["id"], "index": "g1", "backend": "extractive"})]
    if outcome["status"] == "refused":
        return [*events, ("delta", {"text": outcome["answer"]})]
    for n, claim in enumerate(outcome["claims"]):
        events += [("citation", c) for c in outcome["citations"] if c["id"] in claim["citations"]]
        markers = "".join(f" [{i}]" for i in claim["citations"])
        events += [("claim", claim), ("delta", {"text": (" " if n else "") + claim["text"] + markers})]
    return events


# ---- plays


def streams(outcome: Json, *, gates: Iterable[Gate] = (), comment: str = "") -> Play:
    """Streams ``outcome``; before each delta it waits for the next of ``gates``."""

    def play(exchange: Exchange) -> None:
        waiting = deque(gates)
        exchange.begin_events()
        for name, data in steps(outcome):
            if name == "delta" and waiting:
                waiting.popleft().wait()
            exchange.event(name, data)
            if comment:
                exchange.write(comment)
        for gate in waiting:
            gate.wait()
        exchange.event("done", outcome)
        exchange.end_events()

    return play


def replies_in_json(outcome: Json) -> Play:
    return lambda exchange: exchange.send_json(outcome)


def refuses(status: int, detail: str = "", **headers: str) -> Play:
    """An RFC 9457 problem."""
    problem = {"type": "urn:x", "title": "Problem", "status": status, "detail": detail, "request_id": "req-12345678"}
    return lambda exchange: exchange.send_json(problem, status, "application/problem+json", **headers)


def cuts_after(outcome: Json, events: int, gate: Gate, *, cleanly: bool = False) -> Play:
    """Sends so many events and, past ``gate``, ends the connection: broken off, or ``cleanly`` as a proxy may end it."""

    def play(exchange: Exchange) -> None:
        exchange.begin_events()
        for name, data in steps(outcome)[:events]:
            exchange.event(name, data)
        gate.wait()
        if cleanly:
            exchange.end_events()
        else:
            exchange.cut()

    return play


def writes(*chunks: str) -> Play:
    """The raw chunks of an event stream."""

    def play(exchange: Exchange) -> None:
        exchange.begin_events()
        for chunk in chunks:
            exchange.write(chunk)
        exchange.end_events()

    return play


# ---- host pages


def host_page(server: str, *elements: str, head: str = "", policy: str | None = None, lang: str = "en", body: str = "") -> Page:
    """A page of somebody else's site with the tag in it; ``{server}`` in an element is the server's origin."""
    tags = "\n".join(elements or ('<charter-chat server="{server}"></charter-chat>',)).replace("{server}", server)
    html = f"""<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>Intranet</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}
<script type="module" src="{server}/widget/v1/widget.js"></script></head>
<body><main><h1>Intranet</h1><p>Welcome to the harbour office.</p>{body}</main>
{tags}
</body></html>"""
    return Page(html, {"Content-Security-Policy": policy} if policy else {})
