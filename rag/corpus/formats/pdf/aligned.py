"""Tables that nothing but white space rules: rows of short words that keep to the same columns.

The libraries at hand were measured on fifteen small PDFs: pdfplumber's and camelot's finders for such tables take prose, its
columns and the sentences around a table for cells of it (:mod:`rag.corpus.formats.pdf.ruled` has the figures for ruled ones).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.corpus.formats.pdf.printed import Line
from rag.corpus.shape.markers import marker

_LEAST_GUTTER = 4.0
"""Points of white space between two columns."""
_SAME_EDGE = 2.0
"""Points."""
_FAR = 2.6
"""Of the font's size: rows of one table stand closer than this."""
_LEAST_ROWS = 3
"""Rows with two cells filled that make a table: two may fall together by chance in justified prose."""
_NAMING_ROWS = 2
"""Rows at the top in which what runs over several columns names them all; further down it is a long cell."""
_SEVERAL = 3
"""Columns."""
_CELL_WORDS = 7
"""A median cell of more words, in every column, is prose set in columns."""
_LEADERS = re.compile(r"[\s.…·_]{4,}\Z")


@dataclass(frozen=True, slots=True)
class AlignedGrid:
    """A table on a page: its rows of cells, the lines that it takes up, and where it stands."""

    rows: tuple[tuple[str, ...], ...]
    lines: tuple[Line, ...]
    top: float


@dataclass(slots=True)
class _Row:
    lines: list[Line]
    stretches: list[Line]

    @property
    def top(self) -> float:
        return max(line.top for line in self.lines)

    @property
    def bottom(self) -> float:
        return min(line.bottom for line in self.lines)


def aligned_tables(lines: Sequence[Line], after: AlignedGrid | None = None) -> list[AlignedGrid]:
    """The tables among the lines of one column, from top to bottom.

    The first may be the rest of ``after``, which ended the page before: a row or two are no table on their own.
    """
    rows = _rows(lines)
    found: list[AlignedGrid] = []
    at = 0
    while at < len(rows):
        end = _end(rows, at) if len(rows[at].stretches) > 1 else at
        grid = _grid(rows[at:end]) if end - at > 1 else None
        if grid is None and at == 0 and after is not None:
            grid, end = _rest(rows, after)
        if grid is None:
            at += 1
        else:
            found.append(grid)
            at = end
    return found


def _rows(lines: Sequence[Line]) -> list[_Row]:
    """What stands at one height, from the top down."""
    found: list[_Row] = []
    for line in sorted(lines, key=lambda line: -(line.top + line.bottom)):
        middle = (line.top + line.bottom) / 2
        if found and found[-1].bottom < middle < found[-1].top and abs(found[-1].bottom - line.bottom) < 0.5 * line.size:
            found[-1].lines.append(line)
        else:
            found.append(_Row([line], []))
    for row in found:
        row.stretches = sorted((s for line in row.lines for s in line.stretches()), key=lambda s: s.left)
    return found


def _end(rows: Sequence[_Row], at: int) -> int:
    """The row after the last that keeps to the columns of the rows from ``at`` on."""
    gutters = _gaps(rows[at])
    size = median(s.size for s in rows[at].stretches)
    end = at + 1
    while end < len(rows) and rows[end - 1].bottom - rows[end].top <= _FAR * size:
        left = _common(gutters, rows[end])
        if not left:
            break
        gutters = left
        end += 1
    # lone lines below are the paragraph that follows, unless they go on with a cell of the last row
    last = next(n for n in range(end - 1, at - 1, -1) if len(rows[n].stretches) > 1)
    wrapped = last + 1
    while wrapped < end and _wraps(rows[last], rows[wrapped - 1], rows[wrapped]):
        wrapped += 1
    return wrapped


def _rest(rows: Sequence[_Row], after: AlignedGrid) -> tuple[AlignedGrid | None, int]:
    """The rows at the top that stand in the columns of ``after``, and how many they are."""
    above = _rows(after.lines)
    gutters = _gutters(above)
    if len(gutters) + 1 != len(after.rows[0]) or len(rows[0].stretches) < max(2, len(gutters)) or not _in_line(above, rows[0]):
        return None, 0
    end = 1
    while end < len(rows) and len(_common(gutters, rows[end])) == len(gutters):
        before, row = rows[end - 1], rows[end]
        if before.bottom - row.top > _FAR * row.stretches[0].size:
            break
        if len(row.stretches) < 2 and not _wraps(rows[0], before, row):
            break
        end += 1
    cells = [_cells(row, gutters, naming=False) for row in rows[:end]]
    whole = _unwrapped(rows[:end], cells)
    lines = tuple(line for row in rows[:end] for line in row.lines)
    return AlignedGrid(tuple(map(tuple, whole)), lines, rows[0].top), end


def _in_line(above: Sequence[_Row], row: _Row) -> bool:
    """Whether all that stands in ``row`` begins, ends or has its middle where something in the rows ``above`` has."""
    others = [s for other in above for s in other.stretches]

    def edges(s: Line) -> tuple[float, float, float]:
        return s.left, (s.left + s.right) / 2, s.right

    return all(
        any(abs(a - b) <= _SAME_EDGE for o in others for a, b in zip(edges(s), edges(o), strict=True)) for s in row.stretches
    )


def _gaps(row: _Row) -> list[tuple[float, float]]:
    pairs = pairwise(row.stretches)
    return [(a.right, b.left) for a, b in pairs if b.left - a.right >= _LEAST_GUTTER]


