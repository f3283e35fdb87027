"""Pages printed to the point, as layout programs do it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

FONT = "Helvetica"


@dataclass(frozen=True, slots=True)
class Printed:
    """A line at a place in points from the bottom left."""

    left: float
    bottom: float
    text: str
    size: float = 10


def press(*pages: Sequence[Printed]) -> bytes:
    """A PDF of these pages, each line drawn in the order given."""
    data = io.BytesIO()
    canvas = Canvas(data)
    for page in pages:
        for line in page:
            canvas.setFont(FONT, line.size)
            canvas.drawString(line.left, line.bottom, line.text)
        canvas.showPage()
    canvas.save()
    return data.getvalue()


def column(text: str, left: float, top: float, width: float, size: float = 10) -> list[Printed]:
    """Paragraphs (between line breaks) set in a column of that width, with a little space between them."""
    found: list[Printed] = []
    for paragraph in text.split("\n"):
        for line in simpleSplit(paragraph, FONT, size, width):
            found.append(Printed(left, top, line, size))
            top -= 1.25 * size
        top -= 0.6 * size
    return found
