"""Numbers, dates and times have one spelling for comparison."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.amounts.values import values


def agree(one: str, other: str) -> bool:
    """Whether ``other`` has every value of ``one``."""
    return all(any(value.agrees(theirs) for theirs in values(other)) for value in values(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("60,000", "sixty thousand"),
        ("60 000", "60,000"),
        ("3.2 million", "3,200,000"),
        ("1.80", "1,80"),
        ("twenty-one", "21"),
        ("twice", "2"),
        ("third", "3rd"),
        ("3 March 2019", "March 3, 2019"),
        ("3 March 2019", "2019-03-03"),
        ("3 March 2019", "03.03.2019"),
        ("8 p.m.", "20:00"),
        ("8 avqust 2025", "8 августа 2025"),
        ("8 Ağustos 2025", "8 August 2025"),
        ("Mondays", "Monday"),
        ("two weeks", "14 days"),
        ("a 40-metre tower", "40 m high"),
        ("thirty calendar days", "30 days"),
        ("12 euros", "€12"),
        ("USD 2.4 million", "2.4 million dollars"),
        ("10%", "10 per cent"),
        ("two times", "twice"),
        ("1.5 hours", "90 minutes"),
        ("two weeks", "two"),
        ("ten readers", "ten books"),
        ("in the 1990s", "in the 1990s"),
        ("2018", "the 2018 report"),
        ("half an hour", "30 minutes"),
        ("two days", "48 hours"),
        ("18 pounds a night", "18 pounds"),
    ],
)
def test_the_same_value_in_two_spellings_agrees(one: str, other: str) -> None:
    assert values(one)
    assert agree(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3.2 million", "3.2 billion"),
        ("1.80", "1.08"),
        ("8 a.m.", "8 p.m."),
        ("3 March", "3 May"),
        ("May", "5 per cent"),
        ("Monday", "Tuesday"),
        ("13", "3"),
        ("1912", "1911"),
        ("two weeks", "twice"),
        ("two weeks", "two films"),
        ("two weeks", "two months"),
        ("30 days", "30 working days"),
        ("12 euros", "$12"),
        ("10 euros", "10 per cent"),
        ("40 square metres", "40 metres"),
        ("three years", "the third year"),
        ("2000 euros", "2000 members"),
        ("18 pounds a night", "18 pounds a week"),
        ("0.38 euros per mile", "0.38 euros per kilometre"),
        ("twice a year", "twice a month"),
    ],
)
def test_different_values_do_not_agree(one: str, other: str) -> None:
    assert not agree(one, other)


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="0123456789.,: -/amp%thMay\u00a0\u0663²½", max_size=40))
def test_any_text_can_be_read_and_values_lie_inside_it(text: str) -> None:
    for value in values(text):
        assert 0 <= value.start < value.end <= len(text)
        assert value.keys
