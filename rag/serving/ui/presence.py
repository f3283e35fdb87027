"""Which answers are being made for whom, so that they end when the reader is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Presence:
    """Readers by the key of their page. Belongs to one event loop.

    A framework that streams notices a closed page only when it next has something to send; a model may think for a minute
    before that.
    """

    def __init__(self) -> None:
        self._tasks: dict[str, set[asyncio.Task[object]]] = {}

    @contextmanager
    def answering(self, reader: str | None) -> Iterator[None]:
        """The running task works for ``reader`` inside this block."""
        task = asyncio.current_task()
        if reader is None or task is None:
            yield
            return
        tasks = self._tasks.setdefault(reader, set())
        tasks.add(task)
        try:
            yield
        finally:
            tasks.discard(task)
            if not tasks:
                self._tasks.pop(reader, None)

    def leave(self, reader: str | None) -> int:
        """End what is being made for ``reader``; how many answers that were."""
        tasks = self._tasks.pop(reader, set()) if reader is not None else set()
        return sum(task.cancel() for task in tasks)
