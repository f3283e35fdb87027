"""Small files of every format that is read; a seed decides their words and figures."""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage

import openpyxl
import pptx
from docx import Document as WordDocument
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WORDS = (
    "council budget harbour licence inspector road school water archive permit fee clerk meeting report bridge forest".split()
)
MEGABYTE = 2**20


def sentences(seed: int, count: int = 12) -> list[str]:
    chance = random.Random(seed)
    return [f"The {' '.join(chance.choices(WORDS, k=6))} is due by day {chance.randint(1, 28)}." for _ in range(count)]


def table_rows(rows: int, columns: int, seed: int = 0) -> list[list[str]]:
    chance = random.Random(seed)
    head = ["Office", *(f"{WORDS[n % len(WORDS)]} {n}" for n in range(1, columns))]
    return [head, *([f"Office {r}", *(str(chance.randint(1, 999)) for _ in range(columns - 1))] for r in range(rows))]


def txt_file(seed: int) -> bytes:
    return "\n\n".join(sentences(seed)).encode()


def md_file(seed: int) -> bytes:
    table = "\n".join("| " + " | ".join(row) + " |" for row in table_rows(3, 3, seed))
    head, rule, *rows = [table.split("\n")[0], "|---|---|---|", *table.split("\n")[1:]]
    return "\n".join(["# Report", "", *sentences(seed), "", head, rule, *rows]).encode()


def html_file(seed: int) -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in table_rows(3, 3, seed))
    paragraphs = "".join(f"<p>{s}</p>" for s in sentences(seed))
    return f"<html><body><h1>Report</h1>{paragraphs}<table>{rows}</table></body></html>".encode()


def csv_file(seed: int, rows: int = 20, columns: int = 5) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(table_rows(rows, columns, seed))
    return out.getvalue().encode()


def jsonl_file(seed: int) -> bytes:
    lines = [json.dumps({"_id": str(n), "title": "Report", "text": s}) for n, s in enumerate(sentences(seed))]
    return "\n".join(lines).encode()


def docx_file(seed: int, nested: int = 0) -> bytes:
    file = WordDocument()
    file.add_heading("Report", 1)
    for sentence in sentences(seed):
        file.add_paragraph(sentence)
    rows = table_rows(3, 3, seed)
    table = file.add_table(len(rows), 3)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    cell = table.cell(1, 1)
    for depth in range(nested):
        inner = cell.add_table(1, 2)
        inner.cell(0, 0).text = f"depth {depth}"
        cell = inner.cell(0, 1)
    return saved(file.save)


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    data = io.BytesIO()
    save(data)
    return data.getvalue()


def xlsx_file(seed: int, rows: int = 20, columns: int = 5, change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in table_rows(rows, columns, seed):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    if change is not None:
        change(book)
    return saved(book.save)


def merge(book: openpyxl.Workbook) -> None:
    book.active.merge_cells("B2:C4")
    book.active.merge_cells("A6:A9")


def formulas(book: openpyxl.Workbook) -> None:
    book.active["G2"] = "=SUM(B2:E2)"


def pptx_file(seed: int) -> bytes:
    file = pptx.Presentation()
    for sentence in sentences(seed, 3):
        slide = file.slides.add_slide(file.slide_layouts[1])
        slide.shapes.title.text = sentence.split()[1]
        slide.placeholders[1].text = sentence
    return saved(file.save)


def zipped(parts: dict[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


def opendocument_file(seed: int, kind: str) -> bytes:
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("text", "text"), ("table", "table"))
    )
    paragraph = "<text:p>{}</text:p>"
    cells = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{paragraph.format(cell)}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in table_rows(4, 3, seed)
    )
    table = f'<table:table table:name="Offices">{cells}</table:table>'
    prose = "".join(paragraph.format(s) for s in sentences(seed))
    inner = (
        f"<office:text>{prose}{table}</office:text>" if kind == "text" else f"<office:spreadsheet>{table}</office:spreadsheet>"
    )
    content = f"<office:document-content{names}><office:body>{inner}</office:body></office:document-content>"
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content})


def rtf_file(seed: int) -> bytes:
    return ("{\\rtf1\\ansi " + "".join(f"{s}\\par " for s in sentences(seed)) + "}").encode()


def epub_file(seed: int) -> bytes:
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>Report</dc:title></metadata>"
        '<manifest><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="c"/></spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="book.opf"/></rootfiles></container>'
    )
    return zipped({"META-INF/container.xml": container, "book.opf": package, "c.xhtml": html_file(seed)})


def eml_file(seed: int, attached: bytes = b"", name: str = "") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "clerk@example.org", "office@example.org", f"Report {seed}"
    message.set_content("\n\n".join(sentences(seed)))
    if attached:
        message.add_attachment(attached, maintype="application", subtype="zip", filename=name)
    return bytes(message)


def pdf_file(seed: int, pages: int = 2) -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data)
    for page in range(pages):
        for row, sentence in enumerate(sentences(seed + page)):
            canvas.drawString(72, 760 - 14 * row, sentence)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def picture(lines: Sequence[str]) -> Image.Image:
    picture = Image.new("L", (1240, 700), 255)
    font = ImageFont.load_default(36)
    for row, line in enumerate(lines):
        ImageDraw.Draw(picture).text((100, 100 + 52 * row), line, 0, font=font)
    return picture


def image_file(seed: int, form: str) -> bytes:
    return saved(lambda data: picture([s[:48] for s in sentences(seed, 5)]).save(data, form))


def scanned_pdf() -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data)
    canvas.drawString(72, 760, sentences(1)[0])
    canvas.showPage()
    canvas.drawImage(ImageReader(picture([s[:48] for s in sentences(2, 5)])), 0, 400, 595, 336)
    canvas.showPage()
    canvas.save()
    return data.getvalue()


def garbage_pdf() -> bytes:
    """A text layer in private characters: a font that does not say which letters it shows."""
    content = b"BT /F 12 Tf 72 700 Td <" + b"".join(b"%04X" % n for n in range(1, 200)) + b"> Tj ET"
    mapping = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange "
        b"1 beginbfrange <0001> <00FF> <E001> endbfrange endcmap end"
    )
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(mapping), mapping),
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(bodies) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1) + table + trailer


def bomb(inside: dict[str, str | bytes]) -> bytes:
    return zipped({**inside, "bomb.bin": bytes(300 * MEGABYTE)})


def nest(depth: int) -> bytes:
    return ("<html><body>" + "<table><tr><td>a</td><td>" * depth + "deep" + "</td></tr></table>" * depth).encode()
