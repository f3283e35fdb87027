"""Word files by python-docx: paragraphs, headings, counted numbers, tables, footnotes, in the order in which they are read.

The text is what a reader sees: insertions not yet accepted are in; deletions, hidden text, field codes and the table of
contents are not.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from rag.corpus.formats.archive import check_archive
from rag.corpus.formats.docx_gaps import gaps_of
from rag.corpus.formats.numbering import Numbering
from rag.corpus.formats.pdf.footnotes import raised
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.divisions import captions
from rag.corpus.shape.draft import Draft, Piece, draft_of
from rag.corpus.shape.tables import table_pieces, under
from rag.settings import Parsing

_MAIN = "word/document.xml"
_NOTES = {"/footnotes": "w:footnote", "/endnotes": "w:endnote"}
_HEADING = re.compile(r"(?i)(?:heading|überschrift|titre|заголовок|başlık|titolo|título)\s*(\d)\Z")
_JUNK = re.compile(r"(?i)\A(?:word document|document\d*|untitled|microsoft word.*|title)\Z|\.docx?\Z")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""The same once more, for programs that do not know text boxes."""
_DEEPEST_TABLE = 5
_MOST_COLUMNS = 1000


def draft_docx(data: bytes, parsing: Parsing) -> Draft:
    """A draft of a Word file.

    Raises:
        Unreadable: it is encrypted, damaged, a zip bomb, or no Word file.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from docx.oxml.ns import qn
    from lxml.etree import LxmlError

    check_archive(data, parsing, needs=_MAIN, kind="a Word file", suffix=".docx")
    try:
        document = docx.Document(io.BytesIO(data))
    except (OpcError, LxmlError, KeyError, ValueError, AttributeError):
        raise Unreadable("it is not a Word file or is damaged.", "Open it and save it again as .docx.") from None
    reader = _Reader(document, qn)
    pieces = list(reader.pieces())
    headed = any(piece.level is not None for piece in pieces)
    own = " ".join((document.core_properties.title or "").split())
    title = reader.title or (own if own and not headed and not _JUNK.search(own) else None)
    return draft_of(pieces, title=title, gaps=list(gaps_of(document, qn)))


class _Reader:
    def __init__(self, document: Any, qualify: Any) -> None:
        self._q = qualify
        self._document = document
        self._styles = self._style_names(document)
        numbering = next((r.target_part.element for r in _parts(document) if r.reltype.endswith("/numbering")), None)
        self._numbering = Numbering(numbering, document.styles.element, qualify)
        self._marks: dict[tuple[str, str], str] = {}
        self.title: str | None = None

    def pieces(self) -> Iterator[Piece]:
        yield from self._blocks(self._document.element.body, 0)
        yield from self._notes()

    def _style_names(self, document: Any) -> dict[str, tuple[str, int | None]]:
        """Style id → its name and outline level (0 is the highest), inherited ones included."""
        q = self._q
        raw: dict[str, tuple[str, int | None, str]] = {}
        for style in document.styles.element.findall(q("w:style")):
            name, base = style.find(q("w:name")), style.find(q("w:basedOn"))
            outline = style.find(f"{q('w:pPr')}/{q('w:outlineLvl')}")
            value = outline.get(q("w:val")) if outline is not None else None
            raw[str(style.get(q("w:styleId")))] = (
                str(name.get(q("w:val"))) if name is not None else "",
                int(value) if value and value.isdigit() and int(value) < 9 else None,
                str(base.get(q("w:val"))) if base is not None else "",
            )
        found: dict[str, tuple[str, int | None]] = {}
        for identity, (name, level, base) in raw.items():
            seen = {identity}
            while level is None and base in raw and base not in seen:
                seen.add(base)
                _, level, base = raw[base]
            found[identity] = (name, level)
        return found

    def _blocks(self, parent: Any, depth: int) -> Iterator[Piece]:
        q = self._q
        for child in parent:
            if child.tag == q("w:p"):
                yield from self._paragraph(child)
            elif child.tag == q("w:tbl") and depth < _DEEPEST_TABLE:
                yield from self._table(child, depth)
            elif child.tag == q("w:sdt"):
                content = child.find(q("w:sdtContent"))
                gallery = child.find(f".//{q('w:docPartGallery')}")
                contents_table = gallery is not None and "Contents" in (gallery.get(q("w:val")) or "")
                if content is not None and not contents_table:
                    yield from self._blocks(content, depth)
            elif child.tag in {q("w:ins"), q("w:moveTo"), q("w:customXml"), q("w:smartTag")}:
                yield from self._blocks(child, depth)

    def _paragraph(self, paragraph: Any) -> Iterator[Piece]:
        q = self._q
        properties = paragraph.find(q("w:pPr"))
        style_element = properties.find(q("w:pStyle")) if properties is not None else None
        style = style_element.get(q("w:val")) if style_element is not None else None
        name, outline = self._styles.get(style or "", ("", None))
        if name.lower().startswith("toc "):
            return
        label = self._numbering.label(paragraph, style)
        text = " ".join(self._text(paragraph).split("\t")).strip()
        if not text:
            yield from self._boxes(paragraph)
            return
        if properties is not None and (own := properties.find(q("w:outlineLvl"))) is not None:
            value = own.get(q("w:val")) or ""
            outline = int(value) if value.isdigit() and int(value) < 9 else outline
        level = self._level(name, outline)
        if name.lower() == "title" and self.title is None:
            self.title = " ".join(text.split())
        if level is not None:
            yield Piece(f"{label} {' '.join(text.split())}".strip(), level)
            yield from self._boxes(paragraph)
            return
        strong = captions(text) and self._all_bold(paragraph)
        tight = bool(label)
        for line in f"{label} {text}".split("\n"):
            yield Piece(line, tight=tight, strong=strong)
            tight = True
        yield from self._boxes(paragraph)

    def _boxes(self, paragraph: Any) -> Iterator[Piece]:
        """The text boxes that hang on a paragraph, after it."""
        q = self._q
        for box in paragraph.iter(q("w:txbxContent")):
            if not any(above.tag == _FALLBACK or above.tag == q("w:txbxContent") for above in box.iterancestors()):
                yield from self._blocks(box, _DEEPEST_TABLE - 1)

    def _level(self, name: str, outline: int | None) -> int | None:
        """1 is the title, 2 the first level of headings, and so on."""
        if name.lower() == "title":
            return 1
        if match := _HEADING.match(name):
            return 1 + int(match[1])
        return None if outline is None else 2 + outline

    def _text(self, element: Any) -> str:
        q = self._q
        words: list[str] = []
        skipped = {q(n) for n in ("w:del", "w:moveFrom", "w:instrText", "w:pPr", "w:txbxContent")}
        skipped.add(_FALLBACK)

        def walk(node: Any) -> None:
            for child in node:
                tag = child.tag
                if tag in skipped or not isinstance(tag, str):
                    continue
                if tag == q("w:r") and self._hidden(child):
                    continue
                if tag == q("w:t"):
                    words.append(child.text or "")
                elif tag in {q("w:tab"), q("w:ptab")}:
                    words.append("\t")
                elif tag in {q("w:br"), q("w:cr")}:
                    words.append("\n")
                elif tag in {q("w:footnoteReference"), q("w:endnoteReference")}:
                    words.append(self._mark(child))
                elif tag == q("m:t"):
                    words.append(child.text or "")
                elif tag == q("w:noBreakHyphen"):
                    words.append("-")
                else:
                    walk(child)

        walk(element)
        return "".join(words)

    def _hidden(self, run: Any) -> bool:
        return self._on(run, "w:vanish")

    def _on(self, run: Any, name: str) -> bool:
        q = self._q
        found = run.find(f"{q('w:rPr')}/{q(name)}")
        return found is not None and (found.get(q("w:val")) or "true") not in {"0", "false", "none"}

    def _all_bold(self, paragraph: Any) -> bool:
        runs = [r for r in paragraph.iter(self._q("w:r")) if "".join(t.text or "" for t in r.iter(self._q("w:t"))).strip()]
        return bool(runs) and all(self._on(run, "w:b") for run in runs)

    def _table(self, table: Any, depth: int, owner: str = "") -> Iterator[Piece]:
        """The rows of a table, a merged cell in each place that it covers; tables inside cells come after it, below a line that
        names the row (``owner``)."""
        q = self._q
        rows: list[list[str]] = []
        nested: list[tuple[Any, int]] = []
        marked = 0
        for row in table.iter(q("w:tr")):
            if next(a for a in row.iterancestors(q("w:tbl"))) is not table:
                continue
            cells = [""] * self._number(row, "w:trPr", "w:gridBefore", 0)
            for cell in row.iter(q("w:tc")):
                if next(cell.iterancestors(q("w:tr"))) is not row:
                    continue
                merge = cell.find(f"{q('w:tcPr')}/{q('w:vMerge')}")
                continued = merge is not None and merge.get(q("w:val")) != "restart"
                paragraphs = [p for p in cell.iter(q("w:p")) if next(p.iterancestors(q("w:tbl"))) is table]
                words = " ".join(filter(None, (" ".join(self._cell(p).split()) for p in paragraphs)))
                if continued and rows and len(cells) < len(rows[-1]):
                    words = rows[-1][len(cells)]
                cells += [words] * self._number(cell, "w:tcPr", "w:gridSpan", 1)
                inner = (t for t in cell.iter(q("w:tbl")) if next(t.iterancestors(q("w:tbl"))) is table)
                nested += [(t, len(rows)) for t in inner]
            header = row.find(f"{q('w:trPr')}/{q('w:tblHeader')}")
            if header is not None and marked == len(rows):
                marked += 1
            rows.append(cells)
        heads: int | None = marked or None
        names = [", ".join(dict.fromkeys(filter(None, row))) for row in rows]
        if owner:
            rows, heads = under(owner, rows, heads)
        yield from table_pieces(rows, header=heads)
        for inside, row_number in nested if depth < _DEEPEST_TABLE else []:
            yield from self._table(inside, depth + 1, names[row_number])

    def _number(self, parent: Any, properties: str, name: str, otherwise: int) -> int:
        found = parent.find(f"{self._q(properties)}/{self._q(name)}")
        value = found.get(self._q("w:val")) if found is not None else None
        return min(int(value), _MOST_COLUMNS) if value and value.isdigit() else otherwise

    def _cell(self, paragraph: Any) -> str:
        style = paragraph.find(f"{self._q('w:pPr')}/{self._q('w:pStyle')}")
        label = self._numbering.label(paragraph, style.get(self._q("w:val")) if style is not None else None)
        return f"{label} {self._text(paragraph)}".strip()

    def _notes(self) -> Iterator[Piece]:
        """Footnotes and endnotes, each below its mark; their numbers run on from one kind to the other."""
        from docx.oxml import parse_xml

        q = self._q
        found: dict[tuple[str, str], str] = {}
        for relation in _parts(self._document):
            kind = next((kind for end, kind in _NOTES.items() if relation.reltype.endswith(end)), None)
            for note in parse_xml(relation.target_part.blob).findall(q(kind)) if kind else ():
                if note.get(q("w:type")) is None:
                    text = " ".join(" ".join(self._text(p) for p in note.iter(q("w:p"))).split())
                    found[kind or "", str(note.get(q("w:id")))] = text
        for key, mark in list(self._marks.items()):
            if found.get(key):
                yield Piece(f"{mark} {found[key]}", prose=False, note=mark)

    def _mark(self, reference: Any) -> str:
        kind = "w:" + reference.tag.rpartition("}")[2].removesuffix("Reference")
        key = (kind, str(reference.get(self._q("w:id"))))
        return self._marks.setdefault(key, raised(len(self._marks) + 1))


def _parts(document: Any) -> list[Any]:
    return [relation for relation in document.part.rels.values() if not relation.is_external]
