"""A quote in its paragraph."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.serving.ui.excerpt import SIDE, excerpt, opening
from rag.types import Citation, Span


def cite(text: str, start: int, end: int) -> Citation:
    return Citation(1, "a.txt", "hash", "A", (), None, Span(start, end), text[start:end])


def test_the_paragraph_around_a_sentence_is_shown_and_no_other() -> None:
    text = "Before all.\n\nOne comes first. Two is quoted. Three follows.\n \nAfter all."
    found = excerpt(cite(text, text.index("Two"), text.index(" Three")), text)
    assert (found.before, found.after) == ("One comes first. ", " Three follows.")
    assert not found.cut_before and not found.cut_after


def test_a_long_paragraph_is_cut_at_words_on_both_sides() -> None:
    text = "lorem " * 500 + "The quote." + " ipsum" * 500
    start = text.index("The quote.")
    found = excerpt(cite(text, start, start + 10), text)
    assert found.cut_before and found.cut_after
    assert found.before.startswith("lorem ") and found.after.endswith(" ipsum")
    assert SIDE - 10 < len(found.before) <= SIDE


def test_a_quote_that_the_text_does_not_hold_any_more_stands_alone() -> None:
    found = excerpt(cite("The old text.", 0, 8), "A new text!!!")
    assert (found.before, found.after) == ("", "")


@settings(deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab c.\n\t😀é"), min_size=1, max_size=1500),
    st.integers(0, 1500),
    st.integers(1, 60),
)
def test_what_is_shown_is_always_a_stretch_of_the_text_around_the_quote(text: str, start: int, length: int) -> None:
    start = min(start, len(text) - 1)
    citation = cite(text, start, min(len(text), start + length))
    found = excerpt(citation, text)
    assert text[:start].endswith(found.before) or text[:start].rstrip().endswith(found.before.rstrip())
    assert text[citation.span.end :].startswith(found.after)
    assert not re.search(r"\n[ \t]*\n", found.before.rstrip("\n")) and not re.search(r"\n[ \t]*\n", found.after)
    assert len(found.before) <= SIDE and len(found.after) <= SIDE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Short.", "Short."),
        ("One is here.\n\nTwo is here. " + "word " * 80, "One is here. Two is here. …"),
        ("A long one that never ends " * 20, None),
        ("x" * 500, None),
        ("A.", "A."),
    ],
)
def test_the_opening_of_a_passage_is_whole_sentences_or_else_whole_words(text: str, shown: str | None) -> None:
    made = opening(text, most=60)
    assert shown is None or made == shown
    assert len(made) <= 62 and not made.endswith(("..…", ".…", "  …"))
