"""``/shared?c=ID``: a shared conversation as a page to read, without a composer and without Gradio.

The id stands in the query, which no log of ours has: whoever reads logs shall not read conversations. Where a reader may not
ask the knowledge base that was asked, the link shows as little as one that never was.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from rag.errors import NotFound
from rag.localization.catalogue import Words, speak
from rag.localization.languages import Language, language, preferred
from rag.serving.access.identity import identity_of
from rag.serving.core.library import Library
from rag.serving.operation.shared_answers import SharedText
from rag.serving.ui.assets import shared_head_html
from rag.serving.ui.conversation import Conversation
from rag.serving.ui.header import drawings_html
from rag.serving.ui.sharing import Sharing
from rag.serving.ui.shelf import Shelf
from rag.serving.ui.transcript import transcript_html

HEADERS = {"Cache-Control": "no-store"}


def shared_router(library: Library, sharing: Sharing | None) -> APIRouter:
    """``GET /shared``; without ``sharing`` no link leads anywhere."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/shared", methods=["GET", "HEAD"], response_model=None)
    async def shared(request: Request) -> Response:
        speech = language(request.query_params.get("lang")) or preferred(request.headers.get("accept-language", ""))
        try:
            if sharing is None:
                raise NotFound("Nothing is shared here.")
            talk, about = await sharing.find(request.query_params.get("c", ""))
            library.of(about.kb, identity_of(request))
        except NotFound:
            return HTMLResponse(_page(speech, gone_html(speak(speech)), None), 404, headers=HEADERS)
        return HTMLResponse(_page(speech, shared_html(talk, about, speech), about.kb), headers=HEADERS)

    return router


def shared_html(talk: Conversation, about: SharedText, speech: Language) -> str:
    """When it was shared, until when it can be read, and the conversation."""
    words = speak(speech)
    note = words("chat.shared_note", date=_day(about.at, words), end=_day(about.expires, words))
    return f'<p class="note">{escape(note)}</p>{transcript_html(talk, Shelf(), speech, shared=True)}'


def gone_html(words: Words) -> str:
    """What is said of a link that shows nothing."""
    return f'<p class="problem" role="alert">{escape(words("chat.shared_gone"))}</p>'


def _page(speech: Language, inside: str, kb: str | None) -> str:
    words = speak(speech)
    title = escape(words("chat.shared_title"))
    home = "./" + (f"?kb={escape(kb)}" if kb else "")
    return (
        f'<!doctype html><html{words.attributes}><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{title}</title><link rel="icon" href="data:,">{shared_head_html()}</head>'
        f'<body class="shared" data-kb="{escape(kb or "")}">{drawings_html()}'
        f'<header><h1>{title}</h1><a href="{home}">{escape(words("chat.shared_home"))}</a></header>'
        f'<main id="charter-middle">{inside}</main></body></html>'
    )


def _day(at: float, words: Words) -> str:
    """As the reader's language writes it."""
    return words.date(datetime.fromtimestamp(at, UTC).date().isoformat())
