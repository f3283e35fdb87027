"""Plain text into blocks: paragraphs, headings and list lines, as exact spans.

A blank line always ends a block. A single line break ends one only where the writer meant it: text wrapped at a column must
not be cut at every line, and a list or an address without blank lines must not be glued together. A break is taken as wrapping
where the next line's first word would not have fitted into the column, and as meant where it would have.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.corpus.shape.markers import marker
from rag.types import Span

_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*")
_FIRST_WORD = re.compile(r"\S+")
_CLOSING = re.compile(r"[.;:,!?…。！？।][\"'”’»)\]]*\Z|\b(?:and|or|və|veya|и|или)\Z")
_WRAP_AT_LEAST = 40
"""Characters. Nobody wraps prose narrower; a paragraph of shorter lines is a list, a table or verse."""


def blocks(text: str) -> tuple[Span, ...]:
    """The blocks of ``text``: stripped, in order, together covering every character that is not white space."""
    found: list[Span] = []
    for paragraph in _PARAGRAPH.finditer(text):
        if "\n" in paragraph[0]:
            found += _split_paragraph(text, Span(*paragraph.span()))
        else:
            found.append(strip(text, Span(*paragraph.span())))
    return tuple(found)


def strip(text: str, span: Span) -> Span:
    """``span`` without the white space at either end."""
    inner = span.of(text)
    left = len(inner) - len(inner.lstrip())
    right = len(inner.rstrip())
    return Span(span.start + min(left, right), span.start + right)


def _split_paragraph(text: str, paragraph: Span) -> list[Span]:
    lines: list[Span] = []
    start = paragraph.start
    for line in paragraph.of(text).split("\n"):
        lines.append(strip(text, Span(start, start + len(line))))
        start += len(line) + 1
    width = max(line.end - line.start for line in lines)
    found = [lines[0]]
    for before, after in pairwise(lines):
        if _meant(before.of(text), after.of(text), width):
            found.append(after)
        else:
            found[-1] = Span(found[-1].start, after.end)
    return found


def _meant(before: str, after: str, width: int) -> bool:
    """Whether the break between two lines of a paragraph that is ``width`` wide was meant by the writer."""
    word = _FIRST_WORD.match(after)
    wrapped = width >= _WRAP_AT_LEAST and len(before) + 1 + len(word[0] if word else "") > width
    opening = marker(after)
    if opening is not None and (not wrapped or _CLOSING.search(before)):
        return True
    head = marker(before)
    if head is not None and head.kind == "division" and head.end >= len(before):
        return True
    if wrapped:
        return False
    return bool(_CLOSING.search(before)) or not after[:1].islower()
