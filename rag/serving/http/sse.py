"""A stream of events as ``text/event-stream``: the contract's events, a comment while nothing happens, an end when the
reader has left."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from rag.contract import citation_json, claim_json, outcome_json
from rag.events import CitationReady, ClaimReady, Delta, Event, Finished, Started
from rag.serving.http.disconnect import unless_gone

LINE_END = "\n"
GRACE_SECONDS = 10
"""How long an answer under way may go on once the server has been told to stop."""


def encode(name: str | None, data: Any) -> bytes:
    """One event; JSON holds no line break, so it is one ``data`` line."""
    return ServerSentEvent(json.dumps(data, ensure_ascii=False), event=name, sep=LINE_END).encode()


Told = Started | ClaimReady | CitationReady | Delta | Finished
"""What a program is told: the contract's stream has nothing between its events but comments."""


def encode_event(event: Told, kb: str | None = None) -> bytes:
    """An event as the contract names it; ``kb`` as :func:`rag.contract.outcome_json` takes it."""
    if isinstance(event, Started):
        return encode("meta", {"id": event.id, "index": event.index, "backend": event.backend} | ({"kb": kb} if kb else {}))
    if isinstance(event, ClaimReady):
        return encode("claim", claim_json(event.claim))
    if isinstance(event, CitationReady):
        return encode("citation", citation_json(event.citation))
    if isinstance(event, Delta):
        return encode("delta", {"text": event.text})
    return encode("done", outcome_json(event.outcome, kb))


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


def stream_response(chunks: AsyncGenerator[bytes], seconds: float) -> EventSourceResponse:
    """The response that carries ``chunks``, with a comment every ``seconds``; it ends them when the client has left."""
    response = EventSourceResponse(
        chunks,
        ping=seconds,
        ping_message_factory=lambda: ServerSentEvent(comment="still here", sep=LINE_END),
        shutdown_grace_period=GRACE_SECONDS,
    )
    del response.headers["connection"]  # it is the server's to say
    return response
