"""Sections from divisions: who stands under whom.

The sections of a document are a partition of its text, in order, each with its full path, so that a citation reads
*Charter › Section II › 3*. Two kinds of path parts are told apart (:func:`is_clause`): a heading opens new matter; a numbered
clause, a lettered item or a row of a sheet (``"3"``, ``"3.1"``, ``"(b)"``, ``"Row 12"``) is a step in the matter above it.
Passages keep within headings but may hold several clauses, because an item such as "(c) trade;" means nothing without the words
that introduce it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.corpus.shape.divisions import CLAUSE, CLOSES, ITEM, Division, divisions
from rag.corpus.shape.draft import Draft
from rag.types import Page, Section, Span

_DEEPEST = 8
_JUMP = 5
"""A clause number may skip this many (repealed clauses); a larger step is a year or a quantity, not a clause."""
_CLAUSE_LABEL = re.compile(r"\d{1,3}(?:-\d{1,2})?(?:\.\d{1,3})*\Z|\([^()\s]{1,6}\)\Z|Row \d+\Z")
_NAMES_ALL = {"level", "title", "capitals"}


@dataclass(frozen=True, slots=True)
class Outline:
    """``sections`` partition the text; ``title`` is the heading that names the whole document, where there is one."""

    sections: tuple[Section, ...]
    title: str | None


def is_clause(label: str) -> bool:
    """Whether a part of a section path is a numbered clause, a lettered item or a row, not a heading."""
    return _CLAUSE_LABEL.match(label) is not None


def heading_path(path: tuple[str, ...]) -> tuple[str, ...]:
    """``path`` without the clauses at its end: ``("Section II", "3", "(b)")`` → ``("Section II",)``."""
    length = len(path)
    while length and is_clause(path[length - 1]):
        length -= 1
    return path[:length]


def path_at(sections: Sequence[Section], offset: int) -> tuple[str, ...]:
    """The full section path at ``offset``, clauses included; empty where no section covers it."""
    index = bisect_right(sections, offset, key=lambda section: section.span.start) - 1
    return sections[index].path if index >= 0 and offset < sections[index].span.end else ()


def page_at(pages: Sequence[Page], offset: int) -> int | None:
    """The number of the page at ``offset``; ``None`` where the document has no pages."""
    index = bisect_right(pages, offset, key=lambda page: page.span.start) - 1
    return pages[index].number if index >= 0 and offset < pages[index].span.end else None


def pages_of(pages: Sequence[Page], span: Span) -> Sequence[Page]:
    """The pages that ``span`` begins on and runs over; none where the document has none."""
    first = bisect_right(pages, span.start, key=lambda page: page.span.start) - 1
    last = bisect_left(pages, span.end, key=lambda page: page.span.start)
    return pages[max(first, 0) : max(last, first + 1)]


def outline(draft: Draft) -> Outline:
    """Find the sections and the title of a draft. A title that stands alone at the top is not repeated in every path."""
    found = divisions(draft)
    title = None
    if found and found[0].first == 0 and found[0].style in _NAMES_ALL:
        name = found[0]
        title = name.label
        if name.style != "level" or _same(title, draft.title) or _stands_alone(found):
            found = found[1:]
            if found and found[0].first == name.last + 1:
                # a passage that is nothing but the title would answer to every question about the document
                found[0] = replace(found[0], first=0)
    return Outline(_sections(draft, found), title)


def _same(heading: str, title: str | None) -> bool:
    return title is not None and heading.casefold() == " ".join(title.split()).casefold()


def _stands_alone(found: list[Division]) -> bool:
    """Whether the first heading is above all others, or has nothing of its own before the next."""
    name, others = found[0], found[1:]
    above = all(other.rank > name.rank for other in others if other.style == "level")
    return above or (bool(others) and others[0].first == name.last + 1 and others[0].rank < CLAUSE)


def _sections(draft: Draft, found: list[Division]) -> tuple[Section, ...]:
    """The partition that the divisions make. ``found`` is in order of the text."""
    if not draft.text:
        return ()
    opened: list[tuple[Division, tuple[str, ...]]] = []
    stack: list[Division] = []
    last: dict[str, str] = {}
    for division in found:
        if _enter(stack, division, last):
            opened.append((division, tuple(d.label for d in stack[:_DEEPEST])))
    starts: list[tuple[int, tuple[str, ...]]] = []
    held: int | None = None
    for position, (division, path) in enumerate(opened):
        start = draft.blocks[division.first].span.start if held is None else held
        after = opened[position + 1][0] if position + 1 < len(opened) else None
        if after is not None and after.first == division.first:
            continue  # "Article 5 (1) …": the line is the paragraph's
        held = start if after is not None and _only_leads_to(division, after) else None
        if held is None:
            starts.append((start, path))
    if not starts or draft.text[: starts[0][0]].strip():
        starts.insert(0, (0, ()))
    starts[0] = (0, starts[0][1])  # white space before the first division is its own
    ends = [*(start for start, _ in starts[1:]), len(draft.text)]
    return tuple(Section(path, Span(start, end)) for (start, path), end in zip(starts, ends, strict=True))


def _only_leads_to(division: Division, after: Division) -> bool:
    """A heading with nothing between it and the next, deeper heading opens that one's section instead of an empty one."""
    return division.bare and division.rank < after.rank < CLAUSE and after.first == division.last + 1


