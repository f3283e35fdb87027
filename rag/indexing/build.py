"""``sources/`` to a published generation, doing only what has changed.

A source that has not changed is not parsed again, and a passage whose embedded text is as it was keeps its vector, from
whichever generation or unfinished run has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from typing import Protocol

import numpy as np

from rag.corpus.shape.passages import cut, embedding_text
from rag.errors import IndexAway, IndexingError, IndexUnusable
from rag.index import code
from rag.index.engines import SearchEngine, open_engine
from rag.index.generation import Generation, current_id, open_generation
from rag.index.guide import Guide
from rag.index.manifest import GUIDE, PASSAGES, Manifest, Recipe
from rag.index.store import Store, StoredDocument, StoreWriter
from rag.indexing import publish
from rag.indexing.changes import SourceReader, SourceReading
from rag.indexing.journal import Journal
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import Embedder, ModelIdentity, Vectors
from rag.settings import Settings
from rag.types import Document, Flaw

# Passages between two entries in the journal and two steps of the progress bar: a slow machine embeds 10 a second.
AT_A_TIME = 64


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is: ``done`` of ``total`` in the stage ``read`` (sources), ``embed`` (passages) or ``publish``."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. ``published`` is false when nothing had changed; ``parsed`` counts sources, ``embedded`` the texts
    whose vector was computed in this run (one that stands twice is computed once), ``seconds`` is wall-clock time."""

    generation: str
    published: bool
    documents: int
    passages: int
    parsed: int
    embedded: int
    failures: tuple[Flaw, ...]
    seconds: float


@dataclass(slots=True)
class Rows:
    """What is embedded and searched for, one entry a row, and how it came about."""

    texts: list[str] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)
    keys: list[bytes] = field(default_factory=list)
    parsed: int = 0
    failures: list[Flaw] = field(default_factory=list)


class GuideMaker(Protocol):
    """What makes the guide of a generation before it is published."""

    @property
    def fingerprint(self) -> str:
        """Of all that decides the guide besides the documents: a guide that another one made is made anew."""
        ...

    def guide(self, generation: Generation) -> Guide:
        """The guide of ``generation``, which has none yet."""
        ...


def build(
    kb: KnowledgeBase,
    settings: Settings,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    progress: Callable[[Progress], None] | None = None,
    guides: GuideMaker | None = None,
) -> BuildReport:
    """Bring ``kb.built`` up to date with ``kb.sources``; ``rebuild`` parses and embeds everything anew. Without ``guides`` it
    has no topics and no questions to begin with.

    Raises:
        IndexLocked: another process is at it.
        IndexingError: there is nothing to index, or the index cannot be written. The old one still serves.
        IndexAway: the engine that the settings name does not answer. The old index is as it was.
        ModelError: the embedding model cannot be loaded.
    """
    began = perf_counter()
    engine = open_engine(settings)
    with publish.writing(kb, engine):
        usable = list(_usable(kb, engine))
        base = usable[0] if usable and not rebuild else None
        job = _Build(kb, settings, embedder, usable, rebuild, progress or (lambda _: None), guides, engine)
        with SourceReader(kb, settings.parsing, base.store if base else None) as reader:
            failures = reader.unchanged()
            same = base and base.manifest.recipe == job.recipe and (guides is None or base.guide.maker == guides.fingerprint)
            if base and same and failures is not None and _is_current(kb, base):
                publish.tidy(kb, base.id, usable[1].id if len(usable) > 1 else "", engine=engine)
                m = base.manifest
                return BuildReport(base.id, False, m.documents, m.passages, 0, 0, failures, perf_counter() - began)
            return job.run(reader, began)


