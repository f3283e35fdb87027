"""What a filter leaves: whole documents, before anything is ranked."""

from __future__ import annotations

import pytest

from rag.errors import FilterError
from rag.retrieval.scope import EVERYTHING, Catalogue
from rag.types import DocumentEntry, Filter, Origin


def entry(name: str, passages: int, **known: object) -> DocumentEntry:
    return DocumentEntry(name, name, "0" * 64, None, passages, "en", "2026-01-01T00:00:00Z", Origin(**known))  # type: ignore[arg-type]


CATALOGUE = Catalogue(
    [
        entry("fees.txt", 2, date="2024-05-01", tags=("fees", "law")),
        entry("plan.txt", 1, date="2021", tags=("law",)),
        entry("notes.jsonl#1", 1),
        entry("notes.jsonl#2", 3, date="12 March 2023"),
    ]
)


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (Filter(documents=("plan.txt",)), [2]),
        (Filter(documents=("notes.jsonl",)), [3, 4, 5, 6]),
        (Filter(documents=("notes.jsonl#2", "fees.txt")), [0, 1, 4, 5, 6]),
        (Filter(tags=("fees",)), [0, 1]),
        (Filter(tags=("fees", "law")), [0, 1, 2]),
        (Filter(since="2023"), [0, 1, 4, 5, 6]),
        (Filter(since="2024-05-01"), [0, 1]),
        (Filter(since="2021-06"), [0, 1, 2, 4, 5, 6]),
        (Filter(tags=("law",), since="2022-01-01"), [0, 1]),
    ],
)
def test_a_filter_leaves_the_rows_of_its_documents(wanted: Filter, rows: list[int]) -> None:
    scope = CATALOGUE.scope(wanted)
    assert scope.rows is not None and scope.rows.nonzero()[0].tolist() == rows
    assert scope.rows.shape == (7,) and not scope.excluded


def test_no_filter_and_one_that_all_pass_are_everything() -> None:
    assert CATALOGUE.scope(Filter()) is EVERYTHING
    assert CATALOGUE.scope(Filter(documents=("fees.txt", "plan.txt", "notes.jsonl"))) is EVERYTHING


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Filter(since="2030"), "since=2030"),
        (Filter(documents=("plan.txt",), tags=("fees",)), "document=plan.txt, tag=fees"),
        (Filter(documents=("plan.txt",), tags=("fees",), since="2030"), "document=plan.txt, tag=fees"),
    ],
)
def test_a_filter_that_leaves_nothing_says_where_the_last_went(wanted: Filter, said: str) -> None:
    scope = CATALOGUE.scope(wanted)
    assert scope.excluded == said and scope.rows is not None and not scope.rows.any()


@pytest.mark.parametrize(
    ("wanted", "said", "remedy"),
    [
        (Filter(documents=("gone.txt",)), "There is no document 'gone.txt'.", "charterqa documents"),
        (Filter(tags=("fee",)), "There is no tag 'fee'.", "The tags are fees, law."),
        (Filter(since="last week"), "'last week' is not a date.", "2024-05-31"),
        (Filter(since="2024-13-01"), "'2024-13-01' is not a date.", "2024-05-31"),
    ],
)
def test_what_is_unknown_is_one_clear_line(wanted: Filter, said: str, remedy: str) -> None:
    with pytest.raises(FilterError) as refused:
        CATALOGUE.scope(wanted)
    assert refused.value.message == said and remedy in refused.value.remedy
