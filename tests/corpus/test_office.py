"""Sheets, slides, books and mails: what stands in them, where a citation places it, and what is named instead of read."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

import openpyxl
import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from rag.corpus.formats.csv_table import draft_csv
from rag.corpus.formats.epub import draft_epub
from rag.corpus.formats.mail import draft_eml, draft_msg
from rag.corpus.formats.opendocument import draft_opendocument
from rag.corpus.formats.pptx import draft_pptx
from rag.corpus.formats.rtf import draft_rtf
from rag.corpus.formats.xlsx import draft_xlsx
from rag.corpus.formats.xlsx_cells import shown
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.draft import Draft
from rag.corpus.shape.structure import path_at
from rag.settings import Parsing
from rag.types import Document
from tests.corpus.invariants import check_document

PARSING = Parsing()


def made(draft: Draft, name: str = "office") -> Document:
    document = assemble(draft, document_id=name)
    check_document(document)
    return document


def place(document: Document, words: str) -> tuple[str, ...]:
    return path_at(document.sections, document.text.index(words))


def header(document: Document, words: str) -> str:
    row = next(s for s in document.sentences if words in s.of(document.text))
    return " / ".join(context.text for context in document.context_of(row))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_row_of_a_csv_has_its_number_and_its_columns(delimiter: str, encoding: str) -> None:
    rows = [["Ministry", "2025", "2026"], ["Education", "4650", "4720"], ["Culture, sport", "371", "388"]]
    text = "\r\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    document = made(draft_csv(text.encode(encoding)))
    assert document.text == "Ministry | 2025 | 2026\nEducation | 4650 | 4720\nCulture, sport | 371 | 388"
    assert place(document, "Culture") == ("Row 3",)
    assert header(document, "Culture") == "Ministry | 2025 | 2026"


def workbook(build: Callable[[openpyxl.Workbook], object]) -> bytes:
    book = openpyxl.Workbook()
    build(book)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def staff(book: openpyxl.Workbook) -> None:
    sheet = book.active
    assert sheet is not None
    sheet.title = "Staff"
    for row in (
        ["Staff of the office"],
        [],
        ["Name", "Since", "Share", "Rooms"],
        ["Aliyeva", datetime.date(2024, 3, 1), 0.25, 12.0],
        ["Quliyev", datetime.datetime(2025, 1, 2, 9, 30), 0.5, 7],
    ):
        sheet.append(row)
    sheet["C4"].number_format = "0%"
    sheet["C5"].number_format = "0.0%"
    sheet.merge_cells("A6:A7")
    sheet["A6"], sheet["B6"], sheet["B7"] = "Agayev", "early", "late"
    rooms = book.create_sheet("Rooms")
    for row in (["Room", "Floor"], ["Archive", 2]):
        rooms.append(row)
    secret = book.create_sheet("Secret")
    secret.append(["Password", "1234"])
    secret.sheet_state = "hidden"


def test_the_line_that_tells_excel_the_delimiter_is_no_row() -> None:
    document = made(draft_csv(b'sep=;\r\nOffice;Fee, in manat\r\nBaku;"60,50; cash"\r\nGanja;45,00\r\n'))
    assert document.text == "Office | Fee, in manat\nBaku | 60,50; cash\nGanja | 45,00"
    assert place(document, "Ganja") == ("Row 4",)


def test_names_in_turkish_are_read_in_the_encoding_of_windows() -> None:
    text = "İlçe;Öğrenci sayısı;Müdür\nŞişli;5210;Ayşe Güneş\nÜsküdar;18440;Çağrı Işık\nBeyoğlu;2075;Ömer Şahin\n"
    assert made(draft_csv(text.encode("cp1254"))).text == text.strip().replace(";", " | ")


def test_a_workbook_reads_as_excel_shows_it_with_sheet_and_row() -> None:
    draft = draft_xlsx(workbook(staff), PARSING)
    document = made(draft)
    assert document.text == (
        "Staff\n\nStaff of the office\n\nName | Since | Share | Rooms\nAliyeva | 2024-03-01 | 25% | 12\n"
        "Quliyev | 2025-01-02 09:30 | 50.0% | 7\nAgayev | early\nAgayev | late\n\nRooms\n\nRoom | Floor\nArchive | 2"
    )
    assert place(document, "Quliyev") == ("Staff", "Row 5")
    assert place(document, "Archive") == ("Rooms", "Row 2")
    assert header(document, "Quliyev") == "Name | Since | Share | Rooms"
    assert [(gap.what, gap.lost) for gap in draft.gaps] == [("the hidden sheet “Secret” is left out.", False)]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1200000, '#,##0 "AZN"', "1,200,000 AZN"),
        (12.5, "[$₼-42C] #,##0.00", "₼ 12.50"),
        (10, '_-* #,##0.00\\ "€"_-;-* #,##0.00\\ "€"_-', "10.00 €"),
        (-3, "#,##0;[Red](#,##0)", "-3"),
        (-0.001, "0.00", "0.00"),
        (2.5, "0.##", "2.5"),
        (2, "0.##", "2"),
        (2.345, "0.00", "2.35"),
        (0.175, "0.0%", "17.5%"),
        (7, "000", "007"),
        (12345, '0,"k"', "12345"),
        (1e20, "0", "1e+20"),
        (0.1 + 0.2, "General", "0.3"),
        (datetime.date(2026, 3, 1), "mmmm yyyy", "2026-03"),
        (datetime.datetime(2026, 3, 1), "dd.mm.yyyy", "2026-03-01"),
        (datetime.time(9, 30), "h:mm", "09:30"),
        (True, "General", "TRUE"),
        (None, "0.00", ""),
    ],
)
def test_a_cell_reads_as_its_format_shows_it(value: object, number_format: str, text: str) -> None:
    assert shown(value, number_format) == text


def test_hidden_rows_and_columns_are_left_out_and_named() -> None:
    def build(book: openpyxl.Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        for row in (["Office", "Secret", "Fee"], ["Baku", 1, 12], ["Ganja", 2, 9], ["Sheki", 3, 7]):
            sheet.append(row)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True

    draft = draft_xlsx(workbook(build), PARSING)
    document = made(draft)
    assert document.text == "Sheet\n\nOffice | Fee\nBaku | 12\nSheki | 7"
    assert place(document, "Sheki") == ("Sheet", "Row 4")
    assert [gap.what for gap in draft.gaps] == [
        "1 hidden row of the sheet “Sheet” left out.",
        "1 hidden column of the sheet “Sheet” left out.",
    ]


def test_tables_side_by_side_are_two_and_a_gap_within_a_table_parts_nothing() -> None:
    def build(book: openpyxl.Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        for row in (
            ["Department", "2025", "2026", None, "Office", "Head"],
            ["Roads", 12, 14, None, "Tax", "Nigar Aliyeva"],
            ["Schools", 24, 26],
            [],
            ["Item", "Price", None, "Contact", "Phone"],
            ["Permit", 5, None, "Leyla", "12"],
            ["Stamp", 1, None, "Rashad", "14"],
        ):
            sheet.append(row)

    document = made(draft_xlsx(workbook(build), PARSING))
    assert document.text == (
        "Sheet\n\nDepartment | 2025 | 2026\nRoads | 12 | 14\nSchools | 24 | 26\n\nOffice | Head\nTax | Nigar Aliyeva\n\n"
        "Item | Price | Contact | Phone\nPermit | 5 | Leyla | 12\nStamp | 1 | Rashad | 14"
    )


def test_formulas_without_results_and_a_sheet_that_is_too_long_are_named() -> None:
    def build(book: openpyxl.Workbook) -> None:
        sheet = book.active
        assert sheet is not None
        sheet.title = "Sums"
        sheet.append(["Item", "Sum"])
        sheet.append(["All", "=1+1"])

    draft = draft_xlsx(workbook(build), PARSING)
    assert [gap.what for gap in draft.gaps] == ["1 formula on the sheet “Sums” without a result."]

    def long(book: openpyxl.Workbook) -> None:
        assert book.active is not None
        for number in range(400):
            book.active.append([f"Item number {number}", number])

    cut = draft_xlsx(workbook(long), Parsing(max_characters=2000))
    assert cut.gaps[0].what.startswith("the sheet “Sheet” is cut off before row 1")
    assert len(cut.text) < 4000


def slides() -> bytes:
    file = pptx.Presentation()
    first = file.slides.add_slide(file.slide_layouts[1])
    first.shapes.title.text = "Water in 2025"
    first.placeholders[1].text_frame.text = "The utility lost 41 per cent."
    table = first.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(4), Inches(1)).table
    for at, text in enumerate(("District", "Losses", "Nasimi", "38")):
        table.cell(at // 2, at % 2).text = text
    first.notes_slide.notes_text_frame.text = "Say that the meters are new."
    second = file.slides.add_slide(file.slide_layouts[6])
    figures = CategoryChartData()
    figures.categories = ["2024", "2025"]
    figures.add_series("Losses, per cent", (43, 41))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(5), Inches(3), figures)
    data = io.BytesIO()
    file.save(data)
    return data.getvalue()


def test_a_merged_cell_of_a_slide_stands_in_each_of_its_places_and_a_number_names_no_file() -> None:
    file = pptx.Presentation()
    note = file.slides.add_slide(file.slide_layouts[6]).shapes.add_textbox(Inches(1), Inches(1), Inches(5), Inches(1))
    note.text_frame.text = "The boats are looked after by Lena Fox."
    shapes = file.slides.add_slide(file.slide_layouts[6]).shapes
    table = shapes.add_table(3, 3, Inches(1), Inches(2), Inches(8), Inches(2)).table
    for at, text in enumerate(["Product", "2025", "", "", "Units", "Share", "Oars", "40", "60 %"]):
        table.cell(at // 3, at % 3).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    data = io.BytesIO()
    file.save(data)
    document = made(draft_pptx(data.getvalue(), PARSING))
    assert document.text.endswith("Product | 2025 | 2025\nProduct | Units | Share\nOars | 40 | 60 %")
    assert not document.title.startswith("Slide")


def test_slides_are_sections_and_their_tables_charts_and_notes_are_text() -> None:
    document = made(draft_pptx(slides(), PARSING))
    assert document.title == "Water in 2025"
    assert place(document, "41 per cent.") == ("Slide 1. Water in 2025",)
    assert place(document, "meters are new") == ("Slide 1. Water in 2025",)
    assert header(document, "Nasimi") == "District | Losses"
    assert place(document, "2025 | 41") == ("Slide 2",)
    assert header(document, "2025 | 41") == "| Losses, per cent"


SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"))
)


def opendocument(body: str) -> bytes:
    content = f"<office:document-content {SPACES}><office:body>{body}</office:body></office:document-content>"
    return zipped({"content.xml": content})


def zipped(parts: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


def test_an_open_document_keeps_headings_lists_tables_and_notes() -> None:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = [("Office", "Fee"), ("Baku", "12"), ("Ganja", "9")]
    table = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    body = (
        '<office:text><text:h text:outline-level="1">Fees</text:h><text:p>A fee is due<text:note><text:note-citation>1'
        "</text:note-citation><text:note-body><text:p>Since 2024.</text:p></text:note-body></text:note> at once.</text:p>"
        "<text:list><text:list-item><text:p>by card;</text:p></text:list-item></text:list>"
        f"<table:table>{table}</table:table>"
        "<text:p>The end<office:annotation><text:p>Really?</text:p></office:annotation>.</text:p>"
        "</office:text>"
    )
    draft = draft_opendocument(opendocument(body), PARSING)
    document = made(draft)
    assert document.text == (
        "Fees\n\nA fee is due¹ at once.\n- by card;\n\nOffice | Fee\nBaku | 12\nGanja | 9\n\nThe end.\n\n¹ Since 2024."
    )
    assert header(document, "Ganja") == "Office | Fee"
    assert header(document, "Since 2024") == "A fee is due¹ at once."
    assert draft.gaps[0].what == "1 comment in its margin left out."
    sheet = f'<office:spreadsheet><table:table table:name="Fees">{table}</table:table></office:spreadsheet>'
    assert place(made(draft_opendocument(opendocument(sheet), PARSING)), "Ganja") == ("Fees", "Row 3")


def test_rtf_is_read_with_its_tables() -> None:
    rtf = (
        rb"{\rtf1\ansi The rules of the house.\par {\trowd\cellx1\cellx2 Item\cell Fee\cell\row\trowd Key\cell 5\cell\row}\par}"
    )
    document = made(draft_rtf(rtf))
    assert "The rules of the house." in document.text
    assert header(document, "Key | 5") == "Item | Fee"


def test_the_notes_of_an_rtf_are_text_and_what_is_left_out_is_named() -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1254{\info{\title Kira kurallar\'fd}}{\header Gizli}{\footer \chpgn}"
        rb"Kira bedeli 900 lirad\'fdr.{\super\chftn{\footnote\chftn  Kefil {\b gerekir}, 2 y\'fdl.}} Depozito al\'fdnmaz."
        rb"{\*\annotation Emin misin?}\par Son.{\footnote\chftn  \'d6zet.}\par}"
    )
    draft = draft_rtf(rtf)
    document = made(draft)
    assert document.title == "Kira kuralları"
    assert document.text == "Kira bedeli 900 liradır.¹ Depozito alınmaz.\n\nSon.²\n\n¹ Kefil gerekir, 2 yıl.\n\n² Özet."
    assert header(document, "Kefil") == "Kira bedeli 900 liradır.¹"
    assert [gap.what for gap in draft.gaps] == ["its headers and footers are left out.", "1 comment in its margin left out."]


def test_an_rtf_whose_groups_do_not_close_is_read() -> None:
    assert made(draft_rtf(rb"{\rtf1\ansi The house.\par {\footnote It is old.")).text.startswith("The house.")


def book(chapters: dict[str, str]) -> bytes:
    items = "".join(f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>The water law</dc:title><dc:language>en</dc:language></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf"/>'
        "</rootfiles></container>"
    )
    pages = {f"OEBPS/{name}": text for name, text in chapters.items() if text}
    return zipped({"META-INF/container.xml": container, "OEBPS/book.opf": package, **pages})


def test_the_chapters_of_a_book_are_read_in_order_and_a_missing_one_is_named() -> None:
    page = "<html><body><h1>{}</h1><p>{}</p></body></html>"
    chapters = {
        "b.xhtml": page.format("Chapter one", "Water belongs to the state."),
        "a.xhtml": page.format("Chapter two", "A permit is issued for a year."),
        "lost.xhtml": "",
    }
    draft = draft_epub(book(chapters), PARSING)
    document = made(draft)
    assert document.title == "The water law"
    assert place(document, "A permit") == ("Chapter two",)
    assert document.text.index("Water belongs") < document.text.index("A permit")
    assert [gap.what for gap in draft.gaps] == ["its chapter lost.xhtml is not read."]


def mail(html: bool = False) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "Leyla Aliyeva <l.aliyeva@example.org>", "office@example.org"
    message["Subject"], message["Date"] = "Closing of the desk", "Mon, 02 Mar 2026 09:00:00 +0400"
    if html:
        message.set_content("<p>The desk closes at noon on Friday.</p>", subtype="html")
    else:
        message.set_content("Dear all,\n\nthe desk closes at noon on Friday.\n")
    message.add_attachment(b"PK\x03\x04", maintype="application", subtype="zip", filename="bomb.zip")
    return bytes(message)


@pytest.mark.parametrize("html", [False, True])
def test_a_mail_is_read_with_who_wrote_it_and_its_attachments_are_named_unopened(html: bool) -> None:
    draft = draft_eml(mail(html))
    document = made(draft)
    assert document.title == "Closing of the desk"
    assert "From: Leyla Aliyeva <l.aliyeva@example.org>\nTo: office@example.org" in document.text
    assert place(document, "closes at noon") == ("Closing of the desk",)
    assert draft.gaps[0].what == "its attachments are not read: bomb.zip."


@pytest.mark.parametrize(
    ("draft", "data"),
    [
        (lambda d: draft_xlsx(d, PARSING), workbook(staff)[:-300]),
        (lambda d: draft_xlsx(d, PARSING), b"Name;Since"),
        (lambda d: draft_xlsx(d, PARSING), zipped({"xl/workbook.xml": "<workbook/>"})),
        (lambda d: draft_pptx(d, PARSING), slides()[:-300]),
        (lambda d: draft_pptx(d, PARSING), zipped({"ppt/presentation.xml": "<a/>"})),
        (lambda d: draft_opendocument(d, PARSING), opendocument("<office:text/>")[:-30]),
        (lambda d: draft_opendocument(d, PARSING), zipped({"content.xml": "<a/>"})),
        (lambda d: draft_epub(d, PARSING), zipped({"META-INF/container.xml": "<a/>"})),
        (draft_rtf, b"plain text"),
        (draft_eml, b"\x00\x01\x02"),
        (draft_msg, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        (draft_msg, b"no mail"),
    ],
)
def test_what_is_damaged_or_no_such_file_is_named_with_a_remedy(draft: Callable[[bytes], Draft], data: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        draft(data)
    assert refusal.value.cause
    assert refusal.value.remedy
