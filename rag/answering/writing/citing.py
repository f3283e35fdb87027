"""Verbatim excerpts, placed by their own words: the section and page are the excerpt's, not its passage's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from rag.corpus.shape.structure import pages_of, path_at
from rag.retrieval.copies import Copies
from rag.types import Citation, Document, Excerpt, Hit, Passage, Span

REMEMBERED = 32


class Citer:
    """Makes citations. ``document`` gives a document by its id; the last few are remembered."""

    def __init__(self, document: Callable[[str], Document], hits: Sequence[Hit] = ()) -> None:
        self.document = lru_cache(maxsize=REMEMBERED)(document)
        self._copies = Copies(hits)

    def among(self, hits: Sequence[Hit]) -> Citer:
        """One that also names where a sentence stands in other documents among ``hits``."""
        return Citer(self.document, hits)

    def quote(self, passage: Passage, span: Span) -> str:
        """The words of ``span`` on one line; it may reach over the passage's edge."""
        return " ".join(span.of(self.document(passage.document).text).split())

    def cite(self, number: int, passage: Passage, span: Span, highlights: tuple[Span, ...] = ()) -> Citation:
        """The excerpt ``span`` of a passage. Further places are what it cannot be understood without, and its copies."""
        document = self.document(passage.document)
        contexts = [context.span for context in passage.context_of(span)]
        copies = self._copies.of(passage, span.of(document.text))
        excerpts = [
            *(_excerpt(document, place) for place in contexts),
            *(_excerpt(self.document(copy.passage.document), copy.span) for copy in copies),
            _excerpt(document, span),
        ]
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
            tuple(excerpts) if len(excerpts) > 1 else (),
            own.recognised,
        )


def _excerpt(document: Document, span: Span) -> Excerpt:
    """The place of ``span``; where it runs over several clauses, the path is the one that they share."""
    first, last = (path_at(document.sections, at) for at in (span.start, max(span.start, span.end - 1)))
    shared = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    pages = pages_of(document.pages, span)
    sure = min((page.recognised for page in pages if page.recognised is not None), default=None)
    return Excerpt(document.id, span, span.of(document.text), first[:shared], pages[0].number if pages else None, sure)
