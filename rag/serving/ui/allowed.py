"""What of Gradio is reachable: the requests that our page makes, and nothing else that a framework brings along.

An allowlist, since upgrades add routes. Everything else is raised as 404 to the application around, which words it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.serving.http.peer import Peer

OPEN = re.compile(
    r"/"
    r"|/(config|theme\.css|favicon\.ico)"
    r"|/(assets|static)/[\w./@-]+"
    r"|/gradio_api/(startup-events|app_id|theme\.css|queue/join|queue/data|cancel|reset|heartbeat/\w+)"
)
POLICY = "; ".join(
    (
        "default-src 'none'",
        # Gradio's page holds inline scripts, and its HTML component compiles its template: neither works without these two.
        # What is rendered holds no markup but ours, and nothing can be sent anywhere but here.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-src 'self'",
        "form-action 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)

HEARSAY = {b"host", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-prefix", b"x-gradio-server"}
ASKING = "/gradio_api/queue/join"


class Allowed:
    """ASGI middleware around the mounted chat; ``events`` are the numbers of the page's own events."""

    def __init__(self, app: ASGIApp, *, events: Collection[int]) -> None:
        self._app = app
        self._page = GZipMiddleware(app)  # Gradio compresses its assets, not the page, which is half its configuration
        self._events = frozenset(events)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass what the page needs, with its policy and without Gradio's own idea of which origins to trust."""
        if scope["type"] == "http":
            path = str(scope["path"])
            if not OPEN.fullmatch(path) or ".." in path:
                raise HTTPException(404)
            scope = _plain(scope)
            if path == ASKING and scope["method"] == "POST":
                receive = await self._checked(receive)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in [name for name in headers if name.startswith("access-control-")]:
                    del headers[name]
                headers["Content-Security-Policy"] = POLICY
                headers["Referrer-Policy"] = "no-referrer"
                if headers.get("content-type", "").startswith("text/event-stream"):
                    headers["X-Accel-Buffering"] = "no"  # or a proxy holds sentences back until the answer is whole
                    headers["Cache-Control"] = "no-store"
                if message["status"] == 200 and scope["path"].startswith("/assets/"):
                    headers["Cache-Control"] = "private, max-age=31536000, immutable"  # their names hold their hash
            await send(message)

        app = self._page if scope["type"] == "http" and scope["path"] == "/" else self._app
        await app(scope, receive, guarded)

    async def _checked(self, receive: Receive) -> Receive:
        """``receive`` once more, for a body that names an event of the page: Gradio answers any other one with a 500.

        The application around has capped the body.
        """
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise HTTPException(400)
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if not self._names_an_event(body):
            raise HTTPException(422)
        replay: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return replay.pop() if replay else await receive()

        return again

    def _names_an_event(self, body: bytes) -> bool:
        try:
            sent = json.loads(body)
        except ValueError:
            return False
        if not isinstance(sent, dict) or not isinstance(sent.get("session_hash"), str):
            return False
        number = sent.get("fn_index")
        return isinstance(number, int) and number in self._events and isinstance(sent.get("data"), list)


def _plain(scope: Scope) -> Scope:
    """``scope`` with the address that the client uses, and without the headers from which Gradio would make one itself: it
    believes them from anybody. The root path is the boundary's."""
    peer: Peer = scope["charterqa.peer"]
    kept = [(name, value) for name, value in scope["headers"] if name not in HEARSAY]
    return {**scope, "scheme": peer.scheme, "headers": [*kept, (b"host", peer.host.encode("latin-1"))]}
