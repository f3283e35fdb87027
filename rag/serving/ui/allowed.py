"""What of Gradio is reachable: the requests that our page makes, and nothing else that a framework brings along.

An allowlist, since upgrades add routes. Everything else is raised as 404 to the application around, which words it.
"""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = re.compile(
    r"/"
    r"|/(config|theme\.css|favicon\.ico)"
    r"|/(assets|static)/[\w./@-]+"
    r"|/gradio_api/(startup-events|theme\.css|queue/join|queue/data|cancel|reset|heartbeat/\w+)"
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
        "form-action 'none'",
        "base-uri 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)


class Allowed:
    """ASGI middleware around the mounted chat."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass what the page needs, with its policy and without Gradio's own idea of which origins to trust."""
        if scope["type"] == "http" and (not OPEN.fullmatch(_path(scope)) or ".." in scope["path"]):
            raise HTTPException(404)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name in [name for name in headers if name.startswith("access-control-")]:
                    del headers[name]
                headers["Content-Security-Policy"] = POLICY
                headers["Referrer-Policy"] = "no-referrer"
            await send(message)

        await self._app(scope, receive, guarded)


def _path(scope: Scope) -> str:
    """The path below the place where the chat is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) or "/"
