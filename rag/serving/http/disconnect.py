"""A client that leaves stops the work it asked for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import Request

T = TypeVar("T")


class ClientGone(Exception):
    """The client has left; there is nobody to answer."""


class Watch:
    """Notices that the client has left: ``gone`` is done then. To be made once the request's body has been read."""

    def __init__(self, request: Request) -> None:
        self.gone = asyncio.ensure_future(self._listen(request))

    async def _listen(self, request: Request) -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    async def __aenter__(self) -> Watch:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.gone


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """``work``'s result. Raises ``ClientGone``, after ``work`` was cancelled, if the client leaves first."""
    task = asyncio.ensure_future(work)
    try:
        async with Watch(request) as watch:
            await asyncio.wait({task, watch.gone}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise ClientGone
            return task.result()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({task})
