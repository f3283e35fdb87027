"""Slips are mended, words and names are not."""

from __future__ import annotations

import pytest

from rag.retrieval.spelling import corrected

TEXTS = ["The charter was signed by both governments.", "It promotes artificial intelligence and the empire of reason."]
WHOLE = {"expire", "charter", "signed", "peace"}


def mend(question: str) -> str:
    held = {w.strip(".").lower() for text in TEXTS for w in text.split()}
    return corrected(
        question, TEXTS, unknown=lambda word: word.lower() not in held, pieces=lambda word: 1 if word in WHOLE else 2
    )


@pytest.mark.parametrize(
    ("question", "mended"),
    [
        ("who sighned the chartr?", "who signed the charter?"),
        ("artifical inteligence", "artificial intelligence"),
        ("which goverments signed?", "which governments signed?"),
        ("Artifical or not?", "artificial or not?"),
        ("the charetr", "the charter"),
    ],
)
def test_a_slip_is_mended(question: str, mended: str) -> None:
    assert mend(question) == mended


@pytest.mark.parametrize(
    "question",
    ["When does it expire?", "Did Charten sign?", "was it cut?", "who sxxxxxd it?", "", "🦊", "zhcharter", "charter7"],
)
def test_a_word_a_name_or_a_riddle_is_left_alone(question: str) -> None:
    assert mend(question) == question
