"""Is it alive, can it answer, how is it doing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from rag.errors import ServiceLoading
from rag.serving.access.identity import identity_of
from rag.serving.core.library import Library
from rag.serving.http.library_shapes import StateShape
from rag.serving.http.shared_shapes import RESPONSES, Kb
from rag.serving.operation.metrics import MEDIA_TYPE

UNREADY: dict[int | str, dict[str, Any]] = {status: RESPONSES[status] for status in (404, 422, 503)}


def health_router(library: Library) -> APIRouter:
    """``/healthz``, ``/readyz`` and ``/metrics``."""
    router = APIRouter()

    @router.get("/healthz", response_model=None, responses={200: {"model": StateShape}})
    @router.head("/healthz", response_model=None, include_in_schema=False)
    async def healthz() -> Response:
        """The process is alive; it may still be loading."""
        return JSONResponse({"status": "alive"})

    @router.get("/readyz", response_model=None, responses={200: {"model": StateShape}, **UNREADY})
    @router.head("/readyz", response_model=None, include_in_schema=False)
    async def readyz(request: Request, kb: Kb = None) -> Response:
        """Questions can be answered. Where they cannot, the reason is in the log alone: anybody may ask this.

        While a PostgreSQL server is away it is false as well: answers are given, and nothing that readers say is kept. While
        Milvus is away, none is given.

        Of a knowledge base other than the default one it is true until opening it has failed; one that is not for
        everybody is unknown here.
        """
        service = library.of(kb, identity_of(request)) if kb else library.default
        if service.failure is not None:
            raise ServiceLoading("The documents could not be loaded.", remedy="The server's log says why.", retry_after=30)
        if service.default and not service.ready:
            raise ServiceLoading("The documents are still being loaded.", remedy="Ask again.", retry_after=3)
        away = await service.away() or await library.resources.away()
        if away is not None:
            raise away
        return JSONResponse({"status": "ready"})

    @router.get("/metrics", response_model=None, responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """Counts and times for Prometheus."""
        return Response(library.resources.metrics.render(), media_type=MEDIA_TYPE)

    return router
