"""Scanned pages: which of them text recognition reads, with what confidence, and what is to be said of the others."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from rag.corpus.formats.pdf.furniture import PageLines
from rag.corpus.formats.pdf.recognised import recognised_lines
from rag.corpus.formats.pictures import is_blank
from rag.corpus.formats.recognition import INSTALL, Recogniser
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Gap

_DPI = 300
"""What Tesseract was trained for."""
_MOST_PIXELS = 20_000_000
"""An A3 page at 300 dpi has 17 million; what is larger is rendered smaller."""
_POINTS = 72
_SHARPER = "Scan it again, sharper and upright, or type it."
_SLOWER = "Raise parsing_ocr_seconds."


class Scans:
    """Recognises pages of one document. ``recogniser`` is ``None`` where that is not wanted."""

    def __init__(self, recogniser: Recogniser | None) -> None:
        self._recogniser = recogniser
        self.sure: dict[int, float] = {}
        """The confidence of each page that was read."""
        self._unsure: dict[int, float] = {}
        self._slow: list[int] = []
        self._left: list[int] = []
        self._remedy = INSTALL

    def read(self, picture: Any, page: PageLines, scale: float, body: float) -> PageLines:
        """``page`` with the lines that its ``picture`` shows, of ``scale`` pixels a point; as it is where that cannot be read.

        ``body`` is the size of the text elsewhere in points, 0 where there is none.
        """
        recogniser = self._recogniser
        if recogniser is None or recogniser.hindrance:
            self._remedy = recogniser.hindrance if recogniser is not None else self._remedy
            self._left.append(page.number)
            return page
        if is_blank(picture):
            return page
        found = recogniser.read(picture, picture.width / scale / _POINTS)
        if found is None:
            self._slow.append(page.number)
        elif not found.lines or found.confidence < recogniser.least:
            self._unsure[page.number] = found.confidence
        else:
            self.sure[page.number] = round(found.confidence, 4)
            return PageLines(page.number, page.height, recognised_lines(found, scale, page.height, body))
        return page

    def read_all(self, document: Any, pages: Sequence[PageLines], numbers: Sequence[int], body: float) -> list[PageLines]:
        """``pages`` of a PDFium document, those with ``numbers`` recognised."""
        return [self._read_page(document, page, body) if page.number in numbers else page for page in pages]

    def _read_page(self, document: Any, page: PageLines, body: float) -> PageLines:
        if self._recogniser is None or self._recogniser.hindrance:
            return self.read(None, page, 1.0, body)
        drawn = document[page.number - 1]
        width, height = drawn.get_size()
        scale = min(_DPI / _POINTS, math.sqrt(_MOST_PIXELS / max(1.0, width * height)))
        picture = drawn.render(scale=scale, grayscale=True).to_pil()
        drawn.close()
        return self.read(picture, page, scale, body)

    def tried(self, number: int) -> bool:
        """Whether recognition looked at a page, whatever came of it."""
        return number in self.sure or number in self._unsure or number in self._slow

    def knows(self, number: int) -> bool:
        """Whether a page is told of in :meth:`gaps`."""
        return self.tried(number) or number in self._left

    def gaps(self, besides: Collection[int] = ()) -> Iterator[Gap]:
        """What is to be said of the pages, those that were read included; of ``besides`` others say that they are not."""
        if left := [number for number in self._left if number not in besides]:
            yield Gap(f"{pages_are(left)} scanned, without text.", self._remedy)
        if self._unsure:
            best = max(self._unsure.values())
            yield Gap(f"{pages_are(list(self._unsure))} recognised too unsurely to be read ({best:.0%}).", _SHARPER)
        if self._slow:
            yield Gap(f"{pages_are(self._slow)} scanned, and text recognition takes too long.", _SLOWER)
        if self.sure:
            least = min(self.sure.values())
            yield Gap(f"{pages_are(list(self.sure))} scanned and read by text recognition ({least:.0%} sure).", lost=False)

    def refusal(self, what: str) -> Unreadable:
        """Why a document has no text though it has pictures: ``what`` it is ("its pages are images")."""
        if self._unsure:
            best = max(self._unsure.values())
            return Unreadable(f"{what}, recognised too unsurely to be read ({best:.0%}).", _SHARPER)
        if self._slow:
            return Unreadable(f"{what}, and text recognition takes too long.", _SLOWER)
        return Unreadable(f"{what} without text (a scan).", self._remedy)


def pages_are(numbers: Sequence[int]) -> str:
    """``page 3 is``, ``pages 2, 4–7 are``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    several = len(numbers) > 1
    names = ", ".join(f"{r[0]}–{r[-1]}" if len(r) > 2 else ", ".join(map(str, r)) for r in runs)
    return f"page{'s' if several else ''} {names} {'are' if several else 'is'}"
