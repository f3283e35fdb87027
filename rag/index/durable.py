"""Writes that survive a crash: data reaches the disk before the name that makes it visible does."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, stored: bytes) -> None:
    """Write a new file and wait until it is on the disk."""
    with path.open("xb") as stream:
        stream.write(stored)
        stream.flush()
        os.fsync(stream.fileno())


def replace(path: Path, stored: bytes) -> None:
    """Give ``path`` new contents at once: a reader sees the old ones or the new ones, never a part."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    write(beside, stored)
    os.replace(beside, path)  # noqa: PTH105 - the atomic call by its own name
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Wait until a file that something else wrote is on the disk."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system has that notion (Windows has not)."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
