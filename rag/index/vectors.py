"""The dense side: exact inner products over unit vectors, by FAISS. The one module that knows FAISS.

FAISS reads damaged or crafted files without complaint (a third of one-byte mutants), so its reader sees only bytes whose
checksum was verified and whose length and header agree with the counts of the manifest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index.scored import Mask, Scored, best
from rag.models.embedder import Vectors

# IndexFlatIP as FAISS writes it: "IxFI", dimension (int32), count (int64), two placeholders (int64), is_trained (byte),
# metric (int32), the number of floats (uint64), the floats.
MAGIC = b"IxFI"
HEADER = 4 + 4 + 8 + 8 + 8 + 1 + 4 + 8


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

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The nearest of the ``allowed`` rows to one unit vector, nearest first, by cosine."""
        ...

    def scores(self, vector: Vectors, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of one unit vector with each of ``rows``."""
        ...

    def all(self) -> Vectors:
        """Every vector, shape (size, dimension); not to be written to."""
        ...

    def to_bytes(self) -> bytes:
        """The index as it is stored."""
        ...


class _Rows:
    """The memory of an index as numpy sees it. An array made of it holds the index, so no view outlives what it looks at."""

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        self._index = index
        self.__array_interface__ = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).__array_interface__


class FlatVectors:
    """Every vector compared with every question: exact, and at a hundred thousand passages still a few milliseconds."""

    def __init__(self, index: faiss.IndexFlatIP) -> None:
        self._index = index
        self._rows = np.asarray(_Rows(index)).reshape(index.ntotal, index.d)

    @classmethod
    def build(cls, vectors: Vectors) -> FlatVectors:
        """An index over unit rows, shape (n, dimension)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def from_bytes(cls, stored: bytes, *, size: int, dimension: int) -> FlatVectors:
        """Read what :meth:`to_bytes` wrote, after its length and header were found to say ``size`` rows of ``dimension``.

        Raises:
            IndexDamaged: they say something else.
        """
        floats = size * dimension
        header = (
            stored[:4] == MAGIC
            and int.from_bytes(stored[4:8], "little", signed=True) == dimension
            and int.from_bytes(stored[8:16], "little", signed=True) == size
            and int.from_bytes(stored[HEADER - 8 : HEADER], "little") == floats
        )
        if not header or len(stored) != HEADER + 4 * floats:
            raise _damaged(f"does not hold {size} vectors of {dimension} dimensions")
        try:
            index = faiss.deserialize_index(np.frombuffer(stored, dtype=np.uint8))
        except RuntimeError as error:
            raise _damaged("cannot be read") from error
        # deserialize_index has downcast it already; downcasting again would leave a pointer into a freed index.
        if not isinstance(index, faiss.IndexFlatIP) or (index.ntotal, index.d) != (size, dimension):
            raise _damaged("is of another kind or size")
        return cls(index)

    @property
    def size(self) -> int:
        """How many vectors are in."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """How wide they are."""
        return int(self._index.d)

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The nearest rows; equal ones by row."""
        if min(k, self.size) < 1:
            return ()
        if allowed is not None:
            rows = np.flatnonzero(allowed)
            return tuple(Scored(int(rows[s.row]), s.score) for s in best(self.scores(vector, rows), k))
        scores, rows = self._index.search(self._one(vector), min(k, self.size))
        found = (Scored(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0)
        return tuple(sorted(found, key=lambda s: (-s.score, s.row)))

    def scores(self, vector: Vectors, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of ``vector`` with each of ``rows``, in their order."""
        return np.asarray(self._rows[np.asarray(rows, dtype=np.int64)] @ self._one(vector)[0], dtype=np.float32)

    def all(self) -> Vectors:
        """Every vector, as the index holds it."""
        return self._rows

    def to_bytes(self) -> bytes:
        """FAISS' own format."""
        return bytes(faiss.serialize_index(self._index).tobytes())

    def _one(self, vector: Vectors) -> Vectors:
        one = np.ascontiguousarray(np.asarray(vector, dtype=np.float32).reshape(1, -1))
        if one.shape[1] != self.dimension:
            raise ValueError(f"a vector of {one.shape[1]} dimensions, but the index has {self.dimension}")
        return one


def _damaged(what: str) -> IndexDamaged:
    return IndexDamaged(f"The vector index {what}.", remedy="Run charterqa index.")
