"""The canonical text: fixed once at load, hashed, and the frame in which every offset counts.

Canonical means Unicode NFC, ``\\n`` for every line ending, no byte-order mark, no NUL and no lone surrogate, and no blank lines
at either end. Nothing else is touched: what a person reads in the file is what is quoted.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_IMPOSSIBLE = re.compile("[\x00\ufeff\ud800-\udfff]")
_BLANK_START = re.compile(r"\A(?:[^\S\n]*\n)+")


def canonical(text: str) -> str:
    """The canonical form of ``text``. Idempotent: ``canonical(canonical(t)) == canonical(t)``."""
    text = _NEWLINES.sub("\n", _IMPOSSIBLE.sub("", text))
    # removing a character can bring a base and its accent together, so composing comes last
    return _BLANK_START.sub("", unicodedata.normalize("NFC", text)).rstrip()


def sha256(text: str) -> str:
    """The hash a document is known by: SHA-256 of the UTF-8 bytes, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
