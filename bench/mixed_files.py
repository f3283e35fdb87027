"""Two hundred files of every format that is read, whole, broken and hostile, for :mod:`bench.parsing` and its test.

Every file states what must come of it: ``read`` or ``named``, and words that the report must say of it.
"""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

import openpyxl
import pptx
from docx import Document as WordDocument
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

Fate = Literal["read", "named", "either"]
WORDS = (
    "council budget harbour licence inspector road school water archive permit fee clerk meeting report bridge forest".split()
)
SEEDS = range(5)
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class MixedFile:
    """A file: its ``name`` says its kind in the first folder. ``says`` are words that the report must hold of it."""

    name: str
    make: Callable[[], bytes]
    fate: Fate
    says: str = ""


def mixed_files() -> Iterator[MixedFile]:
    """All of them, by kind."""
    for suffix, make in _WHOLE.items():
        kind = suffix.removeprefix(".")
        for seed in SEEDS:
            yield MixedFile(f"{kind}/whole-{seed}{suffix}", lambda make=make, seed=seed: make(seed), "read")
        yield MixedFile(f"{kind}/empty{suffix}", bytes, "named", "it is empty")
        for name, spoil in _SPOILT.items():
            fate: Fate = "either" if suffix in _FORGIVING else "named"
            made = lambda make=make, spoil=spoil: spoil(make(9))  # noqa: E731
            yield MixedFile(f"{kind}/{name}{suffix}", made, "either" if name == "flipped" else fate)
        # the bytes of a text are a good text under another suffix of texts
        other = ".pdf" if suffix in _FORGIVING else ".docx" if suffix != ".docx" else ".xlsx"
        yield MixedFile(f"{kind}/really{suffix}{other}", lambda make=make: make(5), "named")
    yield from _HOSTILE


def _sentences(seed: int, count: int = 12) -> list[str]:
    chance = random.Random(seed)
    return [f"The {' '.join(chance.choices(WORDS, k=6))} is due by day {chance.randint(1, 28)}." for _ in range(count)]


def _rows(rows: int, columns: int, seed: int = 0) -> list[list[str]]:
    chance = random.Random(seed)
    head = ["Office", *(f"{WORDS[n % len(WORDS)]} {n}" for n in range(1, columns))]
    return [head, *([f"Office {r}", *(str(chance.randint(1, 999)) for _ in range(columns - 1))] for r in range(rows))]


def _txt(seed: int) -> bytes:
    return "\n\n".join(_sentences(seed)).encode()


def _md(seed: int) -> bytes:
    table = "\n".join("| " + " | ".join(row) + " |" for row in _rows(3, 3, seed))
    head, rule, *rows = [table.split("\n")[0], "|---|---|---|", *table.split("\n")[1:]]
    return "\n".join(["# Report", "", *_sentences(seed), "", head, rule, *rows]).encode()


def _html(seed: int) -> bytes:
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in _rows(3, 3, seed))
    paragraphs = "".join(f"<p>{s}</p>" for s in _sentences(seed))
    return f"<html><body><h1>Report</h1>{paragraphs}<table>{rows}</table></body></html>".encode()


def _csv(seed: int, rows: int = 20, columns: int = 5) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(_rows(rows, columns, seed))
    return out.getvalue().encode()


def _jsonl(seed: int) -> bytes:
    lines = [json.dumps({"_id": str(n), "title": "Report", "text": s}) for n, s in enumerate(_sentences(seed))]
    return "\n".join(lines).encode()


def _docx(seed: int, nested: int = 0) -> bytes:
    file = WordDocument()
    file.add_heading("Report", 1)
    for sentence in _sentences(seed):
        file.add_paragraph(sentence)
    rows = _rows(3, 3, seed)
    table = file.add_table(len(rows), 3)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    cell = table.cell(1, 1)
    for depth in range(nested):
        inner = cell.add_table(1, 2)
        inner.cell(0, 0).text = f"depth {depth}"
        cell = inner.cell(0, 1)
    return _saved(file.save)


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    data = io.BytesIO()
    save(data)
    return data.getvalue()


