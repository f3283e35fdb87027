"""A layer that looks at a request before it is served, and may answer it in the server's place."""

from __future__ import annotations

from abc import ABC, abstractmethod

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send


class Checkpoint(ABC):
    """Turns requests away or passes them on. What is not HTTP is passed on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._refusal(scope) if scope["type"] == "http" else None
        await (response or self._app)(scope, receive, send)

    @abstractmethod
    def _refusal(self, scope: Scope) -> Response | None:
        """The response that turns a request away, or ``None``."""
