"""A model's word is worth what it has proved."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.evaluation.judging.votes import Heard, vote_of, word_of
from rag.types import Provenance
from tests.evaluation.harbour import harbour_engine

MODEL = "openai:small"
ANSWER = harbour_engine().ask("Who built the lighthouse?")


def test_likelihood_ratios_are_those_of_a_hand_computed_table() -> None:
    # 19 answerable: found 12, not found 5, neither 2; 9 unanswerable: found 1, not found 8
    heard = [Heard(True, "found")] * 12 + [Heard(True, "not found")] * 5 + [Heard(True, "neither")] * 2
    heard += [Heard(False, "found")] + [Heard(False, "not found")] * 8
    vote = vote_of(heard)
    assert vote.found == pytest.approx((12.5 / 20) / (1.5 / 10), abs=1e-9)
    assert vote.not_found == pytest.approx((5.5 / 20) / (8.5 / 10), abs=1e-9)


def test_a_word_never_heard_stays_possible() -> None:
    vote = vote_of([Heard(True, "found"), Heard(False, "not found")])
    assert 0 < vote.not_found < 1 < vote.found


def test_only_the_model_s_own_shown_claim_counts_as_found() -> None:
    assert word_of(replace(ANSWER, provenance=Provenance(MODEL, "g", raw="It was Ada. [1]")), MODEL) == "found"
    assert word_of(replace(ANSWER, provenance=Provenance("extractive", "g", raw="NOT FOUND")), MODEL) == "not found"
    assert word_of(replace(ANSWER, provenance=Provenance("extractive", "g", raw="It was Bo. [1]")), MODEL) == "neither"
    assert word_of(ANSWER, MODEL) == "neither"
