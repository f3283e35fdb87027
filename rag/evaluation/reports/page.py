"""A report page as values, and the values as one self-contained HTML file: no request leaves it, every text is escaped."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rag import __version__


@dataclass(frozen=True, slots=True)
class ReportCard:
    """One headline figure. ``tone`` is ``good``, ``bad`` or empty."""

    label: str
    value: str
    detail: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table, marked good or bad where that can be told."""

    cells: tuple[str, ...]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class ReportGrid:
    """A table. The first column names the row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing as an SVG element, with a sentence that says what it shows to who cannot see it."""

    drawing: Markup
    alternative: str


@dataclass(frozen=True, slots=True)
class Side:
    """What one run made of a question. ``quotes`` are (place, words)."""

    heading: str
    text: str
    quotes: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A question, one click away. ``printed``: opened on paper too."""

    identity: str
    kind: str
    question: str
    verdict: str
    tone: str
    expected: tuple[str, ...]
    sides: tuple[Side, ...]
    printed: bool = False


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A heading with whatever belongs under it."""

    heading: str
    text: str = ""
    lines: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    grids: tuple[ReportGrid, ...] = ()
    cases: tuple[Case, ...] = ()
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A whole report. ``lead`` says the main thing in sentences."""

    title: str
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    cards: tuple[ReportCard, ...]
    sections: tuple[ReportSection, ...]
    warnings: tuple[str, ...] = ()


def html(page: ReportPage) -> str:
    """The page as one file."""
    environment = Environment(
        loader=PackageLoader("rag.evaluation.reports", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2").render(page=page, version=__version__)
