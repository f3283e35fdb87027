"""What becomes of a sentence and of an answer: the whole table."""

from __future__ import annotations

from itertools import product

import pytest

from rag.answering.decide import Ending, Hold, Keep, Replace, Show, conclude, decide
from rag.answering.proof.prover import Cited, Proved, Unproved
from rag.types import Withheld
from tests.answering.scene import passage

SOURCE = Cited(passage("The lighthouse was built in 1911."), passage("The lighthouse was built in 1911.").sentences[0])
TRUE = Proved("It was built in 1911.", (SOURCE,), 0.9)
WITHHELD = Withheld("It was built in 1850.", "No source has “1850”.")
POINTING, POINTLESS = Unproved(WITHHELD, SOURCE), Unproved(WITHHELD)

NOT_ANSWERED = "The documents do not seem to answer the question."

SENTENCES = {
    # verdict, gate open, the cited sentences may answer
    (TRUE, True, True): Show(TRUE),
    (TRUE, True, False): Hold(TRUE),
    (TRUE, False, True): Keep(Withheld(TRUE.text, NOT_ANSWERED)),
    (TRUE, False, False): Keep(Withheld(TRUE.text, NOT_ANSWERED)),
    (POINTING, True, True): Replace(SOURCE, WITHHELD),
    (POINTING, True, False): Keep(WITHHELD),
    (POINTING, False, True): Keep(WITHHELD),
    (POINTING, False, False): Keep(WITHHELD),
    (POINTLESS, True, True): Keep(WITHHELD),
    (POINTLESS, True, False): Keep(WITHHELD),
    (POINTLESS, False, True): Keep(WITHHELD),
    (POINTLESS, False, False): Keep(WITHHELD),
}


@pytest.mark.parametrize(("case", "placed"), SENTENCES.items())
def test_each_sentence_has_its_one_place(case: tuple[Proved | Unproved, bool, bool], placed: object) -> None:
    verdict, open_, may = case
    assert decide(verdict, open_=open_, answers=lambda cited: may) == placed


def test_a_proved_sentence_that_answers_by_itself_is_shown_whatever_search_and_reading_held() -> None:
    for open_, may in product((True, False), repeat=2):
        assert decide(TRUE, open_=open_, answers=lambda cited, may=may: may, itself=True) == Show(TRUE)


def test_what_was_not_proved_is_never_shown_as_the_model_wrote_it() -> None:
    for verdict, open_, may in product((POINTING, POINTLESS), (True, False), (True, False)):
        placed = decide(verdict, open_=open_, answers=lambda cited, may=may: may, itself=True)
        assert isinstance(placed, Replace | Keep)
        assert placed.withheld == WITHHELD


def test_whether_a_sentence_answers_is_asked_of_what_it_rests_on() -> None:
    asked: list[object] = []
    decide(TRUE, open_=True, answers=lambda cited: not asked.append(list(cited)))
    decide(POINTING, open_=True, answers=lambda cited: not asked.append(list(cited)))
    assert asked == [[(SOURCE.passage, SOURCE.span)], [(SOURCE.passage, SOURCE.span)]]


ENDINGS = {
    # shown, held, extraction
    (False, False, False): Ending.REFUSED,
    (False, False, True): Ending.EXTRACTED,
    (False, True, False): Ending.HELD,
    (False, True, True): Ending.EXTRACTED,
    (True, False, False): Ending.SHOWN,
    (True, False, True): Ending.SHOWN,
    (True, True, False): Ending.SHOWN,
    (True, True, True): Ending.SHOWN,
}


@pytest.mark.parametrize(("case", "ending"), ENDINGS.items())
def test_each_answer_has_its_one_end(case: tuple[bool, bool, bool], ending: Ending) -> None:
    shown, held, extraction = case
    assert conclude(shown=shown, held=held, extraction=extraction) is ending


def test_nothing_that_a_model_writes_lowers_what_extraction_answers() -> None:
    for shown, held in product((True, False), repeat=2):
        assert conclude(shown=shown, held=held, extraction=True) in (Ending.SHOWN, Ending.EXTRACTED)
