"""``/source/ID#c=START-END``: a document as a page, on which the browser marks the spans that the fragment names.

The text of ``<article>`` is the canonical text to the character, since offsets are counted in it. What a reader needs beyond
that (page numbers, headings that are not in the text) is drawn by the style sheet from attributes and is not part of it.
"""

from __future__ import annotations

import bisect
import hashlib
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse, Response

from rag.localization.catalogue import Words, speak
from rag.localization.languages import Language, attributes, preferred
from rag.serving.access.identity import identity_of
from rag.serving.core.library import Library
from rag.serving.http.pages import asset, asset_url
from rag.serving.source.drawn_tables import outside, table_html, tables_within
from rag.serving.source.page_images import PageImages
from rag.types import Document, Page, Section, Table

BLOCK = 4000
"""Code points after which a block of text ends at the next line break; browsers lay out only the blocks in view."""
LONGEST_HEADING = 300
MOST_CONTENTS = 2000


@dataclass(frozen=True, slots=True)
class PagePiece:
    """A stretch ``[start, end)`` of the text with the element that carries it."""

    start: int
    end: int
    opening: str = ""
    closing: str = ""
    table: Table | None = None


def source_router(library: Library, images: PageImages) -> APIRouter:
    """The viewer over ``library``, with ``images`` of the pages of PDFs; ``?kb=NAME`` says in which knowledge base the document
    is, where not in the default one."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/source/{document_id:path}", methods=["GET", "HEAD"], response_model=None)
    async def source(document_id: Annotated[str, Path()], request: Request) -> Response:
        service = library.of(request.query_params.get("kb"), identity_of(request))
        lang = preferred(request.query_params.get("lang") or request.headers.get("accept-language", ""))
        known = request.headers.get("if-none-match")
        prefix = request.scope["charterqa.peer"].prefix

        def page(document: Document) -> Response:
            pages = images.find(service, document) is not None
            return _response(document, lang, known, prefix, service.named, pages=pages)

        return await service.rendered(document_id, page)

    return router


def _response(document: Document, lang: Language, known: str | None, prefix: str, kb: str | None, *, pages: bool) -> Response:
    """The page, or that it has not changed since ``known``, the tag that the browser sent."""
    place = hashlib.sha256(f"{prefix}?{kb or ''}?{pages}".encode()).hexdigest()[:8]
    tag = f'W/"{document.sha256[:32]}-{lang}-{_version()}-{place}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Language"}
    if known == tag:
        return Response(status_code=304, headers=headers)
    return HTMLResponse(source_page(document, lang, prefix, kb, pages=pages), headers=headers)


def _version() -> str:
    return "-".join(asset(name).version[:8] for name in ("source.js", "pages.js", "source.css"))


def source_page(
    document: Document, lang: Language = "en", prefix: str = "", kb: str | None = None, *, pages: bool = False
) -> str:
    """The whole page, as HTML without a script of its own; ``prefix`` is the path under which the server is reached, ``kb``
    the document's knowledge base where that is not the default one. ``pages``: they can be shown as pictures."""
    chat = f"{prefix}/{f'?kb={kb}' if kb else ''}"
    words = speak(lang)
    sheets, toggle, drawing = _facsimile(document, words, prefix, kb) if pages else ("", "", "")
    origin, excerpt = document.origin, html.escape(words("source.excerpt", n="{n}", of="{of}"))
    facts = [
        (words("source.source"), _link(origin.source)),
        (words("source.date"), _text(words.date(origin.date or ""))),
        (words("source.licence"), _text(origin.licence)),
    ]
    known = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{value}</dd></div>" for name, value in facts if value)
    written = attributes(document.language)
    return (
        f'<!doctype html><html{words.attributes}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        f'<meta name="robots" content="noindex"><title>{html.escape(document.title)}</title>'
        '<link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="{asset_url("page.css", prefix)}">'
        f'<link rel="stylesheet" href="{asset_url("source.css", prefix)}">'
        f'{drawing}<script type="module" src="{asset_url("source.js", prefix)}"></script></head><body>'
        f'<header><a class="back" href="{html.escape(chat)}">{html.escape(words("source.back"))}</a>'
        f"<h1{written}>{html.escape(document.title)}</h1>"
        f'<p class="id">{html.escape(document.id)}</p>{f"<dl>{known}</dl>" if known else ""}</header>'
        f"{_contents(document, words('source.contents'))}"
        f'<div class="tools"><nav id="excerpts" hidden aria-label="{html.escape(words("source.excerpts"))}">'
        f'<button type="button" id="previous">{html.escape(words("source.previous"))}</button>'
        f'<span id="position" data-words="{excerpt}"></span>'
        f'<button type="button" id="next">{html.escape(words("source.next"))}</button></nav>'
        f"{toggle}</div>"
        f'<p id="said" role="status" data-words="{excerpt}" data-missing="{html.escape(words("source.missing"))}"></p>'
        f'<main>{sheets}<article id="text"{written}>'
        f"{''.join(_article(document, words))}</article></main></body></html>"
    )


