"""How reliable a language model's word proves: what "here it is" and "not in the passages" are worth as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answering.reading.answerability import Vote
from rag.answering.writing.reply import Claims
from rag.errors import CharterError
from rag.evaluation.questions.asker import Asker
from rag.evaluation.questions.question import Question
from rag.evaluation.runs.run import Progress
from rag.types import Answer, Outcome

Word = Literal["found", "not found", "neither"]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model said to one question; an error says neither."""

    answerable: bool
    word: Word


def word_of(outcome: Outcome, backend: str) -> Word:
    """``found``: a claim of the model itself was verified and shown; ``not found``: its raw reply says so."""
    provenance = outcome.provenance
    if isinstance(outcome, Answer) and provenance.backend == backend:
        return "found"
    if provenance.raw is None:
        return "neither"
    claims = Claims()
    claims.feed(provenance.raw)
    claims.end()
    return "not found" if claims.says_not_found else "neither"


def hear(questions: Sequence[Question], asker: Asker, progress: Progress | None = None) -> tuple[Heard, ...]:
    """Ask every question of an engine whose gate is open, so that each verified claim of the model is shown."""
    heard = []
    for done, question in enumerate(questions, 1):
        try:
            outcome = asker.ask(question.text, history=question.history, lang=question.lang)
        except CharterError:
            heard.append(Heard(question.answerable, "neither"))
        else:
            heard.append(Heard(question.answerable, word_of(outcome, asker.backend)))
        if progress is not None:
            progress(done, len(questions))
    return tuple(heard)


def vote_of(heard: Sequence[Heard]) -> Vote:
    """Likelihood ratios P(word | answerable) / P(word | unanswerable), with half a question added to each count so that a word
    never heard stays possible (Haldane 1956)."""

    def share(word: Word, answerable: bool) -> float:
        own = [h for h in heard if h.answerable == answerable]
        return (sum(h.word == word for h in own) + 0.5) / (len(own) + 1)

    return Vote(share("found", True) / share("found", False), share("not found", True) / share("not found", False))
