"""A cell means what it says in the unit of its column."""

from __future__ import annotations

import pytest

from rag.amounts.tabled import in_columns, totals
from rag.amounts.values import values

HEADER = "Project | Lead | Cost (million florins) | Share of the state, % | Fee (€) | Completion"
ROWS = (
    "Railway | Maravel | 640 | 35 | 2.50 | 2028",
    "Bridge | Dostrava | 115 | 20 | 3.50 | 2026",
    "Terminal | Dostrava | 48 | 45 | 4.00 | 2025",
)


def said(claim: str, given: tuple[object, ...]) -> bool:
    """Whether ``given`` has the one amount of ``claim``."""
    (value,) = values(claim)
    return any(value.agrees(other) for other in given)  # type: ignore[arg-type]


@pytest.mark.parametrize("claim", ["It costs 640 million florins.", "It costs 640,000,000.", "35 per cent", "a fee of €2.50"])
def test_a_cell_is_an_amount_in_the_unit_of_its_column(claim: str) -> None:
    assert said(claim, in_columns(ROWS[0], HEADER))


@pytest.mark.parametrize("claim", ["It costs 640 thousand.", "36 per cent", "a fee of $2.50", "115 million"])
def test_and_in_no_other(claim: str) -> None:
    assert not said(claim, in_columns(ROWS[0], HEADER))


@pytest.mark.parametrize(("claim", "right"), [("803 million florins", True), ("804 million florins", False), ("€10", True)])
def test_a_column_comes_to_the_sum_of_its_cells(claim: str, right: bool) -> None:
    assert said(claim, totals(ROWS, HEADER)) is right


def test_a_column_without_a_unit_has_totals_and_no_amounts_of_its_own() -> None:
    assert in_columns("North | 420", "Car park | Spaces") == ()
    assert said("1,095 spaces", totals(("North | 420", "South | 675"), "Car park | Spaces"))


def test_a_caption_gives_the_unit_of_columns_that_have_none() -> None:
    row, header = "Fees | 8.2 | 9.7", "Item | 2022 | 2023"
    assert said("9.7 million marks", in_columns(row, header, "Table 4. Income and expenditure (million marks)"))
    assert not said("9.7 million marks", in_columns(row, header, "Table 4 (million marks) goes on."))


def test_ragged_and_empty_rows_are_read_as_far_as_they_go() -> None:
    assert in_columns("Railway", HEADER) == ()
    assert in_columns("640", "") == ()
    assert totals((), HEADER) == ()
