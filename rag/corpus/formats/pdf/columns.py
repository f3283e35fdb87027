"""Reading order: pages set in columns are read column by column, in whatever order their lines were drawn.

A column begins where many stretches of prose begin at one place, with as many others wholly to the left of it beside them; what
crosses that place (a title, a figure's caption) divides the page above and below. Everything else keeps PDFium's order, which
knows about writing from right to left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from rag.corpus.formats.pdf.printed import Line

_SAME_EDGE = 3.0
"""Points within which lines begin at one place."""
_SAME_HEIGHT = 40.0
"""Points."""
_LEAST_LINES = 4
_LEAST_WORDS = 3.5
"""Words of the median line in a column of prose; cells of a table have fewer."""
_FULL = 0.6
"""Of a column's width: what the median line of prose fills."""
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class _Split:
    """A place where a column begins, and the vertical zone, in points, in which nothing crosses it."""

    left: float
    bottom: float
    top: float


def reading_order(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of a page as the parts that are read one after another: what stands in one column, or runs over the page."""
    stretches = [stretch for line in lines for stretch in line.stretches()]
    return _ordered(list(lines), stretches, 0)


def _ordered(lines: list[Line], stretches: list[Line], depth: int) -> list[list[Line]]:
    split = _split(stretches) if depth < _DEEPEST else None
    if split is None:
        return [lines] if lines else []
    inside = [s for s in stretches if split.bottom <= _middle(s) <= split.top]
    # above and below the zone lines stay whole; in it they come apart at the gutter
    above = [line for line in lines if _middle(line) > split.top]
    below = [line for line in lines if _middle(line) < split.bottom]
    found: list[list[Line]] = _ordered(above, [s for line in above for s in line.stretches()], depth + 1)
    for part in (
        [s for s in inside if s.left < split.left - _SAME_EDGE],
        [s for s in inside if s.left >= split.left - _SAME_EDGE],
    ):
        ordered = sorted(part, key=lambda s: -_middle(s))
        found += _ordered(_rejoined(ordered), ordered, depth + 1)
    return found + _ordered(below, [s for line in below for s in line.stretches()], depth + 1)


def _split(stretches: Sequence[Line]) -> _Split | None:
    """The place where a second column of prose begins, with the tallest zone of the page in which it does."""
    edges: dict[int, list[Line]] = defaultdict(list)
    for stretch in stretches:
        edges[round(stretch.left / _SAME_EDGE)].append(stretch)
    downwards = sorted(stretches, key=lambda s: -_middle(s))
    zones: list[_Split] = []
    for place in sorted(edges):
        starting = [s for near in (place - 1, place, place + 1) for s in edges.get(near, ())]
        if len(starting) >= _LEAST_LINES and len(starting) < len(stretches):
            zones += _zones(min(s.left for s in starting), {id(s) for s in starting}, downwards)
    # of two columns that begin as high, the left one: the other is found in what lies to the right of it
    return max(zones, key=lambda zone: (round((zone.top - zone.bottom) / _SAME_HEIGHT), -zone.left), default=None)


def _zones(left: float, starting: set[int], downwards: Sequence[Line]) -> Iterator[_Split]:
    """The runs of lines that nothing interrupts by crossing ``left`` and that have prose on both sides of it."""
    before: list[Line] = []
    behind: list[Line] = []
    for stretch in [*downwards, None]:
        if stretch is not None and stretch.left >= left - _SAME_EDGE:
            behind.append(stretch)
        elif stretch is not None and stretch.right <= left:
            before.append(stretch)
        else:
            if sum(id(s) in starting for s in behind) >= _LEAST_LINES and _is_prose(behind) and _is_prose(before):
                both = [*before, *behind]
                yield _Split(left, min(s.bottom for s in both), max(s.top for s in both))
            before, behind = [], []


def _is_prose(lines: Sequence[Line]) -> bool:
    if len(lines) < _LEAST_LINES:
        return False
    reach: dict[int, float] = {}
    for s in lines:
        place = round(s.left / _SAME_EDGE)
        reach[place] = max(reach.get(place, 0.0), s.right)
    return (
        median(len(s.text.split()) for s in lines) >= _LEAST_WORDS
        and median((s.right - s.left) / max(1.0, reach[round(s.left / _SAME_EDGE)] - s.left) for s in lines) >= _FULL
        and sum(s.text[:1].islower() for s in lines) * 4 >= len(lines)
    )


def _rejoined(ordered: Sequence[Line]) -> list[Line]:
    """Stretches of one printed line are one line again: a column may itself hold a tabulator."""
    found: list[list[Line]] = []
    for stretch in ordered:
        if found and abs(_middle(found[-1][0]) - _middle(stretch)) < 0.3 * stretch.size:
            found[-1].append(stretch)
        else:
            found.append([stretch])
    return [
        Line.of([run for s in sorted(same, key=lambda s: s.left) for run in s.runs]) if len(same) > 1 else same[0]
        for same in found
    ]


def _middle(line: Line) -> float:
    return (line.bottom + line.top) / 2
