"""Where things stand in a document's text, as JSON: for the wire from the parsing process, and for the store."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rag.types import Context, Document, Page, Section, Span, Table

Json = dict[str, Any]


def layout_json(document: Document) -> Json:
    """Sections, sentences, pages, tables and contexts. The rows of a table are its sentences and are not told twice."""
    return {
        "sections": [[list(s.path), *_ends(s.span)] for s in document.sections],
        "sentences": [_ends(s) for s in document.sentences],
        "pages": [[p.number, *_ends(p.span), *([] if p.recognised is None else [p.recognised])] for p in document.pages],
        "tables": [[*_ends(t.span), len(t.header)] for t in document.tables],
        "contexts": [[c.kind, *_ends(c.span), *_ends(c.over)] for c in document.contexts],
    }


def with_layout(document: Document, layout: Json) -> Document:
    """``document`` with what :func:`layout_json` made of it.

    Raises:
        KeyError, TypeError, ValueError: it did not make that.
    """
    sentences = tuple(Span(start, end) for start, end in layout["sentences"])
    return replace(
        document,
        sections=tuple(Section(tuple(path), Span(start, end)) for path, start, end in layout["sections"]),
        sentences=sentences,
        pages=tuple(Page(number, Span(start, end), *sure) for number, start, end, *sure in layout["pages"]),
        tables=tuple(_table(sentences, Span(start, end), heads) for start, end, heads in layout["tables"]),
        contexts=tuple(Context(k, Span(a, b), document.text[a:b], Span(c, d)) for k, a, b, c, d in layout["contexts"]),
    )


def _table(sentences: Sequence[Span], span: Span, heads: int) -> Table:
    first = bisect_left(sentences, span.start, key=lambda s: s.start)
    last = bisect_left(sentences, span.end, key=lambda s: s.start)
    return Table(span, tuple(sentences[first : first + heads]), tuple(sentences[first + heads : last]))


def _ends(span: Span) -> list[int]:
    return [span.start, span.end]
