"""What a loader hands over: a text with its blocks, before structure, sentences and language are found.

Every format becomes this one shape, so all that comes after is written once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.corpus.canonical import canonical
from rag.types import Page, Span


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list line or table row: a stripped span in which line breaks mean nothing.

    ``level`` is a heading's level as the format states it (1 is the highest), ``None`` where the format does not say that
    this is a heading. ``prose`` is false for what can never be one: table rows, code, quoted matter.
    """

    span: Span
    level: int | None = None
    prose: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """A canonical text with its blocks in order. ``title`` and ``language`` are what the file says of itself."""

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    title: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One block on its way into a text. ``tight`` pieces follow the one before on the next line, others after a blank line."""

    text: str
    level: int | None = None
    tight: bool = False
    prose: bool = True
    page: int | None = None


def draft_of(pieces: Iterable[Piece], *, title: str | None = None, language: str | None = None) -> Draft:
    """Lay the pieces out as one canonical text. Pieces that are blank are left out; page numbers must not decrease."""
    parts: list[str] = []
    blocks: list[Block] = []
    starts: list[tuple[int, int]] = []
    length = 0
    for piece in pieces:
        text = canonical(piece.text).strip()
        if not text:
            continue
        if parts:
            joint = "\n" if piece.tight else "\n\n"
            parts.append(joint)
            length += len(joint)
        if piece.page is not None and (not starts or starts[-1][0] != piece.page):
            starts.append((piece.page, length))
        blocks.append(Block(Span(length, length + len(text)), piece.level, piece.prose))
        parts.append(text)
        length += len(text)
    ends = [start for _, start in starts[1:]] + [length][: len(starts)]
    pages = tuple(Page(number, Span(start, end)) for (number, start), end in zip(starts, ends, strict=True))
    return Draft("".join(parts), tuple(blocks), pages, title, language)
