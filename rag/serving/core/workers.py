"""A bounded number of threads with a bounded queue before them. Past that, work is refused at once, not later."""

from __future__ import annotations

import asyncio
import contextvars
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, TypeVar

from rag.errors import ServiceBusy

T = TypeVar("T")
LONGEST_WAIT = 60


class Workers:
    """``threads`` pieces of work at a time, at most ``waiting`` more in the queue.

    A place is given back when the work has ended, not when its caller has left: what still runs still costs.
    """

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._threads = threads
        self._most = threads + waiting
        self._lock = threading.Lock()
        self._admitted = 0
        self._running = 0
        self._usual_seconds = 1.0
        self._under_way: set[Future[Any]] = set()

    @property
    def running(self) -> int:
        """Pieces of work under way."""
        return self._running

    @property
    def waiting(self) -> int:
        """Pieces of work in the queue."""
        return max(0, self._admitted - self._running)

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Start or queue ``work``; the caller's context variables are seen inside.

        Raises:
            ServiceBusy: the queue is full; ``retry_after`` is when a place is to be expected.
        """
        with self._lock:
            if self._admitted >= self._most:
                raise ServiceBusy(
                    "The server is answering as many questions as it can.",
                    remedy="Try again in a moment.",
                    retry_after=self._expected_wait(),
                )
            self._admitted += 1
        future = self._pool.submit(partial(contextvars.copy_context().run, self._timed, work))
        with self._lock:
            self._under_way.add(future)
        future.add_done_callback(self._leave)
        return future

    async def run(self, work: Callable[[], T]) -> T:
        """``work``'s result; a caller that is cancelled takes its work out of the queue."""
        return await asyncio.wrap_future(self.submit(work))

    def close(self) -> None:
        """Take nothing new, drop what waits, leave what runs to end by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def unfinished(self, seconds: float) -> int:
        """How many pieces of work still run after ``seconds`` more at the most. The exit of the process would wait for them."""
        with self._lock:
            running = set(self._under_way)
        return len(wait(running, seconds).not_done)

    def _timed(self, work: Callable[[], T]) -> T:
        with self._lock:
            self._running += 1
        begun = time.monotonic()
        try:
            return work()
        finally:
            with self._lock:
                self._running -= 1
                self._usual_seconds += 0.2 * (time.monotonic() - begun - self._usual_seconds)

    def _leave(self, future: Future[T]) -> None:
        with self._lock:
            self._admitted -= 1
            self._under_way.discard(future)

    def _expected_wait(self) -> int:
        """Seconds until half of the queue is worked off, at the usual pace, between 1 and 60."""
        return max(1, min(LONGEST_WAIT, math.ceil(self._usual_seconds * self._most / self._threads / 2)))
