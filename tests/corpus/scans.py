"""Scanned pages drawn by Pillow, and PDFs of them; ``tesseract`` marks the tests that need the program."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Sequence

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None and os.environ.get("CI") != "true", reason="tesseract is not installed"
)
LEASE = (
    "The landlord lets the depot to the ministry for",
    "ten years. The rent is 11,500 manat a month and",
    "is paid by the fifth of each month.",
)
SIZE = (1240, 900)
"""Pixels: an A4 page 150 dots an inch wide, cut where the text ends, since a test must not take long."""


def scan(lines: Sequence[str], *, blur: float = 0.0, size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture of lines of print, out of focus by ``blur`` pixels."""
    page = Image.new("L", size, 255)
    font = ImageFont.truetype("DejaVuSerif.ttf", 36)
    for row, line in enumerate(lines):
        ImageDraw.Draw(page).text((120, 120 + 52 * row), line, 0, font=font)
    return page.filter(ImageFilter.GaussianBlur(blur)) if blur else page


def pdf_of(*pages: Image.Image | Sequence[str]) -> bytes:
    """A PDF of pictures of pages, and of pages that are printed."""
    data = io.BytesIO()
    canvas = Canvas(data)
    for page in pages:
        if isinstance(page, Image.Image):
            width, height = 595.0, 595.0 * page.height / page.width
            canvas.setPageSize((width, height))
            canvas.drawImage(ImageReader(page), 0, 0, width, height)
        else:
            canvas.setPageSize((595, 842))
            for row, line in enumerate(page):
                canvas.drawString(72, 760 - 14 * row, line)
        canvas.showPage()
    canvas.save()
    return data.getvalue()
