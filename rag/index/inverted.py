"""The dense side of a large index: vectors in cells, of which a question looks at the nearest.

Each vector lies in the cell of its nearest centroid, a byte a dimension (an inverted file with scalar quantisation). A question
scans the cells of its nearest centroids and compares the best of those again, exactly, with the vectors themselves. FAISS
trains and scans; the file is ours, plain arrays that stay on the disk until they are touched: FAISS' own reader takes damaged
files without complaint (a third of one-byte mutants), and here it gets nothing but pointers into arrays whose bounds were
checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index import arrays
from rag.index.arrays import Array
from rag.index.scored import Mask, Scored
from rag.index.vectors import ROWS, FlatVectors, VectorIndex, one_row
from rag.models.embedder import Vectors

EXACT = 50_000
"""Vectors up to which all are compared, and rows that a filter may leave for the same: 4 to 5 ms of processor."""
PROBED = 16
"""One in how many cells a question looks into."""
LEAST_PROBED = 16
"""Cells at least. Of 60,000 vectors grown from abstracts (``bench/scale.py``) in 128 cells: 8 find .978 of the hundred nearest
in 0.6 ms of processor, 16 find .995 in 0.8 ms, 32 find 1.00 in 1.3 ms; all three find the ten nearest. Every vector: 4.7 ms."""
AGAIN = 2
"""How many times as many rows as asked for are compared exactly."""
SAMPLE = 40
"""Vectors a cell that its centroid is found from."""
BLOCK = 16_384
CELLS = {"centroids": np.float32, "edges": np.int64, "ids": np.int64, "codes": np.uint8, "ranges": np.float32}


class InvertedVectors:
    """An index that answers from the cells nearest to a question, and by row from the vectors themselves."""

    exact = False

    def __init__(self, flat: FlatVectors, cells: dict[str, Array]) -> None:
        self._flat = flat
        self._cells = cells
        self._centroids, self._edges, self._ids, self._codes, self._ranges = (cells[name] for name in CELLS)

    @classmethod
    def build(cls, vectors: Vectors) -> InvertedVectors:
        """An index over unit rows, shape (n, dimension), which may be mapped: they are gone through in blocks."""
        flat = FlatVectors.build(vectors)
        return cls(flat, _cells(flat.all()))

    @classmethod
    def of(cls, stored: dict[str, Array], *, size: int, dimension: int) -> InvertedVectors:
        """The index in the arrays of a file.

        Raises:
            IndexDamaged: they do not fit each other.
        """
        flat = FlatVectors.of(stored, size=size, dimension=dimension)
        edges = stored.get("edges")
        cells = len(edges) - 1 if edges is not None else 0
        shapes = {"centroids": (cells, dimension), "edges": (cells + 1,), "ids": (size,), "codes": (size, dimension)}
        shapes["ranges"] = (2 * dimension,)
        sound = all(n in stored and stored[n].shape == shapes[n] and stored[n].dtype == t for n, t in CELLS.items())
        if not sound or edges is None or edges[0] != 0 or edges[-1] != size or bool((np.diff(edges) < 0).any()):
            raise _damaged("has cells that do not fit its vectors")
        return cls(flat, {name: stored[name] for name in CELLS})

    @property
    def size(self) -> int:
        """How many vectors are in."""
        return self._flat.size

    @property
    def dimension(self) -> int:
        """How wide they are."""
        return self._flat.dimension

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The nearest rows that were met, with exact cosines; equal ones by row. No row outside ``allowed`` is among them. A
        filter that leaves at most :data:`EXACT` rows has all of those compared; of one that leaves more, as many are met as
        without a filter."""
        one = one_row(vector, self.dimension)
        left = self.size if allowed is None else int(np.count_nonzero(allowed))
        if min(k, left) < 1:
            return ()
        if allowed is not None and left <= EXACT:
            return self._flat.search(one, k, allowed)
        cells = len(self._centroids)
        probed = min(cells, max(LEAST_PROBED, cells // PROBED) * self.size // left)
        met = self._scan(one, probed, AGAIN * k, allowed)
        if len(met) < min(k, left):  # the cells were too empty
            met = self._scan(one, cells, AGAIN * k, allowed)
        scores = self._flat.scores(one, met)
        order = np.lexsort((met, -scores))[:k]
        return tuple(Scored(int(met[n]), float(scores[n])) for n in order)

    def scores(self, vector: Vectors, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The cosine of ``vector`` with each of ``rows``, in their order, exactly."""
        return self._flat.scores(vector, rows)

    def at(self, rows: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """The vectors of ``rows``."""
        return self._flat.at(rows)

    def all(self) -> Vectors:
        """Every vector, as it was given."""
        return self._flat.all()

    def write(self, path: Path) -> None:
        """A file of the vectors and their cells."""
        arrays.write(path, {ROWS: self._flat.all()} | self._cells, {})

    def _scan(self, one: Vectors, probed: int, k: int, allowed: Mask | None) -> NDArray[np.int64]:
        """The rows of the ``k`` best codes in the ``probed`` nearest cells."""
        import faiss

        nearest = _inner_order(self._centroids, one)[:probed]
        scores, found = np.full(k, -np.inf, dtype=np.float32), np.full(k, -1, dtype=np.int64)
        heap = faiss.swig_ptr(scores), faiss.swig_ptr(found)
        scanner = self._quantizer.select_InvertedListScanner(faiss.METRIC_INNER_PRODUCT, None, False, None, False)
        scanner.set_query(faiss.swig_ptr(one))
        for cell in nearest.tolist():
            begin, end = int(self._edges[cell]), int(self._edges[cell + 1])
            ids, codes = self._ids[begin:end], self._codes[begin:end]
            if allowed is not None:
                chosen = allowed.take(ids, mode="clip")  # a damaged id beyond the end is found below
                ids, codes = ids[chosen], codes[chosen]
            if len(ids):
                scanner.set_list(cell, 0.0)
                scanner.scan_codes(len(ids), faiss.swig_ptr(codes), faiss.swig_ptr(ids), *heap, k)
        met = found[found >= 0]
        if len(met) and int(met.max()) >= self.size:
            raise _damaged("names vectors that it does not have")
        return met

    @cached_property
    def _quantizer(self) -> Any:
        return _quantizer(self.dimension, self._ranges)


def build_vectors(vectors: Vectors) -> VectorIndex:
    """The index over unit rows that fits their number."""
    return FlatVectors.build(vectors) if len(vectors) <= EXACT else InvertedVectors.build(vectors)


def open_vectors(path: Path, *, size: int, dimension: int) -> VectorIndex:
    """Map the file that ``write`` of either index wrote; nothing of it is read but its header.

    Raises:
        IndexDamaged: it does not hold ``size`` vectors of ``dimension``, or not as an index.
    """
    stored, _ = arrays.open_arrays(path)
    kind = InvertedVectors if CELLS.keys() & stored.keys() else FlatVectors
    return kind.of(stored, size=size, dimension=dimension)


def _cells(rows: Vectors) -> dict[str, Array]:
    """Centroids, and the rows cell by cell: where each cell begins (``edges``), the rows in it and their codes."""
    import faiss

    size, dimension = rows.shape
    cells = 1 << round(np.log2(max(size, 1)) / 2)  # the power of two nearest to the square root
    if not size:
        centroids, ranges = np.zeros((1, dimension), np.float32), np.zeros(2 * dimension, np.float32)
        return dict(zip(CELLS, (centroids, np.zeros(2, np.int64), *_nothing(dimension), ranges), strict=True))
    sample = np.ascontiguousarray(rows[np.linspace(0, size - 1, min(size, SAMPLE * cells)).astype(np.int64)])
    kmeans = faiss.Kmeans(dimension, cells, niter=10, spherical=True, min_points_per_centroid=1, seed=1)
    kmeans.train(sample)
    quantizer = faiss.ScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit)
    quantizer.train(sample)
    home, codes = np.empty(size, np.int64), np.empty((size, dimension), np.uint8)
    for begin in range(0, size, BLOCK):
        block = np.ascontiguousarray(rows[begin : begin + BLOCK])
        home[begin : begin + BLOCK] = kmeans.index.search(block, 1)[1][:, 0]
        codes[begin : begin + BLOCK] = quantizer.compute_codes(block)
    ids = np.argsort(home, kind="stable").astype(np.int64)
    edges = np.concatenate([[0], np.cumsum(np.bincount(home, minlength=cells))]).astype(np.int64)
    ranges = faiss.vector_to_array(quantizer.trained)
    return dict(zip(CELLS, (np.asarray(kmeans.centroids), edges, ids, codes[ids], ranges), strict=True))


def _nothing(dimension: int) -> tuple[Array, Array]:
    return np.zeros(0, np.int64), np.zeros((0, dimension), np.uint8)


def _quantizer(dimension: int, ranges: Array) -> Any:
    """FAISS' quantizer of a byte a dimension, each over its own range."""
    import faiss

    made = faiss.ScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit)
    faiss.copy_array_to_vector(np.array(ranges, dtype=np.float32), made.trained)
    return made


def _inner_order(centroids: Vectors, one: Vectors) -> NDArray[np.int64]:
    return np.argsort(-np.einsum("ij,j->i", centroids, one), kind="stable")


def _damaged(what: str) -> IndexDamaged:
    return IndexDamaged(f"The vector index {what}.", remedy="Run charterqa index.")
