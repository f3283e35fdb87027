"""What a model thinks before it answers is no part of the answer, whatever its maker's marks and however the reply is cut."""

from __future__ import annotations

import pytest

from rag.llm.thinking import Unthinking

ANSWER = "The harbour opens at six [1]."
THOUGHT = "Passage 1 says 5 < 6 [see there]. Hmm. Not nine."

TAGS = [
    ("<think>", "</think>"),
    ("<THINK>", "</THINK>"),
    ("< think >", "< / think >"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<thoughts>", "</thoughts>"),
    ("<reason>", "</reason>"),
    ("<reasoning>", "</reasoning>"),
    ("<reasoning_content>", "</reasoning_content>"),
    ("<REASONING_SCRATCHPAD>", "</REASONING_SCRATCHPAD>"),
    ("<reflection>", "</reflection>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<|think|>", "<|/think|>"),
    ("<seed:think>", "</seed:think>"),
    ("<mm:think>", "</mm:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<analysis>", "</analysis>"),
    ("<antThinking>", "</antThinking>"),
    ("<inner_monologue>", "</inner_monologue>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|channel>thought\n", "<channel|>"),
    ("<unused94>thought\n", "<unused95>"),
    ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
]
ANALYSIS = f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant"
FINAL = f"<|channel|>final<|message|>{ANSWER}"
TOOL = '<|channel|>commentary to=functions.find <|constrain|>json<|message|>{"q": 1}<|call|><|start|>assistant'


def visible(reply: str, size: int = 10_000) -> str:
    """What is left of ``reply`` when it comes in chunks of ``size`` characters."""
    unthinking, shown, restarts = Unthinking(), "", 0
    for part in [*(reply[at : at + size] for at in range(0, len(reply), size)), None]:
        new = unthinking.end() if part is None else unthinking.feed(part)
        if unthinking.restarts > restarts:
            shown, restarts = "", unthinking.restarts
        shown += new
    return shown


def everywhere(reply: str) -> set[str]:
    """What is left of ``reply`` over all sizes of chunks from a character to the whole, surrounding white space aside."""
    return {visible(reply, size).strip() for size in (*range(1, 40), len(reply))}


@pytest.mark.parametrize(("opened", "closed"), TAGS)
def test_a_thought_between_tags_of_any_spelling_is_dropped_however_it_is_cut(opened: str, closed: str) -> None:
    assert everywhere(f"{opened}{THOUGHT}{closed}\n\n{ANSWER}") == {ANSWER}


@pytest.mark.parametrize("closed", ["</think>", "</thinking>", "[/THINK]", "◁/think▷", "<|END_THINKING|>"])
def test_all_before_a_closing_tag_that_nothing_opened_was_a_thought(closed: str) -> None:
    assert everywhere(f"{THOUGHT}{closed}{ANSWER}") == {ANSWER}


def test_how_often_all_before_turned_out_to_be_a_thought_is_counted() -> None:
    unthinking = Unthinking()
    assert unthinking.feed("It opens at nine. ") == "It opens at nine. "
    assert unthinking.restarts == 0
    assert unthinking.feed("No.</think>It opens at six.") == "It opens at six."
    assert unthinking.restarts == 1
    assert unthinking.feed("<think>Sure?</think> Yes.") == " Yes."
    assert unthinking.restarts == 1


def test_a_thought_in_the_middle_takes_nothing_of_the_answer_around_it() -> None:
    assert everywhere(f"{ANSWER}<think>{THOUGHT}</think> It closes at nine [2].") == {f"{ANSWER} It closes at nine [2]."}


def test_a_thought_inside_a_thought_is_dropped_with_it() -> None:
    assert everywhere(f"<think>{THOUGHT}<think>Deeper.</think>Up again.</think>{ANSWER}") == {ANSWER}


@pytest.mark.parametrize("opened", ["<think>", "[THINK]", "<|START_THINKING|>"])
def test_a_thought_that_never_ends_leaves_nothing(opened: str) -> None:
    assert everywhere(f"{opened}{THOUGHT}") == {""}


@pytest.mark.parametrize(
    "reply", [ANALYSIS + FINAL, FINAL, f"{ANALYSIS}{FINAL}<|return|>", f"<|start|>assistant{FINAL}<|end|>"]
)
def test_of_channels_only_the_final_one_is_shown(reply: str) -> None:
    assert visible(reply) == ANSWER


def test_of_channels_only_the_final_one_is_shown_however_the_reply_is_cut() -> None:
    assert everywhere(ANALYSIS + FINAL) == {ANSWER}


def test_a_tool_call_between_two_channels_is_dropped() -> None:
    assert visible(ANALYSIS + TOOL + FINAL) == ANSWER


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "5 < 6 and 7 > 6.",
        "It is <b>open</b> [1].",
        "See [the list] there.",
        "I think so, with reason.",
        "<",
        "[",
        "a <|b",
        "◁",
    ],
)
def test_what_is_no_reasoning_mark_is_kept_to_the_character(reply: str) -> None:
    assert {visible(reply, size) for size in (1, 2, 3, 5, 10_000)} == {reply}
