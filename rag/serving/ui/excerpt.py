"""A citation in its surroundings: the paragraph that a quoted sentence stands in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.types import Citation, Span, Table

_BREAK = re.compile(r"\n[ \t]*\n")
_SENTENCE = re.compile(r"[.!?…。]['\"”’»)\]]*(?=\s)")
SIDE = 420
"""Code points shown on each side of a quote at most: about five lines, enough to judge it by."""


@dataclass(frozen=True, slots=True)
class GridLine:
    """A line of a table, and where in the document it begins."""

    start: int
    text: str

    def __post_init__(self) -> None:
        if self.start < 0:
            raise ValueError(f"no line begins at {self.start}")


@dataclass(frozen=True, slots=True)
class Grid:
    """The lines that name a table's columns, and of its rows the cited one with its neighbours."""

    header: tuple[GridLine, ...]
    rows: tuple[GridLine, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``before + citation.quote + after`` is the paragraph, cut at a word where it is long; ``cut_before`` and ``cut_after``
    say on which side it was. ``language`` is the document's, as an ISO 639-1 code, where it is known. Of a row of a table, the
    table is what it stands in, and there is no paragraph."""

    citation: Citation
    before: str = ""
    after: str = ""
    cut_before: bool = False
    cut_after: bool = False
    language: str | None = None
    grid: Grid | None = None


def excerpt(citation: Citation, text: str, language: str | None = None, tables: Sequence[Table] = ()) -> Surroundings:
    """``citation`` with the rest of its paragraph from ``text``, the canonical text of its document.

    Where ``text`` is not the one that was cited (the index moved on in between), the quote stands alone.
    """
    if citation.span.of(text) != citation.quote:
        return Surroundings(citation, language=language)
    table = next((table for table in tables if table.span.contains(citation.span)), None)
    if table is not None:
        return Surroundings(citation, language=language, grid=_grid(citation, table, text))
    before, cut_before = _before(text, citation.span)
    after, cut_after = _after(text, citation.span)
    return Surroundings(citation, before, after, cut_before, cut_after, language)


def _grid(citation: Citation, table: Table, text: str) -> Grid:
    """The cited lines of ``table``, with one more on each side, and what else the citation names (the line over a group)."""
    cited = [citation.span, *(place.span for place in citation.spans if place.document == citation.document)]
    own = [n for n, row in enumerate(table.rows) if row.overlaps(citation.span)]
    wanted = {n + step for n in own for step in (-1, 0, 1)}
    wanted |= {n for n, row in enumerate(table.rows) if any(row.overlaps(span) for span in cited)}
    rows = tuple(_line(row, text) for n, row in enumerate(table.rows) if n in wanted)
    return Grid(tuple(_line(line, text) for line in table.header), rows)


def _line(span: Span, text: str) -> GridLine:
    return GridLine(span.start, span.of(text))


def opening(text: str, most: int = 320) -> str:
    """The first whole sentences of ``text`` within ``most`` code points, else its first words, on one line; a sign of omission
    stands after a space where the text goes on."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    ends = [end.end() for end in _SENTENCE.finditer(line, 0, most)]
    cut = ends[-1] if ends and ends[-1] > most // 3 else line.rfind(" ", 0, most)
    return f"{line[: cut if cut > 0 else most].rstrip()} …"


def _before(text: str, span: Span) -> tuple[str, bool]:
    reach = max(0, span.start - SIDE)
    side = text[reach : span.start]
    breaks = list(_BREAK.finditer(side))
    if breaks:
        return side[breaks[-1].end() :].lstrip(), False
    if reach == 0:
        return side.lstrip(), False
    _, space, rest = side.partition(" ")
    return (rest if space else side), True


def _after(text: str, span: Span) -> tuple[str, bool]:
    reach = min(len(text), span.end + SIDE)
    side = text[span.end : reach]
    found = _BREAK.search(side)
    if found:
        return side[: found.start()].rstrip(), False
    if reach == len(text):
        return side.rstrip(), False
    rest, space, _ = side.rpartition(" ")
    return (rest if space else side), True
