"""Plain text: find the encoding, keep every character."""

from __future__ import annotations

from charset_normalizer import from_bytes

from rag.corpus.canonical import canonical
from rag.corpus.draft import Block, Draft
from rag.corpus.lines import blocks
from rag.corpus.refusal import Unreadable

_BOMS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_SAMPLE = 256 * 1024
"""Bytes given to the detector: its time grows with the input (0.2 s here), its certainty no longer does."""
_CONTROL = frozenset(range(32)) - {9, 10, 11, 12, 13, 27, 28, 29, 30, 31}


def draft_text(data: bytes) -> Draft:
    """A draft of a plain text file."""
    text = canonical(decode(data))
    return Draft(text, tuple(Block(span) for span in blocks(text)))


def decode(data: bytes) -> str:
    """The text in ``data``: by its byte-order mark, else UTF-8, else the most likely encoding.

    Raises:
        Unreadable: the bytes are not text, or no encoding fits.
    """
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return _by(data, encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _by(data, _guess(data))
    if _is_binary(data):
        raise Unreadable("it is not text but binary data.", "Give it the suffix of its real format, or remove it.")
    return text


def _by(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise Unreadable(f"it looks like {encoding} but is not valid.", "Save it as UTF-8.") from None


def _guess(data: bytes) -> str:
    if _is_binary(data):
        raise Unreadable("it is not text but binary data.", "Give it the suffix of its real format, or remove it.")
    best = from_bytes(data[:_SAMPLE]).best()
    if best is None:
        raise Unreadable("its encoding cannot be told.", "Save it as UTF-8.")
    return best.encoding


def _is_binary(data: bytes) -> bool:
    """More than one control character in a thousand bytes: no text encoding without a byte-order mark looks so."""
    sample = data[:_SAMPLE]
    return sum(sample.count(code) for code in _CONTROL) * 1000 > len(sample)
