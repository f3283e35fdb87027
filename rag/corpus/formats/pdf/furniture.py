"""What is printed on a page and is not its text: running heads and feet, page numbers, the table of contents."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.corpus.formats.pdf.aligned import AlignedGrid, aligned_tables
from rag.corpus.formats.pdf.printed import Line
from rag.corpus.shape.markers import marker


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page in PDFium's order and the ruled tables made of some of them; ``number`` starts at 1, ``height`` is in
    points."""

    number: int
    height: float
    lines: tuple[Line, ...]
    grids: tuple[AlignedGrid, ...] = ()


_MARGIN = 0.12
"""Share of the page at top and bottom where running heads stand."""
_REPEATS = 3
_SHORT = 5
"""Pages."""
_SAME_PLACE = 4.0
"""Points."""
_NUMBER_ALONE = re.compile(
    r"(?i)\W*(?:page|p\.|seite|səhifə|стр\.?|sayfa)?\s*(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|von|из)\s*\d{1,4})?\W*\Z"
)
_LAST_NUMBER = re.compile(r"(?:\A|\s)\W*(\d{1,4})(?:\s*(?:of|/|von|из)\s*\d{1,4})?\W*\Z")
_FIRST_NUMBER = re.compile(r"\A\W*(\d{1,4})\W*\s")
_LEADER = re.compile(r"(?:\s?\.){5,}\s*(?:\d{1,4}|[ivxlc]{1,6})?\s*\Z|…{2,}\s*\d{1,4}\Z")


def running_heads(pages: Sequence[PageLines]) -> set[tuple[int, Line]]:
    """Page and line of what stands in the same place of a margin on several pages, alike but for the page's number.

    The names of columns, which a table prints again on every page that it fills, are none.
    """
    found: dict[tuple[str, int | None], list[tuple[int, Line]]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            if _in_margin(line, page):
                shape, number = _shape(line.text)
                found[shape, None if number is None else number - page.number].append((page.number, line))
                if number is not None:
                    found[shape, None].append((page.number, line))
    heads: set[tuple[int, Line]] = set()
    for (_, offset), places in found.items():
        for place, line in places:
            together = sum(abs(line.bottom - other.bottom) <= _SAME_PLACE for _, other in places)
            # a number that counts the pages is a page number: two of those are enough, and so are two lines in a short document
            if together >= (_REPEATS if offset is None and len(pages) > _SHORT else 2):
                heads.add((place, line))
    for page in pages:
        top = {(place, line) for place, line in heads if place == page.number and line.bottom > page.height / 2}
        if top:
            heads -= top & {(page.number, line) for grid in aligned_tables(page.lines) for line in grid.lines}
    return heads


def _shape(text: str) -> tuple[str, int | None]:
    """A line without the page number at either end, and that number.

    In "Article 4" at the top of a page the number is not the page's, and in "Chapter 2: Ports 17" only the second may be.
    """
    for pattern in (_LAST_NUMBER, _FIRST_NUMBER):
        if (match := pattern.search(text)) and (marker(text) is None or marker(pattern.sub("", text)) is not None):
            return pattern.sub("", text).strip(), int(match[1])  # left and right pages have it at either end
    return text, None


def without_running_heads(page: PageLines, heads: set[tuple[int, Line]]) -> tuple[Line, ...]:
    def runs(line: Line) -> bool:
        return _in_margin(line, page) and (_NUMBER_ALONE.match(line.text) is not None or (page.number, line) in heads)

    return tuple(line for line in page.lines if not runs(line))


def without_contents(pages: Sequence[PageLines]) -> list[PageLines]:
    """Leave out the lines of a table of contents: they repeat every heading, and would be found before the matter itself."""
    leaders = sum(_LEADER.search(line.text) is not None for page in pages for line in page.lines)
    if leaders < _REPEATS:
        return list(pages)
    return [replace(p, lines=tuple(line for line in p.lines if not _LEADER.search(line.text))) for p in pages]


def _in_margin(line: Line, page: PageLines) -> bool:
    return line.top < _MARGIN * page.height or line.bottom > (1 - _MARGIN) * page.height