def _xlsx(seed: int, rows: int = 20, columns: int = 5, change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    for row in _rows(rows, columns, seed):
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    if change is not None:
        change(book)
    return _saved(book.save)


def _merge(book: openpyxl.Workbook) -> None:
    book.active.merge_cells("B2:C4")
    book.active.merge_cells("A6:A9")


def _formulas(book: openpyxl.Workbook) -> None:
    book.active["G2"] = "=SUM(B2:E2)"


def _pptx(seed: int) -> bytes:
    file = pptx.Presentation()
    for sentence in _sentences(seed, 3):
        slide = file.slides.add_slide(file.slide_layouts[1])
        slide.shapes.title.text = sentence.split()[1]
        slide.placeholders[1].text = sentence
    return _saved(file.save)


def _zipped(parts: dict[str, str | bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return data.getvalue()


def _opendocument(seed: int, kind: str) -> bytes:
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("text", "text"), ("table", "table"))
    )
    paragraph = "<text:p>{}</text:p>"
    cells = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{paragraph.format(cell)}</table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in _rows(4, 3, seed)
    )
    table = f'<table:table table:name="Offices">{cells}</table:table>'
    prose = "".join(paragraph.format(s) for s in _sentences(seed))
    inner = (
        f"<office:text>{prose}{table}</office:text>" if kind == "text" else f"<office:spreadsheet>{table}</office:spreadsheet>"
    )
    content = f"<office:document-content{names}><office:body>{inner}</office:body></office:document-content>"
    return _zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content})


def _rtf(seed: int) -> bytes:
    return ("{\\rtf1\\ansi " + "".join(f"{s}\\par " for s in _sentences(seed)) + "}").encode()


def _epub(seed: int) -> bytes:
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
    return _zipped({"META-INF/container.xml": container, "book.opf": package, "c.xhtml": _html(seed)})


def _eml(seed: int, attached: bytes = b"", name: str = "") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "clerk@example.org", "office@example.org", f"Report {seed}"
    message.set_content("\n\n".join(_sentences(seed)))
    if attached:
        message.add_attachment(attached, maintype="application", subtype="zip", filename=name)
    return bytes(message)


def _pdf(seed: int, pages: int = 2) -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data)
    for page in range(pages):
        for row, sentence in enumerate(_sentences(seed + page)):
            canvas.drawString(72, 760 - 14 * row, sentence)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def _picture(lines: Sequence[str]) -> Image.Image:
    picture = Image.new("L", (1240, 700), 255)
    font = ImageFont.load_default(36)
    for row, line in enumerate(lines):
        ImageDraw.Draw(picture).text((100, 100 + 52 * row), line, 0, font=font)
    return picture


def _image(seed: int, form: str) -> bytes:
    return _saved(lambda data: _picture([s[:48] for s in _sentences(seed, 5)]).save(data, form))


def _scanned_pdf() -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data)
    canvas.drawString(72, 760, _sentences(1)[0])
    canvas.showPage()
    canvas.drawImage(ImageReader(_picture([s[:48] for s in _sentences(2, 5)])), 0, 400, 595, 336)
    canvas.showPage()
    canvas.save()
    return data.getvalue()


def _garbage_pdf() -> bytes:
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


def _bomb(inside: dict[str, str | bytes]) -> bytes:
    return _zipped({**inside, "bomb.bin": bytes(300 * MEGABYTE)})


def _nest(depth: int) -> bytes:
    return ("<html><body>" + "<table><tr><td>a</td><td>" * depth + "deep" + "</td></tr></table>" * depth).encode()


