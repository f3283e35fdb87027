"""What every lexical index must do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.index.engines import MilvusEngine
from rag.index.lexical import Bm25Index, LexicalIndex
from rag.index.manifest import LEXICAL
from rag.index.milvus.lexical import MilvusWords
from tests.milvus import milvus_engine, recipe, unit

K1, B = 1.2, 0.75
TEXTS = ["The harbour opens at six.", "The lighthouse of the harbour, the harbour's own.", "Dogs travel free.", ""]
Builder = Callable[[Sequence[str], Sequence[str | None]], LexicalIndex]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusEngine]:
    with milvus_engine(tmp_path_factory.mktemp("milvus")) as made:
        yield made


@pytest.fixture(params=["built", "stored", "milvus built", "milvus stored"])
def build(request: pytest.FixtureRequest, tmp_path: Path) -> Builder:
    if request.param.startswith("milvus"):
        milvus: MilvusEngine = request.getfixturevalue("engine")

        def in_a_collection(texts: Sequence[str], languages: Sequence[str | None]) -> LexicalIndex:
            words = milvus.build(tmp_path, unit(len(texts)), texts, languages, recipe(8, k1=K1, b=B))[1]
            assert isinstance(words, MilvusWords)
            return words if request.param == "milvus built" else MilvusWords.open(tmp_path / LEXICAL, words.collection, k1=K1)

        return in_a_collection

    def made(texts: Sequence[str], languages: Sequence[str | None]) -> LexicalIndex:
        index = Bm25Index.build(texts, languages, k1=K1, b=B)
        if request.param == "built":
            return index
        index.write(tmp_path / "lexical.safetensors")
        return Bm25Index.open(tmp_path / "lexical.safetensors")

    return made


def bm25(frequency: int, length: int, average: float, containing: int, size: int) -> float:
    """Lucene's BM25 of one term, without its constant factor (k1 + 1)."""
    idf = math.log(1 + (size - containing + 0.5) / (containing + 0.5))
    return idf * frequency / (frequency + K1 * (1 - B + B * length / average))


def test_scores_are_bm25(build: Builder) -> None:
    # lengths without stop words: harbour opens six; lighthouse harbour harbour s own; dogs travel free; nothing
    average = (3 + 5 + 3 + 0) / 4
    found = build(TEXTS, ["en"] * 4).search("harbours", 5)
    assert [s.row for s in found] == [1, 0]
    assert found[0].score == pytest.approx(bm25(2, 5, average, 2, 4), rel=1e-5)
    assert found[1].score == pytest.approx(bm25(1, 3, average, 2, 4), rel=1e-5)


def test_a_passage_that_shares_no_term_is_never_found(build: Builder) -> None:
    index = build(TEXTS, ["en"] * 4)
    assert index.search("zeppelin", 5) == ()
    assert index.search("the of at", 5) == ()
    assert index.search("", 5) == ()
    assert index.search("harbour", 0) == ()


def test_given_rows_are_scored_in_their_order(build: Builder) -> None:
    index = build(TEXTS, ["en"] * 4)
    by_row = {s.row: s.score for s in index.search("travel harbour", 5)}
    np.testing.assert_allclose(index.scores("travel harbour", [3, 2, 0, 2]), [0, by_row[2], by_row[0], by_row[2]], atol=1e-6)
    assert index.scores("harbour", []).shape == (0,)


def test_equal_scores_are_ordered_by_row_and_cut_there(build: Builder) -> None:
    index = build(["harbour"] * 9 + ["ferry"], ["en"] * 10)
    assert [s.row for s in index.search("harbour", 4)] == [0, 1, 2, 3]


def test_document_frequencies_count_passages(build: Builder) -> None:
    index = build(TEXTS, ["en"] * 4)
    terms = index.terms("Harbours of zeppelins, dogs")
    assert index.document_frequency(terms) == {"harbour": 2, "zeppelin": 0, "dog": 1}
    assert index.size == 4


def test_a_question_is_stemmed_in_every_language_of_the_index(build: Builder) -> None:
    index = build(
        ["Договор о партнёрстве подписан.", "The agreements were signed.", "Sözleşmeler imzalandı."], ["ru", "en", "tr"]
    )
    assert [s.row for s in index.search("договоры", 5)] == [0]
    assert [s.row for s in index.search("agreement", 5)] == [1]
    assert [s.row for s in index.search("sozlesme", 5)] == [2]


def test_texts_without_a_single_term_are_an_index_that_finds_nothing(build: Builder) -> None:
    index = build(["", "the of"], [None, None])
    assert index.size == 2
    assert index.search("harbour", 5) == ()
    assert list(index.scores("harbour", [0, 1])) == [0.0, 0.0]


def test_only_allowed_rows_are_found_and_their_scores_are_what_they_were(build: Builder) -> None:
    index = build(TEXTS, ["en"] * 4)
    everything = {s.row: s.score for s in index.search("harbour opens", 5)}
    found = index.search("harbour opens", 5, np.array([False, True, True, True]))
    assert {s.row: s.score for s in found} == {1: everything[1]}
    assert index.search("harbour", 5, np.zeros(4, dtype=bool)) == ()
