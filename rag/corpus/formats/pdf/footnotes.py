"""Footnotes: found at the foot of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.corpus.formats.pdf.printed import Line

_SMALLER = 0.95
"""Of the body's size: notes are set smaller than this, or open with a raised mark."""
_OPENS = re.compile(
    r"(?P<mark>[¹²³⁰⁴-⁹]{1,3}|\*{1,3}|†|‡)\s?(?=\S)|(?P<number>\d{1,3})[.)]?\s+(?=[^\W\d])"
    r"|\[(?P<bracketed>\d{1,3})\]\s*(?=\S)"
)
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def parted_notes(lines: Sequence[Line], body: float) -> tuple[list[Line], list[list[Line]]]:
    """The lines of a page or column without the notes at its foot, and the lines of each note."""
    first = len(lines)
    for index in range(len(lines) - 1, 0, -1):
        line = lines[index]
        opening = _OPENS.match(line.text)
        if opening is not None and (line.size < _SMALLER * body or opening["mark"]) and _below(lines[:index], line):
            first = index
        elif (line.size >= _SMALLER * body and first < len(lines)) or (line.size >= _SMALLER * body and index < len(lines) - 4):
            break
    notes: list[list[Line]] = []
    for line in lines[first:]:
        if _OPENS.match(line.text) or not notes:
            notes.append([line])
        else:
            notes[-1].append(line)
    return list(lines[:first]), notes


def mark_of(text: str) -> str:
    """The mark that a note opens with as it stands in the text, raised; empty where there is none."""
    opening = _OPENS.match(text)
    if opening is None:
        return ""
    return opening["mark"] or (opening["number"] or opening["bracketed"]).translate(_SUPERSCRIPT)


def raised(number: int) -> str:
    """A number as the mark of a note."""
    return str(number).translate(_SUPERSCRIPT)


def _below(above: Sequence[Line], line: Line) -> bool:
    """Whether a line stands lower than all the text before it."""
    return all(line.top <= other.top for other in above)
