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
_DIGITS = re.compile(r"\d+")


def pieces_of(pages: Sequence[PageLines]) -> Iterator[Piece]:
    """The paragraphs and headings of a document. A paragraph that runs over a page is one block with two pages."""
    heads = _running_heads(pages)
    kept = [PageLines(page.number, page.height, _without_running_heads(page, heads)) for page in pages]
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


def _running_heads(pages: Sequence[PageLines]) -> set[tuple[str, int]]:
    """Texts (numbers as ``#``) that stand in the same place of a margin on several pages."""
    places: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for page in pages:
        for line in page.lines:
            if _in_margin(line, page):
                places[_DIGITS.sub("#", line.text)].append((line.bottom, line.text))
    heads: set[tuple[str, int]] = set()
    for shape, found in places.items():
        # "Article 4" at the top of one page and "Article 5" of the next are headings, not one running head
        numbered = marker(found[0][1]) is not None
        texts = Counter(text for _, text in found)
        for bottom, text in found:
            together = sum(abs(bottom - other) <= _SAME_PLACE and (not numbered or text == same) for other, same in found)
            if together >= _REPEATS and (not numbered or texts[text] >= _REPEATS):
                heads.add((text if numbered else shape, round(bottom / _SAME_PLACE)))
    return heads


def _without_running_heads(page: PageLines, heads: set[tuple[str, int]]) -> tuple[Line, ...]:
    def runs(line: Line) -> bool:
        if not _in_margin(line, page):
            return False
        place = round(line.bottom / _SAME_PLACE)
        shapes = (line.text, _DIGITS.sub("#", line.text))
        return _NUMBER_ALONE.match(line.text) is not None or any((shape, place) in heads for shape in shapes)

    return tuple(line for line in page.lines if not runs(line))


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
    if marker(line.text) is not None and (_CLOSED.search(before.text) or line.left > before.left - 1):
        return False
    width = (line.right - line.left) / max(1, len(line.text))
    edge = max((edges.get(int(before.left // 10) + n, 0.0) for n in (-1, 0, 1)), default=before.right)
    room = max(edge, line.right) - before.right
    fits = room > width * (len(line.text.split(maxsplit=1)[0]) + 2)
    if fits:
        return _CLOSED.search(before.text) is None and line.text[:1].islower()
    indented = line.left > before.left + height
    return not (indented and _CLOSED.search(before.text))
