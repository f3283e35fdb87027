"""What is printed on a page, by PDFium: runs of characters with their places. The one module that asks PDFium for text.

A run is what one text object of the page prints without a wide gap; a word processor makes one of a line or of a word, and a
cell of a table is never in one run with another cell. A line is the runs that PDFium takes for one, in reading order.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.corpus.formats.pdf.turned import Corners, as_shown

_HYPHEN = "\x02"
"""What PDFium gives for a hyphen at the end of a line."""
_BOLD = 600
_BOLD_NAME = re.compile(rb"(?i)(?:bold|black|heavy)(?![a-z])")
_FONT_NAME = 128
"""Bytes; a longer name is not looked at."""
_SMALL = 0.8
_RAISED = 0.12
_MARK = re.compile(r"\d{1,3}\Z")
_OPENING_MARK = re.compile(r"\A[¹²³⁰⁴-⁹]{1,3}(?=\w)")
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
WIDE = 0.8
"""Of the font's size: words of one cell stand closer than this."""


@dataclass(frozen=True, slots=True)
class PrintedRun:
    """Characters in one piece; places in points from the bottom left of the page, ``size`` the height of the font.

    ``space`` says that white space stands before it, ``hyphen`` that it ends in a hyphen that broke a word.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool
    space: bool = False
    hyphen: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Runs side by side, the stretch of a printed line that is read in one go."""

    runs: tuple[PrintedRun, ...]
    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool
    hyphen: bool = False

    @classmethod
    def of(cls, runs: Sequence[PrintedRun]) -> Line:
        """The line that ``runs`` make, in their order."""
        words = "".join(_written(run, runs) for run in runs)
        longest = max(runs, key=lambda run: len(run.text))
        return cls(
            tuple(runs),
            _OPENING_MARK.sub(r"\g<0> ", " ".join(words.split())),
            min(run.left for run in runs),
            max(run.right for run in runs),
            min(run.bottom for run in runs),
            max(run.top for run in runs),
            longest.size,
            runs[0].bold,
            runs[-1].hyphen,
        )

    def stretches(self) -> tuple[Line, ...]:
        """The line cut at its wide gaps."""
        found: list[list[PrintedRun]] = [[self.runs[0]]]
        for run in self.runs[1:]:
            before = found[-1][-1]
            gap = max(run.left - before.right, before.left - run.right)
            if gap > WIDE * max(before.size, run.size):
                found.append([run])
            else:
                found[-1].append(run)
        return tuple(Line.of(runs) for runs in found) if len(found) > 1 else (self,)


def _written(run: PrintedRun, beside: Sequence[PrintedRun]) -> str:
    """A run in its line. A small raised number is a mark of a note; written like the rest it would add a digit to a word."""
    body = max(beside, key=lambda other: len(other.text))
    raised = run.size < _SMALL * body.size and run.bottom > body.bottom + _RAISED * body.size
    if raised and _MARK.match(run.text):
        return run.text.translate(_SUPERSCRIPT)
    return (" " if run.space else "") + run.text


def printed_lines(pypdfium2: Any, page: Any) -> list[Line]:
    """The lines of a page in PDFium's order, at the places where they are shown."""
    text_page = page.get_textpage()
    shown = as_shown(page)
    try:
        return [Line.of(runs) for runs in _lines(pypdfium2.raw, text_page, lambda index: shown(box(text_page, index)))]
    finally:
        text_page.close()


def _lines(raw: Any, text_page: Any, place: Callable[[int], Corners]) -> Iterator[list[PrintedRun]]:
    runs: list[PrintedRun] = []
    codes: list[int] = []
    places: list[int] = []
    owner: int | None = None
    last_right = 0.0
    space = False

    def finish(*, hyphen: bool = False) -> None:
        nonlocal space
        text = _decode(codes)
        if text.strip() and places:
            runs.append(_run(raw, text_page, place, text.strip(), places, space or text[:1].isspace(), hyphen))
            space = text[-1:].isspace()
        elif text:
            space = True
        codes.clear()
        places.clear()

    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in (10, 13) or code == ord(_HYPHEN):
            finish(hyphen=code == ord(_HYPHEN))
            if runs:
                yield runs
                runs = []
            space = False
            continue
        if code > 32 and raw.FPDFText_IsGenerated(text_page, index) != 1:
            found = ctypes.cast(raw.FPDFText_GetTextObject(text_page, index), ctypes.c_void_p).value
            left, right, bottom, top = place(index)
            if places and (found != owner or left - last_right > WIDE * (top - bottom)):
                finish()
            owner, last_right = found, right
            places.append(index)
        codes.append(code)
    finish()
    if runs:
        yield runs


def _run(
    raw: Any, text_page: Any, place: Callable[[int], Corners], text: str, places: Sequence[int], space: bool, hyphen: bool
) -> PrintedRun:
    boxes = [place(index) for index in (places[0], places[len(places) // 2], places[-1])]
    heights = sorted(top - bottom for _, _, bottom, top in boxes)
    return PrintedRun(
        text=text,
        left=min(b[0] for b in boxes),
        right=max(b[1] for b in boxes),
        bottom=min(b[2] for b in boxes),
        top=max(b[3] for b in boxes),
        size=heights[1],
        bold=_is_bold(raw, text_page, places[0]),
        space=space,
        hyphen=hyphen,
    )


def _is_bold(raw: Any, text_page: Any, index: int) -> bool:
    """By the weight of the font or, where the file does not hold the font and so has no weight of it, by its name."""
    if raw.FPDFText_GetFontWeight(text_page, index) >= _BOLD:
        return True
    name = ctypes.create_string_buffer(_FONT_NAME)
    length = raw.FPDFText_GetFontInfo(text_page, index, name, _FONT_NAME, None)
    return 0 < length <= _FONT_NAME and _BOLD_NAME.search(name.raw[:length]) is not None


def box(text_page: Any, index: int) -> Corners:
    """Left, right, bottom, top of a character in points, the origin at the bottom left of the page before it is turned.

    The loose box goes from the font's descent to its ascent, so its height is the size as printed, whatever the matrix.
    """
    left, bottom, right, top = text_page.get_charbox(index, loose=True)
    return left, right, bottom, top


def _decode(codes: Sequence[int]) -> str:
    """PDFium gives UTF-16 units; pairs make one character and halves none."""
    units = "".join(map(chr, codes))
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
