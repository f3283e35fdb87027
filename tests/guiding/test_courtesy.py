"""Greetings, thanks and questions about the program are told from questions about the documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.guiding.courtesy import InShort, courtesy, in_return, in_short
from rag.localization.catalogue import speak

QUESTIONS = Path(__file__).parent.parent.parent / "index" / "questions"

COURTESIES = {
    "greeting": "hello|Hi!|hello there|Good morning|Salam|Привет|Здравствуйте!|merhaba|iyi günler|Sabahınız xeyir",
    "thanks": "thanks|Thank you very much!|ok, thanks|thx bye|təşəkkür edirəm|çox sağ ol|sağ olun|Спасибо большое|Teşekkürler",
    "farewell": "bye|Goodbye!|hələlik|Пока!|hoşça kal",
    "help": "what can you do?|who are you?|help|how can you help me?|What can I ask?|Nə edə bilərsən?|kömək|что ты умеешь?"
    "|чем ты можешь помочь?|Кто ты?|ne yapabilirsin?|?|?!|👋|…|ok|OK.|tamam|ок",
}


@pytest.mark.parametrize(("kind", "said"), [(kind, said) for kind, texts in COURTESIES.items() for said in texts.split("|")])
def test_a_courtesy_is_told_by_what_it_is(kind: str, said: str) -> None:
    assert courtesy(said) == kind


@pytest.mark.parametrize("lang", ["en", "az", "ru", "tr"])
def test_only_who_greets_is_greeted(lang: str) -> None:
    said = {kind: in_return(courtesy(texts.split("|")[0]) or "help", speak(lang)) for kind, texts in COURTESIES.items()}
    assert len(set(said.values())) == len(COURTESIES)
    hello = speak(lang)("guide.welcome").split("!")[0]
    assert [kind for kind, text in said.items() if text.startswith(hello)] == ["greeting"]


@pytest.mark.parametrize(
    "asked", ["evening ferry", "hello world program", "And where?", "Who helps?", "energy", "How do I know?", "Ne oldu?"]
)
def test_any_word_of_its_own_makes_it_a_question(asked: str) -> None:
    assert courtesy(asked) is None


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
    assert {text for text in texts if courtesy(text)} <= {"hello there", "???"}
    title = {"report", "on", "the", "azerbaijan", "us", "charter", "strategic", "partnership"}
    short = {text: found for text in texts if (found := in_short(text, follows=False))}
    assert [text for text, found in short.items() if title.issuperset(found.named)] == []
