"""Words that were recognised as lines of a page, so that what is read off a scan is laid out like what was printed."""

from __future__ import annotations

from statistics import median

from rag.corpus.formats.pdf.printed import Line, PrintedRun
from rag.corpus.formats.recognition import Recognition

_ONE_SIZE = 1.25
"""Recognised heights of one font differ by less; headings by more."""


def recognised_lines(recognition: Recognition, scale: float, height: float, body: float) -> tuple[Line, ...]:
    """The lines of a page of ``height`` points whose picture has ``scale`` pixels a point.

    ``body`` is the size of the document's text in points, which the heights of letters only come near; 0 where it is not known.
    """
    sizes = [line.size / scale for line in recognition.lines for word in line.words for _ in word.text]
    own = median(sizes) if sizes else 0.0
    usual = body if body and 1 / _ONE_SIZE < own / body < _ONE_SIZE else own
    found: list[Line] = []
    for line in recognition.lines:
        tall = line.size / scale
        tall = own if 1 / _ONE_SIZE < tall / own < _ONE_SIZE else tall
        bottom = height - line.bottom / scale
        top, size = bottom + tall, tall * usual / own
        runs = [
            PrintedRun(word.text, word.left / scale, word.right / scale, bottom, top, size, False, n > 0)
            for n, word in enumerate(line.words)
        ]
        found.append(Line.of(runs))
    return tuple(found)
