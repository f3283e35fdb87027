"""A conversation as a value: every event of an answer makes the next one. No markup and no framework in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from rag.serving.ui.excerpt import Surroundings
from rag.types import UNFILTERED, Answer, Claim, Filter, Outcome, Passage, Turn

Rating = Literal["up", "down"]


class Phase(StrEnum):
    """Where an exchange stands."""

    LOOKING = "looking"
    ANSWERING = "answering"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ChatFailure:
    """Why there is no outcome; an empty ``message`` means that the cause is the server's own and not for the reader.
    ``stopping``: the server is being stopped, which is said in the reader's language."""

    message: str = ""
    retryable: bool = True
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a passage stands: its document's id and title, its headings and its page."""

    document: str
    title: str
    section: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what came of it. ``number`` counts from 1 and never changes; ``excerpts`` are, in the order of their
    ids, the citations of an answer or the related passages of a refusal. ``commented`` says that a comment was stored.
    ``scope`` are the documents that it was asked of, ``reading_at`` where the passages stand that are read
    while there is no outcome, ``checking`` which sentence of a model is being proved, from 1, or 0. ``seal`` is
    by which the server knows what it has answered itself (:mod:`rag.serving.ui.sharing`); empty where nothing is shared."""

    number: int
    question: str
    phase: Phase = Phase.LOOKING
    claims: tuple[Claim, ...] = ()
    excerpts: tuple[Surroundings, ...] = ()
    outcome: Outcome | None = None
    failure: ChatFailure | None = None
    rating: Rating | None = None
    commented: bool = False
    scope: Filter = UNFILTERED
    reading_at: tuple[Whereabouts, ...] = ()
    checking: int = 0
    seal: str = ""

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return self.phase in (Phase.LOOKING, Phase.ANSWERING)

    def read(self, passages: Sequence[Passage]) -> Exchange:
        """With what is read for it now."""
        return replace(self, reading_at=tuple(Whereabouts(p.document, p.title, p.section, p.page) for p in passages))

    def check(self, number: int) -> Exchange:
        """With the sentence that is being proved now."""
        return replace(self, checking=number)

    def cite(self, excerpt: Surroundings) -> Exchange:
        """With one more excerpt; one that is already there stays as it is."""
        if any(known.citation.id == excerpt.citation.id for known in self.excerpts):
            return self
        return replace(self, excerpts=(*self.excerpts, excerpt))

    def say(self, claim: Claim) -> Exchange:
        """With one more verified sentence."""
        return replace(self, phase=Phase.ANSWERING, claims=(*self.claims, claim))

    def finish(self, outcome: Outcome, excerpts: tuple[Surroundings, ...]) -> Exchange:
        """With its outcome, which is the last word on claims and excerpts."""
        claims = outcome.claims if isinstance(outcome, Answer) else ()
        return replace(self, phase=Phase.DONE, outcome=outcome, claims=claims, excerpts=excerpts, reading_at=(), checking=0)

    def stop(self) -> Exchange:
        """Broken off by its reader."""
        return replace(self, phase=Phase.STOPPED)

    def fail(self, failure: ChatFailure) -> Exchange:
        """Without an outcome."""
        return replace(self, phase=Phase.FAILED, failure=failure)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges in the order they were asked."""

    exchanges: tuple[Exchange, ...] = ()

    @property
    def last(self) -> Exchange | None:
        """The exchange asked last, if any was."""
        return self.exchanges[-1] if self.exchanges else None

    @property
    def running(self) -> bool:
        """Whether the last exchange is still being answered."""
        return self.last is not None and self.last.running

    def ask(self, question: str, scope: Filter = UNFILTERED) -> Conversation:
        """With one more question, asked of ``scope``."""
        number = self.last.number + 1 if self.last else 1
        return Conversation((*self.exchanges, Exchange(number, question, scope=scope)))

    def update(self, exchange: Exchange) -> Conversation:
        """With ``exchange`` in the place of the one that has its number."""
        return Conversation(tuple(exchange if old.number == exchange.number else old for old in self.exchanges))

    def before(self, number: int) -> Conversation:
        """What was said before the exchange of this number, so that its question can be asked in other words."""
        return Conversation(tuple(exchange for exchange in self.exchanges if exchange.number < number))

    def stop(self) -> Conversation:
        """With whatever was running broken off."""
        return self.update(self.last.stop()) if self.last is not None and self.running else self

    def find(self, answer_id: str) -> Exchange | None:
        """The exchange whose outcome has this id."""
        return next((x for x in self.exchanges if x.outcome is not None and x.outcome.id == answer_id), None)

    def history(self) -> tuple[Turn, ...]:
        """What was said before, as the engine takes it. Exchanges without an outcome leave nothing to refer to."""
        turns: list[Turn] = []
        for exchange in self.exchanges:
            if exchange.outcome is not None:
                turns += [Turn("user", exchange.question), Turn("assistant", exchange.outcome.text)]
        return tuple(turns)
