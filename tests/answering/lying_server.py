"""A scripted OpenAI-compatible server. Each request takes the next reply of the script, whatever was asked.

It lies in the ways that real servers and models fail: wrong words (``Say``), a status, a reply that hangs or breaks off, a
page instead of a stream, nothing at all, a refusal, a redirect.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse


@dataclass(frozen=True)
class Say:
    """A well-formed reply of ``text``, cut into chunks of ``size`` characters. ``finish=None`` closes without a reason."""

    text: str
    size: int = 7
    finish: str | None = "stop"


@dataclass(frozen=True)
class Hang:
    """``text`` (or nothing), then silence; with ``alive`` comments keep coming, as from a proxy that keeps the line open."""

    text: str = ""
    alive: bool = False


@dataclass(frozen=True)
class Status:
    """An HTTP error. ``echo`` puts the caller's own Authorization header into the body, as careless servers do."""

    code: int
    headers: tuple[tuple[str, str], ...] = ()
    echo: bool = False


@dataclass(frozen=True)
class Html:
    """A login page with status 200."""


@dataclass(frozen=True)
class Garbage:
    """A stream of events that are not JSON."""


@dataclass(frozen=True)
class BreakOff:
    """``text``, then the connection is dropped in the middle of the body."""

    text: str


@dataclass(frozen=True)
class Refuse:
    """The API's own way to decline."""


Reply = Say | Hang | Status | Html | Garbage | BreakOff | Refuse


def _event(delta: dict[str, Any], finish: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return "data: " + json.dumps({"id": "x", "object": "chat.completion.chunk", "model": "liar", "choices": [choice]}) + "\n\n"


@dataclass
class LyingServer:
    """Use as a context manager; ``url`` is the base URL while it runs."""

    script: deque[Reply] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    abandoned: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def will(self, *replies: Reply) -> None:
        """Forget the script and follow this one."""
        self.script.clear()
        self.script.extend(replies)
        self.requests.clear()
        self.headers.clear()
        self.abandoned.clear()

    def __enter__(self) -> LyingServer:
        app = FastAPI()
        app.post("/v1/chat/completions")(self._complete)
        app.get("/v1/models")(self._models)
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        started = threading.Event()
        startup = self._server.startup

        async def announced(*args: Any, **kwargs: Any) -> None:
            await startup(*args, **kwargs)
            started.set()

        self._server.startup = announced  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        assert started.wait(30), "the scripted server did not start"
        self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}/v1"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    async def _models(self) -> dict[str, Any]:
        return {"data": [{"id": "liar"}]}

    async def _complete(self, request: Request) -> Response:
        self.requests.append(await request.json())
        self.headers.append(dict(request.headers))
        reply = self.script.popleft()
        match reply:
            case Status(code, headers, echo):
                said = f"no: {request.headers.get('authorization')}" if echo else "no"
                return JSONResponse({"error": {"message": said}}, status_code=code, headers=dict(headers))
            case Html():
                return HTMLResponse("<!doctype html><title>Sign in</title><p>Please sign in.")
            case _:
                return StreamingResponse(self._body(reply, request), media_type="text/event-stream")

    async def _body(self, reply: Reply, request: Request) -> AsyncIterator[str]:
        match reply:
            case Say(text, size, finish):
                for at in range(0, len(text), size):
                    yield _event({"content": text[at : at + size]})
                if finish:
                    yield _event({}, finish)
                    usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
                    yield "data: " + json.dumps({"id": "x", "model": "liar", "choices": [], "usage": usage}) + "\n\n"
                    yield "data: [DONE]\n\n"
            case Hang(text, alive):
                if text:
                    yield _event({"content": text})
                try:
                    while not await request.is_disconnected() and not self._server.should_exit:
                        await asyncio.sleep(0.02)
                        if alive:
                            yield ": still here\n\n"
                finally:
                    self.abandoned.set()
            case Garbage():
                yield "data: {{{ not json\n\n"
                yield "data: \x00\x01\n\n"
            case BreakOff(text):
                yield _event({"content": text})
                raise ConnectionResetError("dropped on purpose")
            case Refuse():
                yield _event({"refusal": "I will not."})
                yield _event({}, "stop")
                yield "data: [DONE]\n\n"
