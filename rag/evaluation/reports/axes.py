"""A plane with two axes as an SVG element. Text colours follow the page; marks stay readable on light and dark paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

WIDTH = 720
CHARACTER = 7.4
"""Pixels that a character of the chart's type takes on average."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps ``[low, high]`` of the data to ``[start, stop]`` of the drawing, pixels."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        """The place of ``value``; outside the scale it is at its end."""
        share = (min(max(value, self.low), self.high) - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.stop - self.start), 1)


@dataclass(slots=True)
class Drawing:
    """Collects shapes. Every text is escaped, every class is one of the page's style sheet."""

    title: str
    height: int
    shapes: list[str] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str, style: str = "") -> None:
        """A straight line of the class ``kind``."""
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": kind, "style": style})

    def path(self, points: Sequence[tuple[float, float]], colour: str, dash: str = "") -> None:
        """A line through ``points``."""
        placed = " ".join(f"{x:g},{y:g}" for x, y in points)
        self._add("polyline", {"points": placed, "fill": "none", "stroke": colour, "stroke-width": 2, "stroke-dasharray": dash})

    def dot(self, x: float, y: float, radius: float, colour: str, told: str) -> None:
        """A point that says ``told`` under the pointer."""
        self._add("circle", {"cx": x, "cy": y, "r": round(radius, 1), "fill": colour}, f"<title>{escape(told)}</title>")

    def bar(self, x: float, y: float, width: float, height: float, colour: str, told: str) -> None:
        """A filled rectangle that says ``told`` under the pointer."""
        placed = {"x": x, "y": y, "width": max(round(width, 1), 0.5), "height": height, "fill": colour}
        self._add("rect", placed, f"<title>{escape(told)}</title>")

    def text(self, x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> None:
        """One line of text; ``anchor`` is ``start``, ``middle`` or ``end``."""
        self._add("text", {"x": x, "y": y, "text-anchor": anchor, "class": kind}, str(escape(words)))

    def across(self, scale: Scale, top: float, bottom: float, ticks: Iterable[tuple[float, str]], named: str) -> None:
        """Vertical grid lines with their figures below, and the axis' name."""
        for value, label in ticks:
            self.line(scale(value), top, scale(value), bottom, "grid")
            self.text(scale(value), bottom + 17, label, "middle", "axis")
        self.text((scale.start + scale.stop) / 2, bottom + 36, named, "middle", "axis")

    def along(self, scale: Scale, left: float, right: float, ticks: Iterable[tuple[float, str]], named: str = "") -> None:
        """Horizontal grid lines with their figures on the left, and the axis' name above them."""
        for value, label in ticks:
            self.line(left, scale(value), right, scale(value), "grid")
            self.text(left - 8, scale(value) + 4, label, "end", "axis")
        self.text(left, min(scale.start, scale.stop) - 10, named, "start", "axis")

    def svg(self) -> Markup:
        """The element. The page says what it shows in words, so it is hidden from who has it read out."""
        head = f'<svg viewBox="0 0 {WIDTH} {self.height}" width="{WIDTH}" height="{self.height}" aria-hidden="true">'
        title = f'<text x="0" y="16" class="title">{escape(self.title)}</text>'
        return Markup(f"{head}{title}{''.join(self.shapes)}</svg>")

    def _add(self, tag: str, attributes: dict[str, object], inside: str = "") -> None:
        written = "".join(f' {name}="{escape(str(value))}"' for name, value in attributes.items() if value != "")
        self.shapes.append(f"<{tag}{written}>{inside}</{tag}>" if inside else f"<{tag}{written}/>")


def clipped(words: str, characters: int) -> str:
    """``words``, cut off where they do not fit."""
    return words if len(words) <= characters else words[: characters - 1] + "…"
