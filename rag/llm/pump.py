"""An asynchronous stream read by synchronous code that always gets control back.

A blocked socket read cannot be interrupted from another thread, an asynchronous one can be cancelled at any moment. So
replies are read on an event loop of their own, in a daemon thread, and handed over through a queue: the reader can give up
on a hung server, and the connection is closed at once, which also tells the server to stop working.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from concurrent.futures import CancelledError
from typing import TypeVar

from rag.errors import BackendTimeout

T = TypeVar("T")
_TICK = 0.05  # seconds between looks at ``cancelled``
_GRACE = 5.0  # seconds that closing may take


class _End:
    """Marks the end of a stream."""


_END = _End()


class Pump:
    """One event loop in one daemon thread, started at the first use."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()

    def read(
        self,
        source: Callable[[], AsyncGenerator[T, None]],
        *,
        deadline: float,
        stall: float,
        cancelled: Callable[[], bool],
        name: str,
    ) -> Iterator[T]:
        """The items of ``source()``. Ends early once ``cancelled()`` is true.

        Args:
            deadline: the moment on ``time.monotonic()`` at which the whole must be there.
            stall: the longest wait for one more item after the first, seconds.

        Raises:
            BackendTimeout: ``deadline`` or ``stall`` passed.
            Exception: whatever ``source`` raises.
        """
        items: queue.SimpleQueue[T | _End] = queue.SimpleQueue()

        async def drive() -> None:
            async with contextlib.aclosing(source()) as stream:
                async for item in stream:
                    items.put(item)

        future = asyncio.run_coroutine_threadsafe(drive(), self._running_loop())
        future.add_done_callback(lambda _: items.put(_END))
        try:
            waiting_since = float("inf")  # a model on a CPU reads its prompt in silence, within the deadline alone
            while not cancelled():
                try:
                    item = items.get(timeout=_TICK)
                except queue.Empty:
                    now = time.monotonic()
                    if now < deadline and now - waiting_since < stall:
                        continue
                    raise BackendTimeout(
                        f"{name} said nothing for {min(stall, now - waiting_since):.0f} s."
                        if now < deadline
                        else f"{name} did not finish its reply in time.",
                        remedy="Raise CHARTERQA_LLM_TIMEOUT or use a faster model.",
                    ) from None
                if isinstance(item, _End):
                    with contextlib.suppress(CancelledError):
                        future.result()
                    return
                yield item
                waiting_since = time.monotonic()
                if waiting_since > deadline and items.empty():
                    raise BackendTimeout(
                        f"{name} did not finish its reply in time.", remedy="Raise CHARTERQA_LLM_TIMEOUT or use a faster model."
                    )
        finally:
            future.cancel()

    def close(self, last: Callable[[], Awaitable[None]]) -> None:
        """Run ``last`` on the loop, then stop it; a reply that is being read ends. Waits a few seconds at the most."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is None:
            asyncio.run(_awaited(last))
            return
        with contextlib.suppress(TimeoutError):
            asyncio.run_coroutine_threadsafe(_awaited(last), loop).result(_GRACE)
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join(_GRACE)

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=_run, args=(self._loop,), name="llm-replies", daemon=True)
                self._thread.start()
            return self._loop


async def _awaited(last: Callable[[], Awaitable[None]]) -> None:
    await last()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()


async def from_thread(source: Callable[[], Iterator[T]]) -> AsyncGenerator[T, None]:
    """A blocking iterator read in a daemon thread of its own: if it hangs, nothing waits for it, not even the exit of the
    process. Once the reader is gone it stops at its next item."""
    loop = asyncio.get_running_loop()
    items: asyncio.Queue[T | _End] = asyncio.Queue()
    failure: list[BaseException] = []
    gone = threading.Event()

    def hand_over(item: T | _End) -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
            loop.call_soon_threadsafe(items.put_nowait, item)

    def work() -> None:
        stream = source()
        try:
            for item in stream:
                if gone.is_set():
                    break
                hand_over(item)
        except BaseException as error:  # noqa: BLE001 - raised again in the reader
            failure.append(error)
        finally:
            if (close := getattr(stream, "close", None)) is not None:
                close()
            hand_over(_END)

    threading.Thread(target=work, name="llm-model", daemon=True).start()
    try:
        while not isinstance(item := await items.get(), _End):
            yield item
        if failure:
            raise failure[0]
    finally:
        gone.set()
