"""A reply becomes the same claims however it is cut into chunks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.writing.reply import Claims, ReplyClaim
from rag.llm.markup import plain


def claims_of(text: str, *, size: int = 10_000, cut: bool = False) -> list[ReplyClaim]:
    reply = Claims()
    found = [c for at in range(0, len(text), size) for c in reply.feed(text[at : at + size])]
    return found + list(reply.end(cut=cut))


def texts(text: str, **kwargs: int) -> list[str]:
    return [c.text for c in claims_of(text, **kwargs)]


REPLIES = [
    "The harbour opens at six [1]. It closes at nine. [2][3] Dogs are not allowed on the pier [1, 2].",
    "Signed by the U.S. Vice President on Jan. 5, 2024 [1]. See Art. 5 of the Charter [2].\n\nIt enters into force at once.",
    "Working groups may be established in:\n- economy and trade [1]\n- energy [1];\n- connectivity [2].\n\n"
    "They meet once a year [3].",
    "1. The ferry leaves on Mondays [1].\n2. Dogs travel free [2].",
    "**Answer:** The fee is 12 euros【1】. “It is due at once.” [2]",
    "<think>Passage 1 says so. Hmm.</think>The harbour opens at six [1].",
    "According to passage [1], the harbour opens at six. NOT FOUND",
    "The line is long and goes\non in the next line. Then it ends. [4]",
    "# Fees\n\n| Item | Fee |\n|---|---|\n| Visa | 60 dollars [1] |\n\n**Hours**\n\nIt is open (Source: passage 1).",
]


@settings(deadline=None, max_examples=60)
@given(reply=st.sampled_from(REPLIES), size=st.integers(1, 40))
def test_the_cutting_into_chunks_changes_nothing(reply: str, size: int) -> None:
    assert claims_of(reply, size=size) == claims_of(reply)


@settings(deadline=None, max_examples=150)
@given(text=st.text(alphabet='aB1.! \n[]()-:"<>&*“”·\u200b', max_size=80), size=st.integers(1, 9))
def test_nothing_a_model_can_write_breaks_the_cutting(text: str, size: int) -> None:
    reply = Claims()
    for at in range(0, len(text), size):
        reply.feed(text[at : at + size])
    reply.end()
    assert reply.raw == text


def test_a_claim_is_there_as_soon_as_the_next_sentence_has_begun() -> None:
    reply = Claims()
    assert reply.feed("The harbour opens at six. [1") == ()
    assert reply.feed("] ") == ()
    assert reply.feed("It closes at nine in") == (ReplyClaim("The harbour opens at six.", (1,)),)
    assert reply.feed(" the evening [2].") == ()
    assert reply.end() == (ReplyClaim("It closes at nine in the evening.", (2,)),)


@pytest.mark.parametrize(
    ("written", "hints"),
    [
        ("It is open [1].", (1,)),
        ("It is open. [1]", (1,)),
        ("It is open [1][2].", (1, 2)),
        ("It is open [1, 3; 4].", (1, 3, 4)),
        ("It is open [2-4].", (2, 3, 4)),
        ("It is open【3】.", (3,)),
        ("It is open【3†source】.", (3,)),
        ("It is open [^2].", (2,)),
        ("It is open [Passage 2].", (2,)),
        ("It is open (passage 2).", (2,)),
        ("It is open [2] [2].", (2,)),
        ("It is open (Source: passage 1).", (1,)),
        ("It is open (Source: 1).", (1,)),
        ("It is open. (Source: passage 1)", (1,)),
        ("It is open (passages 1 and 2).", (1, 2)),
        ("It is open (Passage 1, Passage 3).", (1, 3)),
        ("It is open (see passage 3).", (3,)),
        ("It is open [source: 2].", (2,)),
        ("It is open <sup>[1]</sup>.", (1,)),
        ("It is open [999].", (999,)),
    ],
)
def test_markers_of_every_style_become_hints_and_leave_the_text(written: str, hints: tuple[int, ...]) -> None:
    assert claims_of(written) == [ReplyClaim("It is open.", hints)]


@pytest.mark.parametrize(
    "written",
    [
        "It is open ([1]).",
        "It is open **[1]**.",
        "It is open (Source: [1]).",
        "It is open [doc 1].",
        "It is open [1](https://x.y).",
    ],
)
def test_a_marker_inside_other_marks_becomes_a_hint_and_leaves_nothing(written: str) -> None:
    assert claims_of(written) == [ReplyClaim("It is open.", (1,))]


LEAD = "Working groups may be established in:"


def test_every_item_of_a_list_is_a_claim_with_the_line_that_introduces_it() -> None:
    assert claims_of(REPLIES[2]) == [
        ReplyClaim("economy and trade", (1,), LEAD),
        ReplyClaim("energy;", (1,), LEAD),
        ReplyClaim("connectivity.", (2,), LEAD),
        ReplyClaim("They meet once a year.", (3,)),
    ]


@pytest.mark.parametrize("bullet", ["- ", "* ", "• ", "– ", "1. ", "(2) ", "a) ", "  - "])
def test_a_list_of_any_bullets_carries_its_lead(bullet: str) -> None:
    found = claims_of(f"The fees are [1]:\n\n{bullet}**60 dollars** for a visa [1]\n{bullet}25 dollars for a passport [2].")
    assert found == [
        ReplyClaim("60 dollars for a visa", (1,), "The fees are:"),
        ReplyClaim("25 dollars for a passport.", (2,), "The fees are:"),
    ]


def test_a_label_inside_a_list_is_no_claim_and_its_items_keep_the_first_line() -> None:
    reply = "Key points:\n- **Fees:**\n  - Visas cost 60 dollars [1].\n- Dogs travel free [2]."
    assert claims_of(reply) == [
        ReplyClaim("Visas cost 60 dollars.", (1,), "Key points:"),
        ReplyClaim("Dogs travel free.", (2,), "Key points:"),
    ]


def test_a_line_that_introduces_nothing_is_a_claim_itself() -> None:
    assert claims_of("The working groups are:") == [ReplyClaim("The working groups are:", ())]


TABLE = "| Item | Fee |\n|---|---|\n| Visa | 60 dollars [1] |\n| Passport | 25 dollars [2] |\n\nFees are due at once."


def test_a_row_of_a_table_is_a_claim_that_names_its_columns() -> None:
    assert claims_of(TABLE) == [
        ReplyClaim("Item: Visa; Fee: 60 dollars.", (1,)),
        ReplyClaim("Item: Passport; Fee: 25 dollars.", (2,)),
        ReplyClaim("Fees are due at once.", ()),
    ]


@pytest.mark.parametrize("heading", ["# Fees", "## Dogs are free", "**Opening hours**", "__Opening hours__"])
def test_a_heading_is_prose_around_claims(heading: str) -> None:
    assert claims_of(f"{heading}\n\nThe harbour opens at six [1].") == [ReplyClaim("The harbour opens at six.", (1,))]


@pytest.mark.parametrize(
    "written",
    [
        "Yes. The harbour opens at six [1].",
        "No. The harbour opens at six [1].",
        "Yes, the harbour opens at six [1].",
        "Based on the passages, yes, the harbour opens at six [1].",
        "**Yes.** The harbour opens at six [1].",
    ],
)
def test_yes_and_no_before_a_statement_are_no_part_of_it(written: str) -> None:
    assert texts(written) == ["The harbour opens at six."]


def test_all_before_an_orphan_closing_tag_is_forgotten() -> None:
    reply = Claims()
    assert [c.text for c in reply.feed("NOT FOUND. It opens at nine. But wait, it")] == ["It opens at nine."]
    assert (reply.says_not_found, reply.restarts) == (True, 0)
    found = [*reply.feed(" is six.</think>It opens at six [1]."), *reply.end()]
    assert found == [ReplyClaim("It opens at six.", (1,))]
    assert (reply.says_not_found, reply.restarts) == (False, 1)


def test_items_without_a_first_line_are_claims_of_their_own() -> None:
    assert texts(REPLIES[3]) == ["The ferry leaves on Mondays.", "Dogs travel free."]


@pytest.mark.parametrize(
    "reply",
    [
        "NOT FOUND",
        "**NOT FOUND**",
        "not_found.",
        "NOT FOUND in the passages.",
        "The passages do not mention an expiry date.",
        "This is not specified in the provided passages.",
        "There is no information about that.",
    ],
)
def test_not_found_is_heard_and_is_no_claim(reply: str) -> None:
    cut = Claims()
    assert [*cut.feed(reply), *cut.end()] == []
    assert cut.says_not_found


@pytest.mark.parametrize("reply", ["No information sharing takes place.", "The lost dog was not found by the police of Selby."])
def test_a_statement_in_the_negative_is_not_taken_for_not_found(reply: str) -> None:
    cut = Claims()
    assert [c.text for c in (*cut.feed(reply), *cut.end())] == [reply]
    assert not cut.says_not_found


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("According to passage 2, the harbour opens at six.", "The harbour opens at six."),
        ("Based on the provided context, the harbour opens at six.", "The harbour opens at six."),
        ("The passage states that the harbour opens at six.", "The harbour opens at six."),
        ("Yes, the harbour opens at six.", "The harbour opens at six."),
        ("According to the treaty, the harbour opens at six.", "According to the treaty, the harbour opens at six."),
    ],
)
def test_talk_about_passages_which_no_reader_sees_is_left_out(written: str, shown: str) -> None:
    assert texts(written) == [shown]


def test_a_sentence_cut_by_the_length_limit_is_dropped() -> None:
    assert [c.text for c in claims_of("It opens at six. It closes at ni", cut=True)] == ["It opens at six."]
    assert [c.text for c in claims_of("It opens at six. It closes at nine.", cut=True)] == [
        "It opens at six.",
        "It closes at nine.",
    ]


def test_reasoning_before_the_answer_is_no_part_of_it() -> None:
    assert texts(REPLIES[5], size=3) == ["The harbour opens at six."]
    assert texts("<think>never closed. At all.") == []


@pytest.mark.parametrize("reply", ["Sources: [1], [2]", "References:", "[1]", "[1]: https://evil.example/x", "\n\n", "***"])
def test_what_says_nothing_is_no_claim(reply: str) -> None:
    assert texts(reply) == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("It is **open** _today_.", "It is open today."),
        ("It is open ![x](https://evil.example/a.png?q=secret).", "It is open."),
        ("It is [open](https://evil.example/).", "It is open."),
        ("It is <b>open</b><img src=x onerror=alert(1)>.", "It is open."),
        ("It is open<script>alert(1)</script>.", "It is open."),
        ("It is &lt;img src=x&gt;open.", "It is open."),
        ("It is <https://evil.example/> open.", "It is open."),
        ("# It is `open`", "It is open"),
        ("It is open\u200b\u202e.", "It is open."),
        ("5 < 6 & 7 > 6", "5 < 6 & 7 > 6"),
        ("snake_case and 2 * 3 * 4", "snake_case and 2 * 3 * 4"),
    ],
)
def test_markup_becomes_plain_words(written: str, shown: str) -> None:
    assert plain(written) == shown
