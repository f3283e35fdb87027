"""Named arrays in one file that is mapped into memory rather than read: only what a question touches is ever loaded.

The file is a safetensors file: a header of JSON between its length and the arrays, which lie one behind the other. It is read
and written here because the library's reader copies, and its writer begins the arrays at any eighth byte. Nothing in it is
executed, and an array is where its shape says or the file is refused.
"""

from __future__ import annotations

import json
import math
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged

TYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "I32": np.dtype("<i4"), "I64": np.dtype("<i8"), "U8": np.dtype("u1")}
NAMES = {dtype: name for name, dtype in TYPES.items()}
REMEDY = "Run charterqa index."
LARGEST_HEADER = 1 << 20
ALIGNMENT = 64
"""Bytes: a cache line, so that vector instructions never straddle one at the start of an array."""
ABOUT = "__metadata__"

Array = NDArray[Any]


def write(path: Path, arrays: Mapping[str, Array], about: Mapping[str, str]) -> None:
    """Write a new file of ``arrays`` (float32, int32, int64 or uint8; they may be mapped themselves) and ``about`` them."""
    ordered = sorted(arrays.items(), key=lambda pair: -pair[1].itemsize)  # each then begins where its type wants to
    header: dict[str, Any] = {ABOUT: dict(about)}
    end = 0
    for name, array in ordered:
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": NAMES[array.dtype.newbyteorder("<")], "shape": array.shape, "data_offsets": [begin, end]}
    packed = json.dumps(header, ensure_ascii=False).encode("utf-8")
    packed += b" " * (-(8 + len(packed)) % ALIGNMENT)
    with path.open("xb") as stream:
        stream.write(len(packed).to_bytes(8, "little"))
        stream.write(packed)
        for _, array in ordered:
            np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tofile(stream)


def open_arrays(path: Path) -> tuple[dict[str, Array], dict[str, str]]:
    """Map what :func:`write` wrote: the arrays, which cannot be written to, and what was said about them.

    Raises:
        IndexDamaged: it is not such a file, or its size is not what its header says.
    """
    try:
        with path.open("rb") as stream:
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        length = int.from_bytes(mapped[:8], "little")
        if not 0 < length <= min(LARGEST_HEADER, len(mapped) - 8):
            raise ValueError("the length of its header")
        header = json.loads(mapped[8 : 8 + length].decode("utf-8"))
        about = {str(key): str(value) for key, value in header.pop(ABOUT).items()}
        found: dict[str, Array] = {}
        end = 0
        for name, said in sorted(header.items(), key=lambda pair: pair[1]["data_offsets"]):
            dtype, shape = TYPES[said["dtype"]], tuple(map(int, said["shape"]))
            count = math.prod(shape)
            if min(shape, default=0) < 0 or said["data_offsets"] != [end, end + count * dtype.itemsize]:
                raise ValueError(f"the place of {name}")
            found[name] = np.frombuffer(mapped, dtype, count, 8 + length + end).reshape(shape)
            end += count * dtype.itemsize
        if 8 + length + end != len(mapped):
            raise ValueError("its size")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise IndexDamaged(
            f"{path.parent.name}/{path.name} of the index is no file of arrays: {error}.", remedy=REMEDY
        ) from error
    return found, about
