"""What of a document's text belongs to a provision: its sentences without the headings, and what leads into an item."""

from __future__ import annotations

import re

from rag.index.terms import words
from rag.types import Document, Section, Span

_LEADS = re.compile(r"[:—–]\s*\Z")
_CLOSED = re.compile(r"[.;!?…]['\"”’»)\]]*\s*\Z")
_ITEM = re.compile(r"\W*\w{1,6}[.)]\s*")


def inner(document: Document, span: Span) -> list[Section]:
    """The sections inside of the one that ``span`` is."""
    inside = [s for s in document.sections if span.contains(s.span) and s.path]
    shortest = min((len(s.path) for s in inside), default=0)
    return [s for s in inside if len(s.path) > shortest]


def sentences(document: Document, span: Span) -> tuple[Span, ...]:
    """The sentences inside ``span`` that are not headings: the labels of paths, and the title at the top."""
    named: dict[int, str] = {}
    for section in document.sections:
        if section.span.overlaps(span):
            named[section.span.start] = _words(" ".join((document.title, *section.path)))
    found: list[Span] = []
    heading = ""
    for sentence in document.sentences:
        if sentence.end <= span.start or sentence.start >= span.end:
            continue
        heading = named.pop(sentence.start, heading)
        if heading and _words(sentence.of(document.text)) in heading:
            continue
        heading = ""
        found.append(Span(max(sentence.start, span.start), min(sentence.end, span.end)))
    return tuple(found)


def _words(text: str) -> str:
    return f" {' '.join(words(text))} "


def lead(document: Document, span: Span) -> Span | None:
    """The sentence before the list in which ``span`` is an item, if it introduces the list."""
    own = next((s for s in document.sections if s.span.start == span.start), None)
    if own is None or len(own.path) < 2:
        return None
    parents = [s for s in document.sections if s.path == own.path[:-1] and s.span.end <= span.start]
    above = sentences(document, parents[-1].span) if parents else ()
    if not above:
        return None
    said, words_of_item = above[-1].of(document.text), _ITEM.sub("", span.of(document.text), count=1)
    leads = _LEADS.search(said) or (_CLOSED.search(said) is None and words_of_item[:1].islower())
    return above[-1] if leads else None


def lead_of(document: Document, part: Span) -> Span | None:
    """The words of a sentence before its first inline item."""
    sentence = next((s for s in document.sentences if s.start < part.start < s.end), None)
    if sentence is None:
        return None
    first = re.search(r"(?<![\w)])\(?(?:1|a|i|а)\)(?=\s)", document.text[sentence.start : part.start + 4])
    said = document.text[sentence.start : sentence.start + first.start()].rstrip() if first else ""
    return Span(sentence.start, sentence.start + len(said)) if said else None
