from __future__ import annotations

import random

import numpy as np
import pytest

from rag.errors import IndexDamaged
from rag.index.vectors import HEADER, FlatVectors

ROWS, DIMENSION = 40, 16


def stored() -> bytes:
    vectors = np.random.default_rng(1).standard_normal((ROWS, DIMENSION)).astype(np.float32)
    return FlatVectors.build(vectors).to_bytes()


@pytest.mark.parametrize(
    ("size", "dimension"), [(ROWS + 1, DIMENSION), (ROWS - 1, DIMENSION), (ROWS, 8), (2 * ROWS, 8), (0, 16)]
)
def test_other_counts_than_promised_are_refused_before_faiss_parses(size: int, dimension: int) -> None:
    with pytest.raises(IndexDamaged, match=f"{size} vectors of {dimension} dimensions"):
        FlatVectors.from_bytes(stored(), size=size, dimension=dimension)


@pytest.mark.parametrize("cut", [0, 3, 4, 12, HEADER - 1, HEADER, HEADER + 1, -1, -4])
def test_a_cut_file_is_refused(cut: int) -> None:
    with pytest.raises(IndexDamaged):
        FlatVectors.from_bytes(stored()[:cut], size=ROWS, dimension=DIMENSION)


def test_a_longer_file_is_refused() -> None:
    with pytest.raises(IndexDamaged):
        FlatVectors.from_bytes(stored() + b"\0\0\0\0", size=ROWS, dimension=DIMENSION)


def test_a_changed_header_is_refused_or_changes_nothing() -> None:
    whole = stored()
    expected = FlatVectors.from_bytes(whole, size=ROWS, dimension=DIMENSION).all().copy()
    for position in range(HEADER):
        for _ in range(8):
            mutant = bytearray(whole)
            mutant[position] ^= random.Random(position).randrange(1, 256)
            try:
                read = FlatVectors.from_bytes(bytes(mutant), size=ROWS, dimension=DIMENSION)
            except IndexDamaged:
                continue
            assert 16 <= position < 33, "only FAISS' placeholders and its trained flag carry nothing"
            assert np.array_equal(read.all(), expected)
