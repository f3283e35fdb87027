"""Vectors that were computed but not published yet, so that a killed run goes on where it stopped.

An append-only file of fixed-size records (key, vector, CRC-32), one file per model. A record that a crash cut short or that
was damaged is dropped with everything behind it. Publication removes the journal, whose vectors are in the index by then.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.models.embedder import ModelIdentity, Vectors

PREFIX = ".journal-"


class Journal:
    """The journal of one model in ``folder``."""

    def __init__(self, folder: Path, model: ModelIdentity) -> None:
        self._path = folder / f"{PREFIX}{model.fingerprint[:16]}-{model.dimension}"
        self._record = np.dtype([("key", "V32"), ("vector", "<f4", (model.dimension,)), ("crc", "<u4")])
        self._dimension = model.dimension

    def read(self) -> dict[bytes, Vectors]:
        """Every vector that is whole, by its key; the file is cut back to those."""
        if not self._path.is_file():
            return {}
        stored = self._path.read_bytes()
        whole = len(stored) // self._record.itemsize
        records = np.frombuffer(stored, dtype=self._record, count=whole)
        found: dict[bytes, Vectors] = {}
        good = 0
        for record in records:
            if zlib.crc32(record["key"].tobytes() + record["vector"].tobytes()) != int(record["crc"]):
                break
            found[record["key"].tobytes()] = record["vector"]
            good += 1
        if good * self._record.itemsize != len(stored):
            with self._path.open("rb+") as stream:
                stream.truncate(good * self._record.itemsize)
        return found

    def append(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Add vectors, shape (keys, dimension). They survive the death of this process from here on."""
        records = np.zeros(len(keys), dtype=self._record)
        for n, (key, vector) in enumerate(zip(keys, vectors, strict=True)):
            records[n] = (key, vector, zlib.crc32(key + vector.astype("<f4").tobytes()))
        with self._path.open("ab") as stream:
            stream.write(records.tobytes())


def clear(folder: Path) -> None:
    """Remove every journal in ``folder``."""
    for path in folder.glob(f"{PREFIX}*"):
        path.unlink(missing_ok=True)
