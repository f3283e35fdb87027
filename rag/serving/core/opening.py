"""An engine that is being opened: the port answers at once, the models follow."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from rag.errors import CharterError, ServiceLoading
from rag.serving.core.served_engine import ServedEngine

log = logging.getLogger(__name__)
RETRY_SECONDS = 2.0
"""Between two tries to open what is away and may come back by itself."""


class Opening:
    """Opens an engine in a thread of its own and hands it out once it is there."""

    def __init__(self, open_engine: Callable[[], ServedEngine]) -> None:
        self._open = open_engine
        self._engine: ServedEngine | None = None
        self._failure: CharterError | None = None
        self._settled = threading.Event()
        self._thread: threading.Thread | None = None
        self._failed_at = 0.0
        self._away: CharterError | None = None
        self._closed = threading.Event()
        self._lock = threading.Lock()

    @classmethod
    def of(cls, engine: ServedEngine) -> Opening:
        """An engine that is open already."""
        opening = cls(lambda: engine)
        opening._engine = engine
        opening._settled.set()
        return opening

    @classmethod
    def failed(cls, error: CharterError) -> Opening:
        """One that will never be open."""
        opening = cls(lambda: opening.engine())
        opening._failure = error
        opening._settled.set()
        return opening

    def start(self) -> None:
        """Begin, unless it has begun. A daemon thread: a stop while models load does not wait for them."""
        with self._lock:
            if self._thread is None and not self._settled.is_set():
                self._thread = threading.Thread(target=self._run, name="opening", daemon=True)
                self._thread.start()

    def again(self, *, after: float = 0.0) -> None:
        """Begin anew where it has failed, at least ``after`` seconds ago: what was missing may be there now."""
        with self._lock:
            if self._failure is None or time.monotonic() - self._failed_at < after:
                return
            self._failure, self._thread = None, None
            self._settled.clear()
        self.start()

    def _run(self) -> None:
        try:
            self._engine = self._opened()
        except CharterError as error:
            self._failure = error
            log.error("the engine cannot be opened: %s", error)
        except Exception:
            self._failure = CharterError("The engine cannot be opened.", remedy="The server's log says why.")
            log.exception("the engine cannot be opened")
        finally:
            self._failed_at = time.monotonic()
            self._settled.set()

    def _opened(self) -> ServedEngine:
        """The engine, waited for while what it needs is away; the reason is said once."""
        while True:
            try:
                return self._open()
            except CharterError as error:
                if not error.retryable or self._closed.is_set():
                    raise
                if self._away is None:
                    log.warning("the engine cannot be opened yet: %s", error)
                self._away = error
            self._closed.wait(RETRY_SECONDS)

    @property
    def settled(self) -> bool:
        """Whether it is open or has failed."""
        return self._settled.is_set()

    @property
    def ready(self) -> bool:
        """Whether questions can be answered."""
        return self._engine is not None

    @property
    def failure(self) -> CharterError | None:
        """Why it could not be opened, where it could not."""
        return self._failure

    def wait(self, seconds: float | None = None) -> bool:
        """Block until it is open or has failed; whether that came within ``seconds``."""
        return self._settled.wait(seconds)

    def engine(self) -> ServedEngine:
        """The open engine.

        Raises:
            ServiceLoading: it is still being opened.
            CharterError: it could not be opened.
        """
        if self._engine is not None:
            return self._engine
        if self._failure is not None:
            raise self._failure
        if self._away is not None:
            raise self._away
        raise ServiceLoading("The documents are still being loaded.", remedy="Try again in a few seconds.", retry_after=3)

    def close(self) -> None:
        """Close the engine, if it was opened, and try no more."""
        self._closed.set()
        if self._engine is not None:
            self._engine.close()
