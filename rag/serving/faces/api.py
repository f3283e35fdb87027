"""``/api/v1``: ask, search, documents, feedback."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from rag.contract import (
    AnswerShape,
    DocumentShape,
    EntryShape,
    HitsShape,
    Json,
    document_json,
    entry_json,
    outcome_json,
    search_json,
)
from rag.errors import CharterError
from rag.events import Event
from rag.serving.access.identity import identity_of
from rag.serving.core.library import Library
from rag.serving.core.service import Service
from rag.serving.http.disconnect import unless_gone
from rag.serving.http.fault_shapes import EventShape
from rag.serving.http.library_shapes import ExamplesShape, KbShape, StartShape
from rag.serving.http.problem import problem_json, problem_of
from rag.serving.http.request_shapes import AskBody, FeedbackBody, Lang, SearchBody, TurnBody
from rag.serving.http.shared_shapes import RESPONSES, DocumentId, Kb
from rag.serving.http.sse import Told, begin, encode, encode_event, stream_response
from rag.serving.operation.redaction import Redactor
from rag.serving.source.around import around
from rag.types import DocumentEntry, Span, Turn

At = Annotated[str | None, Query(pattern=r"^\d{1,9}-\d{1,9}$", description="START-END, as a citation has them")]
Width = Annotated[int, Query(ge=0, le=5000)]


def api_router(library: Library, redactor: Redactor, editing: Callable[[Request], Json | None]) -> APIRouter:
    """The routes over ``library``. ``editing`` says what whoever asks may send as a document, ``None`` where nothing."""
    router = APIRouter(prefix="/api/v1", responses=RESPONSES)

    @router.post(
        "/ask",
        response_model=None,
        responses={200: {"model": AnswerShape, "content": {"text/event-stream": {"schema": EventShape.model_json_schema()}}}},
    )
    async def ask(body: AskBody, request: Request) -> Response:
        """Ask. With ``stream`` or ``Accept: text/event-stream`` the answer comes as server-sent events."""
        service = library.of(body.kb, identity_of(request))
        about: dict[str, Any] = {"history": turns(body.history), "filter": body.filter.filter(), "lang": body.lang}
        if body.stream or "text/event-stream" in request.headers.get("accept", ""):
            events = await begin(service.stream(body.question, **about), request, service.heartbeat)
            return stream_response(_encoded(events, service.named, request, redactor), service.heartbeat)
        outcome = await unless_gone(request, service.ask(body.question, **about))
        return JSONResponse(outcome_json(outcome, service.named))

    @router.post("/search", response_model=None, responses={200: {"model": HitsShape}})
    async def search(body: SearchBody, request: Request) -> Response:
        """The passages that come nearest to a question, without an answer."""
        service = library.of(body.kb, identity_of(request))
        hits = await unless_gone(request, service.search(body.question, body.k, filter=body.filter.filter()))
        return JSONResponse(search_json(body.question, hits))

    @router.get("/examples", response_model=None, responses={200: {"model": ExamplesShape}})
    async def examples(request: Request, kb: Kb = None, lang: Annotated[Lang | None, Query()] = None) -> Response:
        """Questions to begin with, each of which the documents answer, for an interface in ``lang``."""
        service = library.of(kb, identity_of(request))
        return JSONResponse({"questions": list(await service.examples(lang))})

    @router.get("/documents", response_model=None, responses={200: {"model": list[EntryShape]}})
    async def documents(request: Request, kb: Kb = None) -> Response:
        """Every document."""
        service = library.of(kb, identity_of(request))
        return JSONResponse([entry_json(entry) for entry in await service.documents()])

    @router.get("/documents/{document_id:path}", response_model=None, responses={200: {"model": DocumentShape}})
    async def document(document_id: DocumentId, request: Request, kb: Kb = None, at: At = None, width: Width = 300) -> Response:
        """One document with its canonical text, its sections and its pages; with ``at`` only the excerpt there and the
        ``width`` characters before and after it."""
        service = library.of(kb, identity_of(request))
        if at is not None:
            start, end = map(int, at.split("-"))
            span = Span(start, max(start, end))
            return await service.rendered(document_id, lambda document: JSONResponse(around(document, span, width)))
        return await service.rendered(document_id, lambda document: JSONResponse(document_json(document)))

    @router.get("/start", response_model=None, responses={200: {"model": StartShape}})
    async def start(request: Request, kb: Kb = None) -> Response:
        """What to begin with: questions that the documents answer, and the tags that a filter may name."""
        service = library.of(kb, identity_of(request))
        tags = sorted({tag for entry in await service.documents() for tag in entry.origin.tags})
        return JSONResponse({"suggestions": list(await service.examples()), "tags": tags})

    @router.get("/kbs", response_model=None, responses={200: {"model": list[KbShape]}})
    async def kbs(request: Request) -> Response:
        """The knowledge bases that you may ask."""
        services = library.open_to(identity_of(request))
        uploads = editing(request)
        editable = {"editable": uploads is not None} | ({"uploads": uploads} if uploads else {})
        named = [{"name": s.name, "title": await _title(s), "default": s.default, "ready": s.ready} for s in services]
        return JSONResponse([kb | editable for kb in named])

    @router.post("/feedback", status_code=204, response_model=None)
    async def feedback(body: FeedbackBody, request: Request) -> Response:
        """Say whether an answer helped; said again, it replaces what was said before."""
        service = await library.answered(body.answer_id, identity_of(request))
        await service.feedback(body.answer_id, body.rating, body.comment)
        return Response(status_code=204)

    return router


def turns(history: list[TurnBody]) -> tuple[Turn, ...]:
    """Validated turns in the vocabulary."""
    return tuple(Turn(turn.role, turn.content) for turn in history)


async def _title(service: Service) -> str:
    """What a reader is shown in the place of its name. The default one is named by nobody but its folder, so where it has a
    single document that gives its title."""
    documents: tuple[DocumentEntry, ...] = ()
    if service.default and service.ready:
        with contextlib.suppress(CharterError):
            documents = await service.documents()
    return (documents[0].title if len(documents) == 1 else "") or service.name


async def _encoded(
    events: AsyncGenerator[Event], kb: str | None, request: Request, redactor: Redactor
) -> AsyncGenerator[bytes]:
    async with contextlib.aclosing(events):
        try:
            async for event in events:
                if isinstance(event, Told):
                    yield encode_event(event, kb)
        except CharterError as error:
            yield encode("error", problem_json(problem_of(error), request.scope, redactor))
