"""The dense side in Milvus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.index import arrays
from rag.index.inverted import EXACT
from rag.index.milvus.collection import DENSE, Collection, within
from rag.index.scored import Mask, Scored
from rag.index.vectors import FlatVectors, one_row
from rag.models.embedder import Vectors

COLLECTION = "collection"
AGAIN = 2
"""How many times as many rows as asked for are looked at, so that equal ones at the edge are taken by row."""


class MilvusVectors:
    """Milvus finds the candidates; their cosines are computed here from the vectors themselves, and so are the same to the bit
    as without it."""

    def __init__(self, collection: Collection, size: int, dimension: int) -> None:
        self._collection = collection
        self._size = size
        self._dimension = dimension

    @property
    def size(self) -> int:
        """How many vectors are in."""
        return self._size

    @property
    def dimension(self) -> int:
        """How wide they are."""
        return self._dimension

    @property
    def exact(self) -> bool:
        """Whether Milvus was told to look at every vector."""
        return self._size <= EXACT

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The nearest rows; equal ones by row."""
        one = one_row(vector, self._dimension)
        if min(k, self._size) < 1 or (allowed is not None and not allowed.any()):
            return ()
        found = self._collection.search(DENSE, one, min(AGAIN * k, self._size), within(allowed))
        rows = np.array(sorted(found), dtype=np.int64)
        scores = self.scores(one, rows)
        return tuple(Scored(int(rows[n]), float(scores[n])) for n in np.lexsort((rows, -scores))[:k])

    def scores(self, vector: Vectors, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of ``vector`` with each of ``rows``, in their order, exactly."""
        found = FlatVectors.build(self.at(rows))
        return found.scores(vector, range(found.size))

    def at(self, rows: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """The vectors of ``rows``."""
        return self._collection.vectors(np.asarray(rows, dtype=np.int64), self._dimension)

    def all(self) -> Vectors:
        """Every vector: all of them come over the network."""
        return self.at(range(self._size))

    def write(self, path: Path) -> None:
        """A file that says which collection has the vectors."""
        arrays.write(path, {}, {COLLECTION: self._collection.name})
