"""Reading order: pages set in columns are read column by column, in whatever order their lines were drawn.

A column begins where many stretches of prose begin at one place, with as many others wholly to the left of it beside them; what
crosses that place (a title, a figure's caption) divides the page above and below. Everything else keeps PDFium's order, which
knows about writing from right to left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.corpus.printed import Line

_SAME_EDGE = 3.0
"""Points within which lines begin at one place."""
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
    best: _Split | None = None
    for place, members in sorted(edges.items()):
        starting = [*members, *edges.get(place - 1, ()), *edges.get(place + 1, ())]
        if len(starting) < _LEAST_LINES:
            continue
        left = min(s.left for s in starting)
        zone = _zone(left, starting, stretches)
        if zone is not None and (best is None or zone.top - zone.bottom > 1.1 * (best.top - best.bottom)):
            best = zone
    return best


def _zone(left: float, starting: Sequence[Line], stretches: Sequence[Line]) -> _Split | None:
    """The tallest run of lines that nothing interrupts by crossing ``left``, if prose stands on both sides in it."""
    crossing = sorted((_middle(s) for s in stretches if s.left < left - _SAME_EDGE and s.right > left - 1), reverse=True)
    bounds = [float("inf"), *crossing, float("-inf")]
    best: _Split | None = None
    for top, bottom in pairwise(bounds):
        right_side = [s for s in stretches if bottom < _middle(s) < top and s.left >= left - _SAME_EDGE]
        left_side = [s for s in stretches if bottom < _middle(s) < top and s.right <= left]
        if sum(s in starting for s in right_side) < _LEAST_LINES or not _is_prose(right_side) or not _is_prose(left_side):
            continue
        both = [*right_side, *left_side]
        zone = _Split(left, min(s.bottom for s in both), max(s.top for s in both))
        if best is None or zone.top - zone.bottom > best.top - best.bottom:
            best = zone
    return best


def _is_prose(lines: Sequence[Line]) -> bool:
    if len(lines) < _LEAST_LINES:
        return False
    width = max(s.right for s in lines) - min(s.left for s in lines)
    return (
        median(len(s.text.split()) for s in lines) >= _LEAST_WORDS
        and median(s.right - s.left for s in lines) >= _FULL * width
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
