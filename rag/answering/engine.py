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

from rag.answering.decide import ASIDE, Ending, Hold, Keep, Replace, Show, conclude, decide
from rag.answering.followup import standalone
from rag.answering.models import Models
from rag.answering.proof.prover import Proved, Prover
from rag.answering.question_language import asked_in, speaks, unserved
from rag.answering.reading.answerability import Gate, load_gate
from rag.answering.reading.bounds import checked
from rag.answering.reading.paragraphs import QuestionReading, Reading
from rag.answering.reading.selection import POINTED_TO, Selection, answers, highlights, select
from rag.answering.writing.asked import Asked, Clock
from rag.answering.writing.citing import Citer
from rag.answering.writing.composition import Composition
from rag.answering.writing.generative import GenerativeAnswerer, ReplyEnd, Restarted, SaidNotFound, rewritten
from rag.answering.writing.notices import why
from rag.answering.writing.recital import narrowed, recital
from rag.errors import BackendError, CharterError
from rag.events import Event, Finished, Started
from rag.index.generation import Generation
from rag.index.live import LiveIndex
from rag.knowledge_base import KnowledgeBase, find_knowledge_base, prompts_folder
from rag.llm.backend import Backend
from rag.llm.prompts import Prompt
from rag.llm.prompts import load as load_prompt
from rag.llm.registry import EXTRACTIVE
from rag.localization.catalogue import speak
from rag.models.embedder import Embedder
from rag.models.reader import Reader
from rag.models.reranker import Reranker
from rag.retrieval.catalogue import Catalogue
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.types import UNFILTERED, Document, DocumentEntry, Filter, Hit, Outcome, Provenance, Turn, Withheld

