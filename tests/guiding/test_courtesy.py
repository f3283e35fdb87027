"""Greetings, thanks and questions about the program are told from questions about the documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.guiding.courtesy import InShort, in_short, is_courtesy

QUESTIONS = Path(__file__).parent.parent.parent / "index" / "questions"

COURTESIES = (
    """
hello|Hi!|hello there|Good morning|thanks|Thank you very much!|what can you do?|who are you?|help|how can you help me?
What can I ask?|Salam|təşəkkür edirəm|Nə edə bilərsən?|sağ ol|kömək|Привет|Здравствуйте!
Спасибо|что ты умеешь?|чем ты можешь помочь?
Кто ты?|merhaba|Teşekkürler|ne yapabilirsin?|iyi günler|?|👋|…
""".replace("\n", "|")
    .strip("|")
    .split("|")
)


@pytest.mark.parametrize("said", COURTESIES)
def test_a_greeting_or_a_question_about_the_program_is_a_courtesy(said: str) -> None:
    assert is_courtesy(said)


@pytest.mark.parametrize(
    "asked", ["evening ferry", "hello world program", "And where?", "Who helps?", "energy", "How do I know?"]
)
def test_any_word_of_its_own_makes_it_a_question(asked: str) -> None:
    assert not is_courtesy(asked)


IN_SHORT = {
    "Summarise": (),
    "Summarize the document": (),
    "What is this about?": (),
    "Give me a short overview": (),
    "What do the documents cover?": (),
    "What does the document say?": (),
    "Xülasə ver": (),
    "Bu sənəd nə haqqındadır?": (),
    "О чём этот документ?": (),
    "резюме": (),
    "Özetle": (),
    "Bu belge ne hakkında?": (),
    "Can you summarise the charter for me?": ("charter",),
    "What is “Harbour treaty” about?": ("harbour", "treaty"),
}


@pytest.mark.parametrize("asked", IN_SHORT)
def test_a_document_is_asked_for_in_short_by_its_name_or_without(asked: str) -> None:
    assert in_short(asked, follows=False) == InShort(IN_SHORT[asked])


@pytest.mark.parametrize(
    "asked",
    ["What does the charter say about partnership?", "Does the charter outline goals?", "Is the charter covered?", "energy"],
)
def test_a_question_about_something_in_a_document_is_not_for_the_whole(asked: str) -> None:
    assert in_short(asked, follows=False) is None


def test_after_something_was_said_what_is_it_about_means_that() -> None:
    assert in_short("What is it about?", follows=True) is None
    assert in_short("Summarise the document", follows=True) == InShort(())


def test_of_the_default_knowledge_bases_questions_only_the_greeting_is_one() -> None:
    rows = [json.loads(line) for file in sorted(QUESTIONS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    texts = [row["question"] for row in rows if not row.get("history")]
    assert {text for text in texts if is_courtesy(text)} <= {"hello there", "???"}
    title = {"report", "on", "the", "azerbaijan", "us", "charter", "strategic", "partnership"}
    short = {text: found for text in texts if (found := in_short(text, follows=False))}
    assert [text for text, found in short.items() if title.issuperset(found.named)] == []
