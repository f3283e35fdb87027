"""Of two versions the newer answers; the older one only where the question asks for its time or its version."""

from __future__ import annotations

import pytest

from rag.retrieval.scope import Catalogue
from rag.types import Filter
from tests.retrieval.test_scope import entry

CATALOGUE = Catalogue(
    [
        entry("fees-2021.txt", 1, date="2021-03-01", version="1"),
        entry("fees-2022.txt", 1, date="2022-06-01", version="2.0", supersedes=("fees-2021.txt",)),
        entry("fees-2024.txt", 1, date="2024-01-01", version="3", supersedes=("fees-2022.txt",)),
        entry("library.txt", 1, date="2020"),
    ]
)
NEWEST = {"fees-2024.txt", "library.txt"}


def asked_of(question: str, wanted: Filter = Filter()) -> set[str]:  # noqa: B008 a value
    documents = CATALOGUE.scope(wanted, question).documents
    assert documents is not None
    return set(documents)


@pytest.mark.parametrize(
    "question",
    [
        "What is the fee?", "What is the fee in 2024?", "What will the fee be in 2030?", "What was the fee in 1999?",
        "Does a visa cost 2021.50 manat?", "Is the fee 3 manat?", "Do 2 persons pay 1 fee?",
    ],
)  # fmt: skip
def test_the_newest_answers_and_what_it_stands_in_the_place_of_does_not(question: str) -> None:
    assert asked_of(question) == NEWEST


@pytest.mark.parametrize(
    ("question", "version"),
    [
        ("What was the fee in 2021?", "fees-2021.txt"),
        ("What was the fee in 2022?", "fees-2022.txt"),
        ("What was the fee in 2023?", "fees-2022.txt"),
        ("What was the fee in March 2022?", "fees-2021.txt"),
        ("What was the fee on 5 July 2022?", "fees-2022.txt"),
        ("What was the fee on 2021-03-01?", "fees-2021.txt"),
        ("2022-ci ildə rüsum nə qədər idi?", "fees-2022.txt"),
        ("Какой была пошлина в 2021 году?", "fees-2021.txt"),
        ("2022'de ücret neydi?", "fees-2022.txt"),
        ("What is the fee in version 1?", "fees-2021.txt"),
        ("What does version 2.0 say?", "fees-2022.txt"),
        ("What does the 1st edition say?", "fees-2021.txt"),
    ],
)
def test_a_question_that_names_a_time_or_a_version_is_asked_of_that_one_alone(question: str, version: str) -> None:
    assert asked_of(question) == {version, "library.txt"}


def test_two_times_are_two_versions() -> None:
    assert asked_of("How did the fee change from 2021 to 2022?") == {"fees-2021.txt", "fees-2022.txt", "library.txt"}


def test_a_version_that_is_chosen_by_name_answers_and_one_whose_newer_is_filtered_out_too() -> None:
    assert asked_of("What is the fee?", Filter(documents=("fees-2021.txt",))) == {"fees-2021.txt"}
    both = Filter(documents=("fees-2021.txt", "fees-2024.txt"))
    assert asked_of("What is the fee?", both) == {"fees-2021.txt", "fees-2024.txt"}


def test_an_older_version_knows_the_newest_that_stands_in_its_place() -> None:
    newer = CATALOGUE.scope(Filter(), "What was the fee in 2021?").newer
    assert {name: found.id for name, found in newer.items()} == {"fees-2021.txt": "fees-2024.txt"}
    assert not CATALOGUE.scope(Filter(), "What is the fee?").newer


def test_a_file_of_lines_is_superseded_with_all_of_them() -> None:
    lines = [entry("old.jsonl#1", 1), entry("old.jsonl#2", 1), entry("new.txt", 2, supersedes=("old.jsonl",))]
    assert Catalogue(lines).scope(Filter(), "What is the fee?").documents == {"new.txt"}
