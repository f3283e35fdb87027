"""Is it alive, can it answer, how is it doing."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from rag.errors import ServiceLoading
from rag.serving.core.service import Service
from rag.serving.faces.api import RESPONSES
from rag.serving.http.schemas import StateShape
from rag.serving.operation.metrics import MEDIA_TYPE


def health_router(service: Service) -> APIRouter:
    """``/healthz``, ``/readyz`` and ``/metrics``."""
    router = APIRouter()

    @router.get("/healthz", response_model=None, responses={200: {"model": StateShape}})
    @router.head("/healthz", response_model=None, include_in_schema=False)
    async def healthz() -> Response:
        """The process is alive; it may still be loading."""
        return JSONResponse({"status": "alive"})

    @router.get("/readyz", response_model=None, responses={200: {"model": StateShape}, 503: RESPONSES[503]})
    @router.head("/readyz", response_model=None, include_in_schema=False)
    async def readyz() -> Response:
        """Questions can be answered. Where they cannot, the reason is in the log alone: anybody may ask this."""
        if service.failure is not None:
            raise ServiceLoading("The documents could not be loaded.", remedy="The server's log says why.", retry_after=30)
        if not service.ready:
            raise ServiceLoading("The documents are still being loaded.", remedy="Ask again.", retry_after=3)
        return JSONResponse({"status": "ready"})

    @router.get("/metrics", response_model=None, responses={200: {"content": {"text/plain": {}}}})
    async def metrics() -> Response:
        """Counts and times for Prometheus."""
        return Response(service.metrics.render(), media_type=MEDIA_TYPE)

    return router
