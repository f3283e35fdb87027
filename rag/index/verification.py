"""Whether the files of a generation are as they were published: quickly when one is opened, to the last byte when asked.

A manifest has the size, the time of the last change and the hash of every file. An index is opened at every command, and
hashing gigabytes each time would be most of the wait: a file that has its size and its time is taken for the one that was
published, and one that has not is hashed. ``charterqa check``, a rollback and every run of ``charterqa index`` hash them all.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from rag.errors import IndexDamaged
from rag.index.manifest import LARGEST, MANIFEST, REMEDY, FileEntry, Manifest, generation_id

SECOND = 1_000_000_000


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the generation in ``folder``, after its hash was found to be the one in the folder's name."""
    stored = _read(folder, MANIFEST, LARGEST)
    number, _, _ = folder.name.partition("-")
    if not number.isdecimal() or generation_id(int(number), stored) != folder.name:
        raise _other(folder, MANIFEST)
    return Manifest.from_bytes(stored)


def read_verified(folder: Path, manifest: Manifest, name: str) -> bytes:
    """The bytes of one small file, after its size and hash were compared with the manifest."""
    entry = manifest.entry(name)
    stored = _read(folder, name, entry.size)
    if len(stored) != entry.size or hashlib.sha256(stored).hexdigest() != entry.sha256:
        raise _other(folder, name)
    return stored


def verify(folder: Path, manifest: Manifest, name: str, *, whole: bool) -> None:
    """Compare one file with the manifest: its size and time, and its hash where those differ or it is to be read ``whole``.

    Raises:
        IndexDamaged: it is missing, cannot be read or is not the one that was published.
    """
    entry = manifest.entry(name)
    try:
        found = (folder / name).stat()
        same = found.st_size == entry.size
        if same and (whole or not _unchanged(entry, found.st_mtime_ns)):
            with (folder / name).open("rb") as stream:
                same = hashlib.file_digest(stream, "sha256").hexdigest() == entry.sha256
    except OSError as error:
        raise _unreadable(folder, name, error) from error
    if not same:
        raise _other(folder, name)


def restore_times(folder: Path, manifest: Manifest) -> None:
    """Give every file the time it was published with, where this process may: a copy then opens as fast as the original. Only
    for a generation that was verified whole."""
    for entry in manifest.files:
        path = folder / entry.name
        with contextlib.suppress(OSError):
            found = path.stat()
            if not _unchanged(entry, found.st_mtime_ns):
                os.utime(path, ns=(found.st_atime_ns, entry.changed_ns))


def _unchanged(entry: FileEntry, changed_ns: int) -> bool:
    """Archives and some file systems keep whole seconds only."""
    return changed_ns in (entry.changed_ns, entry.changed_ns // SECOND * SECOND)


def _read(folder: Path, name: str, at_most: int) -> bytes:
    try:
        with (folder / name).open("rb") as stream:
            return stream.read(at_most + 1)
    except OSError as error:
        raise _unreadable(folder, name, error) from error


def _other(folder: Path, name: str) -> IndexDamaged:
    return IndexDamaged(f"{folder.name}/{name} is not as it was published.", remedy=REMEDY)


def _unreadable(folder: Path, name: str, error: OSError) -> IndexDamaged:
    if isinstance(error, FileNotFoundError):
        return IndexDamaged(f"{folder.name}/{name} of the index is missing.", remedy=REMEDY)
    return IndexDamaged(f"{folder.name}/{name} of the index cannot be read: {error.strerror}.", remedy=REMEDY)
