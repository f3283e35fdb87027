"""A table, or a few rows of one, as HTML in which every word is escaped."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape

from rag.corpus.shape.tables import cell_spans
from rag.serving.ui.excerpt import Grid, GridLine
from rag.types import Citation, Span, Stretch


def grid_html(
    grid: Grid,
    cited: Collection[Citation],
    name: str,
    *,
    only: bool = False,
    plain: bool = False,
    tail: Mapping[int, str] | None = None,
    ids: Mapping[int, str] | None = None,
) -> str:
    """The table of ``cited``, whose rows are marked and whose words that answer are strong.

    ``only``: without their neighbours. ``plain``: nothing is marked as an answer. ``tail`` and ``ids`` are, by the number of a
    citation, what ends its row, and the row's id."""
    tail, ids = tail or {}, ids or {}
    rows = [row for row in grid.rows if not only or _of(row, cited)]
    lines = [*grid.header, *rows]
    width = max((len(_cells(line)) for line in lines), default=0)
    head = "".join(f"<tr>{_row(line, 'th', width, (), bool(tail))}</tr>" for line in grid.header)
    body = "".join(_body_row(row, () if plain else cited, width, tail, ids) for row in rows)
    named = f"<thead>{head}</thead>" if head else ""
    return (
        f'<div class="grid" role="region" tabindex="0" aria-label="{escape(name)}">'
        f"<table>{named}<tbody>{body}</tbody></table></div>"
    )


def _body_row(row: GridLine, cited: Collection[Citation], width: int, tail: Mapping[int, str], ids: Mapping[int, str]) -> str:
    found = _of(row, cited)
    end = "".join(tail.get(citation.id, "") for citation in found)
    identity = next((f' id="{ids[c.id]}" tabindex="-1"' for c in found if c.id in ids), "")
    words = tuple(span for citation in found for span in citation.highlights)
    last = f'<td class="tail">{end}</td>' if tail else ""
    kind = ' class="cited"' if found else ""
    return f"<tr{kind}{identity}>{_row(row, 'td', width, words, False)}{last}</tr>"


def _row(line: GridLine, tag: str, width: int, words: tuple[Span, ...], tailed: bool) -> str:
    cells = _cells(line)
    if len(cells) == 1 and width > 1:
        return f'<{tag} colspan="{width + tailed}">{_words(line, cells[0], words)}</{tag}>'
    padded = (*cells, *([None] * (width - len(cells))))
    filled = "".join(f"<{tag}>{_words(line, cell, words) if cell else ''}</{tag}>" for cell in padded)
    return filled + ('<td class="tail"></td>' if tailed else "")


def _of(row: GridLine, cited: Collection[Citation]) -> list[Citation]:
    span = Span(row.start, row.start + len(row.text))
    return [citation for citation in cited if citation.span.overlaps(span)]


def _cells(line: GridLine) -> tuple[Span, ...]:
    return cell_spans(line.text, Span(0, len(line.text)))


def _words(line: GridLine, cell: Span, words: tuple[Span, ...]) -> str:
    """The words of a cell, those that answer strong."""
    parts: list[Stretch] = []
    at = cell.start
    for span in sorted(words):
        start, end = max(at, span.start - line.start), min(cell.end, span.end - line.start)
        if start < end:
            parts += [Stretch(line.text[at:start], False), Stretch(line.text[start:end], True)]
            at = end
    parts.append(Stretch(line.text[at : cell.end], False))
    return "".join(f"<mark>{escape(p.text)}</mark>" if p.answers else escape(p.text) for p in parts)
