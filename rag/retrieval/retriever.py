"""A question to ranked hits: dense and BM25 candidates, fused, and reranked where a reranker is set.

What the question names by its number comes before all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import QuestionError
from rag.index.scored import Mask, Scored
from rag.index.terms import exact, strange
from rag.models.embedder import Embedder, Vectors
from rag.models.reranker import Reranker
from rag.retrieval.copies import distinct
from rag.retrieval.fusion import fused
from rag.retrieval.provisions import Named, Provisions
from rag.retrieval.scope import EVERYTHING, Scope
from rag.retrieval.spelling import corrected
from rag.settings import Retrieval
from rag.types import Contents, Document, Hit, Passage, Span

FEEDBACK_HITS = 4
DICTIONARY_HITS = 10
COPIES = 5
"""How many times as many passages are looked at where copies are to be left out."""
ACROSS = 0.85
"""The weight of the dense side between two languages: names and numbers are all that words have to say."""
ELSEWHERE = "Кто подписал соглашение о сотрудничестве?"
"""A model that knows this knows several languages; to one that knows a single one, words that no passage has are only rare."""


class Index(Protocol):
    """What retrieval asks of a generation of the index."""

    @property
    def size(self) -> int:
        """How many passages are in."""
        ...

    def dense(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The allowed rows nearest to a unit vector."""
        ...

    def lexical(self, text: str, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The best allowed rows by BM25."""
        ...

    def dense_scores(self, vector: Vectors, rows: Sequence[int]) -> NDArray[np.float32]:
        """The cosine of given rows."""
        ...

    def lexical_scores(self, text: str, rows: Sequence[int]) -> NDArray[np.float32]:
        """The BM25 score of given rows."""
        ...

    def vectors_of(self, rows: Sequence[int]) -> Vectors:
        """The vectors of given rows."""
        ...

    def terms(self, text: str) -> tuple[str, ...]:
        """The index terms of a question."""
        ...

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands."""
        ...

    def passages(self, rows: Sequence[int]) -> tuple[Passage, ...]:
        """The passages of given rows."""
        ...

    def row_of(self, passage_id: str) -> int:
        """The row of a passage."""
        ...

    def rows_of(self, document_id: str) -> range:
        """The rows of a document's passages, in the order of its text."""
        ...

    def contents(self) -> Iterator[Contents]:
        """What is where in every document."""
        ...

    def document(self, document_id: str) -> Document:
        """One document."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A question, its words mended as ``text``, the unit vector of these and the weight of the dense side for them."""

    question: str
    text: str
    vector: Vectors
    share: float


class Retriever:
    """Searches one index. Safe for several threads."""

    def __init__(
        self, index: Index, embedder: Embedder, settings: Retrieval | None = None, reranker: Reranker | None = None
    ) -> None:
        self._index = index
        self._embedder = embedder
        self._settings = settings or Retrieval()
        self._reranker = reranker
        self._provisions = Provisions(index)

    def search(self, question: str, k: int | None = None, scope: Scope = EVERYTHING, *, once: bool = False) -> tuple[Hit, ...]:
        """The ``k`` best hits in ``scope`` (by default as many as the settings say), best first. Every hit carries both scores.

        With ``once`` the same text in several documents is one hit, which says where else it stands.

        Raises:
            QuestionError: the question is blank.
        """
        return self.search_each(question, (scope,), k, once=once)[0]

    def search_each(
        self, question: str, scopes: Sequence[Scope], k: int | None = None, *, once: bool = False
    ) -> tuple[tuple[Hit, ...], ...]:
        """As :meth:`search` in each of ``scopes``; the question is mended and embedded once."""
        if not question.strip():
            raise QuestionError("The question is empty.", remedy="Write a question.").said("error.empty")
        text = self.mended(question)
        asked = _Asked(question, text, self._embedder.embed_query([text])[0], self._share(text))
        return tuple(self._best(asked, self._settings.k if k is None else k, scope, once=once) for scope in scopes)

    def _best(self, asked: _Asked, wanted: int, scope: Scope, *, once: bool) -> tuple[Hit, ...]:
        named = self._named_rows(asked.question, scope)
        rows, score, dense, lexical = self._candidates(asked, self._settings.candidates, named, scope.rows)
        # Only where there are too few: the first hits are not to depend on how many are asked for.
        if len(rows) < wanted and self._settings.candidates < min(wanted, self._index.size):
            rows, score, dense, lexical = self._candidates(asked, wanted, named, scope.rows)
        first = np.isin(rows, named)
        order = np.lexsort((-score, ~first))[
            : max(wanted * (COPIES if once else 1), self._settings.rerank if self._reranker else 0)
        ]
        found = self._index.passages([int(rows[i]) for i in order])
        hits = tuple(
            Hit(rank, float(score[i]), passage, float(dense[i]), float(lexical[i]), bool(first[i]))
            for rank, (i, passage) in enumerate(zip(order, found, strict=True), 1)
        )
        ranked = self._reranked(asked.text, hits)
        return distinct(ranked, wanted) if once else ranked[:wanted]

    def named(self, question: str, scope: Scope = EVERYTHING) -> Named | None:
        """The provisions that a question names by their numbers; ``None`` where it names none."""
        return self._provisions.named(question, scope.documents)

    def passages_of(self, document: str, span: Span) -> tuple[Passage, ...]:
        """The passages of a document that share a character with ``span``, in the order of the text."""
        return tuple(p for p in self._index.passages(self._index.rows_of(document)) if p.span.overlaps(span))

    def _named_rows(self, question: str, scope: Scope) -> list[int]:
        named = self.named(question, scope)
        told = [(p.document, p.span) for p in named.provisions] if named else []
        return [self._index.row_of(passage.id) for place in told for passage in self.passages_of(*place)]

    def mended(self, question: str) -> str:
        """The question with its misspelt words replaced by those of its nearest passages; itself where there are none."""

        def unknown(word: str) -> bool:
            terms = exact(self._index.terms(word))
            return bool(terms) and not any(self._index.document_frequency(terms).values())

        def nearest() -> Iterator[str]:
            vector = self._embedder.embed_query([question])[0]
            rows = [scored.row for scored in self._index.dense(vector, DICTIONARY_HITS)]
            yield from (passage.text for passage in self._index.passages(rows))

        return corrected(question, nearest(), unknown=unknown, pieces=self._embedder.count_tokens)

    def neighbours(self, hit: Hit) -> tuple[Hit, ...]:
        """The passages right before and after a hit in the same section: where an answer runs over a passage's edge.

        They keep the rank and score of the hit that brought them.
        """
        row = self._index.row_of(hit.passage.id)
        beside = [r for r in (row - 1, row + 1) if r in self._index.rows_of(hit.passage.document)]
        return tuple(
            replace(hit, passage=passage, dense=None, lexical=None)
            for passage in self._index.passages(beside)
            if passage.section == hit.passage.section
        )

    def _candidates(
        self, asked: _Asked, count: int, named: Sequence[int], allowed: Mask | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Rows, the ``named`` among them, with their fused, dense and BM25 scores.

        Each side's score is filled in for the other side's candidates: a row that one side ranks below its hundredth is not the
        same as one that it does not know (CISI .445 → .453).
        """
        share, vector, move = asked.share, asked.vector, self._settings.feedback
        by_dense = self._index.dense(vector, count, allowed) if share > 0 else ()
        by_words = self._index.lexical(asked.text, count, allowed) if share < 1 else ()
        rows = np.array(sorted({s.row for s in (*by_dense, *by_words)} | set(named)), dtype=np.int64)
        dense = self._index.dense_scores(vector, rows.tolist()).astype(np.float64)
        lexical = self._index.lexical_scores(asked.text, rows.tolist()).astype(np.float64)
        score = fused(dense, lexical, share)
        if move > 0 and share > 0 and len(rows):
            # Rocchio's feedback (1971) on the vectors that are there anyway; it costs no embedding.
            first = rows[np.argsort(-score, kind="stable")[:FEEDBACK_HITS]]
            moved = (1 - move) * vector + move * self._index.vectors_of(first.tolist()).mean(axis=0)
            moved = (moved / np.linalg.norm(moved)).astype(np.float32)
            score = fused(self._index.dense_scores(moved, rows.tolist()).astype(np.float64), lexical, share)
        return rows, score, dense, lexical

    @cached_property
    def _knows_several(self) -> bool:
        return self._embedder.knows(ELSEWHERE)

    def _share(self, question: str) -> float:
        """The weight of the dense side: a third of it where the model does not know the language of the question (Turkish and
        Russian questions to all-MiniLM-L6-v2: nDCG@10 on XQuAD .889 → .960 and .890 → .963); nearly all where a model of
        several languages does and the passages have hardly a word of it (multilingual-e5-small, English paragraphs, Turkish
        questions .879 → .905, Russian .937 → .939)."""
        share = self._settings.dense_weight
        if share in (0, 1):
            return share
        if not self._embedder.knows(question):
            return share / 3
        return max(share, ACROSS) if self._knows_several and strange(question, self._index) else share

    def _reranked(self, question: str, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        if self._reranker is None or not hits:
            return hits
        scores = self._reranker.scores(question, [hit.passage.text for hit in hits])
        ordered = sorted(zip(scores, hits, strict=True), key=lambda pair: (not pair[1].named, -pair[0]))
        return tuple(replace(hit, rank=rank, score=score) for rank, (score, hit) in enumerate(ordered, 1))
