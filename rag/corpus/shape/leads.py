"""A lead-in and its items are one statement: "The municipality may:" and "(b) forbid a gathering" say nothing apart.

Each item of a list knows the sentence that introduces the list, and an item of a list inside it both; a table knows the caption
or the sentence above it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.corpus.shape.draft import Block
from rag.corpus.shape.markers import TABLE_CAPTION, Marker, marker
from rag.types import Context, Span

_INTRODUCES = re.compile(r"[:：][\s—–-]*\Z|[—–]\s*\Z")
_OPEN = re.compile(r"[\w,)\]”\"’»]\Z")
_LONGEST_LEAD = 600
_LONGEST_CLAUSE = 300
"""Characters. "The Parties agree as follows:" introduces a whole treaty, whose articles stand on their own."""


@dataclass(slots=True)
class _List:
    style: str
    label: str
    lead: Span | None
    start: int
    end: int
    longest: int
    clauses: bool


def lead_contexts(text: str, blocks: Sequence[Block], sentences: Sequence[Span]) -> Iterator[Context]:
    """The introduction of every list and table that has one."""
    opened: list[_List] = []
    before: Block | None = None
    for at, block in enumerate(blocks):
        if block.opens and before is not None and before.role is None:
            words = before.span.of(text)
            caption = TABLE_CAPTION.match(words) is not None
            if caption or (before.level is None and _INTRODUCES.search(words)):
                lead = before.span if caption else _last_sentence(sentences, before.span)
                yield from _context(text, lead, Span(block.span.start, _end_of_table(blocks, at)))
        opening = marker(block.span.of(text)) if block.level is None and block.role is None and not block.note else None
        if opening is None or opening.kind == "division":
            yield from _closed(text, opened, 0)
        else:
            yield from _entered(text, opened, block, opening, before, sentences)
        before = block
    yield from _closed(text, opened, 0)


def _entered(
    text: str, opened: list[_List], block: Block, opening: Marker, before: Block | None, sentences: Sequence[Span]
) -> Iterator[Context]:
    """Put an item into its list: that of its siblings, which closes the deeper ones, or a new one."""
    style = _style(opened, opening)
    depth = next((n for n in range(len(opened) - 1, -1, -1) if opened[n].style == style), len(opened))
    yield from _closed(text, opened, depth + 1)
    length = block.span.end - block.span.start
    if depth == len(opened):
        lead = _last_sentence(sentences, before.span) if before is not None and _leads(text, before, block) else None
        opened.append(_List(style, opening.label, lead, block.span.start, block.span.end, length, opening.kind == "clause"))
    for outer in opened:
        outer.end = block.span.end
    opened[depth].label = opening.label
    opened[depth].longest = max(opened[depth].longest, length)


def _style(opened: list[_List], opening: Marker) -> str:
    """The style of an item; ``(i)`` is a numeral unless ``(h)`` stands before it."""
    if opening.style.startswith("letter") and opening.label.strip("()").lower() == "i":
        letters = [one for one in opened if one.style == opening.style]
        if not letters or letters[-1].label.strip("()").lower() != "h":
            return "roman" + opening.style.removeprefix("letter")
    return opening.style


def _leads(text: str, before: Block, block: Block) -> bool:
    """Whether a block introduces the item below it: by a colon, or by breaking off where the item begins in lower case."""
    words = before.span.of(text)
    if before.role is not None or before.note or "\n\n\n" in text[before.span.end : block.span.start]:
        return False
    if _INTRODUCES.search(words):
        return True
    inner = block.span.of(text)
    opening = marker(inner)
    body = inner[opening.end :] if opening is not None else inner
    return before.level is None and _OPEN.search(words) is not None and body[:1].islower()


def _closed(text: str, opened: list[_List], depth: int) -> Iterator[Context]:
    while len(opened) > depth:
        one = opened.pop()
        if one.lead is not None and not (one.clauses and one.longest > _LONGEST_CLAUSE):
            yield from _context(text, one.lead, Span(one.start, one.end))


def _context(text: str, lead: Span, over: Span) -> Iterator[Context]:
    if lead.end - lead.start <= _LONGEST_LEAD and lead.end <= over.start:
        yield Context("lead", lead, lead.of(text), over)


def _end_of_table(blocks: Sequence[Block], at: int) -> int:
    end = at + 1
    while end < len(blocks) and blocks[end].role is not None and not blocks[end].opens:
        end += 1
    return blocks[end - 1].span.end


def _last_sentence(sentences: Sequence[Span], block: Span) -> Span:
    return sentences[bisect_right(sentences, block.end - 1, key=lambda s: s.start) - 1]
