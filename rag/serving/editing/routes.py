"""Adding, renaming and deleting documents over HTTP, and how far that is."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from rag.contract import Json
from rag.corpus.suffixes import SUFFIXES
from rag.errors import NotAllowed
from rag.localization.languages import preferred
from rag.serving.access.editors import Editors
from rag.serving.access.identity import identity_of
from rag.serving.core.library import Library
from rag.serving.core.service import Service
from rag.serving.editing.desk import Desk, NothingTaken
from rag.serving.editing.job import Job
from rag.serving.editing.reception import TooMuch
from rag.serving.editing.telling import file_json, job_json
from rag.serving.http.library_shapes import JobShape
from rag.serving.http.problem import Problem, problem_of, problem_response
from rag.serving.http.request_shapes import RenameBody
from rag.serving.http.shared_shapes import RESPONSES, DocumentId, Kb
from rag.settings import Settings

FILES = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}
LOOK_SECONDS = 0.1
Wait = Annotated[float, Query(ge=0, le=25, description="seconds to wait for something to happen")]
Replace = Annotated[bool, Query(description="take the place of documents of the same names")]


def editing_router(library: Library, desk: Desk | None, editors: Editors) -> APIRouter:
    """The routes; without a desk every one says that documents cannot be changed here."""
    router = APIRouter(prefix="/api/v1", responses=RESPONSES)

    def allowed(request: Request, kb: str | None) -> tuple[Desk, Service]:
        service = library.of(kb, identity_of(request))
        editors.require(request)
        if desk is None:
            raise _closed()
        return desk, service

    @router.post("/documents", status_code=202, response_model=None, responses={202: {"model": JobShape}}, openapi_extra=FILES)
    async def upload(request: Request, kb: Kb = None, replace: Replace = False) -> Response:
        """Add documents: several files, which are indexed in the background."""
        open_desk, service = allowed(request, kb)
        redact = library.resources.redactor
        try:
            return _accepted(await open_desk.upload(request, service, replace=replace), request)
        except TooMuch as error:
            problem = Problem(413, "too-large", error.message, error.remedy, {"Connection": "close"}, error)
        except NothingTaken as error:
            told = problem_of(error)
            extra = {"files": [file_json(file, _spoken(request)) for file in error.files]}
            problem = Problem(told.status, told.slug, told.detail, told.remedy, error=error, extra=extra)
        return problem_response(problem, request.scope, redact)

    @router.patch("/documents/{document_id:path}", status_code=202, response_model=None, responses={202: {"model": JobShape}})
    async def rename(document_id: DocumentId, body: RenameBody, request: Request, kb: Kb = None) -> Response:
        """Give a document another file name or title."""
        open_desk, service = allowed(request, kb)
        return _accepted(await open_desk.rename(service, document_id, name=body.name, title=body.title), request)

    @router.delete("/documents/{document_id:path}", status_code=202, response_model=None, responses={202: {"model": JobShape}})
    async def delete(document_id: DocumentId, request: Request, kb: Kb = None) -> Response:
        """Take a document out."""
        open_desk, service = allowed(request, kb)
        return _accepted(await open_desk.delete(service, document_id), request)

    @router.get("/jobs/{job_id}", response_model=None, responses={200: {"model": JobShape}})
    async def job(job_id: str, request: Request, wait: Wait = 0.0) -> Response:
        """How far a change is; with ``wait`` at the latest after so many seconds, sooner when something has happened."""
        if desk is None or not editors.may(request):
            editors.require(request)
            raise _closed()
        found = desk.jobs.job(job_id)
        library.of(found.kb, identity_of(request))
        before, until = JobShape.of(found), time.monotonic() + wait
        while JobShape.of(found) == before and not found.over and time.monotonic() < until:
            await asyncio.sleep(LOOK_SECONDS)
        return JSONResponse(job_json(found, _spoken(request)))

    return router


def acceptable(request: Request, settings: Settings, editors: Editors, desk: Desk | None) -> Json | None:
    """What whoever asks may send as a document; ``None`` where nothing."""
    if desk is None or not editors.may(request):
        return None
    return {
        "types": sorted(SUFFIXES),
        "file_bytes": min(settings.parsing.max_bytes, settings.uploads.bytes),
        "bytes": settings.uploads.bytes,
        "files": settings.uploads.files,
    }


def _accepted(job: Job, request: Request) -> Response:
    return JSONResponse(job_json(job, _spoken(request)), 202, {"Location": f"/api/v1/jobs/{job.id}"})


def _spoken(request: Request) -> str | None:
    return preferred(request.headers.get("accept-language", ""))


def _closed() -> NotAllowed:
    closed = NotAllowed("Documents cannot be changed here.", remedy="Change them in the sources folder.")
    return closed.said("error.no_editing")
