"""What each sentence of a document needs beside it, and how much of that a passage has room for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import replace

from rag.corpus.shape.tables import BAR, cell_spans
from rag.types import Context, Document, Span


class Contexts:
    """The contexts of one document, by sentence."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._tables = document.tables
        self._of: dict[int, tuple[Context, ...]] = {}
        waiting = sorted(document.contexts, key=lambda c: c.over.start, reverse=True)
        active: tuple[Context, ...] = ()
        for sentence in document.sentences:
            while waiting and waiting[-1].over.start <= sentence.start:
                active = (*active, waiting.pop())
            if any(c.over.end < sentence.end for c in active):
                active = tuple(c for c in active if c.over.end >= sentence.end)
            if active:
                self._of[sentence.start] = tuple(sorted(active, key=lambda c: c.span))

    def __bool__(self) -> bool:
        return bool(self._of)

    def of(self, sentence: Span, part: Span) -> tuple[Context, ...]:
        """What ``part`` of ``sentence`` (all of it, as a rule) needs, the outermost first.

        A part of a row is some of its cells: it needs the names of those columns only, and the row's first cell.
        """
        whole = self._of.get(sentence.start, ())
        return whole if part == sentence or not self._is_row(sentence) else self._narrowed(whole, sentence, part)

    def _is_row(self, sentence: Span) -> bool:
        at = bisect_right(self._tables, sentence.start, key=lambda t: t.span.start) - 1
        return at >= 0 and self._tables[at].span.contains(sentence)

    def _narrowed(self, contexts: tuple[Context, ...], row: Span, part: Span) -> tuple[Context, ...]:
        first = self._text.count(BAR, row.start, part.start)
        last = first + part.of(self._text).strip(f" {BAR}").count(BAR)
        found: list[Context] = []
        for context in contexts:
            if context.kind == "header" and "\n" not in context.text:
                cells = cell_spans(self._text, context.span)[first : last + 1]
                if cells and cells[0].start < cells[-1].end:
                    span = Span(cells[0].start, cells[-1].end)
                    found.append(replace(context, span=span, text=span.of(self._text), over=part))
            else:
                found.append(replace(context, over=part))
        name = cell_spans(self._text, row)[0]
        if first and name.start < name.end:
            found.append(Context("row", name, name.of(self._text), part))
        return tuple(found)


def context_text(contexts: Iterable[Context], room: int, count_tokens: Callable[[str], int]) -> str:
    """The words of ``contexts``, a line each, as many as fit into ``room`` tokens."""
    text = "\n".join(" ".join(context.text.split()) for context in contexts)
    if not text or count_tokens(text + "\n") <= room:
        return text
    words = text.split(" ")
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if count_tokens(" ".join(words[:middle]) + "\n") <= room:
            low = middle
        else:
            high = middle - 1
    return " ".join(words[:low])
