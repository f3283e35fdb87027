"""Verbatim excerpts, placed by their own words: the section and page are the excerpt's, not its passage's."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from rag.corpus.structure import page_at, path_at
from rag.types import Citation, Document, Excerpt, Passage, Span

REMEMBERED = 32


class Citer:
    """Makes citations. ``document`` gives a document by its id; the last few are remembered."""

    def __init__(self, document: Callable[[str], Document]) -> None:
        self._document = lru_cache(maxsize=REMEMBERED)(document)

    def quote(self, passage: Passage, span: Span) -> str:
        """The words of ``span`` on one line; it may reach over the passage's edge."""
        return " ".join(span.of(self._document(passage.document).text).split())

    def cite(self, number: int, passage: Passage, span: Span, highlights: tuple[Span, ...] = ()) -> Citation:
        """The excerpt ``span`` of a passage, with what it cannot be understood without as further places."""
        document = self._document(passage.document)
        contexts = [context.span for context in passage.context_of(span)]
        excerpts = [_excerpt(document, place) for place in (*contexts, span)]
        own = excerpts[-1]
        return Citation(
            number,
            passage.document,
            passage.document_sha256,
            passage.title,
            own.section,
            own.page,
            span,
            own.quote,
            highlights,
            tuple(excerpts) if contexts else (),
        )


def _excerpt(document: Document, span: Span) -> Excerpt:
    """The place of ``span``; where it runs over several clauses, the path is the one that they share."""
    first, last = (path_at(document.sections, at) for at in (span.start, max(span.start, span.end - 1)))
    shared = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return Excerpt(document.id, span, span.of(document.text), first[:shared], page_at(document.pages, span.start))
