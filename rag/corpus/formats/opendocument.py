"""OpenDocument texts and sheets: ``content.xml`` by lxml, in the order in which it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rag.corpus.formats.archive import check_archive
from rag.corpus.formats.pdf.footnotes import raised
from rag.corpus.formats.pictures import holds_words
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, Gap, Piece, draft_of
from rag.corpus.shape.markers import marker
from rag.corpus.shape.tables import table_pieces
from rag.settings import Parsing

_SPACES = {name: f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "text", "table", "drawing")}
_OFFICE, _TEXT, _TABLE, _DRAW = _SPACES.values()
_TITLE = ".//{http://purl.org/dc/elements/1.1/}title"
_MOST_REPEATED = 1000
"""Cells or rows that one element stands for; the empty rest of a sheet is a million of them."""
_PICTURES = "Pictures/"


def draft_opendocument(data: bytes, parsing: Parsing) -> Draft:
    """A draft of an ``.odt`` or ``.ods`` file.

    Raises:
        Unreadable: it is encrypted, damaged, a zip bomb, or no OpenDocument file.
    """
    from lxml import etree

    archive = check_archive(data, parsing, needs="content.xml", kind="an OpenDocument file", suffix=".odt")
    # entities and document types were refused above
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        content = etree.fromstring(archive.read("content.xml"), parser)
        meta = etree.fromstring(archive.read("meta.xml"), parser) if "meta.xml" in archive.namelist() else None
    except (etree.LxmlError, ValueError, OSError):
        raise Unreadable("it is damaged.", "Open it and save it again.") from None
    body = content.find(f".//{_OFFICE}body")
    if body is None or not len(body):
        raise Unreadable("there is no text in it.", "Remove it, or put the text in.")
    reader = _Reader()
    pieces = [*reader.blocks(body[0]), *reader.notes]
    worded = sum(holds_words(archive.read(name)) for name in archive.namelist() if name.startswith(_PICTURES))
    remedy = "Put the words into the text, or run text recognition over the pages."
    gaps = [Gap(f"{worded} of its images seem{'s' if worded == 1 else ''} to hold words, not read.", remedy)] if worded else []
    if reader.comments:
        gaps.append(Gap(f"{reader.comments} comment{'s' if reader.comments > 1 else ''} in its margin left out.", lost=False))
    title = " ".join((meta.findtext(_TITLE) or "").split()) if meta is not None else ""
    return draft_of(pieces, title=title or None, gaps=gaps)


class _Reader:
    def __init__(self) -> None:
        self.notes: list[Piece] = []
        self.comments = 0

    def blocks(self, parent: Any, prefix: str = "") -> Iterator[Piece]:
        """Headings, paragraphs, lists and tables below ``parent``."""
        for element in parent:
            tag = element.tag
            if tag == f"{_TEXT}h":
                level = element.get(f"{_TEXT}outline-level") or "1"
                yield Piece(" ".join(self._words(element).split()), 1 + int(level) if level.isdigit() else 2)
            elif tag == f"{_TEXT}p":
                for number, line in enumerate(self._words(element).split("\n")):
                    words = " ".join(line.split())
                    yield Piece(prefix + words if words else "", tight=bool(prefix) or number > 0)
                yield from self._boxes(element)
            elif tag == f"{_TEXT}list":
                for item in element.iterchildren(f"{_TEXT}list-item", f"{_TEXT}list-header"):
                    bare = next(item.iterchildren(f"{_TEXT}p"), None)
                    marked = bare is not None and marker(self._words(bare).strip()) is not None
                    yield from self.blocks(item, "" if marked else "- ")
            elif tag == f"{_TABLE}table":
                yield from self._table(element, sheet=parent.tag == f"{_OFFICE}spreadsheet")
            elif tag in {f"{_TEXT}section", f"{_TEXT}index-body", f"{_DRAW}text-box"} or tag == f"{_DRAW}frame":
                yield from self.blocks(element)

    def _boxes(self, paragraph: Any) -> Iterator[Piece]:
        for box in paragraph.iter(f"{_DRAW}text-box"):
            yield from self.blocks(box)

    def _words(self, element: Any) -> str:
        words = [element.text or ""]
        for child in element:
            if child.tag == f"{_TEXT}note":
                words.append(self._note(child))
            elif child.tag == f"{_OFFICE}annotation":
                self.comments += 1
            elif child.tag in {f"{_TEXT}line-break"}:
                words.append("\n")
            elif child.tag in {f"{_TEXT}s", f"{_TEXT}tab"}:
                words.append(" ")
            elif isinstance(child.tag, str) and not child.tag.startswith(_DRAW) and child.tag != f"{_TEXT}tracked-changes":
                words.append(self._words(child))
            words.append(child.tail or "")
        return "".join(words)

    def _note(self, note: Any) -> str:
        mark = raised(len(self.notes) + 1)
        body = note.find(f"{_TEXT}note-body")
        at = len(self.notes)
        self.notes.append(Piece(""))
        words = " ".join(" ".join(self._words(p) for p in body.iter(f"{_TEXT}p")).split()) if body is not None else ""
        self.notes[at] = Piece(f"{mark} {words}", prose=False, note=mark)
        return mark

    def _table(self, table: Any, *, sheet: bool) -> Iterator[Piece]:
        """A table; on a sheet, each block of rows without an empty one between them, below the sheet's name."""
        name = " ".join((table.get(f"{_TABLE}name") or "").split())
        rows: list[list[str]] = []
        for row in table.iter(f"{_TABLE}table-row"):
            if next(row.iterancestors(f"{_TABLE}table")) is table:
                cells = self._row(row)
                rows += [cells] * (_repeated(row, "number-rows-repeated") if any(cells) else 1)
        heads = sum(1 for _ in table.iterfind(f"{_TABLE}table-header-rows/{_TABLE}table-row"))
        if not sheet:
            yield from table_pieces(rows, header=heads or None)
            return
        if any(map(any, rows)):
            yield Piece(name, 2, place=name)
        run: list[int] = []
        for number in range(len(rows) + 1):
            if number < len(rows) and any(rows[number]):
                run.append(number)
            elif run:
                yield from table_pieces([rows[n] for n in run], places=[f"Row {n + 1}" for n in run])
                run = []

    def _row(self, row: Any) -> list[str]:
        cells: list[str] = []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            words = " ".join(" ".join(self._words(p) for p in cell.iterchildren(f"{_TEXT}p", f"{_TEXT}h")).split())
            if cell.tag == f"{_TABLE}covered-table-cell" and not words and cells:
                words = cells[-1]
            cells += [words] * (_repeated(cell, "number-columns-repeated") if words else 1)
            if not words and (several := _repeated(cell, "number-columns-repeated")) < _MOST_REPEATED:
                cells += [""] * (several - 1)
        return cells


def _repeated(element: Any, name: str) -> int:
    value = element.get(f"{_TABLE}{name}") or "1"
    return min(max(int(value), 1), _MOST_REPEATED) if value.isdigit() and len(value) < 9 else 1