class _Build:
    """One run that has something to do; the lock is held."""

    def __init__(
        self,
        kb: KnowledgeBase,
        settings: Settings,
        embedder: Embedder,
        usable: list[Generation],
        rebuild: bool,
        tell: Callable[[Progress], None],
        guides: GuideMaker | None,
        engine: SearchEngine,
    ) -> None:
        self.kb = kb
        self.engine = engine
        self.embedder = embedder
        self.recipe = Recipe.of(embedder.identity, settings)
        self.cutting = settings.passages.model_copy(update={"max_tokens": self.recipe.max_tokens})
        self.earlier = usable[0].id if usable else ""
        self.usable = [] if rebuild else usable
        self.base = self.usable[0] if self.usable else None
        self.tell = tell
        self.guides = guides
        self.created_at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    def run(self, reader: SourceReader, began: float) -> BuildReport:
        """Build beside what is published, then publish."""
        number = publish.next_number(self.kb)
        with publish.workshop(self.kb, number, self.engine) as folder:
            with StoreWriter(folder / PASSAGES) as writer:
                rows = self._store(reader, writer)
            if not rows.texts:
                raise self._nothing(reader, rows)
            vectors, embedded = self._vectors(rows)
            self.tell(Progress("publish", 0, 1))
            dense, lexical = self.engine.build(folder, vectors, rows.texts, rows.languages, self.recipe)
            about = publish.About(number, self.created_at, code.reading(), self.recipe, writer.documents, writer.passages)
            guide = Guide()
            if self.guides:
                manifest = Manifest(number, self.created_at, about.program, self.recipe, about.documents, about.passages, ())
                guide = self.guides.guide(Generation(folder.name, manifest, Store(folder / PASSAGES), dense, lexical))
            (folder / GUIDE).write_bytes(guide.to_bytes())
            identity = publish.publish(self.kb, folder, about, earlier=self.earlier, engine=self.engine)
        self.tell(Progress("publish", 1, 1))
        return BuildReport(
            generation=identity,
            published=True,
            documents=writer.documents,
            passages=writer.passages,
            parsed=rows.parsed,
            embedded=embedded,
            failures=tuple(rows.failures),
            seconds=perf_counter() - began,
        )

    def _store(self, reader: SourceReader, writer: StoreWriter) -> Rows:
        """Fill the store and gather what is to be embedded."""
        rows = Rows()
        for done, reading in enumerate(reader):
            self.tell(Progress("read", done, len(reader)))
            writer.add_source(reading.state)
            rows.parsed += reading.documents is not None
            rows.failures += reading.state.flaws
            for stored in self._documents(reading):
                writer.add(stored)
                rows.keys += stored.keys
                rows.texts += [embedding_text(p) for p in stored.passages]
                rows.languages += [stored.document.language] * len(stored.passages)
        self.tell(Progress("read", len(reader), len(reader)))
        return rows

    def _documents(self, reading: SourceReading) -> Iterator[StoredDocument]:
        """What the new store gets of one source."""
        old = list(self.base.store.stored(reading.state.id)) if self.base else []
        if reading.documents is None:
            same = self.base and self.base.manifest.recipe.cutting == self.recipe.cutting
            for stored in old:
                cut_again = not same or (self.base and self.base.manifest.program != code.reading())
                yield self._cut(reading.state.id, stored.document, stored.indexed_at) if cut_again else stored
            return
        dates = {(s.document.id, s.document.sha256): s.indexed_at for s in old}
        for document in reading.documents:
            yield self._cut(reading.state.id, document, dates.get((document.id, document.sha256), self.created_at))

    def _cut(self, source: str, document: Document, date: str) -> StoredDocument:
        passages = cut(document, self.cutting, self.embedder.count_tokens)
        keys = tuple(_vector_key(self.recipe.model, embedding_text(passage)) for passage in passages)
        return StoredDocument(source, document, date, passages, keys)

    def _vectors(self, rows: Rows) -> tuple[Vectors, int]:
        """One unit row a passage, and how many of them had to be computed."""
        unfinished = Journal(self.kb.built, self.embedder.identity)
        known = unfinished.read() | self._published_vectors()
        missing = {key: text for key, text in zip(rows.keys, rows.texts, strict=True) if key not in known}
        # By length, so that a batch needs little padding; the longest first, so that the time left is never told too short.
        queue = sorted(missing, key=lambda key: (-len(missing[key]), key))
        for begin in range(0, len(queue), AT_A_TIME):
            self.tell(Progress("embed", begin, len(queue)))
            part = queue[begin : begin + AT_A_TIME]
            made = self.embedder.embed_passages([missing[key] for key in part])
            unfinished.append(part, made)
            known |= dict(zip(part, made, strict=True))
        self.tell(Progress("embed", len(queue), len(queue)))
        return np.stack([known[key] for key in rows.keys]), len(queue)

    def _published_vectors(self) -> dict[bytes, Vectors]:
        """Every vector of this model that some generation holds, by its key."""
        known: dict[bytes, Vectors] = {}
        for generation in reversed(self.usable):
            if generation.manifest.recipe.model == self.recipe.model:
                known |= dict(zip(generation.store.keys(), generation.vectors.all(), strict=True))
        return known

    def _nothing(self, reader: SourceReader, rows: Rows) -> IndexingError:
        first = f": {rows.failures[0].source}: {rows.failures[0].cause}" if rows.failures else ", for they hold no text."
        return IndexingError(
            f"None of the {len(reader)} files in {self.kb.sources} can be indexed{first}",
            remedy="Put readable documents in and run charterqa index; what was published before still serves.",
        )


def _usable(kb: KnowledgeBase, engine: SearchEngine) -> Iterator[Generation]:
    """The generations that are whole, the current one first: a damaged one is as good as none. Every byte is compared, for what
    is taken over from them is published anew."""
    try:
        names = [current_id(kb)]
    except IndexUnusable:
        names = []
    names += [name for name in publish.generations(kb) if name not in names]
    for name in names:
        try:
            yield open_generation(kb.built / name, whole=True, engine=engine)
        except IndexAway:
            raise  # it may be whole: nothing is to be built anew only because nobody answers
        except IndexUnusable:
            continue


def _is_current(kb: KnowledgeBase, base: Generation) -> bool:
    try:
        return current_id(kb) == base.id
    except IndexUnusable:
        return False


def _vector_key(model: ModelIdentity, text: str) -> bytes:
    return hashlib.sha256(f"{model.fingerprint}\0{text}".encode("utf-8", "surrogatepass")).digest()
