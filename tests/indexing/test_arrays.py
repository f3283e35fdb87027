"""Files of arrays: what they hold comes back mapped, and a file that is not what its header says is refused."""

from __future__ import annotations

import io
import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import IndexDamaged
from rag.index.arrays import ALIGNMENT, Array, open_arrays, write

ARRAYS: dict[str, Array] = {
    "letters": np.frombuffer("köprü".encode(), np.uint8),
    "scores": np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4),
    "rows": np.arange(5, dtype=np.int32),
    "edges": np.array([0, 2**40], dtype=np.int64),
    "none": np.zeros((0, 4), dtype=np.float32),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write(tmp_path / "made.safetensors", ARRAYS, {"about": "bridges, köprü"})
    return tmp_path / "made.safetensors"


def test_arrays_come_back_as_they_were_and_cannot_be_written_to(path: Path) -> None:
    found, about = open_arrays(path)
    assert about == {"about": "bridges, köprü"}
    assert set(found) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert np.array_equal(found[name], array)
        assert not found[name].flags.writeable


def test_the_file_is_one_that_the_safetensors_library_reads(path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    found = library.load(path.read_bytes())
    assert {name: array.tolist() for name, array in found.items()} == {name: array.tolist() for name, array in ARRAYS.items()}


def test_the_arrays_begin_at_a_multiple_of_a_cache_line(path: Path) -> None:
    assert (8 + int.from_bytes(path.read_bytes()[:8], "little")) % ALIGNMENT == 0


def test_an_array_outlives_its_file(path: Path) -> None:
    found, _ = open_arrays(path)
    path.unlink()
    assert found["rows"].tolist() == [0, 1, 2, 3, 4]


def test_a_file_is_never_written_over(path: Path) -> None:
    with pytest.raises(FileExistsError):
        write(path, ARRAYS, {})


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    whole = path.read_bytes()
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    change(header)
    packed = json.dumps(header).encode()
    path.write_bytes(len(packed).to_bytes(8, "little") + packed + whole[8 + length :])


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "another type": lambda h: h["rows"].update(dtype="F64"),
    "a larger shape": lambda h: h["rows"].update(shape=[6]),
    "a negative shape": lambda h: h["scores"].update(shape=[-3, -4]),
    "a gap": lambda h: h["rows"].update(data_offsets=[h["rows"]["data_offsets"][0] + 4, h["rows"]["data_offsets"][1] + 4]),
    "an array too few": lambda h: h.pop("letters"),
    "nothing about it": lambda h: h.pop("__metadata__"),
    "offsets that are no numbers": lambda h: h["rows"].update(data_offsets=["a", "b"]),
    "a shape that is no list": lambda h: h["rows"].update(shape=None),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_header_that_does_not_fit_is_refused(path: Path, wrong: str) -> None:
    rewritten(path, WRONG[wrong])
    with pytest.raises(IndexDamaged, match=r"made\.safetensors .* charterqa index") as caught:
        open_arrays(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("stored", [b"", b"\0" * 8, b"\xff" * 64, b"PK\x03\x04", (2**40).to_bytes(8, "little") + b"{}"])
def test_bytes_that_are_no_arrays_are_refused(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / "other").write_bytes(stored)
    with pytest.raises(IndexDamaged):
        open_arrays(tmp_path / "other")


def test_a_cut_or_longer_file_is_refused(path: Path) -> None:
    whole = path.read_bytes()
    for left in (whole[:-1], whole[: len(whole) // 2], whole[:7], whole + b"\0"):
        path.write_bytes(left)
        with pytest.raises(IndexDamaged):
            open_arrays(path)


def test_a_changed_header_never_gives_an_array_outside_the_file(path: Path) -> None:
    whole, dice = path.read_bytes(), random.Random(2)
    for _ in range(500):
        mutant = bytearray(whole)
        mutant[dice.randrange(int.from_bytes(whole[:8], "little") + 8)] ^= dice.randrange(1, 256)
        path.write_bytes(mutant)
        try:
            found, _ = open_arrays(path)
        except IndexDamaged:
            continue
        assert sum(array.nbytes for array in found.values()) < len(whole)
        assert all(array.tobytes() is not None for array in found.values())


class Canary:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


def pickled(canary: Path) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array([Canary(canary)], dtype=object), allow_pickle=True)
    return stream.getvalue()


def test_a_pickle_in_its_place_never_runs(tmp_path: Path) -> None:
    canary, stored = tmp_path / "canary", tmp_path / "stored"
    stored.write_bytes(pickled(canary))
    with pytest.raises(IndexDamaged):
        open_arrays(stored)
    assert not canary.exists()
    np.load(io.BytesIO(stored.read_bytes()), allow_pickle=True)
    assert canary.exists(), "the canary does sing when it is unpickled"
