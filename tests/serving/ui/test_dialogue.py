"""What the chat makes of the service's events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

import pytest

from rag.errors import BackendBusy, IndexMissing, NotFound, ServiceLoading
from rag.events import Checking, CitationReady, Event, Finished, PassagesFound
from rag.serving.ui import dialogue as module
from rag.serving.ui.conversation import Conversation, Phase
from rag.serving.ui.dialogue import Dialogue
from rag.serving.ui.presence import Presence
from rag.serving.ui.shelf import Shelf
from rag.types import UNFILTERED, Document, DocumentEntry, Filter, Turn
from tests.fake_engine import FakeEngine

T = TypeVar("T")
ASKED = "Who built the lighthouse?"


@dataclass
class Desk:
    """A service over the fake engine, without queue or threads."""

    engine: FakeEngine = field(default_factory=FakeEngine)
    loading: int = 0
    failure: Exception | None = None
    gone: bool = False
    closed: int = 0
    histories: list[Sequence[Turn]] = field(default_factory=list)
    scopes: list[Filter] = field(default_factory=list)
    ratings: list[tuple[str, str, str | None]] = field(default_factory=list)

    async def stream(
        self, question: str, *, history: Sequence[Turn] = (), filter: Filter = UNFILTERED, lang: str | None = None
    ) -> AsyncGenerator[Event]:
        self.histories.append(history)
        self.scopes.append(filter)
        try:
            for event in self.engine.stream(question, history=history, filter=filter, lang=lang):
                yield event
                if self.failure is not None and isinstance(event, CitationReady):
                    raise self.failure
        finally:
            self.closed += 1

    async def document(self, document_id: str) -> Document:
        if self.gone:
            raise NotFound("It is gone.")
        return self.engine.document(document_id)

    async def documents(self) -> tuple[DocumentEntry, ...]:
        if self.loading:
            self.loading -= 1
            raise ServiceLoading("Not yet.")
        if self.failure is not None:
            raise self.failure
        return self.engine.documents()

    async def examples(self, lang: str | None = None) -> tuple[str, ...]:
        return self.engine.examples(lang)

    async def feedback(self, answer_id: str, rating: Literal["up", "down"], comment: str | None = None) -> None:
        self.ratings.append((answer_id, rating, comment))


def run(work: Callable[[], Awaitable[T]]) -> T:
    async def main() -> T:
        return await work()

    return asyncio.run(main())


def steps(desk: Desk, question: str = ASKED, talk: Conversation | None = None, turns: int = 40) -> list[Conversation]:
    async def collect() -> list[Conversation]:
        talking = Dialogue(desk, history_turns=turns)
        return [step async for step in talking.ask(talk or Conversation(), question, "en")]

    return run(collect)


def test_an_answer_grows_sentence_by_sentence_and_ends_done() -> None:
    seen = [step.last for step in steps(Desk(), "How high in metres is the lighthouse that was built?")]
    phases = [exchange.phase for exchange in seen if exchange]
    assert phases[0] is Phase.LOOKING and phases[-1] is Phase.DONE
    assert [len(exchange.claims) for exchange in seen if exchange] == sorted(len(x.claims) for x in seen if x)
    last = seen[-1]
    assert last is not None and last.excerpts[0].before + last.excerpts[0].citation.quote
    assert all(
        {number for claim in exchange.claims for number in claim.citations} <= {x.citation.id for x in exchange.excerpts}
        for exchange in seen
        if exchange
    ), "a marker never comes before its excerpt"


def test_a_question_is_asked_of_the_chosen_documents_alone_and_its_conversation_remembers_them() -> None:
    desk, only = Desk(), Filter(documents=("notes/ferry.txt",))

    async def collect() -> Conversation:
        return [step async for step in Dialogue(desk, history_turns=4).ask(Conversation(), ASKED, "en", only)][-1]

    last = run(collect).last
    assert last is not None and desk.scopes == [only] and last.scope == only
    assert {found.citation.document for found in last.excerpts} == {"notes/ferry.txt"}


def test_a_question_asked_in_other_words_takes_the_place_of_what_came_after_it() -> None:
    talk = Conversation().ask("One?").ask("Two?").ask("Three?")
    assert [x.question for x in talk.before(2).ask("Second?").exchanges] == ["One?", "Second?"]


def test_what_is_read_and_checked_is_part_of_the_exchange_until_there_is_an_outcome() -> None:
    class Telling(FakeEngine):
        def stream(self, question: str, **about: Any) -> Iterator[Event]:
            for event in super().stream(question, **about):
                if isinstance(event, CitationReady):
                    yield PassagesFound((self.passages()[0],))
                    yield Checking(1)
                yield event

    seen = [talk.last for talk in steps(Desk(Telling()))]
    assert [(len(x.reading_at), x.checking) for x in seen if x] == [(0, 0), (1, 0), (1, 1), (1, 1), (0, 0)]


def test_a_refusal_brings_its_related_passages() -> None:
    last = steps(Desk(), "What do bananas cost in Peru?")[-1].last
    assert last is not None and last.phase is Phase.DONE
    assert len(last.excerpts) == 3 and last.claims == ()


def test_an_error_of_the_core_is_a_state_with_its_remedy() -> None:
    desk = Desk(failure=BackendBusy("The model is busy.", remedy="Wait."))
    last = steps(desk)[-1].last
    assert last is not None and last.failure is not None
    assert (last.phase, last.failure.message, last.failure.retryable) == (Phase.FAILED, "The model is busy. Wait.", True)


def test_a_document_that_is_gone_leaves_the_quote_standing_alone() -> None:
    last = steps(Desk(gone=True))[-1].last
    assert last is not None
    assert last.excerpts[0].citation.quote == "The lighthouse was built in 1911 by Ada Varga."
    assert last.excerpts[0].before == ""


def test_history_holds_what_was_answered_and_at_most_what_the_server_takes() -> None:
    desk = Desk()
    talk = Conversation()
    for _ in range(3):
        talk = steps(desk, talk=talk, turns=4)[-1]
    assert [len(history) for history in desk.histories] == [0, 2, 4]
    stopped = talk.ask("Never mind?").stop()
    assert len(stopped.history()) == 6, "a stopped question leaves nothing to refer to"


def test_the_models_raw_reply_never_reaches_the_page() -> None:
    class Talkative(FakeEngine):
        def stream(self, *args: object, **options: object):  # type: ignore[no-untyped-def]
            for event in super().stream(*args, **options):  # type: ignore[arg-type]
                if isinstance(event, Finished):
                    outcome = event.outcome
                    event = Finished(replace(outcome, provenance=replace(outcome.provenance, raw="a secret thought")))
                yield event

    assert "a secret thought" not in repr(steps(Desk(Talkative()))[-1])


def test_leaving_off_closes_the_stream() -> None:
    desk = Desk()

    async def leave() -> None:
        asking = Dialogue(desk, history_turns=4).ask(Conversation(), ASKED, "en")
        await anext(asking)
        await anext(asking)
        await asking.aclose()

    run(leave)
    assert desk.closed == 1


def test_a_rating_is_stored_and_shown() -> None:
    desk = Desk()
    talk = steps(desk)[-1]
    assert talk.last is not None and talk.last.outcome is not None
    identity = talk.last.outcome.id
    rated = run(lambda: Dialogue(desk, history_turns=4).rate(talk, identity, "down", "Say more."))
    assert desk.ratings == [(identity, "down", "Say more.")]
    assert rated.last is not None and rated.last.rating == "down" and rated.last.commented
    with pytest.raises(NotFound):
        run(lambda: Dialogue(desk, history_turns=4).rate(talk, "another", "up"))


def shelves(desk: Desk) -> list[Shelf]:
    async def collect() -> list[Shelf]:
        return [shelf async for shelf in Dialogue(desk, history_turns=4).shelf("en")]

    return run(collect)


def test_a_page_opened_while_the_server_loads_fills_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOADING_SECONDS", 0.0)
    seen = shelves(Desk(loading=2))
    assert [shelf.loading for shelf in seen] == [True, True, False]
    assert seen[-1].examples and len(seen[-1].documents) == 2


def test_a_page_over_a_missing_index_says_what_mends_it() -> None:
    (shelf,) = shelves(Desk(failure=IndexMissing("There is no index.", remedy="Run: charterqa index")))
    assert shelf.problem == "There is no index. Run: charterqa index"


def test_a_reader_who_leaves_ends_their_answers_and_nobody_elses() -> None:
    ended: list[str] = []

    async def answer(presence: Presence, reader: str) -> None:
        try:
            with presence.answering(reader):
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append(reader)

    async def scene() -> None:
        presence = Presence()
        tasks = [asyncio.create_task(answer(presence, reader)) for reader in ("a", "b", "a")]
        await asyncio.sleep(0)
        assert presence.leave("a") == 2
        await asyncio.wait(tasks[:1] + tasks[2:])
        assert ended == ["a", "a"] and not tasks[1].done()
        assert presence.leave("a") == 0 and presence.leave("b") == 1
        await asyncio.wait(tasks)

    run(scene)
    assert ended == ["a", "a", "b"]
