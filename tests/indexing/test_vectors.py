"""Vectors as they lie in a file, and the cells in which a large index looks for the nearest."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamaged
from rag.index.arrays import Array, open_arrays, write
from rag.index.inverted import EXACT, InvertedVectors, build_vectors, open_vectors
from rag.index.vectors import FlatVectors
from rag.models.embedder import Vectors

ROWS, DIMENSION = 4000, 32


def clustered(rows: int, *, seed: int = 1, width: int = DIMENSION) -> Vectors:
    """Unit vectors around a hundred themes, as passages lie around what they are about."""
    dice = np.random.default_rng(seed)
    themes = np.random.default_rng(0).standard_normal((100, width))
    made = themes[dice.integers(0, 100, rows)] + 0.7 * dice.standard_normal((rows, width))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def inverted() -> InvertedVectors:
    return InvertedVectors.build(clustered(ROWS))


@pytest.fixture
def path(inverted: InvertedVectors, tmp_path: Path) -> Path:
    inverted.write(tmp_path / "vectors.safetensors")
    return tmp_path / "vectors.safetensors"


def changed(path: Path, change: Callable[[dict[str, Array]], object]) -> Path:
    arrays, about = open_arrays(path)
    change(arrays)
    path.unlink()
    write(path, arrays, about)
    return path


def rows_of(found: tuple[object, ...]) -> list[int]:
    return [s.row for s in found]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("size", "dimension"), [(ROWS + 1, DIMENSION), (ROWS - 1, DIMENSION), (ROWS, 8), (2 * ROWS, 8), (0, DIMENSION)]
)
@pytest.mark.parametrize("kind", [FlatVectors, InvertedVectors])
def test_other_counts_than_promised_are_refused(
    tmp_path: Path, kind: type[FlatVectors] | type[InvertedVectors], size: int, dimension: int
) -> None:
    kind.build(clustered(ROWS)).write(tmp_path / "vectors")
    with pytest.raises(IndexDamaged, match=f"{size} vectors of {dimension} dimensions"):
        open_vectors(tmp_path / "vectors", size=size, dimension=dimension)


def test_a_small_index_is_exact_and_a_large_one_has_cells() -> None:
    assert build_vectors(clustered(100)).exact
    assert build_vectors(clustered(EXACT, width=4)).exact
    assert not build_vectors(clustered(EXACT + 1, width=4)).exact


def test_nearly_all_of_the_nearest_are_found_with_exact_scores(inverted: InvertedVectors) -> None:
    vectors, questions = clustered(ROWS), clustered(100, seed=2)
    flat = FlatVectors.build(vectors)
    met = 0
    for question in questions:
        found = inverted.search(question, 10)
        assert [s.score for s in found] == inverted.scores(question, rows_of(found)).tolist()
        met += len(set(rows_of(found)) & set(rows_of(flat.search(question, 10))))
    assert met / 1000 >= 0.95


def test_a_filter_is_kept_and_filled(inverted: InvertedVectors) -> None:
    vectors, question = clustered(ROWS), clustered(1, seed=3)[0]
    for left in (1, 7, 300, ROWS):
        allowed = np.zeros(ROWS, dtype=bool)
        allowed[np.random.default_rng(left).permutation(ROWS)[:left]] = True
        found = inverted.search(question, 10, allowed)
        assert rows_of(found) == rows_of(FlatVectors.build(vectors).search(question, 10, allowed))


def test_a_filter_that_leaves_much_of_a_large_index_is_kept_and_filled() -> None:
    rows = EXACT + 10_000
    index, questions = InvertedVectors.build(clustered(rows, width=8)), clustered(5, seed=4, width=8)
    allowed = np.arange(rows) % 10 != 3
    for question in questions:
        found = rows_of(index.search(question, 50, allowed))
        assert len(set(found)) == 50
        assert allowed[found].all()
    best = FlatVectors.build(index.all())
    met = sum(len(set(rows_of(index.search(q, 10, allowed))) & set(rows_of(best.search(q, 10, allowed)))) for q in questions)
    assert met >= 45


def test_more_than_the_nearest_cells_hold_are_found_all_the_same(inverted: InvertedVectors) -> None:
    assert len(inverted.search(clustered(1, seed=5)[0], ROWS)) == ROWS


WRONG: dict[str, Callable[[dict[str, Array]], object]] = {
    "an array is missing": lambda a: a.pop("codes"),
    "a code is missing": lambda a: a.update(codes=a["codes"][:-1]),
    "ids of another type": lambda a: a.update(ids=a["ids"].astype(np.int32)),
    "cells that go backwards": lambda a: a.update(edges=np.concatenate([[0], a["edges"][-2:0:-1], a["edges"][-1:]])),
    "cells that end too late": lambda a: a.update(edges=a["edges"] + (a["edges"] == ROWS)),
    "a cell too many": lambda a: a.update(edges=np.append(a["edges"], ROWS)),
    "narrower centroids": lambda a: a.update(centroids=np.ascontiguousarray(a["centroids"][:, :8])),
    "ranges of another width": lambda a: a.update(ranges=a["ranges"][:-1]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_cells_that_do_not_fit_are_refused(path: Path, wrong: str) -> None:
    with pytest.raises(IndexDamaged, match="vector index"):
        open_vectors(changed(path, WRONG[wrong]), size=ROWS, dimension=DIMENSION)


def test_damage_that_opening_does_not_see_ends_in_one_line_or_in_rows_that_exist(path: Path) -> None:
    """Ids and codes are not read when an index is opened; whatever stands in them, nothing outside the file is touched."""
    dice = np.random.default_rng(9)
    allowed = dice.random(ROWS) < 0.9
    for name in ("ids", "codes", "ranges", "centroids"):

        def scramble(arrays: dict[str, Array], name: str = name) -> None:
            whole = arrays[name].copy()
            flat = whole.reshape(-1).view(np.uint8)
            flat[dice.integers(0, len(flat), len(flat) // 3)] = dice.integers(0, 256, len(flat) // 3)
            arrays[name] = whole

        broken = open_vectors(changed(path, scramble), size=ROWS, dimension=DIMENSION)
        for question in clustered(20, seed=6):
            for mask in (None, allowed):
                try:
                    found = broken.search(question, 10, mask)
                except IndexDamaged as error:
                    assert "charterqa index" in error.remedy
                else:
                    assert all(0 <= s.row < ROWS for s in found)


def test_an_index_is_opened_without_faiss_and_its_vectors_are_compared_by_it(tmp_path: Path) -> None:
    FlatVectors.build(clustered(20)).write(tmp_path / "vectors")
    code = (
        "import sys; from pathlib import Path; from rag.index.inverted import open_vectors\n"
        f"index = open_vectors(Path(sys.argv[1]), size=20, dimension={DIMENSION})\n"
        "print('faiss' in sys.modules, len(index.search(index.all()[3], 5)), 'faiss' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code, tmp_path / "vectors"], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "5", "True"]
