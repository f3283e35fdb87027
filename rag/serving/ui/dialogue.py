"""What the chat does when a reader asks, rates or arrives: the service's events become conversations. No framework in here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Literal, Protocol

from rag.errors import CharterError, NotFound, ServiceLoading, ServiceStopping
from rag.events import Checking, CitationReady, ClaimReady, Event, Finished, PassagesFound
from rag.localization.errors import told
from rag.localization.languages import Language
from rag.serving.ui.conversation import ChatFailure, Conversation, Exchange, Rating
from rag.serving.ui.excerpt import Surroundings, excerpt
from rag.serving.ui.shelf import Shelf
from rag.types import UNFILTERED, Answer, Citation, Document, DocumentEntry, Filter, Outcome, Turn

LOADING_SECONDS = 0.5


class AnswerService(Protocol):
    """What the chat needs of the server."""

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filter: Filter = ..., lang: str | None = None
    ) -> AsyncGenerator[Event]:
        """The events of one answer; closing the generator stops the work."""

    async def document(self, document_id: str) -> Document:
        """One document. Raises ``NotFound``."""

    async def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document, without its text."""

    async def examples(self, lang: str | None = None) -> tuple[str, ...]:
        """Questions to begin with, for an interface in ``lang``."""

    async def feedback(self, answer_id: str, rating: Literal["up", "down"], comment: str | None = None) -> None:
        """Keep what a reader says of an answer."""


class Dialogue:
    """Every step yields or returns a whole :class:`Conversation`; an error of the core becomes a state of its exchange."""

    def __init__(
        self, service: AnswerService, *, history_turns: int, sealed: Callable[[Exchange], Exchange] | None = None
    ) -> None:
        """``sealed`` marks an exchange that is over as the server's own, where it may be shared."""
        self._service = service
        self._sealed = sealed
        self._history_turns = history_turns

    async def shelf(self, language: Language) -> AsyncGenerator[Shelf]:
        """What the empty page offers. While the server still loads, that is said, and the last one is what there is."""
        while True:
            try:
                examples, documents = await self._service.examples(language), await self._service.documents()
            except ServiceLoading:
                yield Shelf(loading=True)
                await asyncio.sleep(LOADING_SECONDS)
            except CharterError as error:
                yield Shelf(problem=told(error, language))
                return
            else:
                yield Shelf(examples, documents)
                return

    async def ask(
        self, conversation: Conversation, question: str, language: Language, scope: Filter = UNFILTERED
    ) -> AsyncGenerator[Conversation]:
        """The conversation with ``question``, asked of ``scope``, then after every verified sentence, then with the outcome."""
        asked = conversation.ask(question, scope)
        exchange = asked.exchanges[-1]
        yield asked
        history = conversation.history()[-self._history_turns :] if self._history_turns else ()
        try:
            async with aclosing(self._service.stream(question, history=history, filter=scope, lang=language)) as events:
                async for event in events:
                    if isinstance(event, PassagesFound):
                        exchange = exchange.read(event.passages)
                        yield asked.update(exchange)
                    elif isinstance(event, Checking):
                        exchange = exchange.check(event.number)
                        yield asked.update(exchange)
                    elif isinstance(event, CitationReady):
                        exchange = exchange.cite(await self._excerpt(event.citation))
                    elif isinstance(event, ClaimReady):
                        exchange = exchange.say(event.claim)
                        yield asked.update(exchange)
                    elif isinstance(event, Finished):
                        outcome = _without_raw(event.outcome)
                        shown = outcome.citations if isinstance(outcome, Answer) else outcome.related
                        exchange = exchange.finish(outcome, await self._excerpts(exchange, shown))
                        exchange = self._sealed(exchange) if self._sealed is not None else exchange
                        yield asked.update(exchange)
        except CharterError as error:
            stopping = isinstance(error, ServiceStopping)
            yield asked.update(exchange.fail(ChatFailure(told(error, language), error.retryable, stopping)))

    async def rate(
        self, conversation: Conversation, answer_id: str, rating: Rating, comment: str | None = None
    ) -> Conversation:
        """The conversation with a rating stored, and with it the comment, if there is one.

        Raises:
            CharterError: feedback is switched off, or the answer is not known any more.
        """
        exchange = conversation.find(answer_id)
        if exchange is None:
            missing = NotFound("This answer is not part of the conversation.", remedy="Ask again, then rate the answer.")
            raise missing.said("error.no_answer")
        await self._service.feedback(answer_id, rating, comment)
        return conversation.update(replace(exchange, rating=rating, commented=exchange.commented or comment is not None))

    async def _excerpts(self, exchange: Exchange, citations: Sequence[Citation]) -> tuple[Surroundings, ...]:
        known = {found.citation: found for found in exchange.excerpts}
        return tuple([known.get(citation) or await self._excerpt(citation) for citation in citations])

    async def _excerpt(self, citation: Citation) -> Surroundings:
        try:
            document = await self._service.document(citation.document)
        except CharterError:
            return Surroundings(citation)  # a busy server or a document gone since: the quote itself still stands
        return excerpt(citation, document.text, document.language, document.tables)


def _without_raw(outcome: Outcome) -> Outcome:
    """The model's unverified reply belongs to the log; nothing that a reader's page gets may hold it."""
    return replace(outcome, provenance=replace(outcome.provenance, raw=None))
