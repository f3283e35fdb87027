"""Tables drawn with rules, by pdfplumber (MIT; with pdfminer.six 10 MB). The one module that knows it.

Measured on a consulate's fee table and fourteen PDFs of reportlab (ruled, merged, wrapped and bare tables, prose, columns):
pdfplumber found all 5 fully ruled tables cell by cell and took nothing else for one, in 0.02 to 0.05 s a page. camelot 2.0
found the same in 0.25 s a page, with OpenCV and pandas (200 MB); img2table likewise. For tables without rules all three fail
(camelot's "network" takes the sentence above into the table and two columns of prose for one; pdfplumber's "text" cuts words in
two): those are :mod:`rag.corpus.formats.pdf.aligned`. PyMuPDF is AGPL and was not tried.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

from rag.corpus.formats.pdf.aligned import AlignedGrid
from rag.corpus.formats.pdf.printed import Line

_LEAST_RULES = 4
"""Paths on a page that are long or flat: fewer make no grid."""
_FLAT = 3.0
_CONFUSED = (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError, AssertionError)
"""What pdfminer raises besides its own errors where a file is not as the standard has it; PDFium reads most of those."""


class RuledTables:
    """Finds the ruled tables of one PDF, page by page; opened with pdfplumber only where a page has rules."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._document: Any = None
        self.failed: list[int] = []
        """The pages that pdfplumber could not read."""

    def on(self, pypdfium2: Any, page: Any, number: int, lines: Sequence[Line]) -> list[AlignedGrid]:
        """The tables of page ``number`` (from 1) that have two columns and two rows or more."""
        if not _has_rules(pypdfium2, page):
            return []
        import pdfplumber
        from pdfminer.pdfexceptions import PDFException
        from pdfminer.psexceptions import PSException
        from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

        try:
            if self._document is None:
                self._document = pdfplumber.open(io.BytesIO(self._data))
            plumbed = self._document.pages[number - 1]
            # pdfplumber turns the page, and so the box it stands in
            height = float(plumbed.mediabox[3] if not page.get_rotation() else plumbed.height)
            tables = [_grid(table, height, lines) for table in plumbed.find_tables()]
            plumbed.close()
        except (PDFException, PSException, PdfminerException, MalformedPDFException, *_CONFUSED):
            self.failed.append(number)
            return []
        return [grid for grid in tables if grid is not None]

    def close(self) -> None:
        """Let go of the file."""
        if self._document is not None:
            self._document.close()


def _has_rules(pypdfium2: Any, page: Any) -> bool:
    """Whether the page has as many straight paths as a grid needs, standing ones or boxes among them."""
    flat = upright = 0
    for drawn in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_PATH], max_depth=2):
        left, bottom, right, top = drawn.get_bounds()
        flat += right - left > top - bottom
        upright += top - bottom > _FLAT
        if flat + upright >= _LEAST_RULES and upright:
            return True
    return False


def _grid(table: Any, height: float, lines: Sequence[Line]) -> AlignedGrid | None:
    rows = [[cell and (cell[0], height - cell[3], cell[2], height - cell[1]) for cell in row.cells] for row in table.rows]
    if len(rows) < 2 or max(map(len, rows)) < 2:
        return None
    left, top, right, bottom = table.bbox[0], height - table.bbox[1], table.bbox[2], height - table.bbox[3]
    inside = [
        line for line in lines if bottom <= (line.bottom + line.top) / 2 <= top and line.left < right and line.right > left
    ]
    words = [[_words(cell, inside) if cell else "" for cell in row] for row in rows]
    if sum(any(row) for row in words) < 2 or max(sum(map(bool, row)) for row in words) < 2:
        return None
    return AlignedGrid(tuple(map(tuple, _merged(rows, words))), tuple(inside), top)


def _words(cell: tuple[float, float, float, float], lines: Sequence[Line]) -> str:
    left, bottom, right, top = cell
    inside: list[str] = []
    for line in lines:
        runs = [r for r in line.runs if left <= (r.left + r.right) / 2 <= right and bottom <= (r.bottom + r.top) / 2 <= top]
        inside += [Line.of(runs).text] if runs else []
    return " ".join(inside)


def _merged(rows: Sequence[Sequence[Any]], words: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """A merged cell's words in each place that it covers; pdfplumber has no cell there."""
    whole: list[list[str]] = []
    for number, (cells, texts) in enumerate(zip(rows, words, strict=True)):
        made: list[str] = []
        bottom = min((cell[1] for cell in cells if cell), default=0.0)
        for column, cell in enumerate(cells):
            if cell:
                made.append(texts[column])
                continue
            above = next((rows[n][column] for n in range(number - 1, -1, -1) if rows[n][column]), None)
            beside = next((cells[n] for n in range(column - 1, -1, -1) if cells[n]), None)
            if above and above[1] <= bottom + 1:
                made.append(whole[-1][column])
            else:
                made.append(made[-1] if made and beside else "")
        whole.append(made)
    yield from whole
