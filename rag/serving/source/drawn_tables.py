"""Tables on the source page: real ones, in which every character of the text still stands once and in its order.

What lies between two cells, and the end of a line, is inside a cell as well, out of sight.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from rag.corpus.shape.tables import cell_spans
from rag.types import Document, Section, Span, Table

MOST_LINES = 300
"""Lines of one element; a longer table goes on in the next, so that a browser need not lay out all of it at once."""


def tables_within(document: Document, start: int, end: int) -> Iterator[Table]:
    """The tables of ``[start, end)``, in order, cut where they are long; one of a single line stays text."""
    for table in document.tables:
        if not (start <= table.span.start and table.span.end <= end):
            continue
        lines = sorted((*table.header, *table.rows))
        if len(lines) < 2:
            continue
        for first in range(0, len(lines), MOST_LINES):
            cut = lines[first : first + MOST_LINES]
            after = lines[first + MOST_LINES].start if first + MOST_LINES < len(lines) else table.span.end
            header = tuple(line for line in cut if line in table.header)
            yield Table(Span(cut[0].start, after), header, tuple(line for line in cut if line not in table.header))


def outside(sections: Sequence[Section], tables: Sequence[Table]) -> list[tuple[int, Section]]:
    """The sections with their numbers, without those that begin inside a table: a row has no heading of its own."""
    spans = [table.span for table in tables]
    return [(n, s) for n, s in enumerate(sections) if not any(t.start < s.span.start < t.end for t in spans)]


def table_html(document: Document, table: Table, words: Callable[[int, int], str]) -> str:
    """``words`` makes HTML of a stretch of the text."""
    names: Mapping[int, int] = {s.span.start: n for n, s in reversed([*enumerate(document.sections)])}
    lines = sorted((*table.header, *table.rows))
    cells = {line: cell_spans(document.text, line) for line in lines}
    width = max(len(found) for found in cells.values())
    made: list[str] = []
    for line, following in pairwise((*lines, Span(table.span.end, table.span.end))):
        tag, scope = ("th", ' scope="col"') if line in table.header else ("td", "")
        known = names.get(line.start) if line.start > table.span.start else None
        made.append("<tr>" if known is None else f'<tr id="s{known}">')
        found = cells[line]
        across = f' colspan="{width}"' if len(found) == 1 and width > 1 else ""
        at = line.start
        for cell, after in pairwise((*found, Span(following.start, following.start))):
            made.append(f"<{tag}{scope}{across}>{_hidden(words, at, cell.start)}{words(cell.start, cell.end)}")
            made.append(f"{_hidden(words, cell.end, after.start)}</{tag}>")
            at = after.start
        made.append("</tr>")
    name = html.escape(document.title or document.id)
    return f'<div class="grid" role="region" tabindex="0" aria-label="{name}"><table>{"".join(made)}</table></div>'


def _hidden(words: Callable[[int, int], str], start: int, end: int) -> str:
    return f'<span class="bar">{words(start, end)}</span>' if start < end else ""
