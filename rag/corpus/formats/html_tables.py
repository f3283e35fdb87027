"""The tables of a web page before its main text is taken: layout undone, merged cells repeated, each cell one line of words.

Pages write a figure as ``<td><p>60</p></td>`` or ``Fee<br>(EUR)``, and whole pages are still laid out in cells. A block in a
cell would else break the table apart, and a row without its columns says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.corpus.shape.markers import marker
from rag.corpus.shape.tables import header_rows, under

HEAD = "\ue000"
"""Opens the first cell of a row that names columns: the main text keeps no other word of more than one such row."""
_MOST_SPANNED = 200
"""Rows or columns of one cell; a page may claim any number."""
_WIDEST = 1000
"""Columns of a table with all that its cells span."""
_MARK = 12
"""Characters of a mark such as "(viii)"."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "article", "section", "main")
_BLOCKS = frozenset(("p", "div", "ul", "ol", "dl", "blockquote", "pre", "table"))
_BREAKS = frozenset((*_BLOCKS, "br", "li", "dt", "dd", "tr", "td", "th"))
_PROSE = 300
"""Characters; a cell of several paragraphs that is longer is a part of a page."""


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    head: bool
    inner: tuple[Any, ...] = ()
    """Tables inside of it."""


def settle_tables(page: Any) -> None:
    """Make every table of ``page`` one of plain cells, or, where it only arranges other things, none.

    A table in a cell of figures follows the table it stands in, below a line that names its row.
    """
    for table in reversed(list(page.iter("table"))):  # those inside before those around them
        if _lists(table):
            _itemise(table)
        elif _arranges(table):
            _undo(table)
        else:
            _level(table)


