"""The answer in a language model's words, of which only what is proved is ever an event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from rag.answering.decide import Ending, Hold, Keep, Replace, Show, conclude, decide
from rag.answering.extractive import Read, extractive
from rag.answering.proof.prover import Proved, Prover, Unproved
from rag.answering.reading.answerability import Gate
from rag.answering.reading.selection import ASIDE, POINTED_TO, answers
from rag.answering.writing.asked import Asked
from rag.answering.writing.composition import Composition
from rag.answering.writing.generative import GenerativeAnswerer, Judging, ReplyEnd, Restarted, SaidNotFound, rewritten
from rag.answering.writing.notices import why
from rag.errors import BackendError
from rag.events import Checking, Event
from rag.knowledge_base import prompts_folder
from rag.llm.backend import Backend
from rag.llm.prompts import load
from rag.llm.registry import EXTRACTIVE
from rag.localization.catalogue import speak
from rag.models.embedder import Embedder
from rag.models.reader import Reader
from rag.settings import Settings
from rag.types import Provenance, Turn, Withheld

BY_ITSELF = 0.0
"""Log odds from which a model's proved sentence answers the question by itself."""
LIKELY = 0.1
"""Support from which a sentence that is not shown is no invention but a doubt."""


class ModelAnswers:
    """A language model with its prompts and the prover that judges what it says."""

    def __init__(self, llm: Backend, settings: Settings, embedder: Embedder, reader: Reader) -> None:
        folder = Path(settings.llm.prompts) if settings.llm.prompts else prompts_folder()
        self._llm = llm
        self._embedder = embedder
        self._reader = reader
        self._context_tokens = settings.llm.context_tokens
        self._prompts = {name: load(name, folder) for name in ("answer", "rewrite")}
        self._prover = Prover(reader, embedder, threshold=settings.answering.support_threshold)

    def stream(self, asked: Asked, read: Read, gate: Gate, index: str, cancelled: Callable[[], bool]) -> Iterator[Event]:
        """The model's proved sentences, each an event as soon as it is decided on (:mod:`rag.answering.decide`); ``index`` is
        the generation that was read."""
        llm, prompt = self._llm, self._prompts["answer"]
        count = self._embedder.count_tokens
        answerer = GenerativeAnswerer(llm, prompt, self._prover, context_tokens=self._context_tokens, count_tokens=count)
        agreed = gate.with_vote(read.confidence, llm.name, found=True)
        doubted = gate.with_vote(read.confidence, llm.name, found=False)
        draft = Composition(asked.citer, asked.highlights)
        withheld, held, said_not_found = list[Withheld](), list[Proved](), False
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
                elif isinstance(event, Judging):
                    yield Checking(event.number)
                elif isinstance(event, ReplyEnd):
                    end = event
                else:
                    placed = decide(
                        event,
                        open_=agreed >= read.threshold,
                        answers=partial(answers, read.reading, within=_within(event)),
                        itself=isinstance(event, Proved) and by_itself(self._reader, asked.text, event.said or event.text),
                        lang=asked.lang,
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
        provenance = Provenance(llm.name, index, llm.model, prompt.label, end.raw, end.tokens_in, end.tokens_out)
        aside = speak(asked.lang)("answer.withheld_aside")
        ending = conclude(shown=bool(draft.claims), held=bool(held), extraction=read.shown)
        if ending is Ending.SHOWN:
            withheld += [Withheld(claim.text, aside, contradicted=False) for claim in held]
        if ending is Ending.HELD:
            for claim in held:
                yield from draft.add(claim.text, claim.cited, claim.support)
        if ending in (Ending.SHOWN, Ending.HELD):
            cut = speak(asked.lang)("answer.cut") if failure is not None or end.cut else None
            yield asked.answered(draft, agreed, provenance, withheld, cut)
        elif ending is Ending.EXTRACTED:
            withheld += [Withheld(claim.text, aside, contradicted=False) for claim in held]
            own_words = replace(provenance, backend=EXTRACTIVE)
            notice = why(asked.lang, failure, silent=said_not_found and not withheld)
            yield from extractive(asked, read, own_words, withheld, notice)
        else:
            failed = None if failure is None else why(asked.lang, failure, silent=False)
            yield from asked.refused(doubted if said_not_found else read.confidence, provenance, withheld, failed)

    def standalone(
        self, question: str, history: Sequence[Turn], ruled: str | None, cancelled: Callable[[], bool]
    ) -> str | None:
        """The follow-up made whole by the model; ``ruled``, which it is by rule, where the model cannot."""
        if not history or ruled is None:
            return ruled
        try:
            whole = rewritten(self._llm, self._prompts["rewrite"], question, history, cancelled=cancelled)
        except BackendError:
            return ruled  # the answer itself will say that the model failed
        return ruled if whole is None or whole.casefold() == question.casefold() else whole


def _within(verdict: Proved | Unproved) -> float:
    """How far from the best the sentence may be that a verdict rests on. What an invention points to says little: it points
    somewhere whatever it says."""
    return ASIDE if verdict.support >= LIKELY else POINTED_TO


def by_itself(reader: Reader, question: str, sentence: str) -> bool:
    """Whether a sentence answers the question by itself."""
    return reader.answers(question, [sentence])[0].answerable >= BY_ITSELF
