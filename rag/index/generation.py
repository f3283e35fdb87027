"""The read side: one published generation, compared with its manifest before anything in it is parsed, and never written to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexUnusable
from rag.index.engines import FAISS, SearchEngine, engine_of, open_engine
from rag.index.guide import NO_GUIDE, Guide
from rag.index.lexical import LexicalIndex
from rag.index.manifest import GUIDE, ID, LARGEST, LEXICAL, PASSAGES, REMEDY, VECTORS, Manifest, Recipe
from rag.index.scored import Mask, Scored
from rag.index.store import Store
from rag.index.vectors import VectorIndex
from rag.index.verification import read_manifest, read_verified, verify
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import ModelIdentity, Vectors
from rag.settings import Settings
from rag.types import Contents, Document, DocumentEntry, Flaw, Passage

CURRENT = "CURRENT"
ATTEMPTS = 20


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Generation:
    """One immutable index. Whoever holds it can go on using it while newer ones are published. Safe for several threads."""

    id: str
    manifest: Manifest
    store: Store
    vectors: VectorIndex
    words: LexicalIndex
    guide: Guide = NO_GUIDE
    engine: SearchEngine = FAISS

    @property
    def size(self) -> int:
        """How many passages are in; rows run from 0 to ``size - 1``."""
        return self.manifest.passages

    def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document, without its text."""
        return self.store.entries()

    def flaws(self) -> tuple[Flaw, ...]:
        """What of the sources is not in, by source: what ``charterqa index`` said when each was read."""
        return tuple(flaw for state in self.store.sources().values() for flaw in state.flaws)

    def contents(self) -> Iterator[Contents]:
        """What is where in every document, in the order of the index."""
        return self.store.contents()

    def document(self, document_id: str) -> Document:
        """One document; raises NotFound."""
        return self.store.document(document_id)

    def passages(self, rows: Sequence[int]) -> tuple[Passage, ...]:
        """The passages of ``rows``, in that order."""
        return self.store.passages(rows)

    def row_of(self, passage_id: str) -> int:
        """The row of a passage; raises NotFound."""
        return self.store.row_of(passage_id)

    def rows_of(self, document_id: str) -> range:
        """The rows of a document's passages: neighbours in the text are neighbours here."""
        return self.store.rows_of(document_id)

    def dense(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The ``k`` of the ``allowed`` rows nearest to a unit vector, nearest first, with their cosines."""
        return self.vectors.search(vector, k, allowed)

    def lexical(self, text: str, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The ``k`` best of the ``allowed`` rows by BM25, best first; those that share no term with ``text`` are left out."""
        return self.words.search(text, k, allowed)

    def dense_scores(self, vector: Vectors, rows: Sequence[int]) -> NDArray[np.float32]:
        """The cosine of a unit vector with each of ``rows``."""
        return self.vectors.scores(vector, rows)

    def lexical_scores(self, text: str, rows: Sequence[int]) -> NDArray[np.float32]:
        """The BM25 score of each of ``rows``."""
        return self.words.scores(text, rows)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages whose stemmers made the index terms."""
        return self.words.languages

    def vectors_of(self, rows: Sequence[int]) -> Vectors:
        """The stored unit vectors of ``rows``, shape (rows, dimension)."""
        return self.vectors.at(rows)

    def terms(self, text: str) -> tuple[str, ...]:
        """The index terms of a question: folded, stemmed, without stop words."""
        return self.words.terms(text)

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each of these terms (as :meth:`terms` gives them) stands."""
        return self.words.document_frequency(terms)

    def problem(self) -> IndexUnusable | None:
        """Why it cannot be searched at the moment, if that is so."""
        return self.engine.problem(self.id)


def open_current(kb: KnowledgeBase, identity: ModelIdentity | None, settings: Settings) -> Generation:
    """Open the generation that ``CURRENT`` names. Never writes.

    ``identity`` is the model whose questions will be asked; ``None`` opens an index for reading documents only and skips the
    comparison with the settings.

    Raises:
        IndexMissing: nothing was built.
        IndexDamaged: a file is missing or its bytes are not the published ones.
        IndexMismatch: it was built by another model, chunking or format.
        IndexAway: it is in an engine that does not answer, and questions will be asked.
    """
    engine = open_engine(settings)
    recipe = None if identity is None else Recipe.of(identity, settings)
    name = current_id(kb)
    for _ in range(ATTEMPTS):
        try:
            return open_generation(kb.built / name, recipe, engine=engine)
        except IndexDamaged:
            # Two publications may have passed since CURRENT was read, and the one it named then been removed.
            newer = current_id(kb)
            if newer == name:
                raise
            name = newer
    raise IndexMissing(f"The index in {kb.built} changes faster than it can be opened.", remedy="Try again.")


def current_id(kb: KnowledgeBase) -> str:
    """What ``CURRENT`` says.

    Raises:
        IndexMissing: there is no ``CURRENT``.
        IndexDamaged: it does not name a generation.
    """
    try:
        stored = (kb.built / CURRENT).read_bytes()[: LARGEST + 1]
    except FileNotFoundError:
        raise IndexMissing(f"There is no index in {kb.root}.", remedy=REMEDY) from None
    except OSError as error:
        raise IndexDamaged(f"{kb.built / CURRENT} cannot be read: {error.strerror}.", remedy=REMEDY) from error
    name = stored.removesuffix(b"\n").decode("ascii", "replace")
    if not stored.endswith(b"\n") or not ID.fullmatch(name):
        raise IndexDamaged(f"{CURRENT} does not name a generation of the index.", remedy=REMEDY)
    return name


def open_generation(
    folder: Path, recipe: Recipe | None = None, *, whole: bool = False, engine: SearchEngine = FAISS
) -> Generation:
    """Verify and open the generation in ``folder``, whose name is its id; compare it with ``recipe`` where one is given.

    Vectors and words are mapped into memory, and nothing of them is read before a question asks for it. ``whole`` hashes every
    file first; without it one that has the size and time of the published one is taken for that. A distributed ``engine`` is
    asked only where questions will be, or ``whole``.
    """
    manifest = read_manifest(folder)
    if recipe is not None and (difference := manifest.recipe.difference(recipe)):
        raise IndexMismatch(f"The index was built with {difference}.", remedy=REMEDY)
    guide = Guide.from_bytes(read_verified(folder, manifest, GUIDE))
    for name in (LEXICAL, PASSAGES, VECTORS):
        verify(folder, manifest, name, whole=whole)
    store = Store(folder / PASSAGES)
    engine = engine_of(manifest, engine)
    vectors, words = engine.open(folder, manifest, whole=whole or recipe is not None)
    if store.last() != (manifest.documents, manifest.passages) or words.size != manifest.passages:
        raise IndexDamaged(f"The counts of generation {folder.name} do not agree.", remedy=REMEDY)
    return Generation(folder.name, manifest, store, vectors, words, guide, engine)
