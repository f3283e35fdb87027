"""The one asynchronous path to an answer: JSON, SSE, OpenAI, MCP and the chat all ask here, and nowhere else.

It brings what the synchronous core leaves out: a bounded queue, a deadline, cancellation when the asker leaves, counts and
the feedback file.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from rag.errors import BackendError, CharterError, NotFound, QuestionError, ServiceError, ServiceStopping, ServiceTimeout
from rag.events import Event, Finished
from rag.serving.core.opening import Opening
from rag.serving.core.resources import Resources
from rag.serving.core.served_engine import ServedEngine
from rag.serving.operation.feedback import Rating, unknown_answer
from rag.serving.operation.tracing import facts_of
from rag.settings import Settings
from rag.types import UNFILTERED, Document, DocumentEntry, Filter, Hit, Outcome, Turn

log = logging.getLogger(__name__)
T = TypeVar("T")
COMMENT_CHARACTERS = 4000
MOST_HITS = 100
PATIENCE = 10.0
"""Seconds for which a question waits while a knowledge base is opened that nobody has asked yet: the models are there."""
LOOK_SECONDS = 0.02
AGAIN_SECONDS = 5.0
REFRESH_SECONDS = 60.0


class Service:
    """Answers, searches and remembers for every face, from one knowledge base. Its methods belong to one event loop."""

    def __init__(self, name: str, opening: Opening, settings: Settings, resources: Resources, *, default: bool = True) -> None:
        """``default``: it is the one that is asked where none is named, and it is open as long as the server is. Another is
        opened by the first who asks it."""
        self.name = name
        self.default = default
        self.metrics = resources.metrics
        self._opening = opening
        self._limits = settings.limits
        self._log_questions = settings.log.questions
        self._feedback = resources.feedback
        self._answer_log = resources.answer_log
        self._redact = resources.redactor
        self._tracing = resources.tracing
        self._answers = resources.answers
        self._reads = resources.reads
        self._keeping = resources.keeping
        self._listening: set[asyncio.Queue[Event | CharterError | None]] = set()

    @property
    def named(self) -> str | None:
        """Its name where an address or an answer must say it: ``None`` for the default one."""
        return None if self.default else self.name

    @property
    def heartbeat(self) -> float:
        """Seconds of silence after which a stream carries a comment."""
        return self._limits.heartbeat

    @property
    def ready(self) -> bool:
        """Whether questions can be answered."""
        return self._opening.ready

    @property
    def failure(self) -> CharterError | None:
        """Why the engine could not be opened, where it could not."""
        return self._opening.failure

    async def away(self) -> CharterError | None:
        """Why questions cannot be answered though the engine is open, if that is so."""
        return await self._reads.run(self._opening.engine().problem) if self._opening.ready else None

    @property
    def index(self) -> str | None:
        """The generation that answers, ``None`` while none does."""
        return self._opening.engine().index if self._opening.ready else None

    @property
    def backend(self) -> str | None:
        """The back end that answers, ``None`` while none does."""
        return self._opening.engine().backend if self._opening.ready else None

    async def ask(
        self, question: str, *, history: Sequence[Turn] = (), filter: Filter = UNFILTERED, lang: str | None = None
    ) -> Outcome:
        """One answer or refusal. Cancelling the caller's task stops the work. Raises as :meth:`stream` does."""
        async with contextlib.aclosing(self.stream(question, history=history, filter=filter, lang=lang)) as events:
            async for event in events:
                if isinstance(event, Finished):
                    return event.outcome
        raise AssertionError("a stream ends with Finished or with an error")

    async def stream(
        self, question: str, *, history: Sequence[Turn] = (), filter: Filter = UNFILTERED, lang: str | None = None
    ) -> AsyncGenerator[Event]:
        """The events of one answer; the last is ``Finished``. Closing the generator stops the work.

        Raises:
            ServiceLoading, ServiceBusy, ServiceTimeout: now is not the time.
            QuestionError: the question is empty or longer than allowed.
            FilterError: the filter names an unknown document or tag.
            BackendError: the model failed and nothing could be put in its place.
        """
        finished = False
        try:
            engine = await self._engine()
            about = partial(engine.stream, history=tuple(history), filter=filter, lang=lang)
            self._check(question, history)
            async with contextlib.aclosing(self._events(engine, question, about)) as events:
                async for event in events:
                    if isinstance(event, Finished):
                        finished = True
                        event = Finished(self._shown(event.outcome))
                        await self._keep(event.outcome)
                        self.metrics.outcome(event.outcome, self.name)
                    yield event
        except CharterError as error:
            self.metrics.failure(error, self.name, backend=isinstance(error, BackendError))
            raise
        except (asyncio.CancelledError, GeneratorExit):
            if not finished:
                self.metrics.cancelled()
            raise

    async def _events(
        self, engine: ServedEngine, question: str, about: Callable[..., Iterator[Event]]
    ) -> AsyncGenerator[Event]:
        if self._log_questions:
            log.info("question: %s", question)
        loop = asyncio.get_running_loop()
        events: asyncio.Queue[Event | CharterError | None] = asyncio.Queue()
        gone = threading.Event()

        def tell(event: Event | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the server has stopped and nobody listens
                loop.call_soon_threadsafe(events.put_nowait, event)

        def produce() -> None:
            with self._tracing.span("answer", {"backend": engine.backend, "index": engine.index}) as late:
                for event in about(question, cancelled=gone.is_set):
                    if gone.is_set():
                        return
                    if isinstance(event, Finished):
                        late |= facts_of(event.outcome)
                    tell(event)

        deadline = loop.time() + self._limits.seconds
        work = self._answers.submit(produce)
        work.add_done_callback(lambda _: tell(None))
        finished = False
        self._listening.add(events)
        try:
            while (event := await _before(deadline, events.get(), self._limits.seconds)) is not None:
                if isinstance(event, CharterError):
                    raise event
                finished = isinstance(event, Finished)
                yield event
        finally:
            self._listening.discard(events)
            gone.set()
            work.cancel()
        work.result()
        if not finished:
            raise CharterError("The answer broke off.", remedy="Ask again.")

    async def search(self, question: str, k: int = 10, *, filter: Filter = UNFILTERED) -> tuple[Hit, ...]:
        """The ``k`` best passages, 1 to 100; queued with the answers, since it costs the same models."""
        engine = await self._engine()
        self._check(question, ())
        return await self._answers.run(partial(engine.search, question, max(1, min(k, MOST_HITS)), filter=filter))

    async def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document, without its text."""
        return await self._reads.run((await self._engine()).documents)

    async def document(self, document_id: str) -> Document:
        """One document. Raises ``NotFound``."""
        return await self._reads.run(partial((await self._engine()).document, document_id))

    async def rendered(self, document_id: str, render: Callable[[Document], T]) -> T:
        """What ``render`` makes of a document, off the event loop: a long one takes a while. Raises ``NotFound``."""
        engine = await self._engine()
        return await self._reads.run(lambda: render(engine.document(document_id)))

    async def examples(self, lang: str | None = None) -> tuple[str, ...]:
        """Questions to begin with, for an interface in ``lang``."""
        return await self._reads.run(partial((await self._engine()).examples, lang))

    async def feedback(self, answer_id: str, rating: Rating, comment: str | None = None) -> None:
        """Keep what a reader says of an answer.

        Raises:
            NotFound: the answer is unknown, or feedback is off.
            StorageUnavailable: it could not be kept.
        """
        if self._feedback is None:
            off = NotFound("Feedback is switched off here.", remedy="CHARTERQA_FEEDBACK_ENABLED=true switches it on.")
            raise off.said("error.no_feedback")
        if comment is not None and len(comment) > COMMENT_CHARACTERS:
            told = QuestionError(f"The comment is longer than {COMMENT_CHARACTERS} characters.", remedy="Shorten it.")
            raise told.said("error.comment_long", most=COMMENT_CHARACTERS)
        await self._keeping.run(partial(self._rate, answer_id, rating, comment))
        self.metrics.feedback(rating)

    def wait(self, seconds: float | None = None) -> bool:
        """Block until the engine is open or has failed; whether that came within ``seconds``. Not for the event loop."""
        return self._opening.wait(seconds)

    def start(self) -> None:
        """Begin to open the engine, again if it has failed."""
        self._opening.again()
        self._opening.start()

    def break_off(self) -> None:
        """End the answers under way with an error that says so; a back end hears of it when it next looks."""
        for events in self._listening:
            events.put_nowait(ServiceStopping("The server is being stopped.", remedy="Ask again in a moment.", retry_after=5))

    def stop(self) -> None:
        """Give the engine back."""
        self._opening.close()

    def refresh(self) -> Sequence[DocumentEntry]:
        """What is in after a publication, once it can be opened; empty where it cannot. Not for the event loop."""
        self.start()
        if not self._opening.wait(REFRESH_SECONDS) or not self._opening.ready:
            return ()
        return self._opening.engine().documents()

    def changed(self, outcome: str) -> None:
        """Count a change of the documents: ``done`` or ``failed``."""
        self.metrics.changed(self.name, outcome)

    async def _engine(self) -> ServedEngine:
        """The open engine. Of the default knowledge base it is there or it is not; another is opened now.

        Raises:
            ServiceLoading: it is still being opened.
            CharterError: it could not be opened.
        """
        if not self.default:
            self._opening.again(after=AGAIN_SECONDS)
            self._opening.start()
            loop = asyncio.get_running_loop()
            until = loop.time() + PATIENCE
            while not self._opening.settled and loop.time() < until:
                await asyncio.sleep(LOOK_SECONDS)
        return self._opening.engine()

    def _rate(self, answer_id: str, rating: Rating, comment: str | None) -> None:
        assert self._feedback is not None
        if self._feedback.kb_of(answer_id) != self.named:
            raise unknown_answer(answer_id)
        self._feedback.rate(answer_id, rating, comment)

    def _check(self, question: str, history: Sequence[Turn]) -> None:
        if not question.strip():
            raise QuestionError("The question is empty.", remedy="Write a question.").said("error.empty")
        if len(question) > (most := self._limits.question_characters):
            told = QuestionError(f"The question is longer than {most} characters.", remedy="Shorten it.")
            raise told.said("error.long", most=most)
        if len(history) > (most := self._limits.history_turns):
            raise QuestionError(f"The history has more than {most} turns.", remedy="Send the most recent ones.")

    def _shown(self, outcome: Outcome) -> Outcome:
        """A notice may quote an error of a model's server; a secret in it goes no further."""
        return dataclasses.replace(outcome, notice=outcome.notice and self._redact(outcome.notice))

    async def _keep(self, outcome: Outcome) -> None:
        """Remember an outcome where that is wanted; an answer is given even when it cannot be kept."""
        try:
            if self._feedback is not None:
                await self._keeping.run(partial(self._feedback.keep, outcome, self.named))
            if self._answer_log is not None:
                await self._keeping.run(partial(self._answer_log.write, outcome, self.named))
        except (ServiceError, OSError) as error:
            self.metrics.answer_lost()
            log.error("answer %s cannot be kept: %s", outcome.id, error)


async def _before(deadline: float, event: Awaitable[T], allowed: float) -> T:
    try:
        async with asyncio.timeout_at(deadline):
            return await event
    except TimeoutError:
        raise ServiceTimeout(
            f"The answer took longer than {allowed:g} seconds.", remedy="Try again later.", retry_after=5
        ) from None
