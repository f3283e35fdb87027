"""What every vector index must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.index.engines import MilvusEngine
from rag.index.inverted import InvertedVectors, open_vectors
from rag.index.vectors import FlatVectors, VectorIndex
from rag.models.embedder import Vectors
from tests.milvus import milvus_engine, recipe, unit

Builder = Callable[[Vectors], VectorIndex]
BUILDERS: dict[str, Builder] = {"flat": FlatVectors.build, "inverted": InvertedVectors.build}
KINDS = [*((kind, stored) for kind in BUILDERS for stored in (False, True)), ("milvus", True)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusEngine]:
    with milvus_engine(tmp_path_factory.mktemp("milvus")) as made:
        yield made


@pytest.fixture(params=KINDS, ids=str)
def build(request: pytest.FixtureRequest, tmp_path: Path) -> Builder:
    kind, stored = request.param
    if kind == "milvus":
        milvus: MilvusEngine = request.getfixturevalue("engine")

        def in_a_collection(vectors: Vectors) -> VectorIndex:
            folder = tmp_path / str(len(list(tmp_path.iterdir())))
            folder.mkdir()
            texts = [""] * len(vectors)
            return milvus.build(folder, vectors, texts, [None] * len(vectors), recipe(vectors.shape[1]))[0]

        return in_a_collection

    def through_a_file(vectors: Vectors) -> VectorIndex:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.safetensors"
        BUILDERS[kind](vectors).write(path)
        return open_vectors(path, size=len(vectors), dimension=vectors.shape[1])

    return through_a_file if stored else BUILDERS[kind]


def test_scores_are_cosines_and_the_best_come_first(build: Builder) -> None:
    vectors, query = unit(50), unit(1, seed=8)[0]
    found = build(vectors).search(query, 10)
    exact = vectors @ query
    assert [s.row for s in found] == list(np.argsort(-exact)[:10])
    np.testing.assert_allclose([s.score for s in found], np.sort(exact)[::-1][:10], atol=1e-6)


def test_more_than_there_is_gives_all(build: Builder) -> None:
    index = build(unit(3))
    assert len(index.search(unit(1)[0], 10)) == 3
    assert index.search(unit(1)[0], 0) == ()


def test_equal_scores_are_ordered_by_row(build: Builder) -> None:
    one = unit(1)
    assert [s.row for s in build(np.repeat(one, 5, axis=0)).search(one[0], 5)] == [0, 1, 2, 3, 4]


def test_given_rows_are_scored_in_their_order(build: Builder) -> None:
    vectors, query = unit(20), unit(1, seed=9)[0]
    np.testing.assert_allclose(build(vectors).scores(query, [7, 3, 7]), vectors[[7, 3, 7]] @ query, atol=1e-6)
    assert build(vectors).scores(query, []).shape == (0,)


def test_every_vector_comes_back_to_the_bit(build: Builder) -> None:
    vectors = unit(20)
    index = build(vectors)
    assert (index.size, index.dimension) == (20, 8)
    assert np.array_equal(index.all(), vectors)
    assert np.array_equal(index.at([7, 3, 7]), vectors[[7, 3, 7]])


def test_an_empty_index_finds_nothing(build: Builder) -> None:
    index = build(unit(0))
    assert index.size == 0
    assert index.search(unit(1)[0], 5) == ()
    assert index.all().shape == (0, 8)


def test_a_vector_of_another_width_is_refused(build: Builder) -> None:
    with pytest.raises(ValueError, match="9 dimensions"):
        build(unit(3)).search(unit(1, dimension=9)[0], 2)


def test_only_allowed_rows_are_found_and_as_many_as_asked_for(build: Builder) -> None:
    vectors, query = unit(50), unit(1, seed=8)[0]
    allowed = np.arange(50) % 7 == 3
    found = build(vectors).search(query, 5, allowed)
    rows = np.flatnonzero(allowed)
    assert [s.row for s in found] == rows[np.argsort(-(vectors[rows] @ query))][:5].tolist()
    np.testing.assert_allclose([s.score for s in found], np.sort(vectors[rows] @ query)[::-1][:5], atol=1e-6)
    assert build(vectors).search(query, 5, np.zeros(50, dtype=bool)) == ()
