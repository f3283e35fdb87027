"""Printed lines into paragraphs: running heads dropped, hyphens at line ends closed, headings told by their size."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from rag.corpus.divisions import captions
from rag.corpus.draft import Piece
from rag.corpus.markers import marker


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; places in points from the bottom left of the page, ``size`` the height of its font.

    ``hyphen`` says that it broke inside a word.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool
    hyphen: bool = False


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page in reading order; ``number`` starts at 1, ``height`` is in points."""

    number: int
    height: float
    lines: tuple[Line, ...]


_MARGIN = 0.12
"""Share of the page at top and bottom where running heads stand."""
_REPEATS = 3
_SAME_PLACE = 4.0
"""Points."""
_LARGER = 1.12
"""A heading is at least this much larger than the body."""
_LONGEST_HEADING = 200
_LEVELS = 4
_GAP = 0.75
"""Of the line height; lines of one paragraph stand closer than this."""
_NUMBER_ALONE = re.compile(
    r"(?i)\W*(?:page|p\.|seite|səhifə|стр\.?|sayfa)?\s*(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|von|из)\s*\d{1,4})?\W*\Z"
)
_CLOSED = re.compile(r"[.;:!?…]['\"”’»)\]]*\Z")
_WORD = re.compile(r"\w+(?:-\w+)*")
_LAST_NUMBER = re.compile(r"(?:\A|\s)\W*(\d{1,4})(?:\s*(?:of|/|von|из)\s*\d{1,4})?\W*\Z")
_FIRST_NUMBER = re.compile(r"\A\W*(\d{1,4})\W*\s")
_LEADER = re.compile(r"(?:\s?\.){5,}\s*(?:\d{1,4}|[ivxlc]{1,6})?\s*\Z|…{2,}\s*\d{1,4}\Z")


def pieces_of(pages: Sequence[PageLines]) -> Iterator[Piece]:
    """The paragraphs and headings of a document. A paragraph that runs over a page is one block with two pages."""
    heads = _running_heads(pages)
    kept = _without_contents([PageLines(p.number, p.height, _without_running_heads(p, heads)) for p in pages])
    body = _body_size(kept)
    levels = _levels(kept, body)
    words = {word.casefold() for page in kept for line in page.lines for word in _WORD.findall(line.text)}
    lines = [(page.number, line, _level(line, body, levels)) for page in kept for line in page.lines]
    edges = {page.number: _right_edges(page) for page in kept}
    glue: str | None = None
    tight = False
    for position, (number, line, level) in enumerate(lines):
        text, join, close = line.text, None, False
        if position + 1 < len(lines):
            next_number, after, next_level = lines[position + 1]
            new_page = next_number != number
            apart = level is not None or line.bold != after.bold
            same = level == next_level and _same_paragraph(line, after, edges[number], new_page=new_page, heading=apart)
            if same:
                text, join = _joined(line, after, words)
            close = not new_page and line.bottom - after.top <= _GAP * line.size and marker(after.text) is not None
        yield Piece(text, level, strong=line.bold and captions(line.text), page=number, glue=glue, tight=tight)
        glue, tight = join, close and level is None


def _joined(line: Line, after: Line, words: set[str]) -> tuple[str, str]:
    """The text of ``line`` and what stands between it and ``after``, where a word may run over the end of the line.

    The hyphen was the typesetter's unless the document writes the word with it elsewhere, or a name or a number follows it.
    """
    hyphen = line.hyphen or (line.text.endswith("-") and len(line.text) > 1 and line.text[-2].isalnum())
    if not hyphen:
        return line.text, " "
    stem = line.text.removesuffix("-")
    first, second = _WORD.findall(stem)[-1:], _WORD.findall(after.text)[:1]
    whole = f"{first[0]}-{second[0]}" if first and second else ""
    keep = not after.text[:1].islower() or whole.casefold() in words
    return stem + ("-" if keep else ""), ""


def headed(pages: Sequence[PageLines]) -> bool:
    """Whether the first page has a line that is larger than the body."""
    body = _body_size(pages)
    return bool(pages) and any(line.size >= _LARGER * body for line in pages[0].lines)


