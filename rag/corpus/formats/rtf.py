"""RTF by striprtf: paragraphs, tables and notes; pictures are not in it.

striprtf skips what stands elsewhere on the page; notes are taken out of the text first, with their marks left in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from rag.corpus.formats.pdf.footnotes import raised
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, Gap, Piece, draft_of
from rag.corpus.shape.tables import BAR, table_pieces

_OPENS = b"{\\rtf"
_PICTURE = b"\\pict"
_TOKEN = re.compile(r"\\(?:[a-zA-Z]+-?\d* ?|'..|.)|[{}]", re.DOTALL)
_ASIDE = re.compile(r"\{\s*(?:\\\*\s*)?\\(footnote|annotation|title|header[lrf]?|footer[lrf]?)(?![a-zA-Z])")
_HEAD = "\ue001"
"""Opens a paragraph that is a note."""


def draft_rtf(data: bytes) -> Draft:
    """A draft of an RTF file.

    Raises:
        Unreadable: it is no RTF.
    """
    if not data.lstrip().startswith(_OPENS):
        raise Unreadable("it is not RTF.", "Give it the suffix of its real format.")
    source = _Source(data.decode("latin-1"))
    text = _words(source.body())
    title = " ".join(_words(source.with_preamble(source.title)).split()) if source.title else None
    return draft_of(_pieces(text), title=title, gaps=_gaps(data, source))


def _words(rtf: str) -> str:
    from striprtf.striprtf import rtf_to_text

    try:
        return str(rtf_to_text(rtf, errors="replace"))
    except (ValueError, LookupError, TypeError):
        raise Unreadable("it is damaged.", "Open it and save it again, best as .docx.") from None


class _Source:
    """The source of a file, with what does not stand in the run of its text told apart."""

    def __init__(self, rtf: str) -> None:
        self.title = ""
        self.comments = 0
        self.heads = False
        self._rtf = rtf
        self._notes: list[str] = []

    def body(self) -> str:
        """The source with a mark in the place of each note, and the notes behind the text."""
        kept: list[str] = []
        at = 0
        while (found := _ASIDE.search(self._rtf, at)) is not None:
            end = _end(self._rtf, found.start())
            kept += [self._rtf[at : found.start()], self._told(found[1], self._rtf[found.end() : end - 1])]
            at = end
        kept.append(self._rtf[at:])
        text = "".join(kept)
        if not self._notes:
            return text
        close = text.rstrip().rfind("}")
        notes = "".join(rf"\par \pard {_escaped(_HEAD + raised(n))} {{{note}}}" for n, note in enumerate(self._notes, 1))
        return f"{text[:close]}{notes}\\par }}"

    def with_preamble(self, rtf: str) -> str:
        """A part of the source as a file of its own, in the character set of the whole."""
        charset = re.search(r"\\ansicpg\d+", self._rtf)
        return rf"{{\rtf1\ansi{charset[0] if charset else ''} {rtf}}}"

    def _told(self, kind: str, inside: str) -> str:
        if kind == "footnote":
            self._notes.append(inside.replace("\\chftn", "").replace("\\par", " "))
            return _escaped(raised(len(self._notes)))
        if kind == "title":
            self.title = inside
        self.comments += kind == "annotation"
        self.heads |= kind.startswith(("header", "footer")) and any(map(str.isalpha, _TOKEN.sub("", inside)))
        return ""


def _escaped(words: str) -> str:
    return "".join(rf"\u{ord(c) if ord(c) < 0x8000 else ord(c) - 0x10000}?" for c in words)


def _end(rtf: str, start: int) -> int:
    """Where the group that opens at ``start`` ends; at the end of the file where nothing closes it."""
    depth = 0
    for token in _TOKEN.finditer(rtf, start):
        depth += (token[0] == "{") - (token[0] == "}")
        if depth == 0:
            return token.end()
    return len(rtf) + 1


def _gaps(data: bytes, source: _Source) -> list[Gap]:
    gaps: list[Gap] = []
    if pictures := data.count(_PICTURE):
        gaps.append(Gap(f"{pictures} image{'s' if pictures > 1 else ''} in it not looked at.", lost=False))
    if source.heads:
        gaps.append(Gap("its headers and footers are left out.", lost=False))
    if source.comments:
        gaps.append(Gap(f"{source.comments} comment{'s' if source.comments > 1 else ''} in its margin left out.", lost=False))
    return gaps


def _pieces(text: str) -> Iterator[Piece]:
    for row, lines in groupby(text.split("\n"), key=lambda line: line.rstrip().endswith(BAR)):
        if row:
            yield from table_pieces([line.rstrip().removesuffix(BAR).split(BAR) for line in lines])
            continue
        for line in lines:
            words = " ".join(line.split())
            if words.startswith(_HEAD):
                words = words.removeprefix(_HEAD)
                yield Piece(words, prose=False, note=words.split(" ", 1)[0])
            else:
                yield Piece(words)