def _facsimile(document: Document, words: Words, prefix: str, kb: str | None) -> tuple[str, str, str]:
    """Where the pages will be drawn, the button that turns to the text and back, and the script that does both, which fills in
    the numbers of pages and excerpts."""
    address = html.escape(f"{prefix}/facsimile/{quote(document.id, safe='/')}{f'?kb={kb}' if kb else ''}")
    as_pages = html.escape(words("source.as_pages"))
    said = {
        "page": words("source.page", number="{n}"),
        "picture": words("source.picture", n="{n}"),
        "excerpt": words("source.excerpt_of", n="{n}", words="{words}"),
        "somewhere": words("source.somewhere"),
        "unshown": words("source.unshown"),
        "as-text": words("source.as_text"),
        "as-pages": words("source.as_pages"),
    }
    told = "".join(f' data-{name}="{html.escape(text)}"' for name, text in said.items())
    return (
        f'<div id="pages" data-address="{address}"{told}></div>',
        f'<button type="button" id="view" aria-keyshortcuts="Alt+T" title="Alt+T">{as_pages}</button>',
        f'<script type="module" src="{asset_url("pages.js", prefix)}"></script>',
    )


def _article(document: Document, spoken: Words) -> list[str]:
    """The text in blocks; outside the tags stands exactly the canonical text. A block holds as many pieces as fill it."""
    made: list[str] = []
    marks = _marks(document, spoken)
    offsets = [offset for offset, _ in marks]
    begun: int | None = None

    def words(start: int, end: int) -> str:
        at, told = start, []
        for offset, mark in marks[bisect.bisect_left(offsets, start) : bisect.bisect_left(offsets, end)]:
            told += [_escaped(document.text[at:offset]), mark]
            at = offset
        return "".join((*told, _escaped(document.text[at:end])))

    for piece in _tabled(document, _pieces(document)):
        slices = [(piece.start, piece.end)] if piece.opening or piece.table else _blocks(document.text, piece.start, piece.end)
        for start, end in slices:
            if begun is None or start - begun >= BLOCK:
                made.append(f'{"" if begun is None else "</div>"}<div class="block" data-start="{start}">')
                begun = start
            inside = words(start, end) if piece.table is None else table_html(document, piece.table, words)
            made.extend((piece.opening, inside, piece.closing))
    made.append("" if begun is None else "</div>")
    return made


def _escaped(text: str) -> str:
    """As HTML; a carriage return would become a line feed in the parser and must not."""
    return html.escape(text, quote=False).replace("\r", "&#13;")


