"""Search over an index in memory: fusion, both scores, feedback, neighbours, reranking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import NotFound, QuestionError
from rag.index.lexical import Bm25Index
from rag.index.scored import Mask, Scored
from rag.index.vectors import FlatVectors
from rag.retrieval.retriever import Retriever
from rag.retrieval.scope import Scope
from rag.settings import Retrieval
from rag.types import Contents, Document, Passage, Section, Span
from tests.fake_embedder import FakeEmbedder

TEXTS = [
    "The harbour opens at six in the morning.",
    "The lighthouse was built in 1911.",
    "It is forty metres high.",
    "Dogs travel free on the ferry.",
    "",
]
SECTIONS = [("I",), ("II",), ("II",), ("III",), ("III",)]


@dataclass
class MemoryIndex:
    """The real vector and lexical indexes over a few passages of one document."""

    embedder: FakeEmbedder

    def __post_init__(self) -> None:
        at = 0
        self.made: list[Passage] = []
        for n, (text, section) in enumerate(zip(TEXTS, SECTIONS, strict=True)):
            span = Span(at, at + len(text))
            self.made.append(Passage(f"p{n}", "d", "0" * 64, "Treaty", section, None, span, text, (span,)))
            at += len(text) + 1
        vectors = self.embedder.embed_passages(TEXTS)
        self.vectors = FlatVectors.build(vectors)
        self.words = Bm25Index.build(TEXTS, ["en"] * len(TEXTS), k1=1.0, b=0.5)

    @property
    def size(self) -> int:
        return len(self.made)

    def dense(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        return self.vectors.search(vector, k, allowed)

    def lexical(self, text: str, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        return self.words.search(text, k, allowed)

    def dense_scores(self, vector: NDArray[np.float32], rows: Sequence[int]) -> NDArray[np.float32]:
        return self.vectors.scores(vector, rows)

    def lexical_scores(self, text: str, rows: Sequence[int]) -> NDArray[np.float32]:
        return self.words.scores(text, rows)

    def vectors_of(self, rows: Sequence[int]) -> NDArray[np.float32]:
        return self.vectors.all()[list(rows)]

    def passages(self, rows: Sequence[int]) -> tuple[Passage, ...]:
        return tuple(self.made[r] for r in rows)

    def terms(self, text: str) -> tuple[str, ...]:
        return self.words.terms(text)

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        return self.words.document_frequency(terms)

    def row_of(self, passage_id: str) -> int:
        for row, passage in enumerate(self.made):
            if passage.id == passage_id:
                return row
        raise NotFound(passage_id)

    def rows_of(self, document_id: str) -> range:
        return range(len(self.made))

    def contents(self) -> Iterator[Contents]:
        yield Contents("d", "Treaty", tuple(Section((f"Article {n}", *p.section), p.span) for n, p in enumerate(self.made, 1)))

    def document(self, document_id: str) -> Document:
        text = "\n".join(TEXTS)
        (contents,) = self.contents()
        return Document("d", "Treaty", text, "0" * 64, contents.sections, tuple(p.span for p in self.made))


class Backwards:
    """A reranker that prefers the passages that come last in the alphabet."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        order = sorted(passages)
        return [float(order.index(p)) for p in passages]


@pytest.fixture
def index() -> MemoryIndex:
    return MemoryIndex(FakeEmbedder())


def test_hits_are_ranked_from_one_by_falling_score_and_carry_both_scores(index: MemoryIndex) -> None:
    hits = Retriever(index, index.embedder).search("When was the lighthouse built?", 5)
    assert [h.rank for h in hits] == [1, 2, 3, 4, 5]
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert hits[0].passage.text == TEXTS[1]
    assert hits[0].lexical == pytest.approx(index.lexical_scores("When was the lighthouse built?", [1])[0])
    vector = index.embedder.embed_query(["When was the lighthouse built?"])[0]
    assert hits[0].dense == pytest.approx(float(vector @ index.vectors_of([1])[0]), abs=1e-6)


def test_a_share_of_nothing_is_bm25_alone_and_of_everything_is_dense_alone(index: MemoryIndex) -> None:
    question = "lighthouse ferry"
    words_only = Retriever(index, index.embedder, Retrieval(dense_weight=0.0)).search(question, 2)
    assert [h.passage.id for h in words_only] == [f"p{s.row}" for s in index.lexical(question, 2)]
    dense_only = Retriever(index, index.embedder, Retrieval(dense_weight=1.0, feedback=0.0)).search(question, 3)
    vector = index.embedder.embed_query([question])[0]
    assert [h.passage.id for h in dense_only] == [f"p{s.row}" for s in index.dense(vector, 3)]


