"""A document as JSON between the parsing process and its parent, checked on arrival: a broken parser proves nothing."""

from __future__ import annotations

from typing import Any

from rag.corpus.shape.canonical import canonical, sha256
from rag.corpus.shape.layout import layout_json, with_layout
from rag.types import Document

Wire = dict[str, Any]


def document_wire(document: Document) -> Wire:
    """Everything but the hash, which the other side computes, and the origin, which it knows."""
    return {
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "language": document.language,
        **layout_json(document),
    }


def document_from(wire: Wire) -> Document:
    """The document again.

    Raises:
        ValueError: the text is not canonical, or spans are out of order or out of the text.
    """
    text = str(wire["text"])
    if canonical(text) != text:
        raise ValueError("the text is not canonical")
    bare = Document(str(wire["id"]), str(wire["title"]), text, sha256(text), language=wire["language"])
    document = with_layout(bare, wire)
    for spans in (
        [s.span for s in document.sections],
        document.sentences,
        [p.span for p in document.pages],
        [t.span for t in document.tables],
    ):
        last = 0
        for span in spans:
            if span.start < last or span.end > len(text):
                raise ValueError(f"{span} is out of order or out of the text")
            last = span.end
    if any(max(c.span.end, c.over.end) > len(text) for c in document.contexts):
        raise ValueError("a context is out of the text")
    return document