def _pieces(document: Document) -> list[PagePiece]:
    """Headings and the stretches between them, in order, without a gap."""
    pieces: list[PagePiece] = []
    at = 0
    for number, section in outside(document.sections, document.tables):
        start = max(section.span.start, at)
        if start > at:
            pieces.append(PagePiece(at, start))
            at = start
        level = min(6, 1 + max(1, len(section.path)))
        end = _heading_end(document.text, section)
        if end is not None and start == section.span.start:
            pieces.append(PagePiece(start, end, f'<h{level} id="s{number}">', f"</h{level}>"))
            at = end
        elif section.path:
            name = html.escape(section.path[-1])
            drawn = (
                f'<div role="heading" aria-level="{level}" class="drawn" id="s{number}" data-text="{name}" aria-label="{name}">'
            )
            pieces.append(PagePiece(start, start, drawn, "</div>"))
    if at < len(document.text):
        pieces.append(PagePiece(at, len(document.text)))
    return pieces


def _tabled(document: Document, pieces: Iterable[PagePiece]) -> Iterator[PagePiece]:
    """The pieces, with the tables in them as pieces of their own."""
    for piece in pieces:
        at = piece.start
        for table in () if piece.opening else tables_within(document, piece.start, piece.end):
            if at < table.span.start:
                yield PagePiece(at, table.span.start)
            yield PagePiece(table.span.start, table.span.end, table=table)
            at = table.span.end
        if at < piece.end or piece.opening:
            yield PagePiece(at, piece.end, piece.opening, piece.closing)


def _heading_end(text: str, section: Section) -> int | None:
    """Where the heading ends if the section begins with it, in the text itself."""
    if not section.path:
        return None
    name = section.path[-1]
    start = section.span.start
    line_end = text.find("\n", start, min(section.span.end, start + LONGEST_HEADING))
    end = line_end if line_end >= 0 else section.span.end
    line = text[start:end]
    words = re.sub(r"^[\s#*_]+|[\s#*_:.]+$", "", line)
    if len(line) > LONGEST_HEADING or not words:
        return None
    return end if words == re.sub(r"[\s:.]+$", "", name) or (line.startswith(name) and len(line) < len(name) + 40) else None


def _marks(document: Document, words: Words) -> list[tuple[int, str]]:
    """Where a page begins, an empty element that the style sheet fills."""

    def name(page: Page) -> str:
        sure = "" if page.recognised is None else f" · OCR {words.percent(page.recognised)}"
        return html.escape(words("source.page", number=str(page.number)) + sure)

    return [
        (page.span.start, f'<span class="page" id="p{page.number}" data-text="{name(page)}"></span>') for page in document.pages
    ]


def _blocks(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """``[start, end)`` cut after line breaks into blocks of about ``BLOCK`` code points."""
    blocks: list[tuple[int, int]] = []
    while end - start > BLOCK:
        line_end = text.find("\n", start + BLOCK, min(end, start + 4 * BLOCK))
        cut = line_end + 1 if line_end >= 0 else min(end, start + 4 * BLOCK)
        blocks.append((start, cut))
        start = cut
    if start < end:
        blocks.append((start, end))
    return blocks


def _contents(document: Document, word: str) -> str:
    """The list of sections, as deep as ``MOST_CONTENTS`` entries allow."""
    sections = outside(document.sections, document.tables)
    depths = sorted({len(s.path) for _, s in sections if s.path})
    fitting = [d for d in depths if sum(0 < len(s.path) <= d for _, s in sections) <= MOST_CONTENTS]
    if len(sections) < 2 or not fitting:
        return ""
    items = "".join(
        f'<li class="depth{min(4, len(s.path))}"><a href="#s{n}">{html.escape(s.path[-1])}</a></li>'
        for n, s in sections
        if 0 < len(s.path) <= fitting[-1]
    )
    return f'<details class="contents"><summary>{html.escape(word)}</summary><ol>{items}</ol></details>'


def _link(source: str | None) -> str:
    if source and source.startswith(("https://", "http://")):
        safe = html.escape(source)
        return f'<a href="{safe}" rel="noopener noreferrer nofollow">{safe}</a>'
    return _text(source)


def _text(value: str | None) -> str:
    return html.escape(value) if value else ""
