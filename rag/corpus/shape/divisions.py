"""Which blocks open a division of the document, and how high it ranks: headings as the format states them, and what drafters
write: ``Article 5``, ``3.1``, ``(b)``, lines in CAPITALS, short title lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.corpus.shape.draft import Block, Draft
from rag.corpus.shape.markers import RANK, TABLE_CAPTION, TOP, Marker, marker

CLAUSE = 1000
"""Ranks from here on are clauses and items; below are headings. A smaller rank is a higher level."""

ITEM = CLAUSE + 100
CLOSES = "closes"
"""The style of a paragraph that ends a list: the words after "(c) trade." belong to what the list stands in, not to (c)."""

_CAPITALS, _TITLE = 35, 62
_LABEL = 120
_TITLE_CHARACTERS = 90
_TITLE_WORDS = 12
_BODY = 60
"""Characters. What follows a line that no format marks as a heading must be at least this long, or open with a marker, for the
line to be one; otherwise it is a line of a list, an address or a signature."""
_PARAGRAPH = re.compile(r"\(\d{1,3}\)\s+(?=\S)")
_ENDS_OPEN = re.compile(r"[.;:,!?…。]['\"”’»)]*\Z")


@dataclass(frozen=True, slots=True)
class Division:
    """Blocks ``first`` to ``last`` open a division called ``label``. ``bare`` says that they hold the heading and nothing else.

    ``style`` tells siblings from children among clauses, and says what kind of heading the others are.
    """

    first: int
    last: int
    label: str
    rank: int
    bare: bool
    style: str


def divisions(draft: Draft) -> list[Division]:
    """The divisions of a draft, in order."""
    return _Reader(draft).read()


class _Reader:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.texts = [block.span.of(draft.text) for block in draft.blocks]
        self.markers = [marker(t) if b.prose else None for t, b in zip(self.texts, draft.blocks, strict=True)]
        # a title alone does not say that the format marks its headings
        self.levelled = any(block.level is not None for block in draft.blocks[1:])
        self.section_first = self._first("section") <= self._first("article")

    def read(self) -> list[Division]:
        found: list[Division] = []
        for index, block in enumerate(self.draft.blocks):
            if found and index <= found[-1].last:
                continue
            division = self._division(index, block)
            if division is None and self.markers[index] is None and found and found[-1].rank == ITEM:
                division = Division(index, index, "", CLAUSE, False, CLOSES)
            if division is not None:
                found.append(division)
                found += self._opens_with(index, division)
        return found

    def _opens_with(self, index: int, division: Division) -> Iterator[Division]:
        """The paragraph that stands on the line of its article: ``MADDE 5 – (1) …``, ``3.—(1) …``."""
        opening = self.markers[index]
        if opening is None or opening.kind not in {"division", "clause"} or division.last != index:
            return
        inner = _PARAGRAPH.match(self.texts[index], opening.end)
        if inner is not None and (first := marker(inner[0])) is not None:
            yield Division(index, index, first.label, ITEM, False, first.style)

    def _division(self, index: int, block: Block) -> Division | None:
        text, opening = self.texts[index], self.markers[index]
        if self._captions_table(index):
            return None
        if block.level is not None and self._captioned(index, block.level):
            label = f"{text.rstrip('.: ')}. {self.texts[index + 1]}"
            return Division(index, index + 1, _label(label), block.level, True, "level")
        if block.level is not None:
            return Division(index, index, block.place or _label(text), block.level, True, "place" if block.place else "level")
        if block.place:
            return Division(index, index, block.place, ITEM, False, "row")
        if not block.prose:
            return None
        if opening is None:
            style = "" if self.levelled and not block.strong else self._title_line(index)
            rank = _CAPITALS if style == "capitals" else _TITLE
            return Division(index, index, _label(text), rank, True, style) if style else None
        if opening.kind == "division":
            return self._named(index, opening)
        if opening.kind == "clause":
            heading = self._clause_heads(index, opening)
            label = _label(text) if heading else opening.label
            return Division(index, index, label, CLAUSE + opening.label.count("."), heading, opening.style)
        if opening.kind == "item":
            return Division(index, index, opening.label, ITEM, False, opening.style)
        return None

    def _captioned(self, index: int, level: int) -> bool:
        """Whether a heading is the bare name of a division, as in ``ANNEX II``, and the next of its level its caption."""
        opening = self.markers[index]
        if opening is None or opening.kind != "division" or self.texts[index][opening.end :].strip(" .:"):
            return False
        below = index + 1
        return (
            below + 1 < len(self.texts)
            and self.draft.blocks[below].level == level
            and (self.draft.blocks[below + 1].level != level or self.markers[below + 1] is not None)
            and self.markers[below] is None
            and captions(self.texts[below])
        )

    def _captions_table(self, index: int) -> bool:
        opens = index + 1 < len(self.texts) and self.draft.blocks[index + 1].opens
        return opens and self.draft.blocks[index].role is None and TABLE_CAPTION.match(self.texts[index]) is not None

    def _named(self, index: int, opening: Marker) -> Division:
        """``Article 5``, with its caption where one stands behind it or on a line of its own below."""
        rest = self.texts[index][opening.end :].strip()
        label, last, bare = opening.label, index, True
        if rest:
            bare = captions(rest)
            label = f"{label}. {rest}" if bare else label
        elif index + 2 < len(self.texts) and self.markers[index + 1] is None and captions(self.texts[index + 1]):
            below = self.draft.blocks[index + 1]
            if below.level is None and below.prose:
                label, last = f"{label}. {self.texts[index + 1]}", index + 1
        return Division(index, last, _label(label), self._named_rank(opening), bare, opening.style)

    def _named_rank(self, opening: Marker) -> int:
        """10 to 60 by the word. An article may hold sections as a section holds articles: the first is higher."""
        rank = 20 if opening.word in TOP else 10 * RANK.get(opening.word, 6)
        if opening.word == "section" and not self.section_first:
            rank = 61
        return rank + 10 if self.levelled else rank

    def _first(self, word: str) -> int:
        return next((n for n, m in enumerate(self.markers) if m is not None and m.word == word), len(self.markers))

    def _clause_heads(self, index: int, opening: Marker) -> bool:
        """``1. Introduction`` heads what follows; in ``1. Energy / 2. Trade`` the same shape is a line of a list."""
        if index + 1 == len(self.texts) or not captions(self.texts[index][opening.end :].strip()):
            return False
        after = self.markers[index + 1]
        if after is None:
            return len(self.texts[index + 1]) >= _BODY
        return after.kind == "clause" and after.label.startswith(opening.label + ".")

    def _title_line(self, index: int) -> str:
        """``"capitals"`` or ``"title"`` where a line that nothing marks is a heading; empty where it is not."""
        text = self.texts[index]
        if index + 1 == len(self.texts) or not captions(text) or not self._blank_before(index):
            return ""
        capitals = text.isupper() and len(text) > 3
        after, following = self.markers[index + 1], self.texts[index + 1]
        if capitals:
            return "capitals" if after is not None or len(following) >= _BODY or index == 0 else ""
        if self.draft.blocks[index].strong:
            return "title"
        if not self._blank_before(index + 1) or (after is None and len(following) < _BODY):
            return ""
        return "" if after is not None and after.kind == "bullet" else "title"

    def _blank_before(self, index: int) -> bool:
        if index == 0:
            return True
        blocks = self.draft.blocks
        return self.draft.text.count("\n", blocks[index - 1].span.end, blocks[index].span.start) > 1


def captions(text: str) -> bool:
    """Whether a line can be the words of a heading: one line, short, not cut off by a stop, not begun in lower case."""
    return (
        0 < len(text) <= _TITLE_CHARACTERS
        and "\n" not in text
        and len(text.split()) <= _TITLE_WORDS
        and _ENDS_OPEN.search(text) is None
        and (text[0].isalnum() or text[0] in "\"'“«‘(§")
        and not text[0].islower()
        and any(c.isalpha() for c in text)
    )


def _label(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LABEL else line[: _LABEL - 1].rsplit(" ", 1)[0] + "…"
