"""The one way from a question to an outcome: retrieve, read, gate, answer, prove.

With the extractive back end the answer is the documents' own sentences. With a language model the reply is proved claim by
claim before any of it is an event; where the model fails, the answer is extractive and says so.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, Self

from rag.answering.extractive import Read
from rag.answering.extractive import extractive as told_by_documents
from rag.answering.followup import standalone
from rag.answering.modelled import ModelAnswers
from rag.answering.models import Models
from rag.answering.reading.answerability import Gate, load_gate
from rag.answering.reading.bounds import checked
from rag.answering.reading.paragraphs import QuestionReading, Reading
from rag.answering.reading.selection import highlights, select
from rag.answering.writing.asked import Asked, Clock
from rag.answering.writing.citing import Citer
from rag.answering.writing.recital import narrowed, recital
from rag.errors import CharterError
from rag.events import Event, Finished, PassagesFound, Started
from rag.index.generation import Generation
from rag.index.live import LiveIndex
from rag.knowledge_base import KnowledgeBase, find_knowledge_base
from rag.llm.backend import Backend
from rag.llm.registry import EXTRACTIVE
from rag.localization.question_language import asked_in, speaks, unserved
from rag.models.embedder import Embedder
from rag.models.reader import Reader
from rag.models.reranker import Reranker
from rag.retrieval.languages import in_every_language
from rag.retrieval.retriever import Retriever
from rag.retrieval.scope import Catalogue, Scope
from rag.settings import Embedding, Settings
from rag.types import UNFILTERED, Document, DocumentEntry, Filter, Hit, Outcome, Provenance, Turn

READ_HITS = 5


def shipped_gate(embedding: Embedding) -> Path:
    """The gate that was fitted on the figures of the shipped models."""
    return Path(__file__).with_name("gate-multilingual.json" if embedding.multilingual else "gate.json")


class CurrentIndex(Protocol):
    """What gives the generation to answer from now."""

    def current(self) -> Generation: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    """One generation with what reads it."""

    generation: Generation
    retriever: Retriever
    catalogue: Catalogue
    reading: QuestionReading
    citer: Citer


class Engine:
    """Answers questions about one knowledge base. Every method may be called from several threads at a time."""

    def __init__(
        self,
        kb: KnowledgeBase,
        settings: Settings,
        live: CurrentIndex,
        embedder: Embedder,
        reader: Reader,
        *,
        backend: Backend | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._kb = kb
        self._settings = settings
        self._live = live
        self._embedder = embedder
        self._reader = reader
        self._llm = backend
        self._reranker = reranker
        self._gates: dict[str, Gate] = {}
        self._opened: _Open | None = None
        self._opening = threading.Lock()
        self._shared = False
        self._model = None if backend is None else ModelAnswers(backend, settings, embedder, reader)

    @classmethod
    def open(cls, settings: Settings, kb: KnowledgeBase | None = None, models: Models | None = None) -> Self:
        """Load the models that the settings name, unless ``models`` are given, and open the current generation. Never writes.

        Models that were given stay open when the engine is closed: others may be using them.

        Raises:
            IndexUnusable: there is no index, or it is not one for these settings.
            ModelError: a model is not there.
            BackendMissing: the language model's package, key or file is not there.
        """
        kb = kb or find_knowledge_base(settings.kb)
        used = models or Models.load(settings)
        live = LiveIndex(kb, used.embedder.identity, settings)
        engine = cls(kb, settings, live, used.embedder, used.reader, backend=used.backend, reranker=used.reranker)
        engine._shared = models is not None
        engine._gate()
        used.embedder.embed_query(["warm up"])
        return engine

    @property
    def index(self) -> str:
        """The id of the generation that answers now."""
        return self._live.current().id

    def problem(self) -> CharterError | None:
        """Why no question can be answered at the moment, if that is so."""
        return self._live.current().problem()

    @property
    def backend(self) -> str:
        """Which back end writes the answers."""
        return EXTRACTIVE if self._llm is None else self._llm.name

    def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document, without its text."""
        return self._live.current().documents()

    def document(self, document_id: str) -> Document:
        """One document; raises NotFound."""
        return self._live.current().document(document_id)

    def search(self, question: str, k: int = 10, *, filter: Filter = UNFILTERED) -> tuple[Hit, ...]:
        """The ``k`` best passages of the documents that ``filter`` leaves; raises QuestionError and FilterError."""
        opened = self._current()
        return opened.retriever.search(self._checked(question), k, opened.catalogue.scope(filter, question))

    def close(self) -> None:
        """Give back models and files."""
        self._opened = None
        if self._llm is not None and not self._shared:
            self._llm.close()

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Filter = UNFILTERED,
        lang: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """One answer or refusal.

        Raises:
            QuestionError: the question is empty, too long or not text.
            FilterError: the filter names an unknown document or tag.
            IndexUnusable: the index went away.
            CharterError: it was cancelled.
        """
        for event in self.stream(question, history=history, filter=filter, lang=lang, cancelled=cancelled):
            if isinstance(event, Finished):
                return event.outcome
        raise CharterError("The question was cancelled.", remedy="Ask again.")

    def read(self, question: str) -> Reading:
        """How a question reads against the index: what the gate judges, and what ``eval calibrate`` fits it on."""
        opened = self._current()
        text = opened.retriever.mended(question)
        scope = opened.catalogue.scope(UNFILTERED, text)
        return self._reading(opened, text, self._hits(opened, text, scope), scope)

    @property
    def fingerprint(self) -> str:
        """Of the models whose figures the gate judges."""
        return f"{self._embedder.identity.fingerprint}+{self._reader.fingerprint}"

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Filter = UNFILTERED,
        lang: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        extractive: bool = False,
    ) -> Iterator[Event]:
        """The events of one answer, in the order that ``rag.events`` states; ends early only after ``cancelled()`` is true.
        ``extractive`` leaves the language model out.

        Raises:
            As :meth:`ask` does.
        """
        clock = Clock()
        text = self._checked(question)
        opened = self._current()
        opened.catalogue.scope(filter)  # an unknown document is said before anything is done
        whole = self._standalone(text, history, cancelled)
        asked = Asked(uuid.uuid4().hex, text, whole, self._reader_language(text, lang), clock, opened.citer)
        scope = opened.catalogue.scope(filter, asked.text)
        yield Started(asked.id, opened.generation.id, self.backend)
        own_words = Provenance(EXTRACTIVE, opened.generation.id)
        if foreign := self._unserved(text):
            yield from asked.unserved(foreign, own_words)
            return
        text = opened.retriever.mended(asked.text)
        hits = self._hits(opened, text, scope)
        asked = replace(asked, hits=hits, citer=opened.citer.among(hits), newer=scope.newer)
        clock.retrieve = clock.elapsed()
        if cancelled():
            return
        told = recital(asked, scope, opened.retriever, own_words)
        if told is not None:
            yield from told
            return
        yield PassagesFound(tuple(hit.passage for hit in hits[:READ_HITS]))
        reading = self._reading(opened, text, narrowed(asked, scope, opened.retriever), scope)
        gate = self._gate()
        read = Read(reading, select(reading), gate.confidence(reading), self._threshold(gate))
        asked = replace(asked, highlights=highlights(reading))
        clock.generate = clock.elapsed() - clock.retrieve
        if cancelled():
            return
        if self._model is None or extractive:
            yield from told_by_documents(asked, read, own_words)
        else:
            yield from self._model.stream(asked, read, gate, opened.generation.id, cancelled)

    def _hits(self, opened: _Open, question: str, scope: Scope) -> tuple[Hit, ...]:
        """The passages that may answer; of documents in several languages the best of each, where the models know them."""
        hits = opened.retriever.search(question, scope=scope, once=True)
        if not self._in_several(opened, question, scope):
            return hits
        return in_every_language(question, hits, opened.retriever, opened.catalogue, scope)

    def _in_several(self, opened: _Open, question: str, scope: Scope) -> bool:
        """Whether the documents asked are in several languages, and the models know them and the question's."""
        known = self._settings.embedding.multilingual and self._embedder.knows(question)
        return known and len(opened.catalogue.languages(scope)) > 1

    def _reading(self, opened: _Open, question: str, hits: tuple[Hit, ...], scope: Scope) -> Reading:
        read = list(hits if self._in_several(opened, question, scope) else hits[:READ_HITS])
        known = {hit.passage.id for hit in read}
        # An answer may run over the edge of the best passage.
        read += [near for near in opened.retriever.neighbours(hits[0]) if near.passage.id not in known] if hits else []
        return opened.reading.read(question, read)

    def _reader_language(self, question: str, lang: str | None) -> str | None:
        return lang or self._settings.lang or asked_in(question)

    def _unserved(self, question: str) -> str | None:
        """The language of a question that is none of ours and of which there is no document either, else ``None``."""
        foreign = unserved(question)
        there = foreign is None or speaks(foreign, self.documents(), lambda entry: self.document(entry.id).text)
        return None if there else foreign

    def _standalone(self, question: str, history: Sequence[Turn], cancelled: Callable[[], bool]) -> str | None:
        """The follow-up made whole, by the model where there is one that can, else by rule."""
        at_most = self._settings.answering.max_history
        ruled = standalone(question, history, at_most=at_most)
        if self._model is None or not at_most:
            return ruled
        return self._model.standalone(question, [*history][-at_most:], ruled, cancelled)

    def _current(self) -> _Open:
        generation = self._live.current()
        opened = self._opened
        if opened is None or opened.generation.id != generation.id:
            with self._opening:
                retriever = Retriever(generation, self._embedder, self._settings.retrieval, self._reranker)
                reading, citer = QuestionReading(self._reader, generation), Citer(generation.document)
                opened = _Open(generation, retriever, Catalogue(generation.documents()), reading, citer)
                self._opened = opened
        return opened

    def _gate(self) -> Gate:
        """The gate stored with the knowledge base, else the one that is shipped."""
        shipped = shipped_gate(self._settings.embedding)
        file = self._kb.gate if self._kb.gate.is_file() else shipped
        stamp = f"{file}:{file.stat().st_mtime_ns}"
        if stamp not in self._gates:
            # The shipped gate serves any models until one is fitted; a stored one must be of these.
            fingerprint = None if file == shipped else self.fingerprint
            self._gates = {stamp: load_gate(file, fingerprint)}
        return self._gates[stamp]

    def _threshold(self, gate: Gate) -> float:
        chosen = self._settings.answering.threshold
        return gate.threshold if chosen is None else chosen

    def _checked(self, question: str) -> str:
        return checked(question, at_most=self._settings.limits.question_characters)