def _common(gutters: Sequence[tuple[float, float]], row: _Row) -> list[tuple[float, float]]:
    """What the stretches of ``row`` leave of the gutters."""
    found: list[tuple[float, float]] = []
    for left, right in gutters:
        pieces = [(left, right)]
        for s in row.stretches:
            pieces = [
                piece
                for a, b in pieces
                for piece in ((a, min(b, s.left)), (max(a, s.right), b))
                if piece[1] - piece[0] >= _LEAST_GUTTER
            ]
        found += dict.fromkeys(pieces)
    return found


def _wraps(cells: _Row, before: _Row, row: _Row) -> bool:
    """Whether ``row`` stands close below ``before`` and to the right of where ``cells`` begins."""
    first = row.stretches[0]
    return before.bottom - row.top < 0.35 * first.size and first.left > cells.stretches[0].left + 1


def _grid(rows: Sequence[_Row]) -> AlignedGrid | None:
    gutters = _gutters(rows)
    if not gutters:
        return None
    cells = [_cells(row, gutters, naming=number < _NAMING_ROWS) for number, row in enumerate(rows)]
    columns = len(gutters) + 1
    whole = _unwrapped(rows, cells)
    # where one cell has many lines, most lines have one cell; with two columns that is a name beside a paragraph
    if not _tabular(cells) and (columns < _SEVERAL or not _tabular(whole)):
        return None
    by_column = [[row[n] for row in cells if row[n]] for n in range(columns)]
    if any(all(_is_marker(cell) for cell in column) for column in by_column[:-1]):
        return None  # numbers or bullets set off from their words by a tabulator
    if any(all(_LEADERS.match(cell) for cell in column) for column in by_column):
        return None
    if all(median(len(cell.split()) for cell in column) >= _CELL_WORDS for column in by_column):
        return None
    lines = tuple(line for row in rows for line in row.lines)
    return AlignedGrid(tuple(map(tuple, whole)), lines, rows[0].top)


def _tabular(cells: Sequence[Sequence[str]]) -> bool:
    """Whether rows with two cells filled are enough and no fewer than the others."""
    filled = sum(sum(map(bool, row)) >= 2 for row in cells)
    return filled >= _LEAST_ROWS and filled * 2 >= len(cells)


def _gutters(rows: Sequence[_Row]) -> list[tuple[float, float]]:
    """The white spaces between columns, by the rows that have most of them filled: the first row, or two at least."""
    counts = [len(row.stretches) for row in rows]
    most = max(counts[0], sorted(counts)[-2])
    full = [row for row, count in zip(rows, counts, strict=True) if count >= most]
    edges = sorted({edge for row in full for s in row.stretches for edge in (s.left, s.right)})
    found: list[tuple[float, float]] = []
    for left, right in pairwise(edges):
        if not any(s.left < right and s.right > left for row in full for s in row.stretches):
            found.append((left, right))
    return [(a, b) for a, b in found if b - a >= _LEAST_GUTTER]


def _cells(row: _Row, gutters: Sequence[tuple[float, float]], *, naming: bool) -> list[str]:
    """The words of a row by column; a stretch over several columns is taken apart where its runs allow."""
    cells: list[list[str]] = [[] for _ in range(len(gutters) + 1)]
    for stretch in row.stretches:
        for piece in _taken_apart(stretch, gutters):
            middle = (piece.left + piece.right) / 2
            over = [n for n, (a, b) in enumerate(gutters) if piece.left < a and piece.right > b + piece.size]
            first = over[0] if over else sum((a + b) / 2 < middle for a, b in gutters)
            several = naming and over and len(row.stretches) > 1
            for column in range(first, over[-1] + 2 if several else first + 1):
                cells[column].append(piece.text)
    return [" ".join(words) for words in cells]


def _taken_apart(stretch: Line, gutters: Sequence[tuple[float, float]]) -> list[Line]:
    pieces = [[stretch.runs[0]]]
    for before, run in pairwise(stretch.runs):
        # print may run a little over where the next cell begins
        if any(a - 1 <= run.left <= b + 1 and before.left < a and run.right > b for a, b in gutters):
            pieces.append([run])
        else:
            pieces[-1].append(run)
    return [Line.of(runs) for runs in pieces]


def _unwrapped(rows: Sequence[_Row], cells: list[list[str]]) -> list[list[str]]:
    """Rows again of what was broken over several lines.

    Lines of one row stand closer than rows do, where the table shows a difference; else a line that leaves its first cell
    empty, below one that does not, goes on with it.
    """
    if len(rows) < 2:
        return cells[:1]
    gaps = [before.bottom - row.top for before, row in pairwise(rows)]
    size = median(s.size for row in rows for s in row.stretches)
    narrow = min(gaps) + 0.2 * size
    apart = max(gaps) - min(gaps) >= 0.35 * size and min(gaps) < 0.5 * size
    found = [list(cells[0])]
    for gap, row in zip(gaps, cells[1:], strict=True):
        goes_on = gap <= narrow if apart else not row[0] and sum(map(bool, row)) < sum(map(bool, found[-1]))
        if goes_on:
            found[-1] = [" ".join(filter(None, pair)) for pair in zip(found[-1], row, strict=True)]
        else:
            found.append(list(row))
    return found


def _is_marker(text: str) -> bool:
    opening = marker(text + " ")
    return opening is not None and opening.kind != "division" and opening.end >= len(text)
