"""Tables of web pages: whatever stands in a cell, a row stays a row; what only arranges the page is no table."""

from __future__ import annotations

import pytest

from rag.corpus.formats.html import draft_html
from rag.corpus.shape.assembly import assemble
from rag.types import Document
from tests.corpus.invariants import check_document


def around(inner: str) -> Document:
    """A page with ``inner`` between two sentences."""
    page = f"<html><body><main><h1>Fees</h1><p>The fees are these.</p>{inner}<p>They apply from May.</p></main></body></html>"
    document = assemble(draft_html(page.encode()), document_id="fees.html")
    check_document(document)
    return document


def between(document: Document) -> str:
    return document.text.removeprefix("Fees\n\nThe fees are these.\n\n").removesuffix("\n\nThey apply from May.")


def table(*rows: str, head: str = "<tr><th>Service</th><th>Fee</th></tr>") -> str:
    return f"<table>{head}{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("<td><p>Visa</p></td><td><p>60</p></td>", "Visa | 60"),
        ("<td><div>Visa</div></td><td><div><span>60</span></div></td>", "Visa | 60"),
        ("<td>Visa<br>single entry</td><td>60<br/>EUR</td>", "Visa single entry | 60 EUR"),
        ("<td><p>Visa</p><p>single entry</p></td><td>60</td>", "Visa single entry | 60"),
        ("<td>Visa<ul><li>passport</li><li>photo</li></ul></td><td>60</td>", "Visa passport; photo | 60"),
        ("<td><a href=/v>Visa</a></td><td><b>6</b>0</td>", "Visa | 60"),
    ],
)
def test_blocks_and_breaks_in_a_cell_do_not_break_its_row(row: str, line: str) -> None:
    document = around(table(row, "<td>Passport</td><td>80</td>"))
    assert between(document) == f"Service | Fee\n{line}\nPassport | 80"
    assert [(len(t.header), len(t.rows)) for t in document.tables] == [(1, 2)]


def test_a_cell_over_rows_or_columns_stands_in_each_of_them() -> None:
    head = "<thead><tr><th rowspan=2>Visitor</th><th colspan=2>Ticket</th></tr><tr><th>Day</th><th>Season</th></tr></thead>"
    document = around(table("<td>Adult</td><td>14</td><td>140</td>", "<td>Child</td><td colspan=2>free</td>", head=head))
    assert between(document) == ("Visitor | Ticket | Ticket\nVisitor | Day | Season\nAdult | 14 | 140\nChild | free | free")
    assert len(document.tables[0].header) == 2


def test_a_line_over_the_whole_width_names_the_rows_below_it() -> None:
    document = around(table("<th colspan=2>Consular</th>", "<td>Visa</td><td>60</td>"))
    assert between(document) == "Service | Fee\nConsular\nVisa | 60"
    row = document.tables[0].rows[-1]
    assert [context.text for context in document.context_of(row)] == ["Service | Fee", "Consular"]


def test_years_above_figures_are_names_of_columns() -> None:
    document = around(table("<th>Rent</th><td>10</td><td>12</td>", head="<tr><td></td><th>2025</th><th>2026</th></tr>"))
    assert len(document.tables[0].header) == 1


def test_the_foot_of_a_table_stands_below_its_rows() -> None:
    foot = "<tfoot><tr><td>Total</td><td>140</td></tr></tfoot>"
    document = around(table("<td>Visa</td><td>60</td>", head=f"<tr><th>Service</th><th>Fee</th></tr>{foot}"))
    assert between(document) == "Service | Fee\nVisa | 60\nTotal | 140"


def test_a_table_in_a_row_of_figures_says_whose_it_is() -> None:
    def office(name: str, fee: int) -> str:
        return f"<td>{name}</td><td><table><tr><td>visa</td><td>{fee}</td></tr><tr><td>deed</td><td>9</td></tr></table></td>"

    document = around(table(office("Ankara", 60), office("Tbilisi", 50), head="<tr><th>Office</th><th>Fees</th></tr>"))
    assert between(document) == (
        "Office | Fees\nAnkara\nTbilisi\n\nAnkara\nvisa | 60\ndeed | 9\n\nTbilisi\nvisa | 50\ndeed | 9"
    )
    fifty = document.text.index("visa | 50")
    row = next(row for t in document.tables for row in t.rows if row.start == fifty)
    assert [context.text for context in document.context_of(row)] == ["Tbilisi"]


def test_a_page_laid_out_in_cells_is_read_cell_by_cell() -> None:
    left = f"<td><h2>Left</h2><p>The office opens at nine.</p>{table('<td>Visa</td><td>60</td>')}</td>"
    document = around(f"<table><tr>{left}<td><p>The hall is on the right.</p></td></tr></table>")
    assert between(document) == ("Left\n\nThe office opens at nine.\n\nService | Fee\nVisa | 60\n\nThe hall is on the right.")


def test_a_term_and_what_is_said_of_it_are_one() -> None:
    terms = "<dl><dt>Audio guide</dt><dd>3 euros at the desk.</dd><dt>When do you open?</dt><dd>At nine.</dd></dl>"
    assert between(around(terms)) == "Audio guide: 3 euros at the desk.\n\nWhen do you open? At nine."


def test_an_item_whose_letter_has_a_cell_of_its_own_is_an_item() -> None:
    def item(letter: str, words: str) -> str:
        return f"<table><tbody><tr><td><p>{letter}</p></td><td>{words}</td></tr></tbody></table>"

    inner = item("(i)", "<p>in red; or</p>") + item("(ii)", "<p>in blue.</p>")
    items = item("(a)", "<p>name the maker;</p>") + item("(b)", f"<p>be printed:</p>{inner}")
    document = around(f"<p>Article 4</p><p>1. A label shall:</p>{items}")
    assert "1. A label shall:\n\n(a) name the maker;\n\n(b) be printed:\n\n(i) in red; or\n\n(ii) in blue." in document.text
    assert ("Article 4", "1", "(a)") in [section.path for section in document.sections]


def test_a_table_that_claims_to_span_without_end_is_bounded() -> None:
    document = around(table(*(f"<td rowspan=9999 colspan=9999>n{row}</td>" for row in range(30))))
    assert max(line.count("|") for line in between(document).splitlines()) < 1000


@pytest.mark.parametrize(
    "inner", ["<table></table>", "<table><tr></tr></table>", "<table><tr><td></td></tr></table>", "<dl></dl>"]
)
def test_a_table_or_list_of_nothing_is_nothing(inner: str) -> None:
    assert around(inner).text == "Fees\n\nThe fees are these.\n\nThey apply from May."
