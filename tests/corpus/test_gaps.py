"""What of a file is not read is named with its place and what mends it; nothing is lost in silence."""

from __future__ import annotations

import io

import pytest
from docx import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from rag.corpus.formats.docx import draft_docx
from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.formats.pictures import shows_text
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.draft import Draft
from rag.settings import Parsing

PARSING = Parsing()


def print_of(lines: int) -> Image.Image:
    """A picture of lines of print."""
    picture = Image.new("RGB", (600, 60 + 24 * lines), "white")
    for row in range(lines):
        ImageDraw.Draw(picture).text((30, 30 + 24 * row), "The rent of the depot is 11,500 manat a month. " * 2, "black")
    return picture


def photograph() -> Image.Image:
    """A picture without any ground."""
    return Image.radial_gradient("L").resize((600, 400)).convert("RGB")


def pdf(*pages: tuple[Image.Image | None, tuple[float, float, float, float], list[str]]) -> Draft:
    """Pages of a picture (place and size in points) and lines of text."""
    data = io.BytesIO()
    canvas = Canvas(data)
    for number, (picture, place, lines) in enumerate(pages, 1):
        canvas.drawString(72, 810, "Lease of the depot")
        canvas.drawString(280, 30, f"Page {number} of {len(pages)}")
        if picture is not None:
            canvas.drawImage(ImageReader(picture), *place)
        for row, line in enumerate(lines):
            canvas.drawString(72, 700 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    return draft_pdf(data.getvalue(), PARSING)


TEXT = ["The landlord lets the depot to the ministry for ten years.", "The depot has a yard for forty lorries."]
WHOLE, PART = (0, 0, 595, 842), (72, 300, 400, 200)


def test_scanned_pages_among_others_are_named_though_they_have_a_running_head() -> None:
    draft = pdf((None, WHOLE, TEXT), (print_of(30), WHOLE, []), (print_of(30), WHOLE, []), (None, WHOLE, TEXT))
    assert [gap.what for gap in draft.gaps] == ["pages 2, 3 are scanned, without text."]
    assert "OCR" in draft.gaps[0].remedy


def test_a_scan_with_its_words_behind_it_is_no_gap() -> None:
    assert pdf((print_of(30), WHOLE, TEXT), (None, WHOLE, TEXT)).gaps == ()


def test_an_image_of_words_is_named_and_a_photograph_is_not() -> None:
    draft = pdf((print_of(8), PART, TEXT), (photograph(), PART, TEXT), (None, WHOLE, TEXT))
    assert [gap.what for gap in draft.gaps] == ["page 1 is partly in images that seem to hold words."]


@pytest.mark.parametrize(("picture", "words"), [(print_of(5), True), (print_of(1), False), (photograph(), False)])
def test_lines_of_print_are_told_from_pictures(picture: Image.Image, words: bool) -> None:
    assert shows_text(picture) is words
    assert shows_text(Image.eval(picture, lambda value: 255 - value)) is words


BOX = (
    '<w:r {0}><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    '<mc:Choice Requires="wps"><w:txbxContent><w:p><w:r><w:t>Words in a box.</w:t></w:r></w:p></w:txbxContent></mc:Choice>'
    "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>Words in a box.</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
    "</mc:AlternateContent></w:r>"
)


def test_a_word_file_gives_its_boxes_and_names_its_letterhead_its_pictures_and_its_comments() -> None:
    file = WordDocument()
    paragraph = file.add_paragraph("The text of the letter.")
    paragraph._p.append(parse_xml(BOX.format(nsdecls("w"))))
    file.sections[0].header.paragraphs[0].text = "Ministry of Water, 14 Station Road"
    picture = io.BytesIO()
    print_of(8).save(picture, "PNG")
    file.add_picture(picture)
    file.add_comment(paragraph.runs[0], "Is this so?")
    data = io.BytesIO()
    file.save(data)
    draft = draft_docx(data.getvalue(), PARSING)
    assert draft.text == "The text of the letter.\n\nWords in a box."
    assert [(gap.what, gap.lost) for gap in draft.gaps] == [
        ("1 image in it seems to hold words and is not read.", True),
        ("its headers and footers are left out: “Ministry of Water, 14 Station Road”.", False),
        ("1 comment in its margin left out.", False),
    ]


NOTE = '<w:{0} {1} w:id="{2}"><w:p><w:r><w:t>{3}</w:t></w:r></w:p></w:{0}>'


def test_footnotes_of_a_word_file_stand_below_their_marks_and_know_their_sentences() -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    file = WordDocument()
    for kind, name in (("footnote", RELATIONSHIP_TYPE.FOOTNOTES), ("endnote", RELATIONSHIP_TYPE.ENDNOTES)):
        note = NOTE.format(kind, "", 2, f"This is the {kind}.")
        blob = f"<w:{kind}s {nsdecls('w')}>{note}</w:{kind}s>".encode()
        file.part.relate_to(Part(PackURI(f"/word/{kind}s.xml"), "application/xml", blob, file.part.package), name)
        paragraph = file.add_paragraph(f"The utility says the {kind} lost water")
        paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:{kind}Reference w:id="2"/></w:r>'))
        paragraph.add_run(" in that year.")
    data = io.BytesIO()
    file.save(data)
    document = assemble(draft_docx(data.getvalue(), PARSING), document_id="report.docx")
    assert document.text.split("\n\n")[2:] == ["¹ This is the footnote.", "² This is the endnote."]
    last = document.sentences[-1]
    assert document.context_of(last)[0].text == "The utility says the endnote lost water² in that year."
