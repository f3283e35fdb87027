"""Which sentences are chosen. The selector here counts shared words alone, so that the tests can be checked by eye."""

from __future__ import annotations

from rag.answering.logistic import Logistic
from rag.answering.selection import CHOOSING, Selector
from tests.answering.readings import hit, reader

BY_SHARED_WORDS = Logistic(CHOOSING, (0.0,) * 5, (1.0,) * 5, tuple(10.0 * (name == "shared") for name in CHOOSING), -5.0)


def chosen(question: str, *hits: object) -> list[str]:
    selection = Selector(BY_SHARED_WORDS).select(reader().read(question, hits))  # type: ignore[arg-type]
    return [c.text for c in selection.chosen]


def test_a_fact_takes_one_sentence_where_one_is_best() -> None:
    text = "The lighthouse was built in 1911. The harbour opens at six. Dogs travel free on the ferry."
    assert chosen("When was the lighthouse built?", hit(text)) == ["The lighthouse was built in 1911."]


def test_a_fact_takes_two_sentences_at_most() -> None:
    text = "The lighthouse is old and white. The lighthouse is tall and white. The lighthouse is bright and white."
    assert len(chosen("Why lighthouse?", hit(text))) == 2


def test_a_list_takes_all_that_answer_and_keeps_the_document_order() -> None:
    text = "Trade is one of the areas named. Energy is one of the areas named. Dogs travel free on it. "
    text += "Culture is one of the areas."
    assert chosen("Which areas?", hit(text)) == [
        "Trade is one of the areas named.",
        "Energy is one of the areas named.",
        "Culture is one of the areas.",
    ]


def test_a_sentence_that_opens_an_enumeration_brings_its_items() -> None:
    text = "The working groups are:\n(a) trade and customs;\n(b) energy;\n(c) culture.\nThe ferry leaves on Mondays."
    assert chosen("Which working groups are there?", hit(text)) == [
        "The working groups are:",
        "(a) trade and customs;",
        "(b) energy;",
        "(c) culture.",
    ]


def test_a_heading_alone_is_never_an_answer() -> None:
    text = "Working groups\nThe parties may establish working groups on trade."
    assert chosen("working groups", hit(text)) == ["The parties may establish working groups on trade."]


def test_without_hits_nothing_is_chosen() -> None:
    selection = Selector(BY_SHARED_WORDS).select(reader().read("Why?", []))
    assert (selection.best, selection.chosen) == (None, ())


def test_the_shipped_coefficients_are_for_these_signals() -> None:
    assert Selector.shipped().select(reader().read("When was it built?", [hit("It was built in 1911.")])).best == 0
