"""The layer inside the request's id: its log line and counts, the headers that protect a browser, errors as problems."""

from __future__ import annotations

import json
import logging
import time
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.serving.http.peer import Peer, Proxies, below
from rag.serving.http.problem import MEDIA_TYPE, Problem, openai_error, problem_json, problem_response
from rag.serving.http.protection import protect
from rag.serving.http.zones import Zone, zone_of
from rag.serving.operation.metrics import Metrics
from rag.serving.operation.redaction import Redactor
from rag.serving.operation.tracing import Tracing

log = logging.getLogger("rag.serving.requests")
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
ROUTINE = {Zone.PROBE, Zone.METRICS}
PLAIN = "/:=@!$&'()*+,;~"
OWN_ERRORS = ("application/problem+json", "text/html", "text/event-stream")


class Boundary:
    """Wraps everything. Sockets other than HTTP are not served."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, proxies: Proxies, redactor: Redactor, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._proxies = proxies
        self._redact = redactor
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        peer = self._proxies.peer(scope)
        at_prefix = bool(peer.prefix) and scope["path"] == peer.prefix
        scope = below(scope, peer.prefix)
        scope["charterqa.peer"] = peer
        sender = _Sender(send, scope, self._redact)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        begun = time.perf_counter()
        try:
            with self._tracing.span("request", {"http.request.method": method}, Headers(scope=scope)) as late:
                # The pages' own addresses are relative, so the start page is one with a slash at its end.
                app = _to_the_folder(scope, peer) if at_prefix else self._app
                await app(scope, receive, sender)
                late |= {"http.route": _route(scope), "http.response.status_code": sender.status}
        finally:
            seconds = time.perf_counter() - begun
            self._metrics.request(method, _route(scope), sender.status, seconds)
            path = quote(scope["path"], safe=PLAIN)
            facts = {"method": method, "path": path, "status": sender.status, "ms": round(seconds * 1000, 1)}
            level = logging.DEBUG if zone_of(scope["path"]) in ROUTINE else logging.INFO
            log.log(level, "%s %s %d", method, path, sender.status, extra=facts)


class _Sender:
    """Passes a response on, with the protective headers; an error that is not a problem yet becomes one."""

    def __init__(self, send: Send, scope: Scope, redactor: Redactor) -> None:
        self._send = send
        self._scope = scope
        self._redact = redactor
        self._replaced = False
        self.status = 499  # the client left before there was a response

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            self._replaced = self._foreign_error(headers)
            body = b""
            if self._replaced:
                problem = Problem(self.status, "http", _detail(self.status))
                openai = zone_of(self._scope["path"]) is Zone.OPENAI
                told = openai_error(problem, self._redact) if openai else problem_json(problem, self._scope, self._redact)
                body = json.dumps(told).encode()
                headers["content-type"] = "application/json" if openai else MEDIA_TYPE
                headers["content-length"] = str(len(body))
            protect(headers, self._scope["path"], self._scope["charterqa.peer"].scheme)
            await self._send(message)
            if self._replaced:
                await self._send({"type": "http.response.body", "body": b"" if self._scope["method"] == "HEAD" else body})
        elif not self._replaced:
            await self._send(message)

    def _foreign_error(self, headers: MutableHeaders) -> bool:
        if self.status < 400 or headers.get("content-type", "").partition(";")[0] in OWN_ERRORS:
            return False
        own = {Zone.MCP, Zone.OPENAI}  # JSON-RPC and OpenAI's clients have errors of their own, in plain JSON
        return zone_of(self._scope["path"]) not in own or headers.get("content-type") != "application/json"


class Failures:
    """An exception that nothing else has handled: logged with its trace, answered with a problem that says nothing of it."""

    def __init__(self, app: ASGIApp, *, redactor: Redactor) -> None:
        self._app = app
        self._redact = redactor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            log.exception("a request failed")
            if not begun:
                problem = Problem(500, "error", "The server made a mistake.", "Its log has this request's id.")
                await problem_response(problem, scope, self._redact)(scope, receive, send)


def _to_the_folder(scope: Scope, peer: Peer) -> RedirectResponse:
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"{peer.prefix}/{'?' if query else ''}{query}", 308)


def _route(scope: Scope) -> str:
    zone = zone_of(scope["path"])
    return str(getattr(scope.get("route"), "path", zone.value)) if zone is not Zone.CHAT else zone.value


def _detail(status: int) -> str:
    return {
        400: "The request is malformed.",
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
        406: "This address cannot answer in that form.",
        413: "The request is larger than allowed.",
        415: "The request is in a form that this address does not take.",
        422: "The request is not of the shape that this address takes.",
    }.get(status, "The request cannot be served." if status < 500 else "The server made a mistake.")
