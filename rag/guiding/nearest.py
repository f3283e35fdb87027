"""What comes nearest to a refused question: of each related passage the sentence that shares most with it, the words marked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.answering.reading.paragraphs import TermStatistics
from rag.answering.writing.wording import FUNCTION
from rag.corpus.shape.structure import page_at, path_at
from rag.types import Citation, Document, Span

_WORD = re.compile(r"[^\W_]+")


def nearest_sentences(
    question: str, related: Sequence[Citation], document: Callable[[str], Document], statistics: TermStatistics
) -> tuple[Citation, ...]:
    """``related`` narrowed to sentences. What stands in several places, or shares no word, stays as it is."""
    wanted = {term for word in _WORD.findall(question) if word.casefold() not in FUNCTION for term in statistics.terms(word)}
    frequency = statistics.document_frequency(sorted(wanted))
    found = []
    for citation in related:
        text = document(citation.document)
        inside = [s for s in text.sentences if citation.span.contains(s)] or [citation.span]
        marked = {span: _shared(text.text, span, wanted, statistics) for span in inside}

        def weight(span: Span, marked: dict[Span, dict[str, list[Span]]] = marked) -> float:
            return sum(1 / (1 + frequency[term]) for term in marked[span])

        best = max(inside, key=weight)
        words = tuple(sorted({place for places in marked[best].values() for place in places}))
        if not words:
            found.append(citation)
        elif citation.spans:
            found.append(replace(citation, highlights=words))
        else:
            section, page = path_at(text.sections, best.start), page_at(text.pages, best.start)
            quote = best.of(text.text)
            found.append(replace(citation, span=best, quote=quote, section=section, page=page, highlights=words))
    return tuple(found)


def _shared(text: str, span: Span, wanted: set[str], statistics: TermStatistics) -> dict[str, list[Span]]:
    """Where in ``span`` each wanted term stands."""
    places: dict[str, list[Span]] = {}
    for word in _WORD.finditer(text, span.start, span.end):
        for term in wanted.intersection(statistics.terms(word[0])):
            places.setdefault(term, []).append(Span(word.start(), word.end()))
    return places
