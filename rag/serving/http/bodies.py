"""A request's body, read whole before anything parses it: never more than allowed, never slower than allowed."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.serving.http.problem import Problem, problem_response
from rag.serving.http.zones import takes_files
from rag.serving.operation.redaction import Redactor
from rag.settings import Limits


class Bodies:
    """Answers 413 to what is too large, whether it says so or arrives in chunks, and 408 to what does not arrive."""

    def __init__(self, app: ASGIApp, *, limits: Limits, redactor: Redactor) -> None:
        self._app = app
        self._most = limits.body_bytes
        self._seconds = limits.body_seconds
        self._redact = redactor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        bodiless = "content-length" not in headers and "transfer-encoding" not in headers
        # What takes files has caps of its own, and writes to the disk as it reads.
        if bodiless or takes_files(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        declared = headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > self._most:
            await self._refuse(self._too_large(), scope, receive, send)
            return
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return
                    body += message.get("body", b"")
                    if len(body) > self._most:
                        await self._refuse(self._too_large(), scope, receive, send)
                        return
                    if not message.get("more_body", False):
                        break
        except TimeoutError:
            problem = Problem(
                408,
                "slow-body",
                f"The request did not arrive within {self._seconds:g} seconds.",
                "Send it again.",
                {"Connection": "close"},
            )
            await self._refuse(problem, scope, receive, send)
            return
        replayed = False

        async def replay() -> Message:
            nonlocal replayed
            if replayed:
                return await receive()
            replayed = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self._app(scope, replay, send)

    def _too_large(self) -> Problem:
        return Problem(
            413, "too-large", f"The request is larger than {self._most} bytes.", "Shorten it.", {"Connection": "close"}
        )

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        await problem_response(problem, scope, self._redact)(scope, receive, send)