READ_HITS = 5
BY_ITSELF = 0.0
"""Log odds from which a model's proved sentence answers the question by itself."""
SHIPPED_GATE = Path(__file__).with_name("gate.json")


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


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A question as it reads: what would be shown, and how sure the gate is."""

    reading: Reading
    selection: Selection
    confidence: float


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
        self._prover: Prover | None = None
        self._prompts: dict[str, Prompt] = {}
        if backend is not None:
            folder = Path(settings.llm.prompts) if settings.llm.prompts else prompts_folder()
            self._prompts = {name: load_prompt(name, folder) for name in ("answer", "rewrite")}
            self._prover = Prover(reader, embedder, threshold=settings.answering.support_threshold)

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
        return self._reading(opened, text, opened.retriever.search(text, scope=scope, once=True))

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
        hits = opened.retriever.search(text, scope=scope, once=True)
        asked = replace(asked, hits=hits, citer=opened.citer.among(hits), newer=scope.newer)
        clock.retrieve = clock.elapsed()
        if cancelled():
            return
        told = recital(asked, scope, opened.retriever, own_words)
        if told is not None:
            yield from told
            return
        reading = self._reading(opened, text, narrowed(asked, scope, opened.retriever))
        read = _Read(reading, select(reading), self._gate().confidence(reading))
        asked = replace(asked, highlights=highlights(reading))
        clock.generate = clock.elapsed() - clock.retrieve
        if cancelled():
            return
        if self._llm is None or extractive:
            yield from self._extractive(asked, read, read.confidence, own_words)
        else:
            yield from self._generative(opened, asked, read, cancelled)

    def _extractive(
        self,
        asked: Asked,
        read: _Read,
        confidence: float,
        provenance: Provenance,
        withheld: Sequence[Withheld] = (),
        notice: str | None = None,
    ) -> Iterator[Event]:
        """The documents' own sentences, or a refusal where the gate is shut."""
        if not read.selection.chosen or confidence < self._threshold():
            yield from asked.refused(confidence, provenance, withheld, notice)
            return
        draft = Composition(asked.citer, asked.highlights)
        for chosen in read.selection.chosen:
            yield from draft.add(chosen.text, ((chosen.hit.passage, chosen.span),), 1.0)
        yield asked.answered(draft, confidence, provenance, withheld, notice)

    def _generative(self, opened: _Open, asked: Asked, read: _Read, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """The model's proved sentences, each an event as soon as it is decided on (:mod:`rag.answering.decide`)."""
        assert self._llm is not None and self._prover is not None
        llm, gate, prompt, threshold = self._llm, self._gate(), self._prompts["answer"], self._threshold()
        answerer = GenerativeAnswerer(
            llm,
            prompt,
            self._prover,
            context_tokens=self._settings.llm.context_tokens,
            count_tokens=self._embedder.count_tokens,
        )
        agreed = gate.with_vote(read.confidence, llm.name, found=True)
        doubted = gate.with_vote(read.confidence, llm.name, found=False)
        draft, withheld, held, said_not_found = (
            Composition(asked.citer, asked.highlights),
            list[Withheld](),
            list[Proved](),
            False,
        )
        end = ReplyEnd("", None, None, cut=False)
        failure: BackendError | None = None
        try:
            for event in answerer.stream(asked.text, asked.hits, language=asked.lang, cancelled=cancelled):
                if isinstance(event, Restarted):
                    withheld.clear()
                    held.clear()
                    said_not_found = False
                elif isinstance(event, SaidNotFound):
                    said_not_found = True
                elif isinstance(event, ReplyEnd):
                    end = event
                else:
                    placed = decide(
                        event,
                        open_=agreed >= threshold,
                        answers=lambda cited: answers(read.reading, cited),
                        best=lambda cited: answers(read.reading, cited, within=POINTED_TO, unread=False),
                        itself=isinstance(event, Proved) and self._answers(asked.text, event.said or event.text),
                    )
                    if isinstance(placed, Show):
                        yield from draft.add(placed.claim.text, placed.claim.cited, placed.claim.support)
                    elif isinstance(placed, Replace):
                        withheld.append(placed.withheld)
                        source = placed.source
                        if not draft.has(source.passage, source.span):
                            yield from draft.add(source.quote, ((source.passage, source.span),), 1.0)
                    elif isinstance(placed, Hold):
                        held.append(placed.claim)
                    elif isinstance(placed, Keep):
                        withheld.append(placed.withheld)
        except BackendError as error:
            failure = error
        if cancelled():
            return
        asked.clock.verify = end.verify
        asked.clock.generate = asked.clock.elapsed() - asked.clock.retrieve - end.verify
        provenance = Provenance(llm.name, opened.generation.id, llm.model, prompt.label, end.raw, end.tokens_in, end.tokens_out)
        ending = conclude(
            shown=bool(draft.claims),
            held=bool(held),
            extraction=bool(read.selection.chosen) and read.confidence >= threshold,
        )
        if ending is Ending.SHOWN:
            withheld += [Withheld(claim.text, ASIDE, contradicted=False) for claim in held]
        if ending is Ending.HELD:
            for claim in held:
                yield from draft.add(claim.text, claim.cited, claim.support)
        if ending in (Ending.SHOWN, Ending.HELD):
            cut = speak(asked.lang)("answer.cut") if failure is not None or end.cut else None
            yield asked.answered(draft, agreed, provenance, withheld, cut)
        elif ending is Ending.EXTRACTED:
            withheld += [Withheld(claim.text, ASIDE, contradicted=False) for claim in held]
            own_words = replace(provenance, backend=EXTRACTIVE)
            notice = why(asked.lang, failure, silent=said_not_found and not withheld)
            yield from self._extractive(asked, read, read.confidence, own_words, withheld, notice)
        else:
            failed = None if failure is None else why(asked.lang, failure, silent=False)
            yield from asked.refused(doubted if said_not_found else read.confidence, provenance, withheld, failed)

    def _answers(self, question: str, sentence: str) -> bool:
        """Whether a sentence answers the question by itself."""
        return self._reader.answers(question, [sentence])[0].answerable >= BY_ITSELF

    def _reading(self, opened: _Open, question: str, hits: tuple[Hit, ...]) -> Reading:
        read = list(hits[:READ_HITS])
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
        if self._llm is None or not history or not at_most or ruled is None:
            return ruled
        try:
            whole = rewritten(self._llm, self._prompts["rewrite"], question, [*history][-at_most:], cancelled=cancelled)
        except BackendError:
            return ruled  # the answer itself will say that the model failed
        return ruled if whole is None or whole.casefold() == question.casefold() else whole

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
        file = self._kb.gate if self._kb.gate.is_file() else SHIPPED_GATE
        stamp = f"{file}:{file.stat().st_mtime_ns}"
        if stamp not in self._gates:
            # The shipped gate serves any models until one is fitted; a stored one must be of these.
            fingerprint = None if file == SHIPPED_GATE else self.fingerprint
            self._gates = {stamp: load_gate(file, fingerprint)}
        return self._gates[stamp]

    def _threshold(self) -> float:
        chosen = self._settings.answering.threshold
        return self._gate().threshold if chosen is None else chosen

    def _checked(self, question: str) -> str:
        return checked(question, at_most=self._settings.limits.question_characters)
