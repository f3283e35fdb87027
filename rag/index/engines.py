"""What searches a generation: FAISS and BM25 in files of its own, or Milvus, as ``CHARTERQA_STORE`` says."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rag.errors import IndexDamaged, IndexMismatch, IndexUnusable
from rag.index import arrays
from rag.index.inverted import build_vectors, open_vectors
from rag.index.lexical import Bm25Index, LexicalIndex
from rag.index.manifest import LEXICAL, REMEDY, VECTORS, Manifest, Recipe
from rag.index.milvus.collection import Collection
from rag.index.milvus.connection import MilvusServer, connection
from rag.index.milvus.lexical import MilvusWords, TermCounter
from rag.index.milvus.vectors import COLLECTION, MilvusVectors
from rag.index.vectors import VectorIndex
from rag.models.embedder import Vectors
from rag.settings import Settings

QUIET_SECONDS = 1.0
"""Whether Milvus answers is looked at no more often."""
_log = logging.getLogger(__name__)
Sides = tuple[VectorIndex, LexicalIndex]
"""The dense side of a generation and the lexical one."""


class SearchEngine(Protocol):
    """Keeps both sides of every generation. What it has outside a generation's folder begins with :meth:`build` and ends with
    :meth:`discard`; nobody finds it before :meth:`publish`."""

    def build(
        self, folder: Path, vectors: Vectors, texts: Sequence[str], languages: Sequence[str | None], recipe: Recipe
    ) -> Sides:
        """Index the passages of a generation, a vector, a text and a language each, and write its two files in ``folder``."""
        ...

    def open(self, folder: Path, manifest: Manifest, *, whole: bool) -> Sides:
        """The sides of the generation in ``folder``, whose files were verified; compared with the manifest where ``whole``.

        Raises:
            IndexUnusable: they are not there or not of this manifest.
        """
        ...

    def publish(self, folder: Path, identity: str) -> None:
        """Let the generation in ``folder`` be found under its id."""
        ...

    def discard(self, folder: Path) -> bool:
        """Give up what belongs to the generation in ``folder``; whether that is done and the folder may go."""
        ...

    def problem(self, identity: str) -> IndexUnusable | None:
        """Why the generation of that id cannot be searched at the moment, if that is so."""
        ...


class FaissEngine:
    """Two files in the folder of the generation, mapped into memory."""

    def build(
        self, folder: Path, vectors: Vectors, texts: Sequence[str], languages: Sequence[str | None], recipe: Recipe
    ) -> Sides:
        """As the protocol says."""
        dense, words = build_vectors(vectors), Bm25Index.build(texts, languages, k1=recipe.k1, b=recipe.b)
        dense.write(folder / VECTORS)
        words.write(folder / LEXICAL)
        return dense, words

    def open(self, folder: Path, manifest: Manifest, *, whole: bool) -> Sides:  # noqa: ARG002 (the hashes say it all)
        """As the protocol says."""
        dense = open_vectors(folder / VECTORS, size=manifest.passages, dimension=manifest.recipe.model.dimension)
        return dense, Bm25Index.open(folder / LEXICAL)

    def publish(self, folder: Path, identity: str) -> None:
        """Nothing: the folder is all."""

    def discard(self, folder: Path) -> bool:
        """Nothing: the folder is all. A collection of Milvus that is named in it is left, and said."""
        name = _collection(folder)
        if name is not None:
            _log.warning("the collection %s stays in Milvus, which CHARTERQA_STORE does not name any more", name)
        return True

    def problem(self, identity: str) -> IndexUnusable | None:  # noqa: ARG002 (files that are open stay open)
        """Never one."""
        return None


class MilvusEngine:
    """A collection a generation, found by an alias that is the generation's id. The folder has its name and its terms."""

    def __init__(self, milvus: MilvusServer) -> None:
        self._milvus = milvus
        self._looking = threading.Lock()
        self._looked_at = -QUIET_SECONDS
        self._problem: IndexUnusable | None = None

    def build(
        self, folder: Path, vectors: Vectors, texts: Sequence[str], languages: Sequence[str | None], recipe: Recipe
    ) -> Sides:
        """As the protocol says."""
        size, dimension = vectors.shape
        collection = Collection(self._milvus, Collection.new_name(recipe.model))
        dense = MilvusVectors(collection, size, dimension)
        dense.write(folder / VECTORS)  # first, so that whatever becomes of this run, the next one knows what to drop
        collection.create(dimension, size, k1=recipe.k1, b=recipe.b)
        counter = TermCounter()
        collection.fill(vectors, counter.passing(texts, languages))
        spoken = sorted({language or "en" for language in languages}) or ["en"]
        words = MilvusWords(collection, counter.counted(), size=size, languages=spoken, k1=recipe.k1)
        words.write(folder / LEXICAL)
        return dense, words

    def open(self, folder: Path, manifest: Manifest, *, whole: bool) -> Sides:
        """As the protocol says."""
        collection, recipe = Collection(self._milvus, _alias(folder.name)), manifest.recipe
        if whole:
            collection.verify(recipe.model, manifest.passages)
        dense = MilvusVectors(collection, manifest.passages, recipe.model.dimension)
        return dense, MilvusWords.open(folder / LEXICAL, collection, k1=recipe.k1)

    def publish(self, folder: Path, identity: str) -> None:
        """As the protocol says: an alias is there or it is not."""
        Collection(self._milvus, _collection(folder) or "").publish(_alias(identity))

    def discard(self, folder: Path) -> bool:
        """Drop the collection; while Milvus is away the folder stays, for the next run to try again."""
        name = _collection(folder)
        try:
            if name is not None:
                Collection(self._milvus, name).drop()
        except IndexUnusable as error:
            _log.warning("the collection %s could not be dropped: %s", name, error)
            return False
        return True

    def problem(self, identity: str) -> IndexUnusable | None:
        """As the protocol says. One thread looks; whoever comes meanwhile is told what was found last."""
        if time.monotonic() - self._looked_at >= QUIET_SECONDS and self._looking.acquire(blocking=False):
            try:
                Collection(self._milvus, _alias(identity)).count()
                self._problem = None
            except IndexUnusable as error:
                self._problem = error
            finally:
                self._looked_at = time.monotonic()
                self._looking.release()
        return self._problem


FAISS = FaissEngine()


def open_engine(settings: Settings) -> SearchEngine:
    """The engine that the settings name. Nothing is connected yet.

    Raises:
        SettingsError: its client is not installed.
    """
    engine, _, uri = settings.store.partition(":")
    if engine == "faiss":
        return FAISS
    token = settings.milvus.token.get_secret_value() if settings.milvus.token else ""
    return MilvusEngine(connection(uri, token, settings.milvus.timeout))


def engine_of(manifest: Manifest, engine: SearchEngine) -> SearchEngine:
    """What opens a generation: files need no engine but FAISS, whatever the settings name.

    Raises:
        IndexMismatch: it is in a Milvus that nobody has named.
    """
    if manifest.recipe.store == "faiss":
        return FAISS
    if engine is FAISS:
        raise IndexMismatch("The index is in Milvus, and CHARTERQA_STORE does not say where that is.", remedy=REMEDY)
    return engine


def _alias(identity: str) -> str:
    return f"charterqa_{identity.replace('-', '_')}"


def _collection(folder: Path) -> str | None:
    """The collection of the generation in ``folder``, where it has one."""
    try:
        return arrays.open_arrays(folder / VECTORS)[1].get(COLLECTION)
    except IndexDamaged:
        return None
