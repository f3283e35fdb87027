"""``/api/v1``: ask, search, documents, feedback."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from rag.contract import document_json, entry_json, outcome_json, search_json
from rag.errors import CharterError
from rag.events import Event
from rag.serving.core.departure import unless_gone
from rag.serving.core.service import Service
from rag.serving.http.problem import MEDIA_TYPE, problem_json, problem_of
from rag.serving.http.schemas import (
    AnswerShape,
    AskBody,
    DocumentShape,
    EntryShape,
    EventShape,
    FeedbackBody,
    HitsShape,
    ProblemShape,
    SearchBody,
    TurnBody,
)
from rag.serving.http.sse import begin, encode, encode_event, stream_response
from rag.serving.operation.redaction import Redactor
from rag.types import Turn

PROBLEM = {"model": ProblemShape, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemShape"}}}}
RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {**PROBLEM, "description": "Not a request"},
    401: {**PROBLEM, "description": "Not signed in"},
    403: {**PROBLEM, "description": "Not allowed from that page"},
    404: {**PROBLEM, "description": "Nothing by that name"},
    408: {**PROBLEM, "description": "The request arrived too slowly"},
    413: {**PROBLEM, "description": "Too large"},
    415: {**PROBLEM, "description": "Not JSON"},
    422: {**PROBLEM, "description": "Not of the shape asked for"},
    429: {**PROBLEM, "description": "Too many requests; Retry-After says when to ask again"},
    502: {**PROBLEM, "description": "The model failed"},
    503: {**PROBLEM, "description": "Loading or busy; Retry-After says when to ask again"},
    504: {**PROBLEM, "description": "The model did not answer in time"},
}
DocumentId = Annotated[str, Path(description="The document's id, URL-encoded", examples=["charter-report.txt"])]


def api_router(service: Service, redactor: Redactor) -> APIRouter:
    """The routes over ``service``."""
    router = APIRouter(prefix="/api/v1", responses=RESPONSES)

    @router.post(
        "/ask",
        response_model=None,
        responses={200: {"model": AnswerShape, "content": {"text/event-stream": {"schema": EventShape.model_json_schema()}}}},
    )
    async def ask(body: AskBody, request: Request) -> Response:
        """Ask. With ``stream`` or ``Accept: text/event-stream`` the answer comes as server-sent events."""
        about: dict[str, Any] = {"history": turns(body.history), "filter": body.filter.filter(), "lang": body.lang}
        if body.stream or "text/event-stream" in request.headers.get("accept", ""):
            events = await begin(service.stream(body.question, **about), request, service.heartbeat)
            return stream_response(_encoded(events, request, redactor), request, service.heartbeat)
        outcome = await unless_gone(request, service.ask(body.question, **about))
        return JSONResponse(outcome_json(outcome))

    @router.post("/search", response_model=None, responses={200: {"model": HitsShape}})
    async def search(body: SearchBody, request: Request) -> Response:
        """The passages that come nearest to a question, without an answer."""
        hits = await unless_gone(request, service.search(body.question, body.k, filter=body.filter.filter()))
        return JSONResponse(search_json(body.question, hits))

    @router.get("/documents", response_model=None, responses={200: {"model": list[EntryShape]}})
    async def documents() -> Response:
        """Every document."""
        return JSONResponse([entry_json(entry) for entry in await service.documents()])

    @router.get("/documents/{document_id:path}", response_model=None, responses={200: {"model": DocumentShape}})
    async def document(document_id: DocumentId) -> Response:
        """One document with its canonical text, its sections and its pages."""
        return await service.rendered(document_id, lambda document: JSONResponse(document_json(document)))

    @router.post("/feedback", status_code=204, response_model=None)
    async def feedback(body: FeedbackBody) -> Response:
        """Say whether an answer helped; said again, it replaces what was said before."""
        await service.feedback(body.answer_id, body.rating, body.comment)
        return Response(status_code=204)

    return router


def turns(history: list[TurnBody]) -> tuple[Turn, ...]:
    """Validated turns in the vocabulary."""
    return tuple(Turn(turn.role, turn.content) for turn in history)


async def _encoded(events: AsyncGenerator[Event], request: Request, redactor: Redactor) -> AsyncGenerator[bytes]:
    async with contextlib.aclosing(events):
        try:
            async for event in events:
                yield encode_event(event)
        except CharterError as error:
            yield encode("error", problem_json(problem_of(error), request.scope, redactor))
