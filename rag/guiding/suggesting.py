"""Which of the questions that the documents answer are worth asking next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np

from rag.index.guide import GuideQuestion
from rag.models.embedder import Vectors
from rag.types import Citation, Span

AT_MOST = 2
EXAMPLES = 4


class Suggestions:
    """Chooses among the questions of one generation. Safe for several threads. ``embed`` gives unit vectors of questions, shape
    (questions, dimension); they are embedded once, when the first refusal asks for the nearest."""

    def __init__(self, questions: Sequence[GuideQuestion], embed: Callable[[list[str]], Vectors]) -> None:
        self._questions = tuple(questions)
        self._embed = embed
        self._vectors: Vectors | None = None
        self._once = threading.Lock()

    def examples(self, lang: str | None) -> tuple[str, ...]:
        """Up to :data:`EXAMPLES` to begin with: those meant for ``lang`` first, one of each sentence before another."""
        meant = [q for q in self._questions if q.lang is not None and q.lang == (lang or "en")]
        free = [q for q in self._questions if q.lang is None]
        return tuple(q.text for q in _apart([*meant, *free]))[:EXAMPLES]

    def nearest(
        self, question: str, asked: Collection[str], documents: Collection[str] | None, lang: str | None
    ) -> tuple[str, ...]:
        """The two that come nearest to ``question``, in ``documents`` (``None``: all), which were not ``asked``."""
        left = [n for n, q in enumerate(self._questions) if self._open(q, asked, documents, lang)]
        if not left:
            return ()
        with self._once:
            if self._vectors is None:
                self._vectors = self._embed([q.text for q in self._questions])
        near = self._vectors[left] @ self._embed([question])[0]
        ranked = [self._questions[left[n]] for n in np.argsort(-near, kind="stable")]
        return tuple(q.text for q in _apart(ranked))[:AT_MOST]

    def beside(
        self, citations: Sequence[Citation], asked: Collection[str], documents: Collection[str] | None, lang: str | None
    ) -> tuple[str, ...]:
        """The two from the sentences next to what was cited, not from itself: it stands there already."""
        found = []
        for question in self._questions:
            own = [c.span for c in citations if c.document == question.document]
            if own and self._open(question, asked, documents, lang) and not any(s.overlaps(question.span) for s in own):
                found.append((min(_distance(span, question.span) for span in own), question))
        found.sort(key=lambda pair: pair[0])
        return tuple(q.text for q in _apart([question for _, question in found]))[:AT_MOST]

    @staticmethod
    def _open(question: GuideQuestion, asked: Collection[str], documents: Collection[str] | None, lang: str | None) -> bool:
        meant = question.lang is None or question.lang == (lang or "en")
        return meant and plain(question.text) not in asked and (documents is None or question.document in documents)


def plain(question: str) -> str:
    """A question as it is compared: what was asked is not suggested again for a capital or a mark."""
    return " ".join(question.casefold().strip(" ?!.").split())


def _distance(one: Span, other: Span) -> int:
    """Characters between two stretches of one document."""
    return max(one.start - other.end, other.start - one.end, 0)


def _apart(questions: Sequence[GuideQuestion]) -> Iterator[GuideQuestion]:
    """The same, one of each sentence before the second of any."""
    seen: set[tuple[str, Span]] = set()
    later = []
    for question in questions:
        place = (question.document, question.span)
        if place in seen:
            later.append(question)
        else:
            seen.add(place)
            yield question
    yield from later