class Ignorant(FakeEmbedder):
    """A model that does not know the language."""

    def knows(self, text: str) -> bool:
        return False


def test_a_model_that_does_not_know_the_language_weighs_a_third_and_alone_as_ever() -> None:
    known, broken = MemoryIndex(FakeEmbedder()), MemoryIndex(Ignorant())
    question = "When was the lighthouse built?"
    for set_to, counts_as in ((0.6, 0.2), (1.0, 1.0), (0.0, 0.0)):
        found = Retriever(broken, broken.embedder, Retrieval(dense_weight=set_to)).search(question, 5)
        expected = Retriever(known, known.embedder, Retrieval(dense_weight=counts_as)).search(question, 5)
        assert [(h.passage.id, h.score) for h in found] == [(h.passage.id, pytest.approx(h.score)) for h in expected]


def test_no_more_hits_than_asked_for_and_by_default_as_the_settings_say(index: MemoryIndex) -> None:
    assert len(Retriever(index, index.embedder, Retrieval(k=3)).search("harbour")) == 3
    assert len(Retriever(index, index.embedder).search("harbour", 1)) == 1
    assert len(Retriever(index, index.embedder).search("harbour", 50)) == 5


def test_the_first_hits_and_their_scores_do_not_depend_on_how_many_are_asked_for(index: MemoryIndex) -> None:
    retriever = Retriever(index, index.embedder, Retrieval(candidates=3))
    three = retriever.search("When was the lighthouse built?", 3)
    assert [retriever.search("When was the lighthouse built?", k) for k in (1, 2)] == [three[:1], three[:2]]
    assert len(retriever.search("When was the lighthouse built?", 5)) == 5


def test_a_question_without_a_known_word_still_finds_its_nearest(index: MemoryIndex) -> None:
    hits = Retriever(index, index.embedder).search("🦊", 3)
    assert len(hits) == 3
    assert {h.lexical for h in hits} == {0.0}


def test_a_misspelt_word_is_searched_for_as_it_is_meant(index: MemoryIndex) -> None:
    index.embedder.count_tokens = lambda text: len(text)  # type: ignore[method-assign]
    retriever = Retriever(index, index.embedder)
    assert retriever.mended("the lighthuose") == "the lighthouse"
    assert retriever.search("lighthuose", 1)[0].passage.text == TEXTS[1]


def test_what_the_question_names_by_its_number_comes_first_and_says_so(index: MemoryIndex) -> None:
    hits = Retriever(index, index.embedder).search("Does Article 4 say when the lighthouse was built?", 3)
    assert [(h.passage.text, h.named) for h in hits][:2] == [(TEXTS[3], True), (TEXTS[1], False)]
    assert [h.rank for h in hits] == [1, 2, 3]
    assert not any(h.named for h in Retriever(index, index.embedder).search("When was the lighthouse built?", 3))
    reranked = Retriever(index, index.embedder, Retrieval(), Backwards()).search("Does Article 4 speak of the lighthouse?", 2)
    assert [h.named for h in reranked] == [True, False]


def test_a_mask_is_applied_before_the_ranking_so_that_k_hits_come_back(index: MemoryIndex) -> None:
    scope = Scope(frozenset({"d"}), np.array([True, False, False, True, True]))
    retriever = Retriever(index, index.embedder, Retrieval(candidates=1))
    hits = retriever.search("When was the lighthouse built?", 3, scope)
    assert sorted(h.passage.id for h in hits) == ["p0", "p3", "p4"]
    assert retriever.search("When was the lighthouse built?", 3, Scope(frozenset(), np.zeros(5, dtype=bool))) == ()


def test_a_blank_question_is_refused(index: MemoryIndex) -> None:
    with pytest.raises(QuestionError):
        Retriever(index, index.embedder).search(" \n")


def test_neighbours_are_of_the_same_section_only(index: MemoryIndex) -> None:
    retriever = Retriever(index, index.embedder)
    (hit,) = retriever.search("When was the lighthouse built?", 1)
    near = retriever.neighbours(hit)
    assert [(n.passage.id, n.rank, n.dense) for n in near] == [("p2", hit.rank, None)]


def test_a_reranker_decides_the_order_and_the_score(index: MemoryIndex) -> None:
    hits = Retriever(index, index.embedder, Retrieval(), Backwards()).search("lighthouse", 2)
    assert [h.passage.text for h in hits] == sorted(TEXTS, reverse=True)[:2]
    assert [(h.rank, h.score) for h in hits] == [(1, 4.0), (2, 3.0)]
