"""Connections that cost a file descriptor and say nothing are closed: uvicorn itself waits for ever for a request's headers."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 20.0
MOST_CONNECTIONS = 900
"""Below the usual limit of 1,024 open files, so that what is already connected can still be served."""


class Connection(H11Protocol):
    """HTTP/1.1 with a time for the headers to arrive and a bound on open connections."""

    header_seconds = HEADER_SECONDS
    most = MOST_CONNECTIONS
    _impatience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept, unless too many are open."""
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.abort()
            return
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        """Headers that are complete stop the clock; the beginning of the next request starts it again."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._be_patient()
        elif self._impatience is None:
            self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clock."""
        self._be_patient()
        super().connection_lost(exc)

    def _await_headers(self) -> None:
        self._impatience = self.loop.call_later(self.header_seconds, self.transport.close)

    def _be_patient(self) -> None:
        if self._impatience is not None:
            self._impatience.cancel()
            self._impatience = None
