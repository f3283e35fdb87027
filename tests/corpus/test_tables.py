"""Tables: one line a row, the header with every row however long the table, in every format that has tables."""

from __future__ import annotations

import io

import pytest
from docx import Document as WordDocument
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from rag.corpus.formats.docx import draft_docx
from rag.corpus.formats.html import draft_html
from rag.corpus.formats.markdown import draft_markdown
from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.draft import Draft, Piece, draft_of
from rag.corpus.shape.passages import cut, embedding_text
from rag.corpus.shape.structure import path_at
from rag.corpus.shape.tables import cells_of, header_rows, line_of, table_pieces
from rag.settings import Parsing, Passages
from rag.types import Document
from tests.corpus.invariants import check_document, check_passages

PARSING = Parsing()
NORMAL = getSampleStyleSheet()["Normal"]
HEADER = ["Service", "Fee (AZN)", "Ordinary (working days)", "Urgent (working days)"]
ROWS = [
    ["Renewal of a passport", "30", "15", "5"],
    ["Replacement of a lost passport", "60", "20", "7"],
    ["Registration of a birth abroad", "0", "5", "–"],
]
LINES = "\n".join(" | ".join(row) for row in [HEADER, *ROWS])
SENTENCES = "The consular section charges what the schedule says. It is paid by card at the counter, and no cash is taken. "
WHO = "Citizens who hold a passport, a residence permit or a certificate of birth"
RULED = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]


def words(text: str) -> int:
    return len(text.split())


def made(draft: Draft, name: str = "fees") -> Document:
    document = assemble(draft, document_id=name)
    check_document(document)
    return document


def printed(rows: list[list[object]], style: list[tuple[object, ...]], **options: object) -> Document:
    """A page with the table between two paragraphs."""
    data = io.BytesIO()
    table = Table(rows, style=TableStyle([*style, ("VALIGN", (0, 0), (-1, -1), "TOP")]), **options)
    SimpleDocTemplate(data).build([Paragraph(SENTENCES * 2, NORMAL), table, Paragraph(SENTENCES * 2, NORMAL)])
    return made(draft_pdf(data.getvalue(), PARSING))


def word_file(rows: list[list[str]]) -> bytes:
    file = WordDocument()
    table = file.add_table(len(rows), len(rows[0]))
    for line, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, cells, strict=True):
            cell.text = text
    data = io.BytesIO()
    file.save(data)
    return data.getvalue()


