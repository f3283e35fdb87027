"""A stream of events as ``text/event-stream``: the contract's events, a comment while nothing happens, an end when the
reader has left."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import StreamingResponse

from rag.contract import citation_json, claim_json, outcome_json
from rag.events import CitationReady, ClaimReady, Delta, Event, Started
from rag.serving.http.departure import Watch, unless_gone

COMMENT = b": still here\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def encode(name: str | None, data: Any) -> bytes:
    """One event; JSON holds no line break, so it is one ``data`` line."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def encode_event(event: Event, kb: str | None = None) -> bytes:
    """An event of the vocabulary as the contract names it; ``kb`` as :func:`rag.contract.outcome_json` takes it."""
    if isinstance(event, Started):
        return encode("meta", {"id": event.id, "index": event.index, "backend": event.backend} | ({"kb": kb} if kb else {}))
    if isinstance(event, ClaimReady):
        return encode("claim", claim_json(event.claim))
    if isinstance(event, CitationReady):
        return encode("citation", citation_json(event.citation))
    if isinstance(event, Delta):
        return encode("delta", {"text": event.text})
    return encode("done", outcome_json(event.outcome, kb))


async def alive(chunks: AsyncGenerator[bytes], request: Request, seconds: float) -> AsyncIterator[bytes]:
    """``chunks`` with a comment after each ``seconds`` of silence; ends, and ends them, when the client has left."""
    async with Watch(request) as watch, contextlib.aclosing(chunks):
        pending = asyncio.ensure_future(anext(chunks, None))
        try:
            while True:
                await asyncio.wait({pending, watch.gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                if watch.gone.done():
                    return
                if not pending.done():
                    yield COMMENT
                    continue
                chunk = pending.result()
                if chunk is None:
                    return
                yield chunk
                pending = asyncio.ensure_future(anext(chunks, None))
        finally:
            pending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await pending


async def begin(events: AsyncGenerator[Event], request: Request, seconds: float) -> AsyncGenerator[Event]:
    """``events``, once the first is there, so that what fails at once fails with a status and not inside a stream.

    A first event that is later than ``seconds`` is not waited for: the stream begins, and an error comes inside it.
    """
    first = asyncio.ensure_future(anext(events))
    try:
        await unless_gone(request, asyncio.wait({first}, timeout=seconds))
    except BaseException:
        first.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await first
        raise
    if first.done():
        first.result()
    return _chain(first, events)


async def _chain(first: asyncio.Future[Event], events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    async with contextlib.aclosing(events):
        yield await first
        async for event in events:
            yield event


def stream_response(chunks: AsyncGenerator[bytes], request: Request, seconds: float) -> StreamingResponse:
    """The response that carries ``chunks``, with a comment after each ``seconds`` of silence."""
    return StreamingResponse(alive(chunks, request, seconds), headers=HEADERS, media_type="text/event-stream")
