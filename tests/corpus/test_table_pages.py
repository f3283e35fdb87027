"""Tables over the pages of a PDF: turned pages, names of columns on every page, broken rows, cells of many lines."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.shape.assembly import assemble
from rag.settings import Parsing
from rag.types import Document
from tests.corpus.invariants import check_document
from tests.corpus.press import Printed, press

HEADER = ("Vessel", "Service", "Fee (EUR)")
LEFT = (72, 170, 400)
LONG = ("Mooring at the northern quay with all", "the lines and two of the men of the", "port, who stand by as long as asked")


def made(data: bytes) -> Document:
    document = assemble(draft_pdf(data, Parsing()), document_id="tariff.pdf")
    check_document(document)
    return document


def row(cells: Sequence[str], bottom: float) -> list[Printed]:
    return [Printed(left, bottom, cell) for left, cell in zip(LEFT, cells, strict=True) if cell]


def rows(*cells: Sequence[str], top: float, step: float = 18) -> list[Printed]:
    return [line for number, each in enumerate(cells) for line in row(each, top - number * step)]


def vessels(first: int, last: int) -> list[tuple[str, str, str]]:
    return [(f"Class {n}", f"Towage in {n} parts", str(100 + 3 * n)) for n in range(first, last)]


@pytest.mark.parametrize("ruled", [True, False])
@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_table_on_a_page_that_is_turned_is_a_table(turn: int, ruled: bool) -> None:
    data, (width, height) = io.BytesIO(), A4
    canvas = Canvas(data, pagesize=A4)
    canvas.setPageRotation(turn)
    canvas.translate(*{90: (width, 0), 180: (width, height), 270: (0, height)}[turn])
    canvas.rotate({90: 90, 180: 180, 270: -90}[turn])
    cells = [
        ("Office", "Address", "Consul"),
        ("Ankara", "12 Lake Street", "A. Demir"),
        ("Tbilisi", "3 Old Square", "L. Mammadova"),
    ]
    for number, each in enumerate([*cells, ("Baku", "8 Sea Road", "R. Aliyev")]):
        for left, cell in zip(LEFT, each, strict=True):
            canvas.drawString(left, 505 - 18 * number, cell)
            if ruled:
                canvas.rect(left - 4, 500 - 18 * number, {72: 98, 170: 230, 400: 110}[left], 18)
    canvas.drawString(72, 400, "Every office is closed on the holidays of the host country and")
    canvas.drawString(72, 387, "of the sending state.")
    canvas.save()
    assert made(data.getvalue()).text == (
        "Office | Address | Consul\nAnkara | 12 Lake Street | A. Demir\nTbilisi | 3 Old Square | L. Mammadova\n"
        "Baku | 8 Sea Road | R. Aliyev\n\nEvery office is closed on the holidays of the host country and of the sending state."
    )


def test_the_names_of_columns_at_the_top_of_every_page_are_no_running_head() -> None:
    pages = [rows(HEADER, *vessels(first, first + 30), top=765) for first in (0, 30, 60)]
    document = made(press(*pages))
    (table,) = document.tables
    assert [span.of(document.text) for span in table.header] == ["Vessel | Service | Fee (EUR)"]
    assert len(table.rows) == 90


def test_a_running_head_above_such_a_table_goes() -> None:
    pages = [[Printed(72, 810, "Tariff of the port"), *rows(HEADER, *vessels(n, n + 30), top=765)] for n in (0, 30)]
    assert made(press(*pages)).text.startswith("Vessel | Service | Fee (EUR)\nClass 0 |")


def test_a_page_number_at_the_outer_edge_makes_one_running_head_of_left_and_right_pages() -> None:
    words = "The plenary sits twice a year and hears what is of general importance."
    left = [Printed(72, 810, "12    Review of Harbour Law"), Printed(72, 700, words)]
    right = [Printed(72, 810, "Review of Harbour Law    13"), Printed(72, 700, "Nobody is paid.")]
    assert made(press(left, right)).text == f"{words}\n\nNobody is paid."


def test_a_cell_of_many_lines_without_rules_is_one_cell() -> None:
    lines = rows(HEADER, top=760)
    for number in range(4):
        bottom = 740 - 48 * number
        lines += row((f"Class {number}", LONG[0], str(100 + number)), bottom)
        lines += [Printed(170, bottom - 12, LONG[1]), Printed(170, bottom - 24, LONG[2])]
    text = made(press(lines)).text
    assert text.split("\n") == [
        "Vessel | Service | Fee (EUR)",
        *(f"Class {n} | {' '.join(LONG)} | {100 + n}" for n in range(4)),
    ]


def test_a_paragraph_beside_its_name_is_no_table() -> None:
    lines = []
    for number, name in enumerate(("Lock", "Quay", "Weir", "Mole")):
        bottom = 740 - 48 * number
        lines += [Printed(72, bottom, name), *(Printed(170, bottom - 12 * n, line) for n, line in enumerate(LONG))]
    assert made(press(lines)).tables == ()


@pytest.mark.parametrize("names", [(), (HEADER,)])
def test_the_last_row_of_a_table_alone_on_the_next_page_is_a_row_of_it(names: tuple[tuple[str, ...], ...]) -> None:
    first = rows(HEADER, *vessels(0, 12), top=700)
    rest = [*rows(*names, *vessels(12, 13), top=740), Printed(72, 600, "A vessel in distress pays no fee.")]
    document = made(press(first, rest))
    (table,) = document.tables
    assert [span.of(document.text) for span in table.rows][-1] == "Class 12 | Towage in 12 parts | 136"
    assert document.text.endswith("\n\nA vessel in distress pays no fee.")


def test_a_line_of_two_pieces_overleaf_that_keeps_to_no_column_is_no_row() -> None:
    first = rows(HEADER, *vessels(0, 12), top=700)
    document = made(
        press(first, [Printed(100, 740, "The Harbour Master of the port"), Printed(300, 740, "The Mayor of Varna")])
    )
    assert len(document.tables[0].rows) == 12


def test_a_row_that_the_end_of_the_page_breaks_is_one_row() -> None:
    first = rows(HEADER, *vessels(0, 5), ("Class 5", "Mooring at the northern quay", "115"), top=700)
    rest = [*rows(HEADER, ("", "with all the lines", ""), *vessels(6, 10), top=740)]
    document = made(press(first, rest))
    (table,) = document.tables
    assert "Class 5 | Mooring at the northern quay with all the lines | 115" in [s.of(document.text) for s in table.rows]
    assert len(table.rows) == 10