def in_each_format() -> dict[str, Document]:
    html_rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in [HEADER, *ROWS])
    rules = "|".join(["---"] * 4)
    markdown = "\n".join(f"| {' | '.join(row)} |" for row in [HEADER, *ROWS]).replace("\n", f"\n|{rules}|\n", 1)
    return {
        "docx": made(draft_docx(word_file([HEADER, *ROWS]), PARSING)),
        "html": made(draft_html(f"<main><p>{SENTENCES}</p><table>{html_rows}</table></main>".encode())),
        "md": made(draft_markdown(f"{SENTENCES}\n\n{markdown}\n".encode())),
        "ruled pdf": printed([HEADER, *ROWS], RULED),
        "pdf with rows ruled": printed([HEADER, *ROWS], [("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.black)]),
        "pdf without rules": printed([HEADER, *ROWS], []),
        "striped pdf": printed([HEADER, *ROWS], [("ROWBACKGROUNDS", (0, 0), (-1, -1), [colors.white, colors.lightgrey])]),
    }


@pytest.mark.parametrize("kind", ["docx", "html", "md", "ruled pdf", "pdf with rows ruled", "pdf without rules", "striped pdf"])
def test_a_table_is_one_line_a_row_whose_header_belongs_to_every_row(kind: str) -> None:
    document = in_each_format()[kind]
    (table,) = document.tables
    assert table.span.of(document.text) == LINES
    assert [span.of(document.text) for span in table.header] == [" | ".join(HEADER)]
    for row in table.rows:
        (context,) = document.context_of(row)
        assert (context.kind, context.text) == ("header", " | ".join(HEADER))
    assert document.context_of(table.header[0]) == ()


def test_prose_around_a_table_is_no_row_of_it() -> None:
    text = printed([HEADER, *ROWS], []).text
    assert text == f"{(SENTENCES * 2).strip()}\n\n{LINES}\n\n{(SENTENCES * 2).strip()}"


def test_a_long_table_repeats_its_header_in_what_is_searched_and_not_in_what_is_quoted() -> None:
    rows = [[f"Service number {n}", str(3 * n), str(n % 20), "–"] for n in range(1, 80)]
    document = made(draft_of(table_pieces([HEADER, *rows])))
    passages = cut(document, Passages(max_tokens=120), words)
    check_passages(document, passages, max_tokens=120, count_tokens=words)
    assert len(passages) > 5
    for passage in passages[1:]:
        assert passage.context == " | ".join(HEADER)
        assert " | ".join(HEADER) in embedding_text(passage)
        assert " | ".join(HEADER) not in passage.text
        assert {c.kind for row in passage.sentences for c in passage.context_of(row)} == {"header"}
    assert passages[0].context == ""


def test_a_table_that_goes_on_overleaf_is_one_and_its_header_stands_once() -> None:
    rows = [[f"Service number {n}", str(3 * n), str(n % 20), "–"] for n in range(1, 90)]
    for style in ([], RULED):
        document = printed([HEADER, *rows], style, repeatRows=1)
        (table,) = document.tables
        assert len(table.rows) == 89
        assert document.text.count("Fee (AZN)") == 1
        last = next(s for s in table.rows if "Service number 89" in s.of(document.text))
        assert document.context_of(last)[0].text == " | ".join(HEADER)
        assert document.pages[-1].span.contains(last)


def test_wrapped_cells_are_whole() -> None:
    long = [
        [
            Paragraph(f"Office of district {n}, Nizami street", NORMAL),
            "09:00",
            Paragraph(WHO, NORMAL),
        ]
        for n in range(1, 5)
    ]
    for style in ([], RULED):
        document = printed([["Office", "Opens", "Who may come"], *long], style, colWidths=[100, 60, 150])
        row = f"Office of district 3, Nizami street | 09:00 | {WHO}"
        assert row in document.text.split("\n")


def test_merged_cells_stand_in_each_of_their_places() -> None:
    merged: list[list[object]] = [
        ["Service", "Days", ""],
        ["", "Ordinary", "Urgent"],
        ["Renewal", "15", "5"],
        ["Loss", "20", "7"],
    ]
    document = printed(merged, [*RULED, ("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 0), (0, 1))])
    (table,) = document.tables
    assert table.span.of(document.text) == "Service | Days | Days\nService | Ordinary | Urgent\nRenewal | 15 | 5\nLoss | 20 | 7"
    assert len(table.header) == 2
    page = """<main><p>The fees are these, and no others are charged.</p><table><tr><th>Service<th>Fee<th>Days</tr>
    <tr><td rowspan=2>Visa<td>45<td>10</tr><tr><td>60<td>3</tr><tr><td>Passport<td colspan=2>free</tr></table></main>"""
    assert "Visa | 45 | 10\nVisa | 60 | 3\nPassport | free | free" in made(draft_html(page.encode())).text


def test_a_line_that_names_the_rows_below_it_goes_with_them() -> None:
    rows = [
        ["Service", "Fee", "Days"],
        ["Visas", "", ""],
        ["Single entry", "45", "10"],
        ["Passports", "", ""],
        ["Renewal", "30", "15"],
    ]
    document = made(draft_of(table_pieces(rows)))
    renewal = document.tables[0].rows[-1]
    assert [(c.kind, c.text) for c in document.context_of(renewal)] == [
        ("header", "Service | Fee | Days"),
        ("group", "Passports"),
    ]


def test_a_row_wider_than_a_passage_is_cut_between_cells_and_each_part_has_its_own_columns() -> None:
    header = ["Region", *(f"Column {n} of it" for n in range(1, 120))]
    rows = [["Gazakh", *(str(1000 + n) for n in range(1, 120))], ["Lerik", *(str(5000 + n) for n in range(1, 120))]]
    document = made(draft_of(table_pieces([header, *rows])))
    passages = cut(document, Passages(max_tokens=90), words)
    check_passages(document, passages, max_tokens=90, count_tokens=words)
    (part,) = [s for p in passages for s in p.sentences if "5060" in s.of(document.text)]
    passage = next(p for p in passages if part in p.sentences)
    found = {c.kind: c.text for c in passage.context_of(part)}
    assert found["row"] == "Lerik"
    values, names = cells_of(part.of(document.text).strip(" |")), cells_of(found["header"])
    assert dict(zip(names, values, strict=True))["Column 60 of it"] == "5060"


@pytest.mark.parametrize(
    ("rows", "heads"),
    [
        ([["Opens", "9"], ["Closes", "18"]], 0),
        ([["Office", "Telephone"], ["Baku", "+994 12 493 00 11"]], 1),
        ([["Ministry", "2025", "2026"], ["Education", "4720", "4810"]], 1),
        ([["Country", "Capital", "Language"], ["France", "Paris", "French"]], 1),
        ([["Baku", "9 m", "old"], ["Sumgait", "7 m", "new"]], 0),
        ([["Item", "Q1", "No 2"], ["Water", "AZN 12", "9 m"]], 1),
        ([["Only one"]], 0),
        ([], 0),
    ],
)
def test_the_cells_tell_whether_a_table_has_a_header(rows: list[list[str]], heads: int) -> None:
    assert header_rows(rows) == heads


def test_a_line_of_cells_can_be_taken_apart_again() -> None:
    assert cells_of(line_of(["", "a|b", "", "two\nlines", ""])) == ("", "a¦b", "", "two lines")


def test_numbers_set_off_by_a_tabulator_are_a_list_and_no_table() -> None:
    data = io.BytesIO()
    canvas = Canvas(data)
    for row, letter in enumerate("abcd"):
        canvas.drawString(72, 700 - 14 * row, f"({letter})")
        canvas.drawString(110, 700 - 14 * row, f"the duty of office number {row + 1};")
    canvas.save()
    document = made(draft_pdf(data.getvalue(), PARSING))
    assert document.tables == ()
    assert "(b) the duty of office number 2;" in document.text


def test_a_caption_names_its_table_and_not_the_prose_below_it() -> None:
    pieces = [
        Piece("Consular fees", 1), Piece("Charges", 2), Piece("The section charges what follows."),
        Piece("Table 1. Fees by service", 3), *table_pieces([["Service", "Fee"], ["Visa", "45"], ["Passport", "30"]]),
        Piece("Fees are not refunded."),
    ]  # fmt: skip
    document = assemble(draft_of(pieces), document_id="fees")
    assert path_at(document.sections, document.text.index("Fees are not")) == ("Charges",)
    row = next(s for s in document.sentences if s.of(document.text) == "Visa | 45")
    assert [c.text for c in document.context_of(row)] == ["Table 1. Fees by service", "Service | Fee"]


def test_a_merged_line_over_two_columns_names_the_rows_below_it_and_two_like_words_do_not() -> None:
    fees = [["Consular", "Consular"], ["Visa", "60"], ["Notary", "Notary"], ["Deed", "20"]]
    assert [piece.text for piece in table_pieces(fees)] == ["Consular", "Visa | 60", "Notary", "Deed | 20"]
    words = [["English", "Turkish"], ["radio", "radio"], ["road", "yol"]]
    assert [piece.text for piece in table_pieces(words)][1] == "radio | radio"
