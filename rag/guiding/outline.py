"""A document in short: its headings with the first sentence of each section, exact and in order."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import groupby

from rag.types import Document, Span

AT_MOST = 8
FEWEST_WORDS = 4
"""A shorter line is a heading or a label."""


@dataclass(frozen=True, slots=True)
class OutlinePoint:
    """``sentence`` is where in ``document`` the first sentence of the section under ``heading`` stands."""

    document: str
    heading: str
    sentence: Span


@dataclass(frozen=True, slots=True)
class DocumentOutline:
    """``points`` of the ``sections`` that there are; at most :data:`AT_MOST`, spread evenly where there are more."""

    points: tuple[OutlinePoint, ...]
    sections: int


def outline(documents: Sequence[Document]) -> DocumentOutline:
    """Of one document its sections; of several the first sentence of each, under its title."""
    if len(documents) == 1:
        found = _sections(documents[0])
    else:
        found = [OutlinePoint(d.id, d.title, s) for d in documents for s in _first(d, d.sentences)]
    return DocumentOutline(tuple(_spread(found)), len(found))


def _sections(document: Document) -> list[OutlinePoint]:
    """Sections of the outermost level that has several; without any, paragraphs."""
    deepest = max((len(s.path) for s in document.sections), default=0)
    for level in range(1, deepest + 1):
        runs = [[*run] for _, run in groupby(document.sections, key=lambda s: s.path[:level])]
        if len(runs) > 1:
            points = []
            for run in runs:
                inside = Span(run[0].span.start, run[-1].span.end)
                sentences = [s for s in document.sentences if inside.contains(s)]
                headings = {part.casefold() for section in run for part in section.path}
                heading = run[0].path[level - 1] if len(run[0].path) >= level else run[0].path[-1] if run[0].path else ""
                points += [OutlinePoint(document.id, heading, s) for s in _first(document, sentences, headings)]
            if len(points) > 1:
                return points
    return [OutlinePoint(document.id, "", s) for s in _paragraphs(document)]


def _first(document: Document, sentences: Sequence[Span], headings: Set[str] = frozenset()) -> list[Span]:
    """The first of ``sentences`` that says something, in a list; none where none does."""
    tables = [table.span for table in document.tables]
    for span in sentences:
        text = " ".join(span.of(document.text).split())
        if len(text.split()) >= FEWEST_WORDS and text.casefold() not in headings and not any(t.contains(span) for t in tables):
            return [span]
    return []


def _paragraphs(document: Document) -> list[Span]:
    """The first sentence of each paragraph."""
    groups: list[list[Span]] = []
    for span in document.sentences:
        between = document.text[groups[-1][-1].end : span.start] if groups else ""
        if groups and "\n\n" not in between:
            groups[-1].append(span)
        else:
            groups.append([span])
    return [s for group in groups for s in _first(document, group)]


def _spread(points: Sequence[OutlinePoint]) -> Sequence[OutlinePoint]:
    if len(points) <= AT_MOST:
        return points
    return [points[round(n * (len(points) - 1) / (AT_MOST - 1))] for n in range(AT_MOST)]
