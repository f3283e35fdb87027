"""What a loader hands over: a text with its blocks, before structure, sentences and language are found.

Every format becomes this one shape, so all that comes after is written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rag.corpus.shape.canonical import canonical
from rag.types import Page, Span

Role = Literal["header", "group", "row"]
"""What a line of a table is: it names the columns, it names the rows below it, or it is one of them."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list line or table row: a stripped span in which line breaks mean nothing.

    ``level`` is a heading's level as the format states it (1 is the highest), ``None`` where the format does not say that
    this is a heading. ``prose`` is false for what can never be one: table rows, code, footnotes. ``strong`` says that it is
    set off as headings are (all in bold) without being called one. ``role`` is for the lines of a table; ``opens`` says that it
    is the first one. ``place`` is how a citation names this row or heading where its own words do not (``Row 12``,
    ``Slide 3``); ``note`` is the mark of a footnote, whose sentences are split though it is no prose.
    """

    span: Span
    level: int | None = None
    prose: bool = True
    strong: bool = False
    role: Role | None = None
    opens: bool = False
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What of a file is not in its text: ``what`` is a sentence that names the place, ``remedy`` what mends it.

    ``lost`` is false for what is left out by rule.
    """

    what: str
    remedy: str = ""
    lost: bool = True


@dataclass(frozen=True, slots=True)
class Draft:
    """A canonical text with its blocks in order. ``title`` and ``language`` are what the file says of itself."""

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    title: str | None = None
    language: str | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """One block on its way into a text, or with ``glue`` (a space, or nothing) the rest of the block before it.

    ``tight`` blocks follow the one before on the next line, others after a blank line.
    """

    text: str
    level: int | None = None
    tight: bool = False
    prose: bool = True
    strong: bool = False
    page: int | None = None
    glue: str | None = None
    role: Role | None = None
    place: str = ""
    note: str = ""


def draft_of(
    pieces: Iterable[Piece],
    *,
    title: str | None = None,
    language: str | None = None,
    gaps: Sequence[Gap] = (),
    recognised: Mapping[int, float] | None = None,
) -> Draft:
    """Lay the pieces out as one canonical text. Pieces that are blank are left out; page numbers must not decrease.

    ``recognised`` has the confidence of the pages that were read by text recognition.
    """
    parts: list[str] = []
    blocks: list[Block] = []
    starts: list[tuple[int, int]] = []
    length = 0
    for piece in pieces:
        text = canonical(piece.text).strip()
        if not text:
            continue
        joint = ""
        if parts:
            joint = piece.glue if piece.glue is not None else "\n" if piece.tight else "\n\n"
            if not joint and canonical(parts[-1] + text) != parts[-1] + text:
                joint = " "  # an accent must not change the letter before it, whose offset is fixed
            parts.append(joint)
            length += len(joint)
        if piece.page is not None and (not starts or starts[-1][0] != piece.page):
            starts.append((piece.page, length))
        start = length
        length += len(text)
        parts.append(text)
        if piece.glue is not None and blocks:
            last = blocks.pop()
            blocks.append(replace(last, span=Span(last.span.start, length), strong=last.strong and piece.strong))
        else:
            opens = piece.role is not None and not piece.tight
            span = Span(start, length)
            blocks.append(Block(span, piece.level, piece.prose, piece.strong, piece.role, opens, piece.place, piece.note))
    ends = [start for _, start in starts[1:]] + [length][: len(starts)]
    sure = recognised or {}
    pages = tuple(Page(number, Span(start, end), sure.get(number)) for (number, start), end in zip(starts, ends, strict=True))
    return Draft("".join(parts), tuple(blocks), pages, title, language, tuple(gaps))
