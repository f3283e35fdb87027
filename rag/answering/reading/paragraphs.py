"""A question read against its hits: which sentences answer, in which words, and what the gate judges.

The reader sees each passage whole, with its title and section before it, since a sentence answers in its context; where the
words that answer begin and end says which sentence it is. The best few sentences are then read once more on their own, with the
same heading: a sentence that answers alone is wanted in a list, one that merely stands beside the answer is not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.index.terms import strange
from rag.models.reader import Answerability, Reader
from rag.retrieval.acronyms import spelt_out
from rag.types import Hit, Passage, Span

SHORTEST = 120
ALONE = 8
"""Sentences that are read a second time on their own."""
MARKS = ("words", "paragraph", "alone", "words alone")
"""Log odds of one sentence: the words that answer, in their paragraph; that the paragraph answers; that the sentence answers
by itself; the words that answer, by themselves."""
CHOICE = (0.23, -0.24, 0.62, 0.06)
"""What each mark counts for in choosing the sentence, fitted by ``training.gate``."""
_NAME = re.compile(r"(?<=[^\s.?!] )[A-Z][\w’'-]*|\b[\w-]*\d[\w-]*|\b[A-Z]{2,}\b")


class TermStatistics(Protocol):
    """How common a term is among the passages."""

    @property
    def size(self) -> int:
        """How many passages there are."""
        ...

    def terms(self, text: str) -> tuple[str, ...]:
        """The index terms of a text: folded, stemmed, without stop words."""
        ...

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer. ``words`` is where in the document the words that answer stand, ``marks`` its figures
    (:data:`MARKS`; only the first two where it was not read alone), ``score`` what they come to, in log odds."""

    hit: Hit
    span: Span
    text: str
    words: Span | None
    marks: tuple[float, ...]
    score: float

    @property
    def alone(self) -> float | None:
        """The log odds that the sentence answers by itself; ``None`` where it was not read alone."""
        return self.marks[2] if len(self.marks) > 2 else None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the gate judges: figures of the reader (log odds) and of the search.

    ``answerable``: of the best paragraph. ``words``: of the best words over "nowhere". ``alone``: of the best sentence by
    itself. ``chosen``: what all marks of the chosen sentence come to. ``second``: ``answerable`` of the next best paragraph.
    ``cosine``: of the question and the best hit. ``shared``: the share of the question's terms, by their rarity, that the
    passage of the chosen sentence holds; ``held``: that the sentence itself does. ``ahead``: the lead of the best hit by BM25
    over the second, per unit of rarity asked for. ``missing``: the share of the question's names and numbers that no text has.
    """

    answerable: float
    words: float
    alone: float
    chosen: float
    second: float
    cosine: float
    shared: float
    held: float
    ahead: float
    missing: float

    def row(self) -> NDArray[np.float64]:
        """The figures in the order of :data:`FIGURES`."""
        return np.array([getattr(self, name) for name in FIGURES], dtype=np.float64)


FIGURES = tuple(field.name for field in fields(Figures))


@dataclass(frozen=True, slots=True)
class Reading:
    """``candidates`` are the sentences of all hits that were read, best first; ``figures`` is ``None`` where there are none.
    ``foreign`` says that the reader does not know the language of the question or of the best passage, ``across``
    that the passages have hardly a word of the question, so that words tell nothing."""

    question: str
    candidates: tuple[Candidate, ...]
    figures: Figures | None
    foreign: bool = False
    across: bool = False


FEW_PASSAGES = 20
"""Added to a small collection: of three passages, a word that stands in none would count for more than all others."""
FOREIGN_SCALE = 8.0
"""Log odds for all of a question's terms, so that scores by words are of the size of the reader's."""


class QuestionReading:
    """Reads questions with one reader over one index. Safe to call from several threads."""

    def __init__(self, reader: Reader, statistics: TermStatistics) -> None:
        self._reader = reader
        self._statistics = statistics

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Every sentence of every hit. No hits, or hits without a sentence, give no candidates."""
        if hits and not (self._reader.knows(question) and self._reader.knows(hits[0].passage.text)):
            return self._by_words(question, hits)
        question = spelt_out(question, [hit.passage.text for hit in hits])
        units = [(hit, unit, _before(hit.passage, unit)) for hit in hits for unit in paragraphs(hit.passage)]
        texts = [head + hit.passage.quote(unit) for hit, unit, head in units]
        found = self._reader.answers(question, texts)
        candidates: list[Candidate] = []
        for (hit, unit, head), answer in zip(units, found, strict=True):
            candidates += _candidates(hit, unit, head, answer)
        if not candidates:
            return Reading(question, (), None)
        candidates.sort(key=lambda c: -sum(c.marks))
        candidates = self._alone(question, candidates, dict(zip(texts, found, strict=True)))
        best, rarity = candidates[0], self._rarity(question)
        ranked = sorted((a.answerable for a in found), reverse=True)
        figures = Figures(
            answerable=ranked[0],
            words=max(c.marks[0] for c in candidates),
            alone=max(c.alone for c in candidates if c.alone is not None),
            chosen=best.score,
            second=ranked[1] if len(ranked) > 1 else -10.0,
            cosine=max((hit.dense for hit in hits if hit.dense is not None), default=0.0),
            shared=self._shared(rarity, heading(best.hit.passage) + best.hit.passage.text),
            held=self._shared(rarity, in_context(best.hit.passage, best.span)),
            ahead=_ahead(rarity, hits),
            missing=_missing(question, texts),
        )
        return Reading(question, tuple(candidates), figures, across=strange(question, self._statistics))

    def _by_words(self, question: str, hits: Sequence[Hit]) -> Reading:
        """The same by shared terms alone, for a language that the reader does not know."""
        smoothed = self._rarity(question, FEW_PASSAGES)
        candidates = [
            Candidate(
                hit, span, hit.passage.quote(span), None, (), FOREIGN_SCALE * self._shared(smoothed, hit.passage.quote(span))
            )
            for hit in hits
            for span in hit.passage.sentences or (hit.passage.span,)
        ]
        candidates.sort(key=lambda c: -c.score)
        texts = [heading(hit.passage) + hit.passage.text for hit in hits]
        figures = Figures(
            answerable=0.0,
            words=candidates[0].score,
            alone=0.0,
            chosen=0.0,
            second=0.0,
            cosine=max((hit.dense for hit in hits if hit.dense is not None), default=0.0),
            shared=max(self._shared(smoothed, text) for text in texts),
            held=candidates[0].score / FOREIGN_SCALE,
            ahead=_ahead(self._rarity(question), hits),
            missing=_missing(question, texts),
        )
        return Reading(question, tuple(candidates), figures, foreign=True)

    def _alone(self, question: str, candidates: Sequence[Candidate], read: dict[str, Answerability]) -> list[Candidate]:
        """The best few read by themselves and put in order by all of their marks; the others after them. A paragraph of one
        sentence was ``read`` already."""
        chosen = candidates[:ALONE]
        alone = [in_context(c.hit.passage, c.span) for c in chosen]
        new = [text for text in dict.fromkeys(alone) if text not in read]
        read = read | dict(zip(new, self._reader.answers(question, new), strict=True))
        first = []
        for candidate, answer in zip(chosen, (read[text] for text in alone), strict=True):
            words = answer.words()
            marks = (*candidate.marks, answer.answerable, words.score if words else -answer.nowhere)
            first.append(replace(candidate, marks=marks, score=sum(w * m for w, m in zip(CHOICE, marks, strict=True))))
        first.sort(key=lambda c: -c.score)
        least = first[-1].score
        return [*first, *(replace(c, score=least - 1.0) for c in candidates[ALONE:])]

    def _shared(self, rarity: dict[str, float], text: str) -> float:
        """The share of the terms of ``rarity`` that ``text`` holds, each weighed by it."""
        held = set(self._statistics.terms(text))
        total = sum(rarity.values())
        return sum(weight for term, weight in rarity.items() if term in held) / total if total else 0.0

    def _rarity(self, question: str, beside: int = 0) -> dict[str, float]:
        """The idf, in Lucene's form, of each term of the question, as if ``beside`` more passages held none of them."""
        terms = sorted(set(self._statistics.terms(question)))
        frequency, size = self._statistics.document_frequency(terms), self._statistics.size + beside
        common = {t: frequency.get(t, 0) for t in terms}
        return {t: math.log(1 + (size - n + 0.5) / (n + 0.5)) for t, n in common.items()}


