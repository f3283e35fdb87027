from __future__ import annotations

import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamaged
from rag.index.lexical import Bm25Index


class Canary:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


Arrays = dict[str, np.ndarray]


def stored(change: Callable[[Arrays], object] = lambda arrays: None) -> bytes:
    whole = Bm25Index.build(["the harbour opens", "the ferry leaves"], ["en", "en"], k1=1.2, b=0.75).to_bytes()
    with np.load(io.BytesIO(whole), allow_pickle=False) as loaded:
        arrays = {name: loaded[name] for name in loaded.files}
    change(arrays)
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def test_it_comes_back_as_it_was() -> None:
    assert [s.row for s in Bm25Index.from_bytes(stored()).search("ferry", 3)] == [1]


WRONG: dict[str, Callable[[Arrays], object]] = {
    "an array is missing": lambda a: a.pop("data"),
    "a score is missing": lambda a: a.update(data=a["data"][:-1]),
    "scores of another type": lambda a: a.update(data=a["data"].astype(np.float64)),
    "a row beyond the last": lambda a: a.update(indices=np.full_like(a["indices"], 2)),
    "a negative row": lambda a: a.update(indices=np.full_like(a["indices"], -1)),
    "columns that go backwards": lambda a: a.update(indptr=np.concatenate([a["indptr"][:1], a["indptr"][:0:-1]])),
    "a column too many": lambda a: a.update(indptr=np.append(a["indptr"], a["indptr"][-1])),
    "no description": lambda a: a.update(about=np.frombuffer(b"{}", np.uint8)),
    "a description that is not text": lambda a: a.update(about=np.frombuffer(b"\xff", np.uint8)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_arrays_that_do_not_fit_are_refused(wrong: str) -> None:
    with pytest.raises(IndexDamaged, match="lexical index"):
        Bm25Index.from_bytes(stored(WRONG[wrong]))


@pytest.mark.parametrize("bytes_", [b"", b"PK\x03\x04", b"\x93NUMPY", b"\x80\x04."])
def test_bytes_that_are_no_index_are_refused(bytes_: bytes) -> None:
    with pytest.raises(IndexDamaged):
        Bm25Index.from_bytes(bytes_)


def test_a_pickle_inside_never_runs(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    with pytest.raises(IndexDamaged):
        Bm25Index.from_bytes(pickle.dumps(Canary(canary)))
    inside = np.array([Canary(canary)], dtype=object)
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=True, data=inside, indices=inside, indptr=inside, about=inside)
    with pytest.raises(IndexDamaged):
        Bm25Index.from_bytes(stream.getvalue())
    assert not canary.exists()
    with np.load(io.BytesIO(stream.getvalue()), allow_pickle=True) as arrays:
        _ = arrays["data"]
    assert canary.exists(), "the canary does sing when it is unpickled"