def _enter(stack: list[Division], division: Division, last: dict[str, str]) -> bool:
    """Put a division on the stack of open ones and close those it ends; false where its number is out of sequence.

    ``last`` holds the latest label of each style of clause: numbers may run on from one article to the next.
    """
    if division.style == CLOSES:
        while stack and stack[-1].rank >= ITEM:
            stack.pop()
        return True
    if division.rank < CLAUSE:
        while stack and stack[-1].rank >= division.rank:
            stack.pop()
    elif division.style.startswith("clause") and division.rank > CLAUSE:
        while stack and stack[-1].rank >= CLAUSE and not _holds(stack[-1], division):
            stack.pop()
    else:
        division = _as_roman(stack, division)
        siblings = [n for n, other in enumerate(stack) if other.style == division.style]
        before = stack[siblings[-1]].label if siblings else last.get(division.style)
        if before is not None and not _follows(before, division.label):
            return False
        if siblings:
            del stack[siblings[-1] :]
        last[division.style] = division.label
    stack.append(division)
    return True


def _holds(parent: Division, clause: Division) -> bool:
    """``3`` holds ``3.1`` and ``3.1`` holds ``3.1.2``, whether the parent is a clause or a heading such as ``3. Scope``."""
    number = re.match(r"\d+(?:-\d+)?(?:\.\d+)*", parent.label)
    return number is not None and clause.label.startswith(number[0] + ".")


def _follows(before: str, label: str) -> bool:
    """Whether a clause number comes after its sibling's, or starts a new row at 1. Letters are not checked."""
    numbers = [re.match(r"\(?(\d+)", text) for text in (before, label)]
    if numbers[0] is None or numbers[1] is None:
        return True
    first, second = (int(n[1]) for n in numbers if n is not None)
    return first < second <= first + _JUMP or second == 1


def _as_roman(stack: list[Division], division: Division) -> Division:
    """``(i)`` is a letter after ``(h)`` and a numeral otherwise; ``(v)`` and ``(x)`` likewise."""
    text = division.label.strip("()")
    if not division.style.startswith("letter") or text.lower() not in {"i", "v", "x", "l", "c"}:
        return division
    before = next((d.label.strip("()") for d in reversed(stack) if d.style == division.style), "")
    if len(before) == 1 and ord(before) + 1 == ord(text):
        return division
    roman = "roman" + division.style.removeprefix("letter")
    if text.lower() == "i" or any(d.style == roman for d in stack):
        return replace(division, style=roman)
    return division
