"""Which sources have changed since a generation was made, and what is in each.

A source whose bytes, title and parsing settings are as they were is taken over. One that cannot be read any more keeps the
documents of its last readable version, so that a file caught half copied does not take a treaty out of the index; whoever
wants it out deletes the file. One that failed before is tried again though its bytes are the same: the timeout or the
permission that stopped it may have passed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from rag.corpus.formats.recognition import engine
from rag.corpus.loading import Loader
from rag.corpus.sources import SourceFile, list_sources
from rag.corpus.suffixes import SCANS, SUFFIXES
from rag.errors import IndexingError, SourceError
from rag.index import code
from rag.index.store import SourceState, Store
from rag.knowledge_base import KnowledgeBase
from rag.settings import Parsing
from rag.types import Document, Flaw


@dataclass(frozen=True, slots=True)
class SourceReading:
    """What became of one source: ``documents`` as just parsed, or ``None`` to take over what the store holds of it (which is
    nothing for a source that never could be read)."""

    state: SourceState
    documents: tuple[Document, ...] | None


class SourceReader:
    """Reads the sources of a knowledge base against the store of an earlier generation, where there is one. Use as a context:
    it owns the parsing process."""

    def __init__(self, kb: KnowledgeBase, parsing: Parsing, store: Store | None) -> None:
        """List the sources and read again those that failed before.

        Raises:
            IndexingError: there are none.
        """
        self._parsing = parsing
        self._loader = Loader(parsing)
        self._store = store
        self._sources = list_sources(kb)
        if not self._sources:
            raise IndexingError(f"There are no documents in {kb.sources}.", remedy="Put some in and run charterqa index.")
        self._before = store.sources() if store else {}
        self._taken: dict[str, str] = {}
        self._read: dict[str, SourceReading] = {}
        for source in self._sources:
            old = self._before.get(source.id)
            if old and old.key == self._key(source):
                self._read[source.id] = self._load(source) if old.failed else SourceReading(old, None)

    def __enter__(self) -> SourceReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._loader.close()

    def __len__(self) -> int:
        return len(self._sources)

    def __iter__(self) -> Iterator[SourceReading]:
        """Every source in the order of the ids; what has changed is parsed when it is reached."""
        for source in self._sources:
            yield self._read.get(source.id) or self._load(source)

    def unchanged(self) -> tuple[Flaw, ...] | None:
        """The flaws that go on, if nothing else happened to any source since the store was written; else ``None``."""
        states = {name: reading.state for name, reading in self._read.items()}
        if len(states) != len(self._sources) or states != self._before:
            return None
        return tuple(flaw for reading in self._read.values() for flaw in reading.state.flaws)

    def _load(self, source: SourceFile) -> SourceReading:
        key = self._key(source)
        flaws: list[Flaw] = []
        try:
            documents = self._loader.load(source, flaws.append)
            for document in documents:
                if (owner := self._taken.setdefault(document.id, source.id)) != source.id:
                    raise SourceError(source.id, f"{document.id} is also in {owner}.", remedy="Rename one of them.")
        except SourceError as error:
            kept = bool(self._store and self._store.has(source.id))
            cause = error.message.removeprefix(f"{source.id}: ")
            flaw = Flaw(source.id, cause, error.remedy, "version" if kept else "file")
            return SourceReading(SourceState(source.id, key, (flaw,)), None)
        return SourceReading(SourceState(source.id, key, tuple(flaws)), documents)

    def _eyes(self, source: SourceFile) -> str:
        """What recognises the text of a scan, so that installing it is enough to have the scans read."""
        return engine(self._parsing) if SUFFIXES.get(source.path.suffix.lower()) in SCANS else ""

    def _key(self, source: SourceFile) -> str:
        """Everything that decides what is read: the bytes, what ``sources.toml`` says, the caps and the code."""
        caps = self._parsing.model_dump_json(exclude={"seconds", "memory"})
        said = (
            source.sha256,
            source.title,
            source.origin,
            source.language,
            source.problem,
            caps,
            code.reading(),
            self._eyes(source),
        )
        return hashlib.sha256(repr(said).encode("utf-8", "surrogatepass")).hexdigest()
