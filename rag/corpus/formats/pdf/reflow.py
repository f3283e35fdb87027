"""Printed lines into paragraphs: running heads dropped, hyphens at line ends closed, headings told by their size."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from statistics import median

from rag.corpus.formats.pdf.furniture import PageLines
from rag.corpus.formats.pdf.items import Item, items_of
from rag.corpus.formats.pdf.printed import Line
from rag.corpus.shape.divisions import captions
from rag.corpus.shape.draft import Piece
from rag.corpus.shape.markers import Marker, marker
from rag.corpus.shape.tables import table_pieces

_GAP = 0.75
"""Of the line height; lines of one paragraph stand closer than this."""
_LONG = 40
"""Characters of a paragraph that a number may go on with, or any word overleaf; a shorter one may be a line of an address."""
_MORE = 0.35
"""Of the line height; paragraphs stand further apart than lines by this, where a column shows how far those do."""
_CLOSED = re.compile(r"[.;:!?…]['\"”’»)\]]*\Z")
_OPEN = re.compile(
    r"(?:[,(–—]|\b(?:a|an|and|as|at|by|for|from|in|is|its|no|not|of|on|or|that|the|their|to|under|which|with|"
    r"və|ilə|üçün|ya|bir|ve|ile|için|veya|и|в|во|на|с|со|о|от|до|для|из|к|по|за|или))\Z",
    re.IGNORECASE,
)
"""A line that ends so is not at the end of anything."""
_WORD = re.compile(r"\w+(?:-\w+)*")


def pieces_of(pages: Sequence[PageLines]) -> Iterator[Piece]:
    """The paragraphs, headings, tables and notes of a document. A paragraph that runs over a page is one block with two pages.

    Notes come behind the paragraph that ends their column; before it where it runs on overleaf, since pages go forward.
    """
    items = items_of(pages)
    words = {word.casefold() for item in items if item.line for word in _WORD.findall(item.line.text)}
    paragraph: list[Piece] = []
    inside: list[Piece] = []
    glue: str | None = None
    tight = False
    for item, after in zip_longest(items, items[1:]):
        join: str | None = None
        close = False
        if item.line is None:
            paragraph += table_pieces(item.rows, pages=item.pages)
        else:
            text, join, close = _written(item.line, item, after, words, sum(len(piece.text) for piece in paragraph))
            strong = item.line.bold and captions(item.line.text)
            paragraph.append(Piece(text, item.level, strong=strong, page=item.pages[0], glue=glue, tight=tight))
        if join is not None:
            inside += item.notes
        else:
            yield from (replace(note, page=paragraph[0].page) for note in inside)
            yield from paragraph
            yield from item.notes
            paragraph, inside = [], []
        glue, tight = join, close and item.level is None


def _written(line: Line, item: Item, after: Item | None, words: set[str], before: int) -> tuple[str, str | None, bool]:
    """The text of a line, what joins it to the next (``None``: a paragraph ends), and whether the next stands close below.

    ``before`` characters of its paragraph stand before it.
    """
    if after is None or after.line is None:
        return line.text, None, False
    jump = after.part != item.part
    if item.level == after.level and _same_paragraph(
        line, after.line, item, jump=jump, heading=item.level is not None, long=before + len(line.text) >= _LONG
    ):
        return *_joined(line, after.line, words), False
    close = not jump and line.bottom - after.line.top <= _GAP * line.size and marker(after.line.text) is not None
    return line.text, None, close


def _joined(line: Line, after: Line, words: set[str]) -> tuple[str, str]:
    """The text of ``line`` and what stands between it and ``after``, where a word may run over the end of the line.

    The hyphen was the typesetter's unless the document writes the word with it elsewhere, or a name or a number follows it.
    """
    hyphen = line.hyphen or (line.text.endswith("-") and len(line.text) > 1 and line.text[-2].isalnum())
    if not hyphen:
        return line.text, " "
    stem = line.text.removesuffix("-")
    first, second = _WORD.findall(stem)[-1:], _WORD.findall(after.text)[:1]
    whole = f"{first[0]}-{second[0]}" if first and second else ""
    keep = not after.text[:1].islower() or whole.casefold() in words
    return stem + ("-" if keep else ""), ""


def _same_paragraph(before: Line, line: Line, item: Item, *, jump: bool, heading: bool, long: bool) -> bool:
    """Whether ``line`` goes on with the paragraph of ``before``, which is ``item``; after a ``jump`` to the next column or page
    their distance says nothing."""
    if before.hyphen or (before.text.endswith("-") and line.text[:1].isalnum() and not heading):
        return True
    height = median((before.size, line.size))
    gap = _GAP * height if item.leading is None else item.leading + _MORE * height
    if not jump and (before.bottom - line.top > gap or line.bottom > before.bottom + height):
        return False
    opening = marker(line.text)
    if heading:
        return not jump and opening is None
    weight = before.bold != line.bold
    closed = _CLOSED.search(before.text) is not None
    width = (line.right - line.left) / max(1, len(line.text))
    fits = max(item.edge, line.right if not jump else 0.0) - before.right > width * (len(line.text.split(maxsplit=1)[0]) + 2)
    if opening is not None and (fits or closed or jump or line.left > before.left + 1 or _in_turn(before, line, opening)):
        return False
    if weight and (fits or jump or opening is not None or not _goes_on(before, line, False)):
        return False  # a line in bold heads what is not
    if jump:
        return not closed and (not fits or long or _goes_on(before, line, long))
    if fits:
        return not closed and _goes_on(before, line, long)
    indented = line.left > before.left + height
    return not (indented and closed)


def _in_turn(before: Line, line: Line, opening: Marker) -> bool:
    """Whether ``line`` stands below ``before`` as an item below an item or a division below a title.

    Short lines tell no margin, so that a line may seem to be full that is not.
    """
    if opening.kind == "division":
        left, capitals = line.left < before.left - line.size, before.text.isupper() and not line.text.isupper()
        return (left or capitals) and captions(before.text)
    above = marker(before.text)
    return above is not None and above.style == opening.style and abs(line.left - before.left) <= 1


def _goes_on(before: Line, line: Line, long: bool) -> bool:
    """Whether the words alone say that ``line`` continues ``before``, which is not closed."""
    first = line.text[:1]
    return first.islower() or (long and first.isdigit()) or _OPEN.search(before.text) is not None
