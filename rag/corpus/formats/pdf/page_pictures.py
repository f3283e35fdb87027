"""The pictures on a page of a PDF: whether one is the page itself (a scan), and whether one seems to hold words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.corpus.formats.pdf.printed import Line
from rag.corpus.formats.pdf.turned import Corners, as_shown
from rag.corpus.formats.pictures import MOST_PIXELS, shows_text

_SCAN = 0.4
"""Of a page: a picture that covers more may be the page."""
_LEAST = 0.02
"""Of a page: smaller pictures are logos and signatures."""
_OVERLAID = 20
"""Characters of text over a picture, visible or not: somebody has recognised what it says."""
_MOST = 12
"""Pictures of one page that are looked at."""


@dataclass(frozen=True, slots=True)
class PagePictures:
    """``covered``: there is a picture at all. ``scan``: one covers the page. ``worded``: one seems to hold words, and no text
    lies over it."""

    covered: bool = False
    scan: bool = False
    worded: bool = False

    @classmethod
    def on(cls, pypdfium2: Any, page: Any, lines: Sequence[Line]) -> PagePictures:
        """The pictures of one page, whose lines are known."""
        width, height = page.get_size()
        shown = as_shown(page)
        covered = scan = worded = False
        for looked, picture in enumerate(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
            covered = True
            left, right, bottom, top = shown(_corners(picture))
            share = (right - left) * (top - bottom) / max(1.0, width * height)
            scan = scan or share >= _SCAN
            over = sum(
                len(s.text) for s in lines if bottom <= (s.bottom + s.top) / 2 <= top and s.left < right and s.right > left
            )
            if not worded and share >= _LEAST and over < _OVERLAID and looked < _MOST:
                worded = _shows_text(pypdfium2, picture)
        return cls(covered, scan, worded)


def _corners(picture: Any) -> Corners:
    left, bottom, right, top = picture.get_bounds()
    return left, right, bottom, top


def _shows_text(pypdfium2: Any, picture: Any) -> bool:
    wide, high = picture.get_px_size()
    if not 0 < wide * high <= MOST_PIXELS:
        return False
    try:
        bitmap = picture.get_bitmap()
        return shows_text(bitmap.to_pil())
    except (pypdfium2.PdfiumError, ValueError, OSError):
        return False  # a picture that cannot be decoded is not seen by a reader either
