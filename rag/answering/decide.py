"""What becomes of each sentence of a model, and of the answer as a whole. Pure: what was found out comes in, and what is to be
shown comes out.

The rule under all of it: a model can add to what extraction answers and never take from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from rag.answering.proof.prover import Cited, Proved, Unproved
from rag.localization.catalogue import speak
from rag.types import Passage, Span, Withheld

Answers = Callable[[Iterable[tuple[Passage, Span]]], bool]
"""Whether one of some cited sentences may answer the question."""


@dataclass(frozen=True, slots=True)
class Show:
    """The model's sentence, with what proves it."""

    claim: Proved


@dataclass(frozen=True, slots=True)
class Replace:
    """The document's own sentence in the place of the model's, which is withheld."""

    source: Cited
    withheld: Withheld


@dataclass(frozen=True, slots=True)
class Hold:
    """True, but about something else: shown only if nothing better comes."""

    claim: Proved


@dataclass(frozen=True, slots=True)
class Keep:
    """Not shown."""

    withheld: Withheld


Placed = Show | Replace | Hold | Keep


def decide(
    verdict: Proved | Unproved,
    *,
    open_: bool,
    answers: Answers,
    itself: bool = False,
    lang: str | None = None,
) -> Placed:
    """What becomes of one sentence.

    ``open_``: the gate holds the question for answerable, the model's word counted in. ``itself``: the sentence, once proved,
    answers the question by itself; a model may word an answer that search and reading missed. ``answers``: whether cited
    sentences may answer. ``lang`` is the language of the reason where one is given here.
    """
    if isinstance(verdict, Proved):
        if itself:
            return Show(verdict)
        if not open_:
            return Keep(Withheld(verdict.text, speak(lang)("answer.withheld_unanswered")))
        return Show(verdict) if answers(verdict.cited) else Hold(verdict)
    source = verdict.source
    if open_ and source is not None and answers([(source.passage, source.span)]):
        return Replace(source, verdict.withheld)
    return Keep(verdict.withheld)


class Ending(Enum):
    """How an answer ends when the model has written its last word."""

    SHOWN = "what was shown is the answer"
    HELD = "the sentences that were held back are the answer"
    EXTRACTED = "the documents' own sentences are the answer"
    REFUSED = "there is no answer"


def conclude(*, shown: bool, held: bool, extraction: bool) -> Ending:
    """The end of the answer.

    ``shown``: a sentence was. ``held``: one was held back. ``extraction``: the gate alone would answer, whatever the model
    said.
    """
    if shown:
        return Ending.SHOWN
    if extraction:
        return Ending.EXTRACTED
    return Ending.HELD if held else Ending.REFUSED
