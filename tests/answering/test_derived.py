"""Amounts that stand nowhere and follow from two that do."""

from __future__ import annotations

import pytest

from rag.answering.proof.guards import Guard
from tests.answering.scene import passage

TEXT = (
    "The Authority pays 310,000 euros and the city 90,000 euros. It was signed on 20 April 2022 and took effect on 1 May 2022. "
    "The museum opened in 1904 and the baths in 1909. The state bears 55 per cent. A stall costs 40 dollars, a large one 320 "
    "dollars. A fellow gets 1,100 crowns a month, for ten months."
)


@pytest.mark.parametrize(
    "claim",
    [
        "Together they pay 400,000 euros.",
        "The city pays 220,000 euros less than the Authority.",
        "The baths opened five years after the museum.",
        "The others bear the remaining 45 per cent.",
        "A large stall costs 280 dollars more.",
        "A large stall costs eight times as much.",
        "A fellow gets 11,000 crowns in all.",
        "The state bears 170,500 euros of what the Authority pays.",
    ],
)
def test_a_sum_a_difference_a_share_a_multiple_a_rate_for_a_while_and_the_rest_of_a_hundred_may_be_said(claim: str) -> None:
    guard = Guard([passage(TEXT)])
    assert guard.foreign(claim) is None
    assert guard.unsupported(claim, TEXT) is None


@pytest.mark.parametrize(
    "claim",
    [
        "Together they pay 410,000 euros.",
        "A large stall costs 270 dollars more.",
        "A large stall costs seven times as much.",
        "A fellow gets 12,000 crowns in all.",
        "The state bears 170,600 euros of what the Authority pays.",
        "The others bear 46 per cent.",
        "They pay 400,000 dollars.",
    ],
)
def test_what_follows_from_no_two_may_not(claim: str) -> None:
    assert Guard([passage(TEXT)]).foreign(claim) is not None


def test_what_stands_somewhere_does_not_follow_from_others() -> None:
    guard = Guard([passage("Trade costs 11 euros. Energy costs 22 euros. Culture costs 33 euros.")])
    assert guard.unsupported("Culture costs 33 euros.", "Trade costs 11 euros. Energy costs 22 euros.") is not None