def _rows(table: Any) -> list[Any]:
    """Its own rows in the order in which they are shown: those of a foot come last."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    return sorted(rows, key=lambda row: row.getparent().tag == "tfoot")


def _cells(row: Any) -> list[Any]:
    return list(row.iterchildren("td", "th"))


def _lists(table: Any) -> bool:
    """Whether it is a list whose marks ("(a)", "1.") have a column of their own, as the journals of laws print them."""
    rows = [_cells(row) for row in _rows(table)]
    return bool(rows) and all(len(row) == 2 and row[0].tag == row[1].tag == "td" and _marks(row[0]) for row in rows)


def _marks(cell: Any) -> bool:
    words = _words(cell)
    found = marker(words + " ") if len(words) <= _MARK else None
    return found is not None and found.end >= len(words)


def _itemise(table: Any) -> None:
    for row in _rows(table):
        mark, said = _cells(row)
        first = next((e for e in said.iter("*") if (e.text or "").strip()), said)
        first.text = f"{_words(mark)} {(first.text or '').lstrip()}"
        row.remove(mark)
    _undo(table)


def _arranges(table: Any) -> bool:
    if table.get("role") in {"presentation", "none"}:
        return True
    rows = [_cells(row) for row in _rows(table)]
    cells = [cell for row in rows for cell in row]
    if any(next(cell.iter(*_HEADINGS), None) is not None for cell in cells):
        return True
    if any(cell.tag == "th" for cell in cells) or table.find("caption") is not None or table.find("thead") is not None:
        return False
    blocks = [cell for cell in cells if any(child.tag in _BLOCKS for child in cell)]
    if blocks and (len(rows) == 1 or all(len(row) < 2 for row in rows)):
        return True
    if any(_holds(row) and all(cell in _holds(row) or not _words(cell) for cell in row) for row in rows):
        return True  # nothing in the row says whose table it is
    return any(sum(child.tag in _BLOCKS for child in cell) > 1 and len(_words(cell)) > _PROSE for cell in blocks)


def _holds(row: Sequence[Any]) -> list[Any]:
    return [cell for cell in row if cell.find(".//table") is not None]


def _undo(table: Any) -> None:
    inside = table.iter("caption", "thead", "tbody", "tfoot", "tr", "td", "th", "colgroup")
    own = [element for element in inside if next(element.iterancestors("table")) is table]
    for element in [table, *own]:
        if element.tag == "colgroup":
            element.drop_tree()
            continue
        element.attrib.clear()
        element.tag = "p" if element.tag == "caption" else "div"


def _level(table: Any) -> None:
    grid, marked = _grid(table)
    rows = [[cell.text for cell in row] for row in grid]
    caption = table.find("caption")
    following: list[Any] = []
    for row in grid:
        for inner in dict.fromkeys(table for cell in row for table in cell.inner):
            name = ", ".join(dict.fromkeys(cell.text for cell in row if cell.text))
            following.append(_owned(inner, name))
    tail, table.tail = table.tail, None
    if caption is not None and (words := _words(caption)):
        title = table.makeelement("p")
        title.text = words
        table.addprevious(title)
    _write(table, rows, marked if marked is not None else header_rows(rows))
    last = table
    for inner in following:
        last.addnext(inner)
        last = inner
    last.tail = tail


def _grid(table: Any) -> tuple[list[list[_Cell]], int | None]:
    """Its cells, a merged one in each place that it covers, and how many rows at the top the page calls heads.

    A cell over the whole width names the rows below it and stands once.
    """
    grid: list[list[_Cell]] = []
    below: dict[int, tuple[int, _Cell]] = {}
    rows = [(row, _cells(row)) for row in _rows(table)]
    width = max((sum(_span(cell, "colspan") for cell in cells) for _, cells in rows), default=0)
    heads, leading = 0, True
    for row, waiting in rows:
        made: list[_Cell] = []
        whole = len(waiting) == 1 and not below and width > 1 and _span(waiting[0], "colspan") >= width
        while (waiting or len(made) in below) and len(made) < _WIDEST:
            if len(made) in below:
                left, cell = below.pop(len(made))
                copies, lines = 1, left
            else:
                element = waiting.pop(0)
                inner = tuple(t for t in element.iter("table"))
                cell = _Cell(_words(element, without=inner), element.tag == "th", inner)
                copies, lines = 1 if whole else _span(element, "colspan"), _span(element, "rowspan")
            for _ in range(min(copies, _WIDEST - len(made))):
                if lines > 1:
                    below[len(made)] = (lines - 1, cell)
                made.append(cell)
        told = any(c.head for c in made) and all(c.head or not c.text for c in made)
        names = row.getparent().tag == "thead" or (told and len(made) > 1)
        leading = leading and (not heads if whole and told else names)
        heads += leading
        grid.append(made)
    widest = max(map(len, grid), default=0)
    for made in grid:
        made += [_Cell("", False)] * (widest - len(made))
    return grid, heads if 0 < heads < len(grid) else None


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), _MOST_SPANNED) if value.isdecimal() and len(value) < 6 else 1


def _owned(table: Any, name: str) -> Any:
    """A table that stood in a cell, below a line that names the row."""
    cells = [_cells(row) for row in _rows(table)]
    rows = [[_words(cell) for cell in row] for row in cells]
    marked = sum(row[0].text.startswith(HEAD) for row in cells if row)
    if name:
        rows, marked = under(name, rows, marked or None)
    table.getparent().remove(table)
    table.tail = None
    _write(table, rows, marked)
    return table


def _write(table: Any, rows: Sequence[Sequence[str]], heads: int) -> None:
    for child in list(table):
        table.remove(child)
    table.text = None
    table.attrib.clear()
    for number, cells in enumerate(rows):
        row = table.makeelement("tr")
        for place, words in enumerate(cells):
            cell = table.makeelement("td")
            cell.text = HEAD + words if number < heads and place == 0 else words
            row.append(cell)
        table.append(row)


def _words(element: Any, without: Sequence[Any] = ()) -> str:
    """Its words on one line; the items of a list stand between semicolons."""

    def walk(node: Any) -> Iterator[str]:
        yield node.text or ""
        for child in node:
            if child not in without:
                apart = (
                    "" if child.tag not in _BREAKS else "; " if child.tag == "li" and child.getprevious() is not None else " "
                )
                yield apart
                if isinstance(child.tag, str):
                    yield from walk(child)
                yield " " if apart else ""
            yield child.tail or ""

    words = " ".join("".join(walk(element)).replace(HEAD, " ").split())
    return re.sub(r"(?<=[.,;:]);|\s+(?=;)", "", words)
