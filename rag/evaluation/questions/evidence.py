"""Where the expected evidence stands in the documents, to the character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.errors import NotFound
from rag.evaluation.questions.asker import DocumentSource
from rag.evaluation.questions.question import Expected, Question
from rag.types import Document, Span

ALIKE = {"'": "['‘’ʼ]", '"': '["“”„«»]', "-": "[-‐‑‒–—]"}
"""Characters that editors exchange for one another; an excerpt pasted through one of them still names its place."""


@dataclass(frozen=True, slots=True)
class EvidencePlace:
    """One occurrence of a question's ``excerpt``-th evidence."""

    excerpt: int
    document: str
    span: Span


@dataclass(frozen=True, slots=True)
class Located:
    """Where each question's evidence stands, and which excerpts no document holds."""

    places: dict[str, tuple[EvidencePlace, ...]]
    missing: dict[str, tuple[Expected, ...]]

    def warnings(self) -> tuple[str, ...]:
        """One line for each question with evidence that is nowhere."""
        return tuple(
            f"{question}: no document holds the evidence “{_short(excerpts[0].text)}”"
            + (f" and {len(excerpts) - 1} more." if len(excerpts) > 1 else ".")
            for question, excerpts in self.missing.items()
        )


def occurrences(excerpt: str, text: str) -> Iterator[Span]:
    """Every place of ``excerpt`` in ``text``, in order; runs of white space, quotes and dashes match their like."""
    parts = unicodedata.normalize("NFC", excerpt).split()
    if not parts:
        return
    pattern = r"\s+".join("".join(ALIKE.get(c, re.escape(c)) for c in part) for part in parts)
    at = 0
    expression = re.compile(pattern)
    while found := expression.search(text, at):
        yield Span(found.start(), found.end())
        at = found.start() + 1


def locate(questions: Sequence[Question], library: DocumentSource) -> Located:
    """Look for every excerpt in every document that it may stand in."""
    shelf: dict[str, Document | None] = {}

    def fetch(name: str) -> Document | None:
        if name not in shelf:
            try:
                shelf[name] = library.document(name)
            except NotFound:
                shelf[name] = None
        return shelf[name]

    everything = [entry.id for entry in library.documents()]
    known: dict[Expected, tuple[tuple[str, Span], ...]] = {}
    places: dict[str, tuple[EvidencePlace, ...]] = {}
    missing: dict[str, tuple[Expected, ...]] = {}
    for question in questions:
        found: list[EvidencePlace] = []
        for number, excerpt in enumerate(question.evidence):
            if excerpt not in known:
                names = everything if excerpt.document is None else [excerpt.document]
                documents = [d for d in map(fetch, names) if d is not None]
                known[excerpt] = tuple((d.id, span) for d in documents for span in _meant(excerpt, d.text))
            found += [EvidencePlace(number, document, span) for document, span in known[excerpt]]
        places[question.id] = tuple(found)
        nowhere = tuple(e for e in question.evidence if not known[e])
        if nowhere:
            missing[question.id] = nowhere
    return Located(places, missing)


def _meant(excerpt: Expected, text: str) -> tuple[Span, ...]:
    spans = tuple(occurrences(excerpt.text, text))
    if excerpt.occurrence is None or not spans:
        return spans
    return (spans[min(excerpt.occurrence, len(spans) - 1)],)


def _short(text: str, length: int = 80) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
