"""Pages that are turned when they are shown, as wide tables are: PDFium measures before it turns, a reader reads after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Corners = tuple[float, float, float, float]
"""Left, right, bottom and top in points."""


def as_shown(page: Any) -> Callable[[Corners], Corners]:
    """What turns a place on ``page``, as PDFium gives it, into the place where it is shown."""
    rotation = page.get_rotation()
    if not rotation:
        return lambda corners: corners
    west, south, east, north = page.get_cropbox()

    def turned(corners: Corners) -> Corners:
        left, right, bottom, top = corners
        if rotation == 90:
            return bottom - south, top - south, east - right, east - left
        if rotation == 180:
            return east - right, east - left, north - top, north - bottom
        return north - top, north - bottom, left - west, right - west

    return turned
