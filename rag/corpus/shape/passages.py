"""Passages: runs of whole sentences under one heading, sized for the embedding model's window.

Measured with all-MiniLM-L6-v2 (window 256) on 32 whole articles of XQuAD-en and SQuAD 2 and 1,200 of their questions; dense and
BM25 (k1 0.9, b 0.4) fused as the equal sum of min-max scores over the top 100 of each. The answer is within the first 5 or 8
passages, or within as many of the first passages as 700 tokens hold:

========== ======== ===== ===== ===== ============
max_tokens passages in 5  in 8  MRR   in 700 tokens
========== ======== ===== ===== ===== ============
64             1523 .916  .937  .799  .957
96              944 .938  .959  .815  .961
128             670 .945  .965  .820  .951
180             459 .954  .967  .829  .943
220             374 .958  .977  .828  .927
256             318 .962  .978  .838  .908
========== ======== ===== ===== ===== ============

A larger passage is found more surely and costs more to read; past 220 the gain of 8 passages is within the noise (one standard
error is .004) and what 700 tokens hold still falls, so 220 is the default. It also leaves most short documents whole: of 13,705
clauses of regulations 654 are cut. The title in what is embedded adds .001 to .005 to MRR at every size (.003 at 220): all
of one sign, each within the noise (.009).
"""

from __future__ import annotations

import hashlib
import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rag.corpus.shape.contexts import Contexts, context_text
from rag.corpus.shape.structure import heading_path, page_at
from rag.settings import Passages
from rag.types import Context, Document, Passage, Section, Span

_HEADER = 160
"""Characters of title and section path that are embedded: some 40 tokens, so most of the window is left to the text."""
_CONTEXT_SHARE = 3
"""A third of the room at most is for contexts: what is quoted decides what a passage is found for."""
_ANY = 10**9
_SURELY_TOO_LONG = 64
"""Characters a token. Some characters are no token at all (white space), so this decides only what is counted as a whole."""
_CLAUSE_END = re.compile(r"[;:,–—)](?=\s)|\s-(?=\s)")
_CELL_END = re.compile(r"\|(?= )")
_WORD_END = re.compile(r"(?<=\S)(?=\s)")


