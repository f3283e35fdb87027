"""Plain text: find the encoding, keep every character."""

from __future__ import annotations

from charset_normalizer import from_bytes

from rag.corpus.refusal import Unreadable
from rag.corpus.shape.canonical import canonical
from rag.corpus.shape.draft import Block, Draft
from rag.corpus.shape.lines import blocks

_BOMS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_SAMPLE = 256 * 1024
"""Bytes given to the detector: its time grows with the input (0.2 s here), its certainty no longer does."""
_CANDIDATES = [
    "cp1251",
    "koi8_r",
    "cp866",
    "cp1250",
    "cp1253",
    "cp1255",
    "cp1256",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_jp",
    "euc_kr",
]
"""Tried before the detector's whole list, in which the Macintosh's and DOS's twins of these often win by a hair."""
_LATIN = {
    "cp1254": frozenset("çğıöşüÇĞİÖŞÜâîûÂÎÛ"),
    "cp1252": frozenset("àáâãäåæçèéêëìíîïñòóôõöøœùúûüßÿÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØŒÙÚÛÜŸ¿¡ªº"),
}
"""The detector cannot tell these from Central European; the letters that their languages do not have can."""
_SIGNS = frozenset("\u00a0€‚„…†‡‰‹›‘’“”•–—™§©«»°±·²³¼½¾®´¨")
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
    sample = data[:_SAMPLE]
    for encoding, letters in _LATIN.items():
        if _spells(sample, encoding, letters):
            return encoding
    best = from_bytes(sample, cp_isolation=_CANDIDATES).best() or from_bytes(sample).best()
    if best is None:
        raise Unreadable("its encoding cannot be told.", "Save it as UTF-8.")
    return best.encoding


def _spells(sample: bytes, encoding: str, letters: frozenset[str]) -> bool:
    """Whether a text that is mostly ASCII has, read in ``encoding``, only the further letters that its languages have."""
    text = sample.decode(encoding, "replace")
    further = {c for c in text if ord(c) > 127 and c not in _SIGNS}
    plain = sum(c.isascii() and c.isalpha() for c in text)
    # names in Turkish have many such letters; no text in another alphabet keeps to the few of them that cp1254 has
    least = 1 if encoding == "cp1254" else 2
    return bool(further) and further <= letters and plain > least * sum(c in further for c in text)


def _is_binary(data: bytes) -> bool:
    """More than one control character in a thousand bytes: no text encoding without a byte-order mark looks so."""
    sample = data[:_SAMPLE]
    return sum(sample.count(code) for code in _CONTROL) * 1000 > len(sample)