def _running_heads(pages: Sequence[PageLines]) -> set[tuple[int, Line]]:
    """Page and line of what stands in the same place of a margin on several pages, alike but for the page's number."""
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
            # a number that counts the pages is a page number: two of those are enough
            if together >= (_REPEATS if offset is None else 2):
                heads.add((place, line))
    return heads


def _shape(text: str) -> tuple[str, int | None]:
    """A line without the page number at either end, and that number.

    In "Article 4" at the top of a page the number is not the page's, and in "Chapter 2: Ports 17" only the second may be.
    """
    for pattern in (_LAST_NUMBER, _FIRST_NUMBER):
        if (match := pattern.search(text)) and (marker(text) is None or marker(pattern.sub("", text)) is not None):
            return pattern.sub("#", text), int(match[1])
    return text, None


def _without_running_heads(page: PageLines, heads: set[tuple[int, Line]]) -> tuple[Line, ...]:
    def runs(line: Line) -> bool:
        return _in_margin(line, page) and (_NUMBER_ALONE.match(line.text) is not None or (page.number, line) in heads)

    return tuple(line for line in page.lines if not runs(line))


def _without_contents(pages: Sequence[PageLines]) -> list[PageLines]:
    """Leave out the lines of a table of contents: they repeat every heading, and would be found before the matter itself."""
    leaders = sum(_LEADER.search(line.text) is not None for page in pages for line in page.lines)
    if leaders < _REPEATS:
        return list(pages)
    return [PageLines(p.number, p.height, tuple(line for line in p.lines if not _LEADER.search(line.text))) for p in pages]


def _in_margin(line: Line, page: PageLines) -> bool:
    return line.top < _MARGIN * page.height or line.bottom > (1 - _MARGIN) * page.height


def _body_size(pages: Sequence[PageLines]) -> float:
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            weights[round(line.size, 1)] += len(line.text)
    return weights.most_common(1)[0][0] if weights else 0.0


def _levels(pages: Sequence[PageLines], body: float) -> list[int]:
    sizes = {round(line.size) for page in pages for line in page.lines if line.size >= _LARGER * body}
    return sorted(sizes, reverse=True)[:_LEVELS]


def _level(line: Line, body: float, levels: list[int]) -> int | None:
    if len(line.text) > _LONGEST_HEADING or not any(c.isalpha() for c in line.text):
        return None
    if line.size >= _LARGER * body:
        return next((n for n, size in enumerate(levels, 1) if round(line.size) >= size), _LEVELS)
    return None


def _right_edges(page: PageLines) -> dict[int, float]:
    """How far lines that begin at a place (in tens of points) reach: the right edge of their column."""
    reach: dict[int, list[float]] = defaultdict(list)
    for line in page.lines:
        reach[int(line.left // 10)].append(line.right)
    return {place: max(rights) for place, rights in reach.items()}


def _same_paragraph(before: Line, line: Line, edges: dict[int, float], *, new_page: bool, heading: bool) -> bool:
    if before.hyphen or (before.text.endswith("-") and line.text[:1].isalnum() and not heading):
        return True
    if new_page:
        return not heading and _CLOSED.search(before.text) is None and line.text[:1].islower()
    height = median((before.size, line.size))
    gap = before.bottom - line.top
    if gap > _GAP * height or line.bottom > before.bottom + height:
        return False
    if heading:
        return marker(line.text) is None
    width = (line.right - line.left) / max(1, len(line.text))
    edge = max((edges.get(int(before.left // 10) + n, 0.0) for n in (-1, 0, 1)), default=before.right)
    room = max(edge, line.right) - before.right
    fits = room > width * (len(line.text.split(maxsplit=1)[0]) + 2)
    if marker(line.text) is not None and (fits or _CLOSED.search(before.text) or line.left > before.left + 1):
        return False
    if fits:
        return _CLOSED.search(before.text) is None and line.text[:1].islower()
    indented = line.left > before.left + height
    return not (indented and _CLOSED.search(before.text))
