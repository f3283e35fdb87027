"""What a fluent sentence may say otherwise than its source, and what it may not."""

from __future__ import annotations

from functools import cache

import pytest

from rag.answering.alignment import Evidence
from rag.answering.bounds import Bound
from rag.answering.values import values
from rag.answering.verification import Verified
from tests.answering.scene import passage, verifier

pytestmark = pytest.mark.model

COURSES = (
    "The Institute will receive up to twelve foresters each year for courses lasting six weeks in Darvo. "
    "A course fee of 40 florins a week is paid in advance, and refunds must be claimed within 30 days. "
    "The agreement was signed in Lenz on 4 May 2021 by Minister Ada Holm, and Deputy Minister Ole Brandt chaired the first "
    "meeting. "
    "Participants who fail the final test are not exempt from the fee. "
    "The hostel is expected to reopen in 2026, and guests must leave their rooms before noon."
)


@cache
def evidence() -> Evidence:
    return verifier().prepare([passage(COURSES, "courses", title="Courses")])


@pytest.mark.parametrize(
    "claim",
    [
        "Each year the Institute will receive no more than twelve foresters.",
        "The courses last six weeks.",
        "The courses in Darvo last 42 days.",
        "Participants pay a course fee of 40 florins per week in advance.",
        "Refunds have to be claimed no later than 30 days.",
        "Minister Ada Holm signed the agreement in Lenz on 4 May 2021.",
        "The first meeting was chaired by Deputy Minister Ole Brandt.",
        "Guests have to leave their rooms before noon.",
    ],
)
def test_the_same_in_other_words_is_shown(claim: str) -> None:
    verdict = verifier().verify(claim, (), evidence())
    assert isinstance(verdict, Verified), verdict


@pytest.mark.parametrize(
    "claim",
    [
        "The courses last twelve weeks.",
        "The courses last six months.",
        "The Institute will receive at least twelve foresters each year.",
        "The course fee is 40 florins a day.",
        "Refunds must be claimed after 30 days.",
        "The agreement was signed in Darvo on 4 May 2021.",
        "The agreement was signed on 6 May 2021.",
        "Deputy Minister Ada Holm signed the agreement.",
        "The first meeting was chaired by Minister Ada Holm.",
        "Participants who fail the final test are exempt from the fee.",
        "The hostel must reopen in 2026.",
        "Guests must leave their rooms after noon.",
        "The fee is paid in advance because the courses are full.",
    ],
)
def test_one_thing_put_in_the_place_of_another_is_withheld(claim: str) -> None:
    assert not isinstance(verifier().verify(claim, (), evidence()), Verified)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("no more than ten books", Bound.MOST),
        ("ten books or fewer", Bound.MOST),
        ("within 48 hours", Bound.MOST),
        ("no longer than half an hour", Bound.MOST),
        ("at least two meetings", Bound.LEAST),
        ("12 years or older", Bound.LEAST),
        ("more than 50,000 customers", Bound.OVER),
        ("over 20 years old", Bound.OVER),
        ("fewer than 15 points", Bound.UNDER),
        ("children under the age of six", Bound.UNDER),
        ("repaid over 20 years", None),
        ("handed over six ambulances", None),
        ("ten books", None),
    ],
)
def test_a_number_knows_how_it_bounds_what_it_counts(text: str, bound: Bound | None) -> None:
    (value,) = values(text)
    assert value.bound is bound
