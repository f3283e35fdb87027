"""What may be asked."""

from __future__ import annotations

import pytest

from rag.answering.reading.bounds import checked
from rag.errors import QuestionError


@pytest.mark.parametrize("question", ["", " \n\t", "\u00a0\u2003", "\u200b"])
def test_a_question_with_nothing_in_it_is_refused(question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        checked(question, at_most=100)


@pytest.mark.parametrize("question", ["a\x00b", "\udcff\udcfe", "\x1b[31mred"])
def test_bytes_that_are_no_text_are_refused(question: str) -> None:
    with pytest.raises(QuestionError, match="not text"):
        checked(question, at_most=100)


def test_a_question_over_the_limit_names_both_figures() -> None:
    with pytest.raises(QuestionError, match=r"100,000 characters; at most 4,000"):
        checked("a" * 100_000, at_most=4000)


def test_a_question_is_normalised_and_trimmed() -> None:
    assert checked("  Cafe\u0301? ", at_most=100) == "Café?"
    assert checked("🦊", at_most=100) == "🦊"
