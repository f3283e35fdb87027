"""Whole sentences out of PDFs: over pages and columns, round running heads and footnotes; never two columns in one."""

from __future__ import annotations

import io
from itertools import zip_longest

import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.shape.assembly import assemble
from rag.settings import Parsing
from rag.types import Document
from tests.corpus.invariants import check_document
from tests.corpus.press import Printed, column, press

FIRST = (
    "The municipality shall keep a register of all the gatherings that were notified to it in the course of the year. "
    "It shall publish the register no later than the end of January."
)
SECOND = (
    "The organiser shall answer for the order at the gathering and shall name the persons who help with it. "
    "A gathering that was not notified may be broken up by the police after a warning."
)
THIRD = (
    "The court decides within three days of the appeal, and its decision is final. "
    "Until then the gathering is held in another place that the municipality offers to the organiser."
)


def made(*pages: list[Printed]) -> Document:
    document = assemble(draft_pdf(press(*pages), Parsing()), document_id="report.pdf")
    check_document(document)
    return document


def sentences(document: Document) -> list[str]:
    return [span.of(document.text) for span in document.sentences]


def lines(*texts: str, top: float = 740, size: float = 10, step: float = 13) -> list[Printed]:
    return [Printed(60, top - step * row, text, size) for row, text in enumerate(texts)]


def by_row(*columns: list[Printed]) -> list[Printed]:
    """The columns drawn line by line across the page."""
    return [line for row in zip_longest(*columns) for line in row if line]


def framed(number: int, body: list[Printed]) -> list[Printed]:
    """A page with its running head and foot."""
    return [Printed(60, 810, "Ministry of Water · Annual report", 8), *body, Printed(280, 30, f"Page {number} of 2", 8)]


@pytest.mark.parametrize("drawn", ["by column", "by row", "from the top down"])
@pytest.mark.parametrize("shift", [0.0, 5.3])
def test_columns_are_read_one_after_the_other_however_they_are_drawn(drawn: str, shift: float) -> None:
    left = column(f"{FIRST}\n{SECOND}", 50, 700, 230)
    right = column(f"{THIRD}\n{FIRST}", 310, 700 - shift, 230)
    page = {
        "by column": [*left, *right],
        "by row": by_row(left, right),
        "from the top down": sorted([*left, *right], key=lambda line: -line.bottom),
    }[drawn]
    title = Printed(50, 760, "A report on the gatherings of the year in all of the districts", 16)
    document = made([title, *page])
    assert document.tables == ()
    assert document.text.split("\n\n")[1:] == [FIRST, SECOND, THIRD, FIRST]


def test_three_columns_below_a_paragraph_over_the_whole_page() -> None:
    whole = column(f"{FIRST} {SECOND}", 40, 760, 520)
    parts = [column(text, 40 + 180 * n, 660, 160) for n, text in enumerate((SECOND, THIRD, FIRST))]
    document = made([*whole, *by_row(*parts)])
    assert document.text.split("\n\n") == [f"{FIRST} {SECOND}", SECOND, THIRD, FIRST]


def test_a_sentence_goes_on_in_the_next_column() -> None:
    whole = column(" ".join([FIRST, SECOND, THIRD]), 50, 700, 230)
    half = len(whole) // 2
    moved = [Printed(310, 700 - 12.5 * row, line.text) for row, line in enumerate(whole[half:])]
    assert made(by_row(whole[:half], moved)).text == " ".join([FIRST, SECOND, THIRD])


@pytest.mark.parametrize("rest", ["30 days from the day of the decision.", "Baku and its suburbs.", "its exclusive right."])
def test_a_sentence_goes_on_overleaf_whatever_it_goes_on_with(rest: str) -> None:
    start = [
        "The commission examined the accounts of the utility for both years",
        "and found that a further delay would cost it",
    ]
    document = made(framed(1, lines(*start)), framed(2, lines(rest, "The report is public.")))
    assert sentences(document) == [" ".join([*start, rest]), "The report is public."]


def test_a_word_broken_at_the_end_of_a_page_is_whole() -> None:
    document = made(framed(1, lines("The whole of the distri-")), framed(2, lines("bution network is to be renewed.")))
    assert document.text == "The whole of the distribution network is to be renewed."


def test_a_list_goes_on_overleaf_as_a_list() -> None:
    document = made(
        framed(1, lines("The municipality may:", "(a) limit a gathering;")), framed(2, lines("(b) forbid a gathering."))
    )
    assert sentences(document) == ["The municipality may:", "(a) limit a gathering;", "(b) forbid a gathering."]


