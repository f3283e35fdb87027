"""The current generation of a knowledge base, kept current while the program runs."""

from __future__ import annotations

import logging
import threading

from rag.errors import IndexAway, IndexUnusable
from rag.index.generation import CURRENT, Generation, open_current
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import ModelIdentity
from rag.settings import Settings

_log = logging.getLogger(__name__)
Stamp = tuple[int, int, int] | None


class LiveIndex:
    """Hands out the current generation. Asking costs one ``stat``; a new generation is opened by the first who notices.

    Whoever holds an older generation keeps it for as long as it is needed: nothing is closed under anyone. A new generation
    that cannot be opened is reported once and the old one goes on serving until the next publication.
    """

    def __init__(self, kb: KnowledgeBase, identity: ModelIdentity | None, settings: Settings) -> None:
        """Open the current generation; raises as :func:`rag.index.generation.open_current` does."""
        self._kb = kb
        self._identity = identity
        self._settings = settings
        self._opening = threading.Lock()
        self._stamp = self._look()
        self._generation = open_current(kb, identity, settings)

    def current(self) -> Generation:
        """The generation to answer from now."""
        if self._look() != self._stamp and self._opening.acquire(blocking=False):
            try:
                if self._look() != self._stamp:  # nobody else has swapped in the meantime
                    self._swap()
            finally:
                self._opening.release()
        return self._generation

    def _swap(self) -> None:
        # The stamp is taken before the file is read: a publication in between is then noticed at the next question.
        stamp = self._look()
        try:
            self._generation = open_current(self._kb, self._identity, self._settings)
            _log.info("now serving generation %s", self._generation.id)
        except IndexAway:
            return  # said by whoever asked; the next question tries again
        except IndexUnusable as error:
            _log.warning("still serving generation %s: %s", self._generation.id, error)
        self._stamp = stamp

    def _look(self) -> Stamp:
        try:
            found = (self._kb.built / CURRENT).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
