"""Word files as their reader sees them; and bombs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from rag.corpus.formats.docx import draft_docx
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.structure import path_at
from rag.settings import Parsing
from rag.types import Document
from tests.corpus.invariants import check_document

PARSING = Parsing()


def saved(build: Callable[[WordDocument], None]) -> bytes:
    file = docx.Document()
    build(file)
    data = io.BytesIO()
    file.save(data)
    return data.getvalue()


def made(build: Callable[[WordDocument], None]) -> Document:
    document = assemble(draft_docx(saved(build), PARSING), document_id="law.docx")
    check_document(document)
    return document


def number(file: WordDocument, text: str, level: int) -> None:
    """A paragraph that Word itself numbers, as treaties are typed."""
    properties = file.add_paragraph(text)._p.get_or_add_pPr()
    place = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", level), ("w:numId", 77)):
        child = OxmlElement(name)
        child.set(qn("w:val"), str(value))
        place.append(child)
    properties.append(place)


def with_numbering(file: WordDocument) -> None:
    forms = (("decimal", "Article %1"), ("decimal", "%2."), ("lowerLetter", "(%3)"), ("lowerRoman", "(%4)"))
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(forms)
    )
    root = file.part.numbering_part.element
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="99">{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="99"/></w:num>'))


def treaty(file: WordDocument) -> None:
    with_numbering(file)
    file.add_heading("Harbour Convention", 0)
    file.add_heading("Chapter I", 1)
    number(file, "Scope", 0)
    number(file, "This law applies to ports.", 1)
    number(file, "It applies to:", 1)
    number(file, "ships;", 2)
    number(file, "boats, namely", 2)
    number(file, "tugs.", 3)
    number(file, "Entry into force", 0)
    number(file, "It enters into force now.", 1)


def test_numbers_that_word_counts_are_in_the_text_and_in_the_path() -> None:
    document = made(treaty)
    assert document.title == "Harbour Convention"
    assert (
        "2. It applies to:\n(a) ships;\n(b) boats, namely\n(i) tugs.\nArticle 2 Entry into force\n1. It enters" in document.text
    )
    assert path_at(document.sections, document.text.index("tugs")) == ("Chapter I", "Article 1. Scope", "2", "(b)", "(i)")
    assert path_at(document.sections, document.text.index("It enters")) == ("Chapter I", "Article 2. Entry into force", "1")


def test_tables_are_read_row_by_row_and_a_merged_cell_stands_in_each_of_its_places() -> None:
    def build(file: WordDocument) -> None:
        table = file.add_table(2, 3)
        for cell, text in zip(table.rows[0].cells, ("Port", "Depth", ""), strict=True):
            cell.text = text
        table.cell(0, 1).merge(table.cell(0, 2))
        for cell, text in zip(table.rows[1].cells, ("Baku", "9 m", "old"), strict=True):
            cell.text = text

    assert made(build).text == "Port | Depth | Depth\nBaku | 9 m | old"


def offices(file: WordDocument) -> None:
    outer = file.add_table(3, 2)
    for row, (office, fee) in enumerate([("Office", "Fees"), ("Ankara", "60"), ("Tbilisi", "50")]):
        outer.cell(row, 0).text = office
        if row == 0:
            outer.cell(row, 1).text = fee
            continue
        inner = outer.cell(row, 1).add_table(2, 2)
        for line, cells in enumerate([("visa", fee), ("deed", "9")]):
            for column, words in enumerate(cells):
                inner.cell(line, column).text = words


def test_a_table_inside_a_cell_follows_below_the_name_of_its_row() -> None:
    document = made(offices)
    assert document.text.endswith("Ankara\nvisa | 60\ndeed | 9\n\nTbilisi\nvisa | 50\ndeed | 9")
    last = document.tables[-1].rows[-1]
    assert [context.text for context in document.context_of(last)] == ["Tbilisi"]


def test_what_a_reader_does_not_see_is_left_out_and_what_he_sees_is_in() -> None:
    def build(file: WordDocument) -> None:
        paragraph = file.add_paragraph("Seen")
        paragraph.add_run(" hidden").font.hidden = True
        for tag, text in (("w:ins", " inserted"), ("w:del", " deleted")):
            run = parse_xml(f'<w:r {nsdecls("w")}><w:t xml:space="preserve">{text}</w:t></w:r>')
            change = OxmlElement(tag)
            change.append(run)
            paragraph._p.append(change)
        control = parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
        )
        paragraph._p.addnext(control)

    assert made(build).text == "Seen inserted\n\nIn a control."


def test_bold_lines_head_their_paragraphs_where_no_style_does() -> None:
    def build(file: WordDocument) -> None:
        for title in ("Purpose", "Duties"):
            file.add_paragraph().add_run(title).bold = True
            file.add_paragraph("Short text.")

    assert [s.path for s in made(build).sections] == [(), ("Duties",)]


def test_the_properties_name_a_document_without_headings() -> None:
    def build(file: WordDocument) -> None:
        file.core_properties.title = "Harbour law"
        file.add_paragraph("The text of the law, which has no heading at all but says a good deal nonetheless.")

    assert made(build).title == "Harbour law"


def rezipped(data: bytes, changes: dict[str, bytes]) -> bytes:
    """The archive with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, old.read(name)))
        for name in set(changes) - set(old.namelist()):
            new.writestr(name, changes[name])
    return out.getvalue()


PLAIN = saved(lambda file: file.add_paragraph("Text."))


def test_a_zip_bomb_is_refused_unopened() -> None:
    bomb = rezipped(PLAIN, {"word/media/zeros.bin": bytes(80 * 2**20)})
    assert len(bomb) < 2**20
    with pytest.raises(Unreadable, match="unpacks to"):
        draft_docx(bomb, PARSING)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused_in_whatever_encoding(encoding: str) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE d [<!ENTITY l0 "lol">{levels}]><d>&l9;</d>'
    with pytest.raises(Unreadable, match="entities"):
        draft_docx(rezipped(PLAIN, {"word/document.xml": xml.encode(encoding)}), PARSING)


def test_an_external_entity_is_refused() -> None:
    xml = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
    with pytest.raises(Unreadable, match="entities"):
        draft_docx(rezipped(PLAIN, {"word/document.xml": xml}), PARSING)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted, or a Word file of before 2007"),
        (PLAIN[:-200], "damaged"),
        (b"plain text", "not a Word file"),
        (rezipped(PLAIN, {"word/document.xml": b"<unclosed>"}), "damaged"),
        (rezipped(PLAIN, {"[Content_Types].xml": b"<Types/>"}), "damaged"),
    ],
)
def test_what_is_no_word_file_is_named(data: bytes, cause: str) -> None:
    with pytest.raises(Unreadable, match=cause):
        draft_docx(data, PARSING)
