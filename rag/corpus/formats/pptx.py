"""PowerPoint files by python-pptx: a section a slide, its shapes as they are read, tables and charts as tables."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

from rag.corpus.formats.archive import check_archive
from rag.corpus.formats.pictures import holds_words
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.draft import Draft, Gap, Piece, draft_of
from rag.corpus.shape.markers import marker
from rag.corpus.shape.tables import table_pieces
from rag.settings import Parsing

_DEEPEST_GROUP = 8


def draft_pptx(data: bytes, parsing: Parsing) -> Draft:
    """A draft of a presentation. The speaker's notes stand below their slide.

    Raises:
        Unreadable: it is encrypted, damaged, a zip bomb, or no presentation.
    """
    import pptx
    from lxml.etree import LxmlError
    from pptx.exc import PythonPptxError

    check_archive(data, parsing, needs="ppt/presentation.xml", kind="a PowerPoint file", suffix=".pptx")
    reader = _Reader()
    try:
        file = pptx.Presentation(io.BytesIO(data))
        pieces = [piece for number, slide in enumerate(file.slides, 1) for piece in reader.slide(slide, number)]
        title = " ".join((file.core_properties.title or "").split())
    except (PythonPptxError, LxmlError, KeyError, ValueError, AttributeError, TypeError, IndexError):
        raise Unreadable("it is not a PowerPoint file or is damaged.", "Open it and save it again as .pptx.") from None
    # a slide without a title is called by its number, which names no file
    first = next((piece.text for piece in pieces if piece.level is not None and piece.text != piece.place), "")
    believable = title and title.lower() not in {"powerpoint presentation", "presentation"}
    return draft_of(pieces, title=title if believable else first or None, gaps=reader.gaps())


class _Reader:
    def __init__(self) -> None:
        self._worded: list[int] = []
        self._drawn: list[int] = []
        self._hidden: list[int] = []

    def gaps(self) -> list[Gap]:
        """What of the slides is not in the text, by slide."""
        told = (
            (self._worded, "an image that seems to hold words is", "Put the words into the notes or the text.", True),
            (self._drawn, "a drawing (SmartArt) or an embedded object is", "Put its words into the text.", True),
        )
        gaps = [
            Gap(f"slide{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}: {what} not read.", remedy, lost)
            for numbers, what, remedy, lost in told
            if numbers
        ]
        if self._hidden:
            gaps.append(Gap(f"hidden slides left out: {', '.join(map(str, self._hidden))}.", lost=False))
        return gaps

    def slide(self, slide: Any, number: int) -> Iterator[Piece]:
        if slide.element.get("show") == "0":
            self._hidden.append(number)
            return
        heading = slide.shapes.title
        title = " ".join(heading.text_frame.text.split()) if heading is not None and heading.has_text_frame else ""
        place = f"Slide {number}" + (f". {title}" if title else "")
        yield Piece(title or place, 2, place=place)
        rest = [shape for shape in slide.shapes if heading is None or shape.shape_id != heading.shape_id]
        for shape in sorted(rest, key=lambda s: (s.top or 0, s.left or 0)):
            yield from self._shape(shape, number, 0)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            yield from _paragraphs(slide.notes_slide.notes_text_frame.paragraphs)

    def _shape(self, shape: Any, number: int, depth: int) -> Iterator[Piece]:
        from pptx.enum.shapes import MSO_SHAPE_TYPE

        if shape.shape_type == MSO_SHAPE_TYPE.GROUP and depth < _DEEPEST_GROUP:
            for inner in sorted(shape.shapes, key=lambda s: (s.top or 0, s.left or 0)):
                yield from self._shape(inner, number, depth + 1)
        elif getattr(shape, "has_table", False):
            yield from table_pieces(_rows(shape.table))
        elif getattr(shape, "has_chart", False):
            yield from _chart(shape.chart)
        elif shape.has_text_frame:
            yield from _paragraphs(shape.text_frame.paragraphs)
        elif shape.shape_type == MSO_SHAPE_TYPE.PICTURE:
            if holds_words(shape.image.blob) and number not in self._worded:
                self._worded.append(number)
        elif shape._element.tag.endswith("graphicFrame") and number not in self._drawn:
            self._drawn.append(number)


def _rows(table: Any) -> list[list[str]]:
    """The cells of a table, a merged one in each place that it covers."""
    rows = [[" ".join(cell.text_frame.text.split()) for cell in row.cells] for row in table.rows]
    for top, row in enumerate(table.rows):
        for left, cell in enumerate(row.cells):
            if cell.is_merge_origin:
                for line in rows[top : top + cell.span_height]:
                    places = range(left, min(left + cell.span_width, len(line)))
                    line[left : left + cell.span_width] = [rows[top][left] for _ in places]
    return rows


def _paragraphs(paragraphs: Iterable[Any]) -> Iterator[Piece]:
    tight = False
    for paragraph in paragraphs:
        words = " ".join(paragraph.text.replace("\v", " ").split())
        if words:
            listed = paragraph.level > 0 and marker(words) is None
            yield Piece(f"- {words}" if listed else words, tight=tight)
            tight = True


def _chart(chart: Any) -> Iterator[Piece]:
    """A chart's figures as a table: a row a category, a column a series."""
    for plot in chart.plots:
        names = [str(name) for name in plot.categories]
        series = list(plot.series)
        rows = [[name, *(_figure(s.values, n) for s in series)] for n, name in enumerate(names)]
        yield from table_pieces([["", *(str(s.name) for s in series)], *rows], header=1)


def _figure(values: Any, number: int) -> str:
    value = values[number] if number < len(values) else None
    return "" if value is None else format(value, ".15g")