def test_a_number_opens_a_line_of_a_sentence_and_a_wider_line_elsewhere_changes_nothing() -> None:
    start = ["The decision reaches the utility, and the term within which it answers is a period of up to", "30 days."]
    wide = Printed(
        60, 300, "This line is a great deal wider than all of the others on the page and has nothing to do with them."
    )
    assert sentences(made([*lines(*start), wide]))[0] == " ".join(start)


def test_double_spaced_lines_are_one_paragraph() -> None:
    spaced = [Printed(60, 740 - 26 * row, line.text) for row, line in enumerate(column(f"{FIRST} {SECOND}", 60, 740, 300))]
    assert made(spaced).text == f"{FIRST} {SECOND}"


def test_the_lines_of_an_address_stay_apart() -> None:
    assert (
        made(lines("Ministry of Water", "14 Station Road", "Baku")).text.split()
        == "Ministry of Water 14 Station Road Baku".split()
    )
    assert sentences(made(lines("Ministry of Water", "14 Station Road", "Baku", FIRST)))[:2] == [
        "Ministry of Water",
        "14 Station Road",
    ]


def test_a_footnote_is_text_of_its_own_and_knows_the_sentence_it_is_about() -> None:
    start = [
        "In that time the utility lost 41 per cent of the water that it pumped",
        "and the regulator warned it that a delay would cost it",
    ]
    note = ["¹ The figure excludes water that was used to flush the mains.", "See the report of the regulator."]
    mark = Printed(60 + 340, 744, "1", 6)
    first = framed(1, [*lines(start[0]), mark, *lines(start[1], top=727), *lines(*note, top=90, size=7.5, step=9)])
    document = made(first, framed(2, lines("its right to serve the north.")))
    whole = f"{start[0]}¹ {start[1]} its right to serve the north."
    assert sorted(sentences(document)) == sorted([whole, *note])
    (context,) = document.context_of(document.sentences[0])
    assert (context.kind, context.text) == ("note", whole)
    assert [page.number for page in document.pages] == [1, 2]


def test_small_print_without_a_mark_is_no_footnote() -> None:
    document = made([*lines("The office is open every day."), *lines("Printed on paper that was used before.", top=90, size=7)])
    assert document.contexts == ()


def law(*rows: tuple[str, float, str]) -> Document:
    """Lines close below each other, each in a face of its own at its distance from the margin."""
    data = io.BytesIO()
    canvas = Canvas(data)
    for row, (face, left, text) in enumerate(rows):
        canvas.setFont(face, 10)
        canvas.drawString(left, 740 - 13 * row, text)
    canvas.save()
    document = assemble(draft_pdf(data.getvalue(), Parsing()), document_id="law.pdf")
    check_document(document)
    return document


def test_a_bold_line_heads_what_stands_close_below_it_however_short_that_is() -> None:
    document = law(
        ("Helvetica-Bold", 220, "LAW ON PIGEONS"),
        ("Helvetica-Bold", 60, "Article 4. Keeping of pigeons"),
        ("Helvetica", 60, "1. Pigeons live in lofts."),
        ("Helvetica-Bold", 60, "Article 5. Liability"),
        ("Helvetica", 60, "The fine is 500 crowns."),
    )
    assert document.title == "LAW ON PIGEONS"
    assert [section.path[0] for section in document.sections] == [
        "Article 4. Keeping of pigeons", "Article 4. Keeping of pigeons", "Article 5. Liability",
    ]  # fmt: skip
    assert sentences(document)[-1] == "The fine is 500 crowns."


def test_a_sentence_whose_first_line_is_bold_is_one() -> None:
    document = law(
        ("Helvetica-Bold", 60, "The Ministry of Foreign Affairs of the Republic and the offices of"),
        ("Helvetica", 60, "Ankara keep a register of all the letters that were sent to them in the year."),
    )
    assert len(sentences(document)) == 1


def test_short_items_below_each_other_are_lines_of_their_own() -> None:
    document = law(
        ("Helvetica", 60, "2. The keeper shall ensure that"),
        ("Helvetica", 80, "(a) water is changed twice a day; and"),
        ("Helvetica", 80, "(b) bowls are washed,"),
        ("Helvetica", 80, "(c) dogs are fed."),
    )
    assert [section.path[-1] for section in document.sections] == ["2", "(a)", "(b)", "(c)"]