def heading(passage: Passage) -> str:
    """Title and section path as the reader gets them before a passage's text."""
    parts = dict.fromkeys(part for part in (passage.title, *passage.section) if part)
    return " > ".join(parts) + ": " if parts else ""


def in_context(passage: Passage, sentence: Span) -> str:
    """A sentence as the reader gets it alone: after title and section, and what it cannot be understood without (the header of
    its table, the line that introduces its list)."""
    contexts = " ".join(context.text for context in passage.context_of(sentence))
    return heading(passage) + _spaced(contexts) + passage.quote(sentence)


def _spaced(text: str) -> str:
    return f"{text} " if text else ""


def paragraphs(passage: Passage) -> tuple[Span, ...]:
    """The runs of sentences of a passage that are read together: its paragraphs, each of at least :data:`SHORTEST` characters
    where there are so many, since the line above a list or a heading says little alone."""
    runs: list[Span] = []
    last = None
    for span in passage.sentences or (passage.span,):
        between = "" if last is None else passage.quote(Span(last, span.start))
        if runs and ("\n\n" not in between or runs[-1].end - runs[-1].start < SHORTEST):
            runs[-1] = Span(runs[-1].start, span.end)
        else:
            runs.append(span)
        last = span.end
    if len(runs) > 1 and runs[-1].end - runs[-1].start < SHORTEST:
        runs[-2:] = [Span(runs[-2].start, runs[-1].end)]
    return tuple(runs)


