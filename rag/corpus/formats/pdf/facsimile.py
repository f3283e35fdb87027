"""A PDF as its reader knows it: pages as pictures, and where on them the words of an excerpt are printed.

Words are found by their letters and digits alone, in the order in which PDFium reads the page, since loading rejoins broken
words and lines and writes tables anew. Where they do not stand there in one piece, or it cannot be told which of several places
is meant, there is no place: a mark that is a guess would be worse than none.
"""

from __future__ import annotations

import ctypes
import io
import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.corpus.formats.pdf.printed import box
from rag.corpus.refusal import Unreadable
from rag.types import Span

MOST_PIXELS = 6_000_000
"""Of one picture: an A4 page 1,600 pixels wide has 3.6 million."""
MOST_CHARACTERS = 200_000
"""Of one page; what prints more is a drawing made of letters, and no excerpt of it is looked for."""
_GRID = 1 << 20
"""Steps of the square to which PDFium maps a page, which turns it and cuts it as it does for the picture."""
_GAP = 1.5
"""Of a letter's size: words of one line stand closer than this."""
_AROUND = (0, 24, 80)
"""Letters on each side of an excerpt by which one place is told from another, as few as will do."""

Size = tuple[float, float]
_Corners = tuple[float, float, float, float]
"""Left, right, bottom and top in points of the page."""
Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the page's, the origin at its top left."""


@dataclass(frozen=True, slots=True)
class Sought:
    """An excerpt on one page: ``span`` in the page's text, ``words`` inside it that answer."""

    span: Span
    words: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedPlace:
    """Where an excerpt and the words in it that answer are printed, a box a line."""

    boxes: tuple[Box, ...]
    words: tuple[Box, ...]


class Facsimile:
    """An open PDF. Use as a context, or call :meth:`close`."""

    def __init__(self, path: str) -> None:
        """Raises ``Unreadable``."""
        import pypdfium2

        self._pdfium = pypdfium2
        try:
            self._document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError:
            raise Unreadable("it is not a PDF that can be shown.", "Read it as text.") from None

    def __enter__(self) -> Facsimile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._document.close()

    def sizes(self) -> list[Size]:
        """Width and height of every page in points, as it is shown; zeros for a damaged one."""
        return [self._size(number) for number in range(len(self._document))]

    def picture(self, number: int, width: int) -> bytes:
        """Page ``number`` (from 1) as WebP, ``width`` pixels wide, less where it would have too many. Raises ``Unreadable``."""
        page = self._page(number)
        try:
            wide, high = page.get_size()
            scale = min(width / max(1.0, wide), math.sqrt(MOST_PIXELS / max(1.0, wide * high)))
            picture = page.render(scale=scale, may_draw_forms=True).to_pil()
        except (self._pdfium.PdfiumError, ValueError):
            raise Unreadable(f"its page {number} cannot be drawn.", "Read it as text.") from None
        finally:
            page.close()
        written = io.BytesIO()
        picture.convert("RGB").save(written, "WEBP", quality=82, method=2)
        return written.getvalue()

    def places(self, number: int, text: str, sought: Sequence[Sought]) -> list[PrintedPlace | None]:
        """Where on page ``number`` (from 1) each excerpt is printed, ``None`` where that cannot be told.

        ``text`` is the page's in the document. Raises ``Unreadable``.
        """
        page = self._page(number)
        text_page = page.get_textpage()
        try:
            printed = _Letters.on(self._pdfium.raw, text_page)
            written = _Letters.of(text)
            found = [printed.find(written, each) for each in sought]
            raw = self._pdfium.raw
            return [None if one is None else _place(raw, page, text_page, one, printed) for one in found]
        finally:
            text_page.close()
            page.close()

    def _page(self, number: int) -> Any:
        if not 1 <= number <= len(self._document):
            raise Unreadable(f"it has no page {number}.", f"It has {len(self._document)}.")
        try:
            return self._document[number - 1]
        except self._pdfium.PdfiumError:
            raise Unreadable(f"its page {number} is damaged.", "Read it as text.") from None

    def _size(self, index: int) -> Size:
        try:
            return self._document.get_page_size(index)  # type: ignore[no-any-return]
        except self._pdfium.PdfiumError:
            return 0.0, 0.0


@dataclass(frozen=True, slots=True)
class _Found:
    """Ranges of a page's letters: the excerpt's and its words'."""

    all: range
    words: tuple[range, ...]


