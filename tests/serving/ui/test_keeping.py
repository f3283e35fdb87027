"""What a reader's tab keeps of a conversation."""

from __future__ import annotations

import pytest

from rag.serving.ui.conversation import Conversation, Phase
from rag.serving.ui.keeping import KEPT_BYTES, kept, restored
from tests.serving.ui.conversations import answered, both


def test_a_conversation_comes_back_as_it_was() -> None:
    assert restored(kept(both())) == both()


def test_an_answer_under_way_comes_back_as_stopped() -> None:
    last = restored(kept(both().ask("And now?"))).last
    assert last is not None and last.question == "And now?" and last.phase is Phase.STOPPED


def test_the_oldest_exchanges_are_let_go_when_there_is_too_much() -> None:
    talk = Conversation()
    for number in range(1, 40):
        talk = talk.ask(f"Question {number}?")
        talk = talk.update(type(answered())(number, f"{number} " + "ə" * 3000))
    text = kept(talk)
    assert 0 < len(text.encode()) <= KEPT_BYTES
    last = restored(text).last
    assert last is not None and last.number == 39


@pytest.mark.parametrize(
    "junk", [None, 7, "", "{", "[]", '{"exchanges": [{"number": "x"}]}', "9" * (KEPT_BYTES + 1), {"exchanges": []}]
)
def test_anything_else_is_an_empty_conversation(junk: object) -> None:
    assert restored(junk) == Conversation()
