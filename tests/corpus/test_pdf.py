"""PDFs: pages, running heads, hyphens, headings by size, and everything that cannot be read named."""

from __future__ import annotations

import io

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.passages import cut
from rag.corpus.shape.structure import page_at, path_at
from rag.settings import Parsing, Passages
from rag.types import Document
from tests.corpus.invariants import check_document

PARSING = Parsing()


def convention(chapters: int = 3) -> bytes:
    """A treaty of one chapter a page, with a running head and page numbers, as a word processor prints it."""
    style = getSampleStyleSheet()
    data = io.BytesIO()

    def furniture(canvas: Canvas, template: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(72, 815, "Official Journal of the Harbour")
        canvas.drawString(280, 30, f"Page {template.page} of {chapters}")

    flow = [Paragraph("Harbour Convention", style["Title"])]
    for chapter in range(1, chapters + 1):
        flow.append(Paragraph(f"Chapter {chapter}", style["Heading1"]))
        for article in (2 * chapter - 1, 2 * chapter):
            flow.append(Paragraph(f"Article {article}", style["Heading2"]))
            words = (
                f"1. The Parties shall cooperate in matters of harbour safety, as decision {article} of the Commission says. "
            )
            flow.append(
                Paragraph(words + "They meet in Baku once a year to see what was done and what was not.", style["Normal"])
            )
            flow.append(Paragraph("2. The areas are:", style["Normal"]))
            flow += [
                Paragraph(f"({letter}) {area};", style["Normal"]) for letter, area in zip("ab", ("energy", "rail"), strict=True)
            ]
        flow.append(PageBreak())
    SimpleDocTemplate(data, title="Microsoft Word - convention_final.doc").build(
        flow, onFirstPage=furniture, onLaterPages=furniture
    )
    return data.getvalue()


def printed(*pages: list[str], **options: object) -> bytes:
    """Pages of lines in one size."""
    data = io.BytesIO()
    canvas = Canvas(data, **options)
    for lines in pages:
        for row, line in enumerate(lines):
            canvas.drawString(72, 700 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def made(data: bytes) -> Document:
    document = assemble(draft_pdf(data, PARSING), document_id="harbour_convention.pdf")
    check_document(document)
    return document


@pytest.mark.parametrize("leftover", ["(anonymous)", "untitled", "Document1", "forest.docx"])
def test_what_a_program_left_for_a_title_is_none(leftover: str) -> None:
    data = io.BytesIO()
    canvas = Canvas(data)
    canvas.setTitle(leftover)
    for row, line in enumerate(["FOREST ACT", "", "Article 1", "This Act governs forests of more than one hectare."]):
        canvas.drawString(72, 700 - 14 * row, line)
    canvas.save()
    assert made(data.getvalue()).title == "FOREST ACT"


def test_a_treaty_keeps_its_structure_and_its_pages() -> None:
    document = made(convention())
    assert document.title == "Harbour Convention"
    assert [page.number for page in document.pages] == [1, 2, 3]
    place = document.text.index("decision 3 of")
    assert path_at(document.sections, place) == ("Chapter 2", "Article 3", "1")
    rail = document.text.index("(b) rail", place)
    assert path_at(document.sections, rail) == ("Chapter 2", "Article 3", "2", "(b)")
    pages = {p.section[-1]: p.page for p in cut(document, Passages(), len)}
    assert (pages["Article 1"], pages["Article 4"], pages["Article 6"]) == (1, 2, 3)


def test_wrapped_lines_are_joined_and_list_lines_are_not() -> None:
    text = made(convention()).text
    assert "as decision 1 of the Commission says. They meet in Baku once a year to see what was done and what was not." in text
    assert "2. The areas are:\n(a) energy;\n(b) rail;" in text


def test_running_heads_and_page_numbers_are_not_text() -> None:
    text = made(convention()).text
    assert "Official Journal" not in text
    assert "of 3" not in text


def test_headings_at_the_top_of_every_page_are_kept() -> None:
    pages = [[f"Article {n}", "The Parties meet in the harbour, in the year that follows this one."] for n in range(1, 6)]
    data = io.BytesIO()
    canvas = Canvas(data)
    for lines in pages:
        for row, line in enumerate(lines):
            canvas.drawString(72, 800 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    assert [s.path for s in made(data.getvalue()).sections] == [(f"Article {n}",) for n in range(1, 6)]


def test_words_broken_at_a_line_end_are_closed_and_compounds_keep_their_hyphen() -> None:
    lines = [
        "The states promote inter-",
        "connectivity in 2019-",
        "2020. They co-",
        "operate as Azerbaijan-",
        "US friends who co-operate.",
    ]
    assert made(printed(lines)).text == (
        "The states promote interconnectivity in 2019-2020. They co-operate as Azerbaijan-US friends who co-operate."
    )


def test_a_sentence_over_a_page_break_is_one_and_belongs_to_the_page_it_begins_on() -> None:
    document = made(printed(["This sentence begins on page one and runs over"], ["to page two. The next one stands there."]))
    first, second = document.sentences
    assert first.of(document.text) == "This sentence begins on page one and runs over to page two."
    assert [page_at(document.pages, place) for place in (first.start, second.start, 999)] == [1, 2, None]


def test_an_encrypted_file_is_named() -> None:
    with pytest.raises(Unreadable, match="encrypted"):
        draft_pdf(printed(["Secret."], encrypt=StandardEncryption("user", "owner")), PARSING)


def test_a_file_that_only_forbids_printing_is_read() -> None:
    assert made(printed(["Not secret."], encrypt=StandardEncryption("", "owner", canPrint=0))).text == "Not secret."


def scan(pages_with_text: int) -> bytes:
    data = io.BytesIO()
    canvas = Canvas(data)
    pixel = ImageReader(io.BytesIO(b"P6 2 2 255 " + bytes(12)))
    for page in range(3):
        if page < pages_with_text:
            canvas.drawString(72, 700, "A page with text.")
        else:
            canvas.drawImage(pixel, 0, 0, 500, 700)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def test_a_scan_is_named_with_what_mends_it() -> None:
    with pytest.raises(Unreadable, match="scan") as refusal:
        draft_pdf(scan(0), PARSING)
    assert "OCR" in refusal.value.remedy


def test_a_scanned_page_among_others_is_named_and_the_others_are_read() -> None:
    draft = draft_pdf(scan(2), PARSING)
    assert draft.text == "A page with text.\n\nA page with text."
    assert [(gap.what, gap.lost) for gap in draft.gaps] == [("page 3 is scanned, without text.", True)]
    assert "OCR" in draft.gaps[0].remedy


def test_an_empty_page_is_no_scan() -> None:
    with pytest.raises(Unreadable, match="no text on its 1 pages"):
        draft_pdf(printed([]), PARSING)


@pytest.mark.parametrize("data", [b"%PDF-1.7 nothing", convention()[:2000], b"plain text"])
def test_a_broken_file_is_named(data: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        draft_pdf(data, PARSING)


def test_too_many_pages_are_refused_before_any_is_read() -> None:
    with pytest.raises(Unreadable, match="6 pages, more than the 5"):
        draft_pdf(printed(*[["x"]] * 6), Parsing(max_pages=5))


def test_too_much_text_is_refused() -> None:
    with pytest.raises(Unreadable, match="characters"):
        draft_pdf(printed(["x" * 90] * 30), Parsing(max_characters=1000))


def at_height(*pages: tuple[str, ...], height: int = 805) -> bytes:
    """Pages whose first line stands at ``height`` points and whose others follow in the middle."""
    data = io.BytesIO()
    canvas = Canvas(data)
    for head, *lines in pages:
        canvas.drawString(72, height, head)
        for row, line in enumerate(lines):
            canvas.drawString(72, 600 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def test_a_running_head_that_names_the_chapter_ends_with_the_page_number_and_goes() -> None:
    words = "The harbour master keeps the book of all ships."
    text = made(at_height(("Chapter 2: Ports 17", words), ("Chapter 2: Ports 18", words), ("Annual report 2025", words))).text
    assert "Chapter 2" not in text
    assert "Annual report 2025" in text


def test_the_table_of_contents_is_left_out() -> None:
    contents = [f"{n}. Part number {n} {'. ' * 20}{n + 2}" for n in range(1, 5)]
    body = ["1. Part number 1", "The first part says that the harbour opens at six o'clock."]
    document = made(printed(["Harbour law", *contents], body))
    assert ". . ." not in document.text
    assert document.text.count("Part number 1") == 1


def test_a_number_at_the_start_of_a_wrapped_line_is_no_clause() -> None:
    lines = [
        "The register holds all the ships that entered and whose number is over",
        "100. It also holds the boats that entered in the year before.",
    ]
    assert made(printed(lines)).text == " ".join(lines)