def _before(passage: Passage, unit: Span) -> str:
    """What the reader gets before a run of sentences: title, section, and what they cannot be understood without."""
    outer = [c.text for c in passage.context_of(unit) if not unit.contains(c.span)]
    return heading(passage) + _spaced(" ".join(outer))


def _candidates(hit: Hit, unit: Span, head: str, answer: Answerability) -> list[Candidate]:
    passage, found = hit.passage, []
    for span in passage.sentences or (passage.span,):
        if not unit.contains(span) or any(c.kind == "header" and c.span.contains(span) for c in passage.contexts):
            continue  # the line that names a table's columns answers nothing
        at = len(head) - unit.start
        words = answer.words(span.start + at, span.end + at)
        if words is None:
            continue
        place = Span(words.start - at, words.end - at)
        marks = (words.score, answer.answerable)
        found.append(Candidate(hit, span, passage.quote(span), _whole_words(passage, span, place), marks, sum(marks)))
    return found


def _whole_words(passage: Passage, sentence: Span, words: Span) -> Span:
    """``words`` widened to the edges of words and without the punctuation at its ends, inside ``sentence``."""
    text, base = passage.text, passage.span.start
    start, end = words.start - base, words.end - base
    while start > sentence.start - base and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < sentence.end - base and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    while end > start + 1 and text[end - 1] in ",;:. \n":
        end -= 1
    while start < end - 1 and text[start] in ",;:. \n":
        start += 1
    return Span(start + base, end + base)


def _missing(question: str, texts: Sequence[str]) -> float:
    """The share of the question's names and numbers that no text has."""
    names = {m[0].casefold() for m in _NAME.finditer(question)}
    everything = "\n".join(texts).casefold()
    return sum(name not in everything for name in names) / len(names) if names else 0.0


def _ahead(rarity: dict[str, float], hits: Sequence[Hit]) -> float:
    """The lead of the best hit by BM25 over the second, per unit of rarity asked for."""
    first, second, *_ = [*sorted((h.lexical for h in hits if h.lexical is not None), reverse=True), 0.0, 0.0]
    return (first - second) / max(1.0, sum(rarity.values()))
