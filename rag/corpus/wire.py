"""A document as JSON between the parsing process and its parent, checked on arrival: a broken parser proves nothing."""

from __future__ import annotations

from typing import Any

from rag.corpus.canonical import canonical, sha256
from rag.types import Document, Page, Section, Span

Wire = dict[str, Any]


def document_wire(document: Document) -> Wire:
    """Everything but the hash, which the other side computes, and the origin, which it knows."""
    return {
        "id": document.id,
        "title": document.title,
        "text": document.text,
        "sections": [[list(s.path), s.span.start, s.span.end] for s in document.sections],
        "sentences": [[s.start, s.end] for s in document.sentences],
        "pages": [[p.number, p.span.start, p.span.end] for p in document.pages],
        "language": document.language,
    }


def document_from(wire: Wire) -> Document:
    """The document again.

    Raises:
        ValueError: the text is not canonical, or spans are out of order or out of the text.
    """
    text = str(wire["text"])
    if canonical(text) != text:
        raise ValueError("the text is not canonical")
    sections = tuple(Section(tuple(path), Span(start, end)) for path, start, end in wire["sections"])
    sentences = tuple(Span(start, end) for start, end in wire["sentences"])
    pages = tuple(Page(number, Span(start, end)) for number, start, end in wire["pages"])
    for spans in ([s.span for s in sections], sentences, [p.span for p in pages]):
        last = 0
        for span in spans:
            if span.start < last or span.end > len(text):
                raise ValueError(f"{span} is out of order or out of the text")
            last = span.end
    language = wire["language"]
    return Document(str(wire["id"]), str(wire["title"]), text, sha256(text), sections, sentences, pages, language)