def cut(document: Document, settings: Passages, count_tokens: Callable[[str], int]) -> tuple[Passage, ...]:
    """Cut ``document`` so that no passage's :func:`embedding_text` is longer than ``settings.max_tokens`` by ``count_tokens``.

    Every sentence is in a passage, in one only unless ``overlap_sentences`` asks for more. A passage never leaves its heading;
    it may hold several numbered clauses of it, and its ``section`` is then the path that they share. A sentence that is longer
    than the window by itself is cut at a clause, else at a word, else between characters: cut here, not silently by the model.
    A row of a table is a sentence, cut between cells where it must be. What the sentences of a passage need beside them (the
    table's header, the words that introduce a list) goes with it.
    """
    made: list[Passage] = []
    seen: Counter[str] = Counter()
    contexts = Contexts(document)
    for run in _runs(document):
        headers = {_header(document.title, section.path) for section in run.sections}
        longest = max(count_tokens(header + "\n") for header in headers)
        room = max(settings.max_tokens - longest, settings.max_tokens // 4)
        for group, context in _groups(document.text, run, contexts, room, settings.overlap_sentences, count_tokens):
            made.append(_passage(document, run, group, context, seen))
    return tuple(made)


def embedding_text(passage: Passage) -> str:
    """What is embedded and searched for a passage: title, section path and context, then the words that are quoted."""
    words = f"{passage.context}\n{passage.text}" if passage.context else passage.text
    if not passage.section and passage.text.startswith(passage.title.rstrip("…")):
        return words
    return f"{_header(passage.title, passage.section)}\n{words}"


@dataclass(frozen=True, slots=True)
class _Run:
    """The sentences of consecutive sections under one heading."""

    heading: tuple[str, ...]
    sections: tuple[Section, ...]
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence or a piece of one, with what it needs beside it."""

    span: Span
    tokens: int
    contexts: tuple[Context, ...] = ()


def _header(title: str, section: Sequence[str]) -> str:
    text = " › ".join([title, *section])
    return text if len(text) <= _HEADER else text[-_HEADER:].partition(" ")[2] or text[-_HEADER:]


def _runs(document: Document) -> Iterator[_Run]:
    sections = document.sections or (Section((), Span(0, len(document.text))),)
    position = 0
    for heading, group in groupby(sections, key=lambda section: heading_path(section.path)):
        inside = tuple(group)
        first = position
        while position < len(document.sentences) and document.sentences[position].start < inside[-1].span.end:
            position += 1
        if position > first:
            yield _Run(heading, inside, document.sentences[first:position])


def _groups(
    text: str, run: _Run, contexts: Contexts, room: int, overlap: int, count_tokens: Callable[[str], int]
) -> Iterator[tuple[list[_Part], str]]:
    """The parts of each passage with the context that it gets. Room is kept free for contexts only where they need it."""
    for free in (0, room // _CONTEXT_SHARE):
        parts = [
            replace(part, contexts=contexts.of(sentence, part.span))
            for sentence in run.sentences
            for part in _parts(text, sentence, room - free, count_tokens)
        ]
        fitted = [
            group
            for packed in _packed(parts, room - free, overlap)
            for group in _fitting(text, packed, room - free, count_tokens)
        ]
        told = [_context(text, group, room, count_tokens) for group in fitted]
        if free or all(whole for _, whole in told):
            yield from zip(fitted, (words for words, _ in told), strict=True)
            return


def _context(text: str, group: list[_Part], room: int, count_tokens: Callable[[str], int]) -> tuple[str, bool]:
    """What of the parts' contexts stands outside of them, cut to the room that they leave, and whether that is all of it."""
    span = Span(group[0].span.start, group[-1].span.end)
    needed = list(dict.fromkeys(c for part in group for c in part.contexts if not span.contains(c.span)))
    if not needed:
        return "", True
    left = room - count_tokens(span.of(text))
    words = context_text(needed, left, count_tokens)
    return words, words == context_text(needed, _ANY, count_tokens)


def _parts(text: str, sentence: Span, room: int, count_tokens: Callable[[str], int]) -> Iterator[_Part]:
    """The sentence itself, or pieces of it that each fit into ``room`` tokens."""
    # text without a stop can be megabytes long, and counting all of it for every piece would take minutes
    if sentence.end - sentence.start <= _SURELY_TOO_LONG * room:
        tokens = count_tokens(sentence.of(text))
        if tokens <= room:
            yield _Part(sentence, tokens)
            return
    start = sentence.start
    while start < sentence.end:
        end = _fitting_end(text, Span(start, sentence.end), room, count_tokens)
        yield _Part(Span(start, end), count_tokens(text[start:end]))
        start = end
        while start < sentence.end and text[start].isspace():
            start += 1


def _fitting_end(text: str, rest: Span, room: int, count_tokens: Callable[[str], int]) -> int:
    low, high = rest.start + 1, min(rest.start + 4 * room, rest.end)
    while high < rest.end and count_tokens(text[rest.start : high]) <= room:
        low, high = high, min(2 * high - rest.start, rest.end)
    if high == rest.end and count_tokens(rest.of(text)) <= room:
        return rest.end
    while low < high:
        middle = (low + high + 1) // 2
        if count_tokens(text[rest.start : middle]) <= room:
            low = middle
        else:
            high = middle - 1
    least = rest.start + (low - rest.start) // 2
    for pattern in (_CELL_END, _CLAUSE_END, _WORD_END):
        ends = [m.end() for m in pattern.finditer(text, least, low + 1) if m.end() <= low]
        if ends:
            return ends[-1]
    return low


def _packed(parts: list[_Part], room: int, overlap: int) -> Iterator[list[_Part]]:
    """Fill passages evenly: as few as fit, then all of about one size, so that none is left with a stray last sentence."""
    total = sum(part.tokens for part in parts)
    aim = total / max(1, math.ceil(total / room))
    group: list[_Part] = []
    size = 0
    for part in parts:
        if group and (size + part.tokens > room or size + part.tokens / 2 > aim):
            yield group
            kept = group[-overlap:] if overlap else []
            while kept and sum(p.tokens for p in kept) + part.tokens > room:
                kept = kept[1:]
            group, size = kept, sum(p.tokens for p in kept)
        group = [*group, part]
        size += part.tokens
    if group:
        yield group


def _fitting(text: str, group: list[_Part], room: int, count_tokens: Callable[[str], int]) -> Iterator[list[_Part]]:
    """The group, halved until it fits: some tokenizers also count what stands between the sentences."""
    if len(group) > 1 and count_tokens(text[group[0].span.start : group[-1].span.end]) > room:
        middle = len(group) // 2
        yield from _fitting(text, group[:middle], room, count_tokens)
        yield from _fitting(text, group[middle:], room, count_tokens)
    else:
        yield group


def _passage(document: Document, run: _Run, group: list[_Part], context: str, seen: Counter[str]) -> Passage:
    span = Span(group[0].span.start, group[-1].span.end)
    text = span.of(document.text)
    first = bisect_right(run.sections, span.start, key=lambda s: s.span.start) - 1
    last = bisect_left(run.sections, span.end, key=lambda s: s.span.start)
    section = _shared([s.path for s in run.sections[max(first, 0) : last]])
    content = "\0".join([*section, text])
    seen[content] += 1
    digest = hashlib.sha256(f"{document.id}\0{content}\0{seen[content]}".encode()).hexdigest()
    return Passage(
        id=f"{document.id}:{digest[:12]}",
        document=document.id,
        document_sha256=document.sha256,
        title=document.title,
        section=section,
        page=page_at(document.pages, span.start),
        span=span,
        text=text,
        sentences=tuple(part.span for part in group),
        contexts=tuple(dict.fromkeys(c for part in group for c in part.contexts)),
        context=context,
    )


def _shared(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    shortest = min(paths, key=len)
    length = next((n for n, part in enumerate(shortest) if any(p[n] != part for p in paths)), len(shortest))
    return shortest[:length]
