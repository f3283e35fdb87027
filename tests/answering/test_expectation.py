"""What a question asks for, and whether a sentence offers it."""

from __future__ import annotations

import pytest

from rag.answering.expectation import Kind, expected_kind, offers
from rag.answering.wording import words


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who signed the treaty?", Kind.PERSON),
        ("Which minister signed the treaty?", Kind.PERSON),
        ("When was it signed?", Kind.TIME),
        ("In what year was it signed?", Kind.TIME),
        ("Where was it signed?", Kind.PLACE),
        ("In which city was it signed?", Kind.PLACE),
        ("How many articles are there?", Kind.QUANTITY),
        ("How long is the river?", Kind.QUANTITY),
        ("Which areas does it name?", Kind.LIST),
        ("Does it mention dogs?", Kind.VERDICT),
        ("Why was it signed?", Kind.ANYTHING),
        ("Кто подписал договор?", Kind.PERSON),
        ("Antlaşma ne zaman imzalandı?", Kind.TIME),
        ("Müqavilə harada imzalanıb?", Kind.PLACE),
    ],
)
def test_the_question_word_says_what_is_asked_for(question: str, kind: Kind) -> None:
    assert expected_kind(question) is kind


@pytest.mark.parametrize(
    ("kind", "sentence", "offered"),
    [
        (Kind.TIME, "It was signed on 8 August 2025.", True),
        (Kind.TIME, "It was signed in Lisbon.", False),
        (Kind.QUANTITY, "The treaty has twelve articles.", True),
        (Kind.QUANTITY, "The treaty has articles.", False),
        (Kind.PERSON, "The treaty was signed by Ada Varga.", True),
        (Kind.PERSON, "The treaty was signed at noon.", False),
        (Kind.PLACE, "They met in Lisbon.", True),
        (Kind.VERDICT, "They met in Lisbon.", None),
    ],
)
def test_a_sentence_offers_a_kind_or_lacks_it(kind: Kind, sentence: str, offered: bool | None) -> None:
    assert offers("", kind, sentence, words(sentence), frozenset()) is offered


def test_what_the_question_holds_itself_is_no_offer() -> None:
    sentence = "Ada Varga was born in 1911."
    assert offers("", Kind.TIME, sentence, words(sentence), frozenset({"1911"})) is False


def test_a_number_of_something_else_is_no_offer() -> None:
    sentence = "The lighthouse is 40 metres high and has two lamps."
    for question, offered in (("How high is it in metres?", True), ("How many dollars did it cost?", False)):
        assert offers(question, Kind.QUANTITY, sentence, words(sentence), frozenset()) is offered
    sentence = "The licence was signed on 8 August 2025."
    assert offers("How many weeks is it valid?", Kind.QUANTITY, sentence, words(sentence), frozenset()) is False


@pytest.mark.parametrize(
    ("question", "sentence", "offered"),
    [
        ("When does the licence end?", "The licence was signed on 8 August 2025.", False),
        ("When does the licence end?", "The licence is valid until 8 August 2027.", True),
        ("When was the licence signed?", "The licence was signed on 8 August 2025.", True),
        ("When will the board meet?", "The board was founded in May 1990.", False),
        ("When will the board meet?", "The meetings take place in May.", True),
    ],
)
def test_a_date_of_something_else_is_no_answer_to_when_a_thing_ends_or_people_meet(
    question: str, sentence: str, offered: bool
) -> None:
    assert offers(question, Kind.TIME, sentence, words(sentence), frozenset()) is offered