@dataclass(frozen=True, slots=True)
class _Letters:
    """The letters and digits of a text as one string, each with the index of the character that it comes from."""

    text: str
    indices: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> _Letters:
        pairs = [(letter, index) for index, character in enumerate(text) for letter in _plain(character)]
        return cls("".join(letter for letter, _ in pairs), tuple(index for _, index in pairs))

    @classmethod
    def on(cls, raw: Any, text_page: Any) -> _Letters:
        """Of a page, with PDFium's indices. A character beyond the basic plane comes as two halves; the first counts."""
        count = text_page.count_chars()
        if count > MOST_CHARACTERS:
            return cls("", ())
        letters: list[str] = []
        indices: list[int] = []
        high = 0
        for index in range(count):
            code = raw.FPDFText_GetUnicode(text_page, index)
            if 0xD800 <= code < 0xDC00:
                high = code
                continue
            at = index
            if 0xDC00 <= code < 0xE000:
                if not high:
                    continue
                code, at = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00), index - 1
            high = 0
            for letter in _plain(chr(code)):
                letters.append(letter)
                indices.append(at)
        return cls("".join(letters), tuple(indices))

    def range_of(self, span: Span) -> range:
        """The letters inside ``span``."""
        first = next((n for n, index in enumerate(self.indices) if index >= span.start), len(self.indices))
        last = next((n for n, index in enumerate(self.indices[first:], first) if index >= span.end), len(self.indices))
        return range(first, last)

    def find(self, written: _Letters, sought: Sought) -> _Found | None:
        """Where these letters have what ``written`` has at ``sought``; ``None`` where that is nowhere or not one place."""
        wanted = written.range_of(sought.span)
        if not wanted:
            return None
        for around in _AROUND:
            before = written.text[max(0, wanted.start - around) : wanted.start]
            key = before + written.text[wanted.start : wanted.stop + around]
            at = self.text.find(key)
            if at < 0:
                break
            if self.text.find(key, at + 1) < 0:
                return self._found(at + len(before), written, wanted, sought)
        # Said several times, and as often on the page as in its text: the reading order is the same.
        key = written.text[wanted.start : wanted.stop]
        places = list(_occurrences(self.text, key))
        told = list(_occurrences(written.text, key))
        if len(places) != len(told) or wanted.start not in told:
            return None
        return self._found(places[told.index(wanted.start)], written, wanted, sought)

    @staticmethod
    def _found(start: int, written: _Letters, wanted: range, sought: Sought) -> _Found:
        shift = start - wanted.start
        words = [written.range_of(span) for span in sought.words]
        inside = tuple(
            range(r.start + shift, r.stop + shift) for r in words if r and wanted.start <= r.start <= r.stop <= wanted.stop
        )
        return _Found(range(start, start + len(wanted)), inside)


def _plain(character: str) -> str:
    """Its letters and digits without what the way of writing adds: ligatures apart, accents behind, numbers on the line."""
    return "".join(c for c in unicodedata.normalize("NFKD", character) if c.isalnum() or unicodedata.category(c) == "Mn")


def _occurrences(text: str, key: str) -> Iterator[int]:
    at = text.find(key)
    while at >= 0:
        yield at
        at = text.find(key, at + 1)


def _place(raw: Any, page: Any, text_page: Any, found: _Found, printed: _Letters) -> PrintedPlace | None:
    def boxes(letters: range) -> tuple[Box, ...]:
        indices = sorted({printed.indices[n] for n in letters})
        return tuple(_shown(raw, page, line) for line in _lines([box(text_page, index) for index in indices]))

    every = boxes(found.all)
    return PrintedPlace(every, tuple(b for letters in found.words for b in boxes(letters))) if every else None


def _lines(characters: Sequence[_Corners]) -> list[_Corners]:
    """One for each run of characters that stand beside each other; on a page that is turned they stand below each other."""
    lines: list[_Corners] = []
    for n, here in enumerate(characters):
        left, right, bottom, top = here
        if n and _beside(characters[n - 1], here):
            begun = lines[-1]
            lines[-1] = min(begun[0], left), max(begun[1], right), min(begun[2], bottom), max(begun[3], top)
        else:
            lines.append(here)
    return lines


def _beside(one: _Corners, other: _Corners) -> bool:
    """Whether two characters of the page are neighbours in a line, in either direction."""
    across = min(one[1], other[1]) - max(one[0], other[0])
    along = min(one[3], other[3]) - max(one[2], other[2])
    size = max(one[3] - one[2], other[3] - other[2], one[1] - one[0], other[1] - other[0])
    level = along > 0.5 * min(one[3] - one[2], other[3] - other[2])
    upright = across > 0.5 * min(one[1] - one[0], other[1] - other[0])
    return (level and across > -_GAP * size) or (
        upright and along > -_GAP * size and along < 0.2 * size and _turned(one, other)
    )


def _turned(one: _Corners, other: _Corners) -> bool:
    """Whether both are wider than high: letters that lie on their side."""
    return all(c[1] - c[0] > c[3] - c[2] for c in (one, other))


def _shown(raw: Any, page: Any, corners: _Corners) -> Box:
    """From points of the page, whose origin and turn are its own, to shares of its picture."""
    left, right, bottom, top = corners

    def point(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _GRID, _GRID, 0, x, y, across, down)
        return min(1.0, max(0.0, across.value / _GRID)), min(1.0, max(0.0, down.value / _GRID))

    (ax, ay), (bx, by) = point(left, top), point(right, bottom)
    return round(min(ax, bx), 5), round(min(ay, by), 5), round(abs(ax - bx), 5), round(abs(ay - by), 5)
