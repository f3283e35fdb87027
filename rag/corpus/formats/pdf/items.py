"""What stands on the pages of a PDF, in the order in which it is read: lines with their level, tables, notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median_low

from rag.corpus.formats.pdf.aligned import AlignedGrid, aligned_tables
from rag.corpus.formats.pdf.columns import reading_order
from rag.corpus.formats.pdf.footnotes import mark_of, parted_notes
from rag.corpus.formats.pdf.furniture import PageLines, running_heads, without_contents, without_running_heads
from rag.corpus.formats.pdf.printed import Line, PrintedRun
from rag.corpus.shape.draft import Piece

_LARGER = 1.12
"""A heading is at least this much larger than the body."""
_LONGEST_HEADING = 200
_LEVELS = 4
_AROUND = 6
"""Lines above and below that show how far a column reaches: a wider line elsewhere on the page says nothing of it."""
_MOST_LEADING = 1.6
"""Of the font's size: white space between the lines of one paragraph, which triple-spaced text has."""
_FULL = 0.85
_ENOUGH = 3
_STAND_IN = "\ufffc"


@dataclass(frozen=True, slots=True)
class Item:
    """A line, or the rows of a table (``line`` is ``None``) with the page of each.

    ``part`` counts columns and pages, ``edge`` is how far the lines around a line reach, ``leading`` the white space below a
    line of its column that is full (``None``: there is none). ``notes`` stand at the foot of the column that this item ends.
    """

    pages: tuple[int, ...]
    part: int
    line: Line | None
    level: int | None = None
    edge: float = 0.0
    leading: float | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[Piece, ...] = ()


def items_of(pages: Sequence[PageLines]) -> list[Item]:
    """Everything that is text on the pages. Tables that go on overleaf are one, their repeated header once."""
    heads = running_heads(pages)
    kept = without_contents([replace(p, lines=without_running_heads(p, heads)) for p in pages])
    body = body_size(kept)
    levels = _levels(kept, body)
    found: list[Item] = []
    part = 0
    last: Line | AlignedGrid | None = None
    for page in kept:
        for column in reading_order(_with_stand_ins(page)):
            part += 1
            lines, notes = parted_notes(column, body)
            edges = _edges(lines)
            leading = _leading(lines, edges)
            things = list(_with_tables(lines, page, last if isinstance(last, AlignedGrid) else None))
            of_column = [
                Item((page.number,) * len(thing.rows), part, None, rows=thing.rows)
                if isinstance(thing, AlignedGrid)
                else Item((page.number,), part, thing, _level(thing, body, levels), edges[id(thing)], leading)
                for thing in things
            ]
            last = things[-1] if things else last
            if of_column and notes:
                of_column[-1] = replace(of_column[-1], notes=tuple(_note(note, page.number) for note in notes))
            elif notes:
                of_column = [Item((page.number,), part, line, None, line.right) for note in notes for line in note]
            for item in of_column:
                _append(found, item)
    return found


def _append(found: list[Item], item: Item) -> None:
    """Add an item, or the rows of a table to the table right before it of which it is the rest."""
    before = found[-1] if found else None
    goes_on = before is not None and before.line is None and item.line is None and before.pages[-1] != item.pages[0]
    if before is None or not goes_on or len(before.rows[0]) != len(item.rows[0]):
        found.append(item)
        return
    rows, pages = _parted(before.rows[0], item)
    same = 0
    while same < min(len(before.rows), len(rows)) and before.rows[same] == rows[same]:
        same += 1
    above, rest, pages = before.rows, rows[same:], pages[same:]
    if rest and _broken_off(above[-1], rest[0]):
        above = (*above[:-1], tuple(" ".join(filter(None, pair)) for pair in zip(above[-1], rest[0], strict=True)))
        rest, pages = rest[1:], pages[1:]
    found[-1] = replace(before, rows=above + rest, pages=before.pages + pages, notes=before.notes + item.notes)


def _parted(names: tuple[str, ...], item: Item) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    """The rows of a table overleaf, and their pages. What is left of a row stands close below the names of columns, which are
    printed again, and would be taken for a part of them."""
    first = item.rows[0]
    if first == names or not all(cell.startswith(name) for cell, name in zip(first, names, strict=True)):
        return item.rows, item.pages
    rest = tuple(cell.removeprefix(name).strip() for cell, name in zip(first, names, strict=True))
    return (names, rest, *item.rows[1:]), (item.pages[0], *item.pages)


def _broken_off(row: Sequence[str], rest: Sequence[str]) -> bool:
    """Whether ``rest``, the first row overleaf, ends ``row``: it names nothing and goes on in the middle of a sentence."""
    filled = [cell for cell in rest if cell]
    begun = all(above for above, cell in zip(row, rest, strict=True) if cell)
    return not rest[0] and begun and len(filled) < sum(map(bool, row)) and all(cell[0].islower() for cell in filled)


def _with_stand_ins(page: PageLines) -> list[Line]:
    """The lines outside ruled tables, and for each of those tables one that takes its place."""
    inside = {id(line) for grid in page.grids for line in grid.lines}
    lines = [line for line in page.lines if id(line) not in inside]
    for number, grid in enumerate(page.grids):
        left, right = min(line.left for line in grid.lines), max(line.right for line in grid.lines)
        bottom, size = min(line.bottom for line in grid.lines), grid.lines[0].size
        stand_in = Line.of([PrintedRun(f"{_STAND_IN}{number}", left, right, bottom, grid.top, size, False)])
        at = next((n for n, line in enumerate(lines) if line.top <= grid.top and line.left < right), len(lines))
        lines.insert(at, stand_in)
    return lines


def _with_tables(lines: Sequence[Line], page: PageLines, after: AlignedGrid | None) -> Iterator[Line | AlignedGrid]:
    """The lines of a column with its tables in their places. ``after`` is the table that ended the column before."""
    owner = {id(line): grid for grid in aligned_tables(lines, after) for line in grid.lines}
    told: set[int] = set()
    for line in lines:
        if line.text.startswith(_STAND_IN):
            yield page.grids[int(line.text[1:])]
        elif (grid := owner.get(id(line))) is None:
            yield line
        elif id(grid) not in told:
            told.add(id(grid))
            yield grid


def _note(lines: Sequence[Line], page: int) -> Piece:
    text = " ".join(line.text for line in lines)
    return Piece(text, prose=False, page=page, note=mark_of(text))


def _edges(lines: Sequence[Line]) -> dict[int, float]:
    """By line, how far the lines around it that begin where it does reach: the right edge of the column."""
    found: dict[int, float] = {}
    for at, line in enumerate(lines):
        around = lines[max(0, at - _AROUND) : at + _AROUND + 1]
        found[id(line)] = max(other.right for other in around if abs(other.left - line.left) <= 10)
    return found


def headed(pages: Sequence[PageLines]) -> bool:
    """Whether the first page has a line that is larger than the body."""
    body = body_size(pages)
    return bool(pages) and any(line.size >= _LARGER * body for line in pages[0].lines)


def _leading(lines: Sequence[Line], edges: dict[int, float]) -> float | None:
    """How far the lines of a paragraph stand apart, by those that are full: what ends a paragraph is short."""
    gaps = [
        before.bottom - line.top
        for before, line in pairwise(lines)
        if abs(before.size - line.size) < 1 and -before.size < before.bottom - line.top < _MOST_LEADING * before.size
        if before.right - before.left >= _FULL * (edges[id(before)] - before.left)
    ]
    return median_low(gaps) if len(gaps) >= _ENOUGH else None


def body_size(pages: Sequence[PageLines]) -> float:
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
