"""The dense side: unit vectors, mapped into memory, and every one of them compared with the question by FAISS.

Above :data:`EXACT` vectors :mod:`rag.index.inverted` looks only where the nearest ones should be.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index import arrays
from rag.index.arrays import Array
from rag.index.scored import Mask, Scored, best
from rag.models.embedder import Vectors

ROWS = "rows"
BLOCK = 8192
"""Rows that are gathered at a time: 12 MB of 384 dimensions."""


class VectorIndex(Protocol):
    """What a generation asks of its dense side."""

    @property
    def size(self) -> int:
        """How many vectors are in."""
        ...

    @property
    def dimension(self) -> int:
        """How wide they are."""
        ...

    @property
    def exact(self) -> bool:
        """Whether a search without a filter looks at every vector."""
        ...

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The nearest of the ``allowed`` rows to one unit vector, nearest first, by cosine."""
        ...

    def scores(self, vector: Vectors, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of one unit vector with each of ``rows``, always exact."""
        ...

    def at(self, rows: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """The vectors of ``rows``, in their order, to the bit."""
        ...

    def all(self) -> Vectors:
        """Every vector, shape (size, dimension), to the bit; not to be written to."""
        ...

    def write(self, path: Path) -> None:
        """Write the index as a new file."""
        ...


class FlatVectors:
    """Every vector compared with every question: exact, and at fifty thousand passages a few milliseconds."""

    exact = True

    def __init__(self, rows: Vectors) -> None:
        self._rows = rows

    @classmethod
    def build(cls, vectors: Vectors) -> FlatVectors:
        """An index over unit rows, shape (n, dimension)."""
        return cls(np.ascontiguousarray(vectors, dtype=np.float32))

    @classmethod
    def of(cls, stored: dict[str, Array], *, size: int, dimension: int) -> FlatVectors:
        """The index in the arrays of a file.

        Raises:
            IndexDamaged: they are not ``size`` vectors of ``dimension``.
        """
        rows = stored.get(ROWS)
        if rows is None or rows.dtype != np.float32 or rows.shape != (size, dimension):
            raise IndexDamaged(
                f"The vector index does not hold {size} vectors of {dimension} dimensions.", remedy="Run charterqa index."
            )
        return cls(rows)

    @property
    def size(self) -> int:
        """How many vectors are in."""
        return len(self._rows)

    @property
    def dimension(self) -> int:
        """How wide they are."""
        return int(self._rows.shape[1])

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The nearest rows; equal ones by row."""
        one = one_row(vector, self.dimension)
        if min(k, self.size) < 1:
            return ()
        if allowed is None:
            return best(_inner(self._rows, one), k)
        rows = np.flatnonzero(allowed)
        return tuple(Scored(int(rows[s.row]), s.score) for s in best(self.scores(one, rows), k))

    def scores(self, vector: Vectors, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of ``vector`` with each of ``rows``, in their order."""
        one, wanted = one_row(vector, self.dimension), np.asarray(rows, dtype=np.int64)
        found = np.empty(len(wanted), dtype=np.float32)
        for begin in range(0, len(wanted), BLOCK):
            found[begin : begin + BLOCK] = _inner(self._rows[wanted[begin : begin + BLOCK]], one)
        return found

    def at(self, rows: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """The vectors of ``rows``."""
        return self._rows[np.asarray(rows, dtype=np.int64)]

    def all(self) -> Vectors:
        """Every vector, as the index holds it."""
        return self._rows

    def write(self, path: Path) -> None:
        """A file of one array."""
        arrays.write(path, {ROWS: self._rows}, {})


def one_row(vector: Vectors, dimension: int) -> Vectors:
    """``vector`` as a flat array of that width, which else is a ``ValueError``."""
    row = np.ascontiguousarray(np.asarray(vector, dtype=np.float32).reshape(-1))
    if len(row) != dimension:
        raise ValueError(f"a vector of {len(row)} dimensions, but the index has {dimension}")
    return row


def _inner(rows: Vectors, one: Vectors) -> NDArray[np.float32]:
    """Inner products by FAISS, each summed in the same order wherever its row stands: equal rows get equal scores, which BLAS,
    that takes rows in groups, does not promise. It reads the rows where they are mapped."""
    import faiss  # at the first question: listing documents and opening an index do without

    given, found = np.ascontiguousarray(rows), np.empty(len(rows), dtype=np.float32)
    products = faiss.fvec_inner_products_ny  # type: ignore[attr-defined]  # its stubs leave the plain functions out
    products(faiss.swig_ptr(found), faiss.swig_ptr(one), faiss.swig_ptr(given), rows.shape[1], len(rows))
    return found
