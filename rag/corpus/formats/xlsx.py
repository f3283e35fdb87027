"""Excel workbooks by openpyxl: a section a sheet, a table a block of rows, and every row with its number.

Cells read as Excel shows them: results of formulas, dates, percentages, units. What has no result (a workbook that a program
wrote and nobody opened since) cannot be read and is named; so is what is hidden, which is left out.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rag.corpus.formats.archive import check_archive
from rag.corpus.formats.xlsx_cells import shown
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, Gap, Piece, draft_of
from rag.corpus.shape.tables import table_pieces
from rag.localization.counting import counted
from rag.settings import Parsing

_MOST_COLUMNS = 1000
_MERGED = re.compile(rb'<mergeCell[^>]*\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_MOST_MERGED = 20_000
_HIDDEN_ROW = re.compile(rb'<row\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN_COLUMN = re.compile(rb'<col\b[^>]*\bhidden="(?:1|true)"[^>]*>')
_COLUMN_ENDS = re.compile(rb'\b(min|max)="(\d+)"')
_FORMULA = re.compile(rb"<f[ >/]")


def draft_xlsx(data: bytes, parsing: Parsing) -> Draft:
    """A draft of a workbook.

    Raises:
        Unreadable: it is encrypted, damaged, a zip bomb, or no workbook.
    """
    archive = check_archive(data, parsing, needs="xl/workbook.xml", kind="an Excel file", suffix=".xlsx")
    book = _opened(data, values=True)
    reader = _Reader(archive, parsing.max_characters)
    try:
        formulas = _opened(data, values=False) if _has_formulas(archive) else None
        pieces = [piece for sheet in book.worksheets for piece in reader.sheet(sheet, formulas)]
        title = " ".join((book.properties.title or "").split())
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, zipfile.BadZipFile):
        raise Unreadable("it is damaged.", "Open it and save it again as .xlsx.") from None
    finally:
        book.close()
    return draft_of(pieces, title=title or None, gaps=reader.gaps)


def _opened(data: bytes, *, values: bool) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that it does not know and that say nothing here
            return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values)
    except (InvalidFileException, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, zipfile.BadZipFile):
        raise Unreadable("it is not an Excel file or is damaged.", "Open it and save it again as .xlsx.") from None


def _has_formulas(archive: zipfile.ZipFile) -> bool:
    return any(_FORMULA.search(archive.read(n)) for n in archive.namelist() if n.startswith("xl/worksheets/"))


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, most: int) -> None:
        self._archive = archive
        self._left = most
        self.gaps: list[Gap] = []

    def sheet(self, sheet: Any, formulas: Any) -> Iterator[Piece]:
        """The name of a sheet as a heading, then what stands on it: tables, and lines that stand alone."""
        name = " ".join(sheet.title.split())
        if sheet.sheet_state != "visible":
            self.gaps.append(Gap(f"the hidden sheet “{name}” is left out.", lost=False))
            return
        rows = self._rows(sheet, name, formulas)
        if any(map(any, rows.values())):
            yield Piece(name, 2, place=name)
        run: dict[int, list[str]] = {}
        for number, cells in [*rows.items(), (0, [])]:
            if any(cells):
                run[number] = cells
            elif run:
                yield from _blocks(run)
                run = {}

    def _rows(self, sheet: Any, name: str, formulas: Any) -> dict[int, list[str]]:
        """The cells by the number of the row, as many as the cap on characters allows; merged cells filled."""
        found: dict[int, list[str]] = {}
        unknown = 0
        plain = iter(formulas[sheet.title].iter_rows(max_col=_MOST_COLUMNS)) if formulas is not None else None
        sheet.reset_dimensions()  # a file may claim less, or a million times more, than it has
        for number, row in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), 1):
            cells = [shown(cell.value, getattr(cell, "number_format", None) or "") for cell in row]
            beside = next(plain, ()) if plain is not None else ()
            unknown += sum(cell.data_type == "f" and not shown for cell, shown in zip(beside, cells, strict=False))
            self._left -= sum(map(len, cells))
            if self._left < 0:
                remedy = "Split it, or raise parsing_max_characters."
                self.gaps.append(Gap(f"the sheet “{name}” is cut off before row {number:,}.", remedy))
                break
            found[number] = cells
        if unknown:
            what = f"{counted(unknown, 'formula')} on the sheet “{name}” without a result."
            self.gaps.append(Gap(what, "Open it in Excel or LibreOffice and save it."))
        drawn = self._archive.read(sheet._worksheet_path.lstrip("/"))
        _fill_merged(drawn, found)
        self._leave_hidden(drawn, name, found)
        return found

    def _leave_hidden(self, drawn: bytes, name: str, rows: dict[int, list[str]]) -> None:
        """Empty what a reader of the sheet does not see, and say so where there was something."""
        hidden = [int(found[1]) for row in _HIDDEN_ROW.findall(drawn) if (found := _ROW_NUMBER.search(row))]
        lost = [number for number in hidden if any(rows.get(number, ()))]
        for number in hidden:
            rows.pop(number, None)
        columns = 0
        for column in _HIDDEN_COLUMN.findall(drawn):
            ends = {kind: int(number) for kind, number in _COLUMN_ENDS.findall(column)}
            for at in range(ends.get(b"min", 1) - 1, min(ends.get(b"max", 0), _MOST_COLUMNS)):
                columns += any(at < len(cells) and cells[at] for cells in rows.values())
                for cells in rows.values():
                    cells[at : at + 1] = [""] * (at < len(cells))
        for count, noun in ((len(lost), "row"), (columns, "column")):
            if count:
                what = f"{counted(count, f'hidden {noun}')} of the sheet “{name}” left out."
                self.gaps.append(Gap(what, "Show them in Excel and save it, where they matter.", lost=False))


def _fill_merged(drawn: bytes, rows: dict[int, list[str]]) -> None:
    from openpyxl.utils import range_boundaries

    for merged in _MERGED.findall(drawn)[:_MOST_MERGED]:
        left, top, right, bottom = range_boundaries(merged.decode("ascii"))
        if top not in rows or left > len(rows[top]) or right > _MOST_COLUMNS:
            continue
        value = rows[top][left - 1]
        for number in range(top, min(bottom, max(rows)) + 1):
            cells = rows[number]
            cells += [""] * (right - len(cells))
            cells[left - 1 : right] = [value] * (right - left + 1)


def _blocks(run: dict[int, list[str]]) -> Iterator[Piece]:
    """Rows without an empty one between them, which may be tables side by side: an empty column parts them, they are not of one
    height, and the second has names of its own."""
    width = max(map(len, run.values()))
    filled = [any(at < len(cells) and cells[at] for cells in run.values()) for at in range(width)]
    parts: list[dict[int, list[str]]] = []
    for is_filled, group in groupby(range(width), key=filled.__getitem__):
        if is_filled:
            columns = list(group)
            parts.append({n: [c[at] if at < len(c) else "" for at in columns] for n, c in run.items()})
    heights = {tuple(n for n, cells in part.items() if any(cells)) for part in parts}
    if len(heights) == len(parts) > 1 and all(_is_table(part) for part in parts):
        for part in parts:
            for some, rows in groupby(part.items(), key=lambda row: any(row[1])):
                if some:
                    yield from _block(dict(rows))
    else:
        yield from _block(run)


def _is_table(part: dict[int, list[str]]) -> bool:
    """Whether columns that stand together have two or more, the first of them words."""
    first = [cells[0] for cells in part.values() if cells[0]]
    worded = sum(any(map(str.isalpha, cell)) for cell in first)
    return len(next(iter(part.values()))) > 1 and worded * 2 > len(first)


def _block(run: dict[int, list[str]]) -> Iterator[Piece]:
    """Rows without an empty one between them: a line of one cell above them is no row of theirs."""
    numbers = list(run)
    while numbers and len(set(filter(None, run[numbers[0]]))) == 1 and len(numbers) > 1:
        yield Piece(next(filter(None, run[numbers[0]])), prose=True)
        numbers = numbers[1:]
    rows: Sequence[Sequence[str]] = [run[number] for number in numbers]
    if len(rows) == 1 and len(set(filter(None, rows[0]))) == 1:
        yield Piece(next(filter(None, rows[0])))
    else:
        yield from table_pieces(rows, places=[f"Row {number}" for number in numbers])
