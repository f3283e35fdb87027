"""A citation in its surroundings: the paragraph that a quoted sentence stands in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.types import Citation, Span

_BREAK = re.compile(r"\n[ \t]*\n")
_SENTENCE = re.compile(r"[.!?…。]['\"”’»)\]]*(?=\s)")
SIDE = 420
"""Code points shown on each side of a quote at most: about five lines, enough to judge it by."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``before + citation.quote + after`` is the paragraph, cut at a word where it is long; ``cut_before`` and ``cut_after``
    say on which side it was. ``language`` is the document's, as an ISO 639-1 code, where it is known."""

    citation: Citation
    before: str = ""
    after: str = ""
    cut_before: bool = False
    cut_after: bool = False
    language: str | None = None


def excerpt(citation: Citation, text: str, language: str | None = None) -> Surroundings:
    """``citation`` with the rest of its paragraph from ``text``, the canonical text of its document.

    Where ``text`` is not the one that was cited (the index moved on in between), the quote stands alone.
    """
    if citation.span.of(text) != citation.quote:
        return Surroundings(citation, language=language)
    before, cut_before = _before(text, citation.span)
    after, cut_after = _after(text, citation.span)
    return Surroundings(citation, before, after, cut_before, cut_after, language)


def opening(text: str, most: int = 320) -> str:
    """The first whole sentences of ``text`` within ``most`` code points, else its first words, on one line; a sign of omission
    stands after a space where the text goes on."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    ends = [end.end() for end in _SENTENCE.finditer(line, 0, most)]
    cut = ends[-1] if ends and ends[-1] > most // 3 else line.rfind(" ", 0, most)
    return f"{line[: cut if cut > 0 else most].rstrip()} …"


def _before(text: str, span: Span) -> tuple[str, bool]:
    reach = max(0, span.start - SIDE)
    side = text[reach : span.start]
    breaks = list(_BREAK.finditer(side))
    if breaks:
        return side[breaks[-1].end() :].lstrip(), False
    if reach == 0:
        return side.lstrip(), False
    _, space, rest = side.partition(" ")
    return (rest if space else side), True


def _after(text: str, span: Span) -> tuple[str, bool]:
    reach = min(len(text), span.end + SIDE)
    side = text[span.end : reach]
    found = _BREAK.search(side)
    if found:
        return side[: found.start()].rstrip(), False
    if reach == len(text):
        return side.rstrip(), False
    rest, space, _ = side.rpartition(" ")
    return (rest if space else side), True