def _spoil_half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _spoil_bytes(data: bytes) -> bytes:
    chance = random.Random(len(data))
    spoilt = bytearray(data)
    for _ in range(max(8, len(data) // 50)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _noise(data: bytes) -> bytes:
    return random.Random(7).randbytes(max(1000, len(data)))


_WHOLE: dict[str, Callable[[int], bytes]] = {
    ".txt": _txt, ".md": _md, ".html": _html, ".csv": _csv, ".jsonl": _jsonl, ".docx": _docx, ".xlsx": _xlsx, ".pptx": _pptx,
    ".odt": lambda seed: _opendocument(seed, "text"), ".ods": lambda seed: _opendocument(seed, "spreadsheet"), ".rtf": _rtf,
    ".epub": _epub, ".eml": _eml, ".pdf": _pdf, ".png": lambda seed: _image(seed, "PNG"),
    ".jpg": lambda seed: _image(seed, "JPEG"), ".tiff": lambda seed: _image(seed, "TIFF"),
}  # fmt: skip
_SPOILT: dict[str, Callable[[bytes], bytes]] = {"half": _spoil_half, "flipped": _spoil_bytes, "noise": _noise}
_FORGIVING = frozenset({".txt", ".md", ".html", ".csv", ".jsonl", ".rtf", ".eml", ".tiff", ".jpg"})
"""Half of one of these is still one: text, or the upper part of a picture."""

_HOSTILE = (
    MixedFile("table/100000-rows.csv", lambda: _csv(0, 100_000), "read"),
    MixedFile("table/100000-rows.xlsx", lambda: _xlsx(0, 100_000, 4), "either"),
    MixedFile("table/300-columns.csv", lambda: _csv(0, 60, 300), "read"),
    MixedFile("table/300-columns.xlsx", lambda: _xlsx(0, 60, 300), "read"),
    MixedFile("table/20000-columns.csv", lambda: _csv(0, 3, 20_000), "read"),
    MixedFile("table/merged.xlsx", lambda: _xlsx(0, change=_merge), "read"),
    MixedFile("table/formulas.xlsx", lambda: _xlsx(0, change=_formulas), "read", "without a result"),
    MixedFile("table/without-header.csv", lambda: b"1,2,3\n4,5,6\n7,8,9\n", "read"),
    MixedFile("table/one-cell.csv", lambda: b"Fee", "read"),
    MixedFile("table/open-quote.csv", lambda: b'Office,Fee\n"Baku,5\n' * 5000, "either"),
    MixedFile("table/nested.docx", lambda: _docx(0, nested=6), "read"),
    MixedFile("table/nested-deep.docx", lambda: _docx(0, nested=60), "either"),
    MixedFile("table/nested.html", lambda: _nest(6), "read"),
    MixedFile("table/nested-deep.html", lambda: _nest(3000), "either"),
    MixedFile("pdf/scanned-page.pdf", _scanned_pdf, "read", "page 2"),
    MixedFile("pdf/garbage-layer.pdf", _garbage_pdf, "named"),
    MixedFile("pdf/300-pages.pdf", lambda: _pdf(0, 300), "read"),
    MixedFile("pdf/header-only.pdf", lambda: b"%PDF-1.7\n%%EOF", "named"),
    MixedFile("mail/bomb.eml", lambda: _eml(0, _bomb({}), "bomb.zip"), "read", "bomb.zip"),
    MixedFile("mail/large.eml", lambda: _eml(0, random.Random(1).randbytes(8 * MEGABYTE), "a.zip"), "read", "a.zip"),
    MixedFile("mail/nested.eml", lambda: _eml(0, _eml(1, _eml(2), "two.eml"), "one.eml"), "read", "one.eml"),
    MixedFile("bomb/bomb.docx", lambda: _bomb({"word/document.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/bomb.xlsx", lambda: _bomb({"xl/workbook.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/bomb.pptx", lambda: _bomb({"ppt/presentation.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/bomb.epub", lambda: _bomb({"META-INF/container.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/bomb.odt", lambda: _bomb({"content.xml": "<a/>"}), "named", "zip bomb"),
    MixedFile("bomb/pixels.png", lambda: _saved(lambda d: Image.new("1", (40_000, 40_000)).save(d, "PNG")), "named", "pixels"),
    MixedFile("bomb/entities.html", lambda: b"<!DOCTYPE a [<!ENTITY b '" + b"c" * 1000 + b"'>]><p>" + b"&b;" * 9999, "either"),
    MixedFile("large/100-megabytes.txt", lambda: b"A road is a road. " * (100 * MEGABYTE // 18), "named", "bytes"),
    MixedFile("large/60-megabytes.txt", lambda: b"A road is a road. " * (60 * MEGABYTE // 18), "named", "characters"),
    MixedFile("large/one-line.txt", lambda: b"road " * 400_000, "either"),
    MixedFile("large/one-word.txt", lambda: b"a" * 2_000_000, "either"),
    MixedFile("large/60-megabytes.csv", lambda: b"road,1,2,3\n" * (60 * MEGABYTE // 11), "named"),
    MixedFile("other/old.doc", lambda: b"\xd0\xcf\x11\xe0" + bytes(5000), "named", "not read"),
    MixedFile("other/film.mp4", lambda: _noise(b""), "named", "not read"),
    MixedFile("other/no-suffix", lambda: _txt(0), "named", "not read"),
    MixedFile("other/archive.zip", lambda: _zipped({"a.txt": "road"}), "named", "not read"),
    MixedFile("other/mail.msg", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "named"),
)  # fmt: skip
