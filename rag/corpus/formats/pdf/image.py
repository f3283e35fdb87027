"""Pictures of pages as sources: PNG, JPEG and TIFF (of several pages), read by text recognition or refused with the remedy."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

from rag.corpus.formats.pdf.furniture import PageLines
from rag.corpus.formats.pdf.items import body_size
from rag.corpus.formats.pdf.reflow import pieces_of
from rag.corpus.formats.pdf.scans import Scans
from rag.corpus.formats.pictures import MOST_PIXELS
from rag.corpus.formats.recognition import Recogniser
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, draft_of
from rag.settings import Parsing

_FORMATS = ("PNG", "JPEG", "TIFF")
_WIDTH = 595.0
"""Points of an A4 page: places only need to be in proportion."""


def draft_image(data: bytes, parsing: Parsing, recogniser: Recogniser | None = None) -> Draft:
    """A draft of a picture, each frame of it a page.

    Raises:
        Unreadable: it is damaged, too large, or nothing can be recognised in it.
    """
    scans = Scans(recogniser)
    pages: list[PageLines] = []
    for number, picture in enumerate(_pictures(data, parsing), 1):
        scale = picture.width / _WIDTH
        page = PageLines(number, picture.height / scale, ())
        pages.append(scans.read(picture, page, scale, body_size(pages)))
    if not scans.sure:
        raise scans.refusal("it is an image")
    return draft_of(pieces_of(pages), gaps=list(scans.gaps()), recognised=scans.sure)


def _pictures(data: bytes, parsing: Parsing) -> Iterator[Any]:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own cap is below Pillow's
            file = Image.open(io.BytesIO(data), formats=_FORMATS)
        with file:
            frames = getattr(file, "n_frames", 1)
            if frames > parsing.max_pages:
                raise Unreadable(f"it has {frames:,} pages, more than allowed.", "Split it, or raise parsing_max_pages.")
            for number in range(frames):
                file.seek(number)
                if file.width * file.height > MOST_PIXELS:
                    size = f"{file.width:,} × {file.height:,}"
                    raise Unreadable(f"it has {size} pixels, too many to read.", "Save it smaller; 300 dots an inch do.")
                yield ImageOps.exif_transpose(file).convert("L")
    except Image.DecompressionBombError:
        raise Unreadable("it has too many pixels to read.", "Save it smaller; 300 dots an inch do.") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise Unreadable("it is not an image or is damaged.", "Open it and save it again.") from None
