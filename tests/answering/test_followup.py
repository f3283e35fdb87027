"""A follow-up is made whole from the conversation; a question of its own is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.followup import standalone
from rag.types import Turn

MEMORANDUM = "When was the Memorandum signed?"
WHOLE = [
    (["When was the harbour opened?"], "And where?", "Where was the harbour opened?"),
    (["When was the harbour opened?"], "And by whom?", "By whom was the harbour opened?"),
    (["When was the harbour opened?"], "Why?", "Why was the harbour opened?"),
    (["When was the harbour opened?"], "And in which year?", "In which year was the harbour opened?"),
    (["When was the harbour opened?"], "What about the lighthouse?", "When was the lighthouse opened?"),
    (["When was the harbour opened?"], "And the lighthouse?", "When was the lighthouse opened?"),
    (["When was the harbour opened?"], "and who paid?", "Who paid the harbour?"),
    (["Who built the lighthouse?"], "And when?", "Who built the lighthouse and when?"),
    (["Who built the lighthouse?"], "How high is it?", "How high is the lighthouse?"),
    (["Who built the lighthouse?"], "Who are its keepers?", "Who are the lighthouse's keepers?"),
    (["What does the treaty say about dogs?"], "And cats?", "What does the treaty say about cats?"),
    (["What does the treaty say about the ferry?"], "Why is that important?", "Why is the ferry important?"),
    ([MEMORANDUM, "And where?"], "And by whom?", "By whom was the Memorandum signed?"),
]


@pytest.mark.parametrize(("asked", "question", "whole"), WHOLE)
def test_a_follow_up_is_made_whole(asked: list[str], question: str, whole: str) -> None:
    history = [turn for text in asked for turn in (Turn("user", text), Turn("assistant", "Something [1]."))]
    assert standalone(question, history, at_most=6) == whole


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Australia?",
        "When does the treaty expire and who can end it?",
        "Is it raining in Lisbon?",
        "Which areas are of mutual interest?",
    ],
)
def test_a_question_of_its_own_is_not_touched(question: str) -> None:
    assert standalone(question, [Turn("user", MEMORANDUM), Turn("assistant", "In May [1].")], at_most=6) is None


def test_without_a_conversation_nothing_is_rewritten() -> None:
    assert standalone("And where?", [], at_most=6) is None


def test_turns_beyond_the_bound_are_forgotten() -> None:
    history = [Turn("user", "Who built the lighthouse?"), Turn("assistant", "Ada Varga [1].")]
    assert standalone("And when?", history, at_most=0) is None
    older = [*history, *[Turn("assistant", "…")] * 6]
    assert standalone("And when?", older, at_most=6) is None


@given(question=st.text(max_size=80), before=st.text(max_size=80))
def test_no_text_breaks_the_rule(question: str, before: str) -> None:
    whole = standalone(question, [Turn("user", before)], at_most=6)
    assert whole is None or len(whole) <= len(question) + len(before) + 10
