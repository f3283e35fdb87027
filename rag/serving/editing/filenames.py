"""What a file that somebody sends may be called. A name is taken or refused, never mended: its sender would not find it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from rag.corpus.suffixes import SUFFIXES
from rag.errors import UploadError

LONGEST = 200
"""Bytes of UTF-8; file systems take 255, and a suffix of ours may follow."""
_FORBIDDEN = frozenset('/\\:*?"<>|')
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that are devices on Windows, with whatever suffix."""
_KINDS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control and format characters, such as one that turns the direction of what follows: a name is what it looks like."""
_JOINERS = frozenset("\u200c\u200d")


def acceptable(name: str) -> str:
    """``name`` in NFC, if a file may be kept under it.

    Raises:
        UploadError: it is no plain file name, or of a type that is not read.
    """
    plain = unicodedata.normalize("NFC", name)
    if problem := _problem(plain):
        raise bad_name(plain, problem)
    suffix = PurePosixPath(plain).suffix
    if suffix.lower() not in SUFFIXES:
        kind = f"files of type '{suffix}'" if suffix else "files without a suffix"
        known = ", ".join(sorted(SUFFIXES))
        name = _shown(plain)
        unread = UploadError(f"'{name}' cannot be kept: {kind} are not read.", remedy=f"What can be read: {known}.")
        raise unread.said("error.type_unread", name=name, types=known)
    return plain


def bad_name(name: str, problem: str) -> UploadError:
    """The error that a file cannot be kept under ``name``; ``problem`` says why."""
    shown = _shown(name)
    bad = UploadError(f"'{shown}' cannot be kept: {problem}.", remedy="Rename the file and send it again.")
    return bad.said("error.name_bad", name=shown)


def same_name(one: str, other: str) -> bool:
    """Whether two names are one file to some file system: in capitals or not, composed or not."""
    return _key(one) == _key(other)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _problem(name: str) -> str:
    if not name.strip():
        return "it has no name"
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST:
        return f"its name is longer than {LONGEST} bytes"
    if any(unicodedata.category(c) in _KINDS and c not in _JOINERS for c in name):
        return "its name has a character that cannot be seen"
    if _FORBIDDEN & set(name):
        return 'its name has one of / \\ : * ? " < > |'
    if name.startswith((".", "~$")) or name != name.strip() or name.endswith("."):
        return "its name begins with '.' or '~$', or ends with a space or '.'"
    if _DEVICES.fullmatch(name) or name.lower() == "sources.toml" or ".jsonl#" in name.lower():
        return "its name means something else here"
    return ""


def _shown(name: str) -> str:
    """``name`` for a message, without what a terminal or a page would obey."""
    safe = "".join(c if c.isprintable() else "\ufffd" for c in name)
    return safe if len(safe) <= 80 else f"{safe[:79]}…"
