"""Tables as text: one line a row, its cells between `` | ``, so that a column can be read off any line.

An empty cell keeps its place ("| 60 |  | 7"), except at the end of a line. A bar inside a cell becomes a broken one (¦), and a
line break a space, so a line can always be taken apart again (:func:`cells_of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.corpus.shape.draft import Block, Piece, Role
from rag.types import Context, Span, Table

BAR = "|"
_NUMBER = re.compile(
    r"[^\w]*(?:[A-Z]{3}\s?)?[\d\s.,:/–+\-]*\d[\d\s.,:/–+\-]*"
    r"(?:\s?[^\W\d]{1,4}\.?|\s?[%‰€$£₼₽₺°])?[^\w]*\Z"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s?[/–-]\s?\d{2,4})?\Z")
_NOTHING = re.compile(r"[\s\-–—.…*/]*\Z|n/?a\Z", re.IGNORECASE)
_NAME_LENGTH = 60
"""Characters. A cell that names a column is seldom longer."""
_MOST_HEADERS = 3


def line_of(cells: Sequence[str]) -> str:
    """The line of one row; empty where all its cells are."""
    words = [" ".join(cell.replace(BAR, "¦").split()) for cell in cells]
    while words and not words[-1]:
        words.pop()
    return f" {BAR} ".join(words).lstrip(" ")


def cells_of(line: str) -> tuple[str, ...]:
    """The cells of a line that :func:`line_of` made."""
    return tuple(cell.strip() for cell in line.split(BAR))


def cell_spans(text: str, line: Span) -> tuple[Span, ...]:
    """Where the cells of a row stand, without the white space around them; an empty cell is an empty span."""
    found: list[Span] = []
    start = line.start
    for cell in line.of(text).split(BAR):
        left = start + len(cell) - len(cell.lstrip())
        found.append(Span(min(left, start + len(cell)), max(left, start + len(cell.rstrip()))))
        start += len(cell) + 1
    return tuple(found)


def table_pieces(
    rows: Sequence[Sequence[str]],
    *,
    header: int | None = None,
    pages: Sequence[int] = (),
    places: Sequence[str] = (),
) -> Iterator[Piece]:
    """The lines of a table. Rows are as a reader sees them: a merged cell stands in each place that it covers.

    ``header`` is how many rows at the top name the columns, as far as the format says so; ``None`` asks the cells.
    ``pages`` and ``places`` are of each row; a place names it for a citation.
    """
    kept = [n for n in range(max(map(len, rows), default=0)) if any(n < len(row) and row[n].strip() for row in rows)]
    whole = [[row[n] if n < len(row) else "" for n in kept] for row in rows]
    heads = header_rows(whole) if header is None else header
    # words over both columns, where the second holds numbers, are one cell that is merged
    figures = len(kept) == 2 and _is_number([row[1] for row in whole[heads:] if row[0] != row[1]])
    if figures:
        whole = [[row[0], ""] if n >= heads and row[0] == row[1] and _names(row) else row for n, row in enumerate(whole)]
    first = True
    for number, cells in enumerate(whole):
        role: Role = "header" if number < heads else "row"
        if number >= heads and _names_rows(cells) and number + 1 < len(whole) and not _names_rows(whole[number + 1]):
            role, cells = "group", cells[:1]
        line = line_of(cells)
        if line:
            place = places[number] if places and role == "row" else ""
            page = pages[number] if pages else None
            yield Piece(line, tight=not first, prose=False, page=page, role=role, place=place)
            first = False


def header_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many rows at the top name the columns. Names are short and no numbers, and differ from what stands below them.

    A column of numbers below a word tells a header; so do three columns or more with a short name each. Two columns of words
    are taken for names and what is said of them, which need no header.
    """
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    heads = 1
    while heads < min(_MOST_HEADERS, len(rows) - 1) and _spans(rows[heads - 1]) and _names(rows[heads]):
        heads += 1
    first, body = rows[:heads], rows[heads : heads + 50]
    if not all(_names(row) for row in first):
        return 0
    columns = range(1, len(rows[0]))
    named = [any(row[n].strip() for row in first) for n in range(len(rows[0]))]
    if not all(named[1:]) or 2 * len({tuple(row[n] for row in first) for n in columns}) < len(columns):
        return 0
    counted = any(_is_number(cells) for n in range(len(rows[0])) if (cells := [row[n] for row in body]))
    return heads if counted or len(rows[0]) >= 3 else 0


def under(owner: str, rows: Sequence[Sequence[str]], header: int | None) -> tuple[list[list[str]], int]:
    """The rows of a table that stands in a cell of another, below a line that names the row it stands in (``owner``), and how
    many rows name the columns: ``header``, or where it is ``None`` what the cells say."""
    heads = header_rows(rows) if header is None else header
    line = [owner, *[""] * (max(map(len, rows), default=1) - 1)]
    return [*map(list, rows[:heads]), line, *map(list, rows[heads:])], heads


def tables_of(blocks: Sequence[Block]) -> tuple[Table, ...]:
    """The tables that the blocks of a text make."""
    found: list[Table] = []
    for lines in _runs(blocks):
        header = tuple(b.span for b in lines if b.role == "header")
        rows = tuple(b.span for b in lines if b.role != "header")
        found.append(Table(Span(lines[0].span.start, lines[-1].span.end), header, rows))
    return tuple(found)


def table_contexts(text: str, blocks: Sequence[Block]) -> Iterator[Context]:
    """What the rows of each table need beside them: the lines that name the columns, and the line that names a group."""
    for lines in _runs(blocks):
        end = lines[-1].span.end
        heads = [b for b in lines if b.role == "header"]
        body = lines[len(heads) :]
        if heads and body:
            span = Span(heads[0].span.start, heads[-1].span.end)
            yield Context("header", span, span.of(text), Span(body[0].span.start, end))
        groups = [n for n, b in enumerate(body) if b.role == "group"]
        for here, after in pairwise([*groups, len(body)]):
            if here + 1 < after:
                over = Span(body[here + 1].span.start, body[after - 1].span.end)
                yield Context("group", body[here].span, body[here].span.of(text), over)


def _runs(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    run: list[Block] = []
    for block in blocks:
        if run and (block.role is None or block.opens):
            yield run
            run = []
        if block.role is not None:
            run.append(block)
    if run:
        yield run


def _names(row: Sequence[str]) -> bool:
    """Whether the cells can be the names of columns."""
    filled = [cell for cell in row if cell.strip()]
    years = not row[0].strip() and any(_YEAR.match(cell) for cell in filled)
    return (years or any(any(map(str.isalpha, cell)) for cell in filled)) and all(
        len(cell) <= _NAME_LENGTH and (_YEAR.match(cell) or not _NUMBER.match(cell)) for cell in filled
    )


def _spans(row: Sequence[str]) -> bool:
    """Whether a row of names has cells that stand over several columns, so that the next row names those."""
    filled = [cell for cell in row[1:] if cell.strip()]
    return len(set(filled)) < len(row) - 1


def _names_rows(cells: Sequence[str]) -> bool:
    """Whether a line is one name and nothing else: it stands over the rows below it."""
    if len(cells) < 2 or not any(map(str.isalpha, cells[0])):
        return False
    return not any(cell.strip() for cell in cells[1:]) or (len(cells) > 2 and len(set(cells)) == 1)


def _is_number(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers and next to nothing else."""
    filled = [cell for cell in cells if not _NOTHING.match(cell)]
    return bool(filled) and sum(_NUMBER.match(cell.strip()) is not None for cell in filled) * 5 >= 4 * len(filled)
