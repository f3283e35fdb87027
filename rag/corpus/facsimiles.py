"""Pages of source files as pictures, drawn on demand in a process of their own and kept for the next who looks."""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.corpus.process.sandbox import Sandbox
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.structure import pages_of
from rag.corpus.suffixes import SUFFIXES
from rag.errors import NotFound, SourceError
from rag.knowledge_base import KnowledgeBase
from rag.settings import Parsing
from rag.types import Document, Span

DRAWER = ("-P", "-m", "rag.corpus.process.drawing")
WIDTHS = (800, 1600)
"""Pixels of a picture: for the pane beside a conversation, and for a fine screen."""
KEPT_BYTES = 64 * 2**20
SECONDS = 10.0
"""For one page."""
MOST_EXCERPTS = 200

PageBox = tuple[float, float, float, float]
"""Left, top, width and height as shares of the page's, the origin at its top left."""


@dataclass(frozen=True, slots=True)
class SourcePdf:
    """The file of a document. ``version`` changes with it."""

    document: Document
    path: Path
    version: str


@dataclass(frozen=True, slots=True)
class PageMark:
    """An excerpt, by its number among those that were asked for, on a page. Where its place there cannot be told exactly (the
    page was recognised, or its words are set in another order), ``boxes`` is empty. ``words`` are those that answer."""

    excerpt: int
    page: int
    boxes: tuple[PageBox, ...] = ()
    words: tuple[PageBox, ...] = ()


class Facsimiles:
    """Draws pages of one server. Its methods may be called from several threads; one page is drawn at a time."""

    def __init__(self, parsing: Parsing) -> None:
        self._most = parsing.max_bytes
        self._sandbox = Sandbox(parsing.model_copy(update={"seconds": min(parsing.seconds, SECONDS)}), command=DRAWER)
        self._drawing = threading.Lock()
        self._keeping = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._sizes: OrderedDict[str, tuple[tuple[float, float], ...]] = OrderedDict()

    def close(self) -> None:
        """End the process, if there is one."""
        with self._drawing:
            self._sandbox.close()

    def find(self, kb: KnowledgeBase, document: Document) -> SourcePdf | None:
        """The PDF that ``document`` was made from; ``None`` where it was not, or where the file is gone."""
        if not document.pages or SUFFIXES.get(Path(document.id).suffix.lower()) != "pdf":
            return None
        try:
            root = kb.sources.resolve(strict=True)
            path = (root / document.id).resolve(strict=True)
            found = path.stat()
        except (OSError, RuntimeError, ValueError):
            return None
        if not path.is_relative_to(root) or not path.is_file() or not 0 < found.st_size <= self._most:
            return None
        return SourcePdf(document, path, f"{document.sha256[:32]}-{found.st_mtime_ns:x}-{found.st_size:x}")

    def sizes(self, source: SourcePdf) -> tuple[tuple[float, float], ...]:
        """Width and height of every page in points; zeros for a damaged one. Raises ``SourceError``."""
        with self._keeping:
            known = self._sizes.get(source.version)
        if known is None:
            known = tuple((float(w), float(h)) for w, h in self._ask(source, "sizes", {}))
            with self._keeping:
                self._sizes[source.version] = known
                while len(self._sizes) > 1000:
                    self._sizes.popitem(last=False)
        return known

    def picture(self, source: SourcePdf, page: int, width: int) -> bytes:
        """Page ``page`` (from 1) as WebP, about ``width`` pixels wide, which is one of ``WIDTHS``.

        Raises:
            NotFound: there is no such page.
            SourceError: it cannot be drawn, or not within the caps.
        """
        if width not in WIDTHS or not 1 <= page <= len(self.sizes(source)):
            raise NotFound(
                f"There is no page {page} of '{source.document.id}' in that size.", remedy="Look at its list of pages."
            )
        key = (source.version, page, width)
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = base64.b64decode(self._ask(source, "picture", {"page": page, "width": width}))
        with self._keeping:
            self._kept[key] = drawn
            while sum(map(len, self._kept.values())) > KEPT_BYTES:
                self._kept.popitem(last=False)
        return drawn

    def marks(self, source: SourcePdf, excerpts: Sequence[Span], words: Sequence[Span] = ()) -> tuple[PageMark, ...]:
        """Where ``excerpts`` of the document stand on its pages, in their order; one that runs over a page has several marks.

        Raises:
            SourceError: the file cannot be read.
        """
        marks: list[PageMark] = []
        for number, span in enumerate(excerpts[:MOST_EXCERPTS]):
            for page in pages_of(source.document.pages, span):
                start, end = max(span.start, page.span.start), min(span.end, page.span.end)
                if start >= end or not source.document.text[start:end].strip():
                    continue
                if page.recognised is not None:
                    marks.append(PageMark(number, page.number))
                    continue
                inside = [Span(max(w.start, start), min(w.end, end)) for w in words if w.start < end and start < w.end]
                own = [
                    [start - page.span.start, end - page.span.start],
                    [[w.start - page.span.start, w.end - page.span.start] for w in inside],
                ]
                request = {"page": page.number, "text": page.span.of(source.document.text), "sought": [own]}
                (place,) = self._ask(source, "places", request)
                marks.append(
                    PageMark(number, page.number)
                    if place is None
                    else PageMark(number, page.number, _boxes(place["boxes"]), _boxes(place["words"]))
                )
        return tuple(marks)

    def _ask(self, source: SourcePdf, wanted: str, request: dict[str, Any]) -> Any:
        with self._drawing:
            try:
                (reply,) = self._sandbox.ask({"path": str(source.path), **request})
                return reply[wanted]
            except Unreadable as refused:
                raise SourceError(source.document.id, refused.cause, remedy=refused.remedy) from None
            except (KeyError, TypeError, ValueError) as error:
                raise SourceError(source.document.id, "its pages cannot be shown.", remedy="Read it as text.") from error


def _boxes(told: Any) -> tuple[PageBox, ...]:
    return tuple((float(x), float(y), float(wide), float(high)) for x, y, wide, high in told)
