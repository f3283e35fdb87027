"""Words that hold an amount without naming it bear a claim that names it, and no other."""

from __future__ import annotations

import pytest

from rag.amounts.implied import implied
from rag.amounts.values import values


def borne(claim: str, source: str) -> bool:
    """Whether every amount of ``claim`` stands in ``source``, by number or by word."""
    known = (*values(source), *implied(source))
    return bool(values(claim)) and all(any(value.agrees(given) for given in known) for value in values(claim))


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("They pay 50% of the fee.", "They pay half the fee."),
        ("Results are exchanged four times a year.", "Results are exchanged quarterly."),
        ("It meets twice a year.", "It meets every six months."),
        ("Reports come twelve times a year.", "A report is made every month."),
        ("It closes at 00:00.", "It closes at midnight."),
        ("It closes at 24:00.", "It closes at midnight."),
        ("It opens at 12:00.", "It opens at noon."),
        ("You have seven days.", "You have a week."),
        ("You have 14 days.", "You have a fortnight."),
        ("The permit lasts 12 months.", "The permit lasts one year."),
        ("The fine is 200 per cent of the fee.", "The fine is double the fee."),
        ("Up to 20 per cent is carried over.", "Up to a fifth of it is carried over."),
        ("In the first six months of 2027.", "In the first half of 2027."),
        ("It is held every two years.", "It is a biennial exercise."),
        ("Отчёт выходит четыре раза в год.", "The report appears each quarter."),
    ],
)
def test_a_number_is_borne_by_the_words_that_mean_it(claim: str, source: str) -> None:
    assert borne(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("They pay 40% of the fee.", "They pay half the fee."),
        ("Results are exchanged three times a year.", "Results are exchanged quarterly."),
        ("Results are exchanged four times a month.", "Results are exchanged quarterly."),
        ("You have eight days.", "You have a week."),
        ("It closes at 23:00.", "It closes at midnight."),
        ("Up to 10 per cent is carried over.", "Up to a fifth of it is carried over."),
        ("There are four members.", "It meets quarterly."),
    ],
)
def test_another_number_is_not(claim: str, source: str) -> None:
    assert not borne(claim, source)


def test_an_age_that_a_verb_follows_has_no_unit_of_its_own() -> None:
    """ "Six" counts nothing that "do not" would name."""
    assert borne("Children who have not yet turned six do not pay.", "Free of charge: children under six years of age.")
