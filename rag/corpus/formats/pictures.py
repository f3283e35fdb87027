"""Whether a picture shows printed words, by its rows of ink: no words are read, but what is lost can be named.

Print is dark on a light ground, or light on a dark one, in bands of about one height with blank rows between them; photographs
have no blank rows, and a logo or a rule has too few bands.
"""

from __future__ import annotations

import io
from itertools import groupby
from statistics import median
from typing import Any

MOST_PIXELS = 60_000_000
_HEIGHT, _WIDTH = 900, 700
_INK = 96
"""Of 255: as much darker than the ground is ink."""
_FAINT = 32
"""Of 255: less is the paper's own grain."""
_BLANK, _MOST_INK = 0.004, 0.6
"""Of a row: with less ink it is blank, with more it is a bar or a picture."""
_SPECKS = 0.0002
"""Of a page: a line of a dozen letters has more ink."""
_LEAST_BANDS = 3
_LEAST_HEIGHT = 3
_UNEVEN = 3.0
"""Times the median height; a taller band is a drawing."""


def is_blank(picture: Any) -> bool:
    """Whether a Pillow image is an empty page: hardly a pixel of another shade than the ground."""
    ink = _ink(picture, _FAINT)
    return bool(ink.histogram()[255] < _SPECKS * ink.width * ink.height)


def _ink(picture: Any, least: int = _INK) -> Any:
    """A small picture, white where there is ink and black where there is none."""
    grey = picture.convert("L")
    grey.thumbnail((_WIDTH, _HEIGHT))
    histogram = grey.histogram()
    ground = max(range(256), key=lambda value: sum(histogram[max(0, value - 8) : value + 9]))
    return grey.point([255 if abs(value - ground) >= least else 0 for value in range(256)])


def shows_text(picture: Any) -> bool:
    """Whether a Pillow image looks like lines of print: three at least."""
    ink = _ink(picture)
    rows = list(ink.reduce((ink.width, 1)).tobytes())
    bands = [len(list(run)) for inked, run in groupby(rows, key=lambda value: value > 255 * _BLANK) if inked]
    most = max(rows, default=0) / 255
    typical = median(bands) if bands else 0
    even = [band for band in bands if band <= _UNEVEN * typical]
    return len(even) >= _LEAST_BANDS and typical >= _LEAST_HEIGHT and 2 * len(even) > len(bands) and most <= _MOST_INK


def holds_words(data: bytes) -> bool:
    """Whether an image file looks like lines of print. Vector formats and what cannot be decoded do not count."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.width * picture.height <= MOST_PIXELS and shows_text(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
