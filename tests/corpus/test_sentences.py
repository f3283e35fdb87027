"""Sentences are exact, disjoint spans, and official prose does not trip the splitter."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus.shape.sentences import split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. Government signed it. It came from the U.S. Then it left.", 3),
        ("See Sec. 4 and Art. 5 and para. 3 here. No. 10 applies too.", 2),
        ("Cf. p. 7. Nos. 3 and 4.", 2),
        ('He said "Stop." Then he left. "Go!" she cried.', 3),
        ("(a) Something here. Another one. And more.", 3),
        ("1. First. 2. Second. 3.1 Third thing.", 3),
        ("It was (he said. Then went) good. Next one.", 2),
        ("Maybe. (See also Article 5.) Next.", 3),
        ("On 5. May it was. At 5 p.m. he left.", 2),
        ("Signed on Jan. 5, 2025, in Washington, D.C. for both sides.", 1),
        ("Presented by U.S. Vice President JD Vance. The U.S. said so.", 2),
        ("As in Smith v. Jones [2020]. And then.", 2),
        ("An unclosed (bracket here. Then another. And a third.", 3),
    ],
)
def test_official_prose_is_cut_where_a_reader_would(text: str, expected: int) -> None:
    assert len(split(text, "en")) == expected


@pytest.mark.parametrize("language", ["en", "ru", "tr", "az"])
@pytest.mark.parametrize("mark", ["¹", "¹²", "[1]", "[2][3]"])
def test_the_mark_of_a_note_belongs_to_the_sentence_that_it_ends(mark: str, language: str) -> None:
    text = f"Article 9 demands a certificate.{mark} The chairman asked for it."
    assert [s.of(text) for s in split(text, language)] == [
        f"Article 9 demands a certificate.{mark}",
        "The chairman asked for it.",
    ]


def test_a_list_and_a_heading_are_cut_by_line() -> None:
    text = "The areas are:\n(a) energy;\n(b) connectivity; and\n(c) trade.\nArticle 5\nThe harbour opens. It shuts."
    assert [s.of(text) for s in split(text)] == [
        "The areas are:",
        "(a) energy;",
        "(b) connectivity; and",
        "(c) trade.",
        "Article 5",
        "The harbour opens.",
        "It shuts.",
    ]


def test_wrapped_lines_are_one_sentence() -> None:
    text = "This line is wrapped at a certain column and goes on\nto the next line which is as long. Another one begins\nhere."
    assert [s.of(text) for s in split(text)] == [
        "This line is wrapped at a certain column and goes on\nto the next line which is as long.",
        "Another one begins\nhere.",
    ]


PROSE = st.lists(
    st.sampled_from([*"aB1.()[]\"'!? \n;:-•—é😀ə中。", "Art. ", "\n\n", "(a) ", "1. ", "U.S. ", "word ", "Word. "]),
    max_size=60,
).map("".join)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=120), PROSE))
def test_sentences_are_ordered_disjoint_stripped_and_cover_everything_that_is_not_space(text: str) -> None:
    spans = split(text)
    covered = [False] * len(text)
    last = 0
    for span in spans:
        quote = span.of(text)
        assert quote == quote.strip() != ""
        assert span.start >= last
        last = span.end
        covered[span.start : span.end] = [True] * (span.end - span.start)
    assert all(inside or character.isspace() for inside, character in zip(covered, text, strict=True))
