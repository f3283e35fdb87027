"""Numbers, dates and times have one spelling for comparison."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.values import readings, values


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
    ],
)
def test_the_same_value_in_two_spellings_agrees(one: str, other: str) -> None:
    assert values(one)
    assert all(value.agrees(readings(other)) for value in values(one))


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
    ],
)
def test_different_values_do_not_agree(one: str, other: str) -> None:
    assert not all(value.agrees(readings(other)) for value in values(one))


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="0123456789.,: -/amp%thMay\u00a0\u0663²½", max_size=40))
def test_any_text_can_be_read_and_values_lie_inside_it(text: str) -> None:
    for value in values(text):
        assert 0 <= value.start < value.end <= len(text)
        assert value.keys
