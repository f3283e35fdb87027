"""``/facsimile/ID``: the pages of a PDF as pictures, and where on them an excerpt stands, for the source page.

``?page=N&width=W`` is a picture; without ``page`` it is a module whose default export are the sizes of the pages, and for
``at=START-END,…`` (with ``words``, those that answer) the marks. Offsets are the document's, as in the address of the source
page, whose policy lets it import what is ours and fetch nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from rag.corpus.facsimiles import MOST_EXCERPTS, WIDTHS, Facsimiles, SourcePdf
from rag.errors import NotFound
from rag.knowledge_base import KnowledgeBase
from rag.serving.access.identity import identity_of
from rag.serving.core.library import Library
from rag.serving.core.service import Service
from rag.serving.core.workers import Workers
from rag.settings import Settings
from rag.types import Document, Span

T = TypeVar("T")
WAITING = 64
"""Pages that may wait to be drawn, of all readers together."""
Spans = Annotated[str, Query(max_length=4000, pattern=r"^(\d{1,9}-\d{1,9}(,\d{1,9}-\d{1,9})*)?$")]


class PageImages:
    """The PDFs in the folders of a server's knowledge bases, by the names of those."""

    def __init__(self, kbs: Mapping[str, KnowledgeBase], settings: Settings) -> None:
        self._kbs = dict(kbs)
        self._facsimiles = Facsimiles(settings.parsing)
        self._workers = Workers("page", 1, WAITING)

    def find(self, service: Service, document: Document) -> SourcePdf | None:
        """The PDF that a document was made from, where there is one."""
        kb = self._kbs.get(service.name)
        return self._facsimiles.find(kb, document) if kb is not None else None

    async def run(self, work: Callable[[Facsimiles], T]) -> T:
        """What ``work`` makes, off the event loop, one piece at a time. Raises ``ServiceBusy``."""
        return await self._workers.run(partial(work, self._facsimiles))

    def close(self) -> None:
        """Draw nothing more."""
        self._workers.close()
        self._facsimiles.close()


def page_images_router(library: Library, images: PageImages) -> APIRouter:
    """The routes over ``library``; ``?kb=NAME`` as for the source page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/facsimile/{document_id:path}", response_model=None)
    async def facsimile(
        document_id: Annotated[str, Path()],
        request: Request,
        page: Annotated[int | None, Query(ge=1)] = None,
        width: int = WIDTHS[0],
        at: Spans = "",
        words: Spans = "",
    ) -> Response:
        service = library.of(request.query_params.get("kb"), identity_of(request))
        source = await service.rendered(document_id, partial(images.find, service))
        if source is None:
            raise NotFound(f"There are no pages of '{document_id}' to show.", remedy="Read it as text.")
        tag = f'"{source.version}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        if page is not None:
            picture = await images.run(lambda drawer: drawer.picture(source, page, width))
            return Response(picture, media_type="image/webp", headers=headers)
        sizes = await images.run(lambda drawer: drawer.sizes(source))
        marks = await images.run(lambda drawer: drawer.marks(source, _spans(at), _spans(words))) if at else ()
        said = json.dumps({"pages": sizes, "marks": [asdict(mark) for mark in marks]}, separators=(",", ":"))
        return Response(f"export default {said};", media_type="text/javascript", headers=headers)

    return router


def _spans(text: str) -> list[Span]:
    pairs = [tuple(map(int, part.split("-"))) for part in text.split(",") if part]
    return [Span(start, end) for start, end in pairs[:MOST_EXCERPTS] if start < end]
