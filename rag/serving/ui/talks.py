"""Conversations that the server keeps for readers whom it tells apart: what the chat's script lists, loads, writes and deletes.

They are their reader's alone, whatever the page: a page that may embed the widget may not read them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from rag.contract import Json
from rag.errors import NotAllowed, UsageError
from rag.serving.access.editors import from_our_page
from rag.serving.access.identity import identity_of
from rag.serving.core.library import Library
from rag.serving.http.shared_shapes import Kb
from rag.serving.operation.conversations import ConversationStore, Entry
from rag.serving.ui.chosen_kb import asked_of
from rag.serving.ui.keeping import KEPT_BYTES, restored

T = TypeVar("T")
TITLE_CHARACTERS = 120
QUESTION_CHARACTERS = 300
Id = Annotated[str, Path(pattern=r"^[a-z0-9]{1,40}$")]


class TalkBody(BaseModel):
    """A conversation as the page was given it."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=KEPT_BYTES)


class TitleBody(BaseModel):
    """What its reader calls it."""

    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=1, max_length=TITLE_CHARACTERS)


def talks_router(library: Library, store: ConversationStore) -> APIRouter:
    """``/api/v1/conversations``, for the chat's own page. Errors are ``StorageUnavailable`` and ``NotFound``."""
    router = APIRouter(prefix="/api/v1/conversations", include_in_schema=False)

    async def kept(request: Request, kb: str | None, act: Callable[..., T], *more: object) -> T:
        identity = identity_of(request)
        if identity.user is None or not from_our_page(request.headers, request.scope["charterqa.peer"]):
            raise NotAllowed("Conversations are their reader's alone.", remedy="Sign in, and use the server's own page.")
        named = asked_of(library, kb, identity).named or ""
        return await library.resources.keeping.run(partial(act, identity.user, named, *more))

    @router.get("", response_model=None)
    async def entries(request: Request, kb: Kb = None) -> Response:
        return JSONResponse([_entry_json(entry) for entry in await kept(request, kb, store.list)])

    @router.get("/{id}", response_model=None)
    async def read(id: Id, request: Request, kb: Kb = None) -> Response:
        return JSONResponse({"text": await kept(request, kb, store.read, id)})

    @router.put("/{id}", response_model=None)
    async def write(id: Id, body: TalkBody, request: Request, kb: Kb = None) -> Response:
        questions = tuple(exchange.question for exchange in restored(body.text).exchanges)
        if not questions:
            raise UsageError("This is no conversation.", remedy="Send one as the page was given it.")

        def written(reader: str, named: str) -> Entry:
            asked = tuple(question[:QUESTION_CHARACTERS] for question in questions)
            title = questions[0][:TITLE_CHARACTERS]
            store.write(reader, named, id, title=title, questions=asked, text=body.text)
            return next(entry for entry in store.list(reader, named) if entry.id == id)

        return JSONResponse(_entry_json(await kept(request, kb, written)))

    @router.patch("/{id}", response_model=None)
    async def rename(id: Id, body: TitleBody, request: Request, kb: Kb = None) -> Response:
        await kept(request, kb, store.rename, id, body.title)
        return Response(status_code=204)

    @router.delete("/{id}", response_model=None)
    async def delete(id: Id, request: Request, kb: Kb = None) -> Response:
        await kept(request, kb, store.delete, id)
        return Response(status_code=204)

    return router


def _entry_json(entry: Entry) -> Json:
    return {
        "id": entry.id,
        "title": entry.title,
        "at": round(entry.at * 1000),  # as a browser counts
        "named": entry.named,
        "questions": list(entry.questions),
    }
