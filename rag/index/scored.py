"""A row of the index with its score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
"""Which rows may be found, shape (rows,)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """``row`` numbers the passages of one generation from 0; ``score`` is a cosine or a BM25 sum."""

    row: int
    score: float


def best(scores: NDArray[np.float32], k: int, *, above: float | None = None) -> tuple[Scored, ...]:
    """The ``k`` highest of ``scores`` (one per row), highest first, equal ones by row; only those ``above``, where given."""
    k = min(k, len(scores))
    if k < 1:
        return ()
    # Everything at or above the k-th score, so that a tie at the edge is decided by the row and not by the partition.
    edge = np.partition(scores, len(scores) - k)[len(scores) - k]
    rows = np.flatnonzero(scores >= edge if above is None else (scores >= edge) & (scores > above))
    order = rows[np.argsort(-scores[rows], kind="stable")][:k]
    return tuple(Scored(int(row), float(scores[row])) for row in order)
