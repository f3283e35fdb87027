"""The static files of our own pages, each under an address that changes with its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

FOLDER = Path(__file__).resolve().parent / "page"
MEDIA = {"page.css": "text/css", "source.css": "text/css", "source.js": "text/javascript", "pages.js": "text/javascript"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file and the hash of its bytes."""

    body: bytes
    version: str


@lru_cache(maxsize=len(MEDIA))
def asset(name: str) -> Asset:
    """A file of the package, read once."""
    body = (FOLDER / name).read_bytes()
    return Asset(body, hashlib.sha256(body).hexdigest()[:16])


def asset_url(name: str, prefix: str = "") -> str:
    """Its address below ``prefix``; a changed file has another one, so that it may be kept for ever."""
    return f"{prefix}/page/{name}?v={asset(name).version}"


def pages_router() -> APIRouter:
    """``/page/NAME``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/page/{name}", response_model=None)
    async def page(name: str, request: Request) -> Response:
        if name not in MEDIA:
            raise HTTPException(404)
        found = asset(name)
        kept = FOREVER if request.query_params.get("v") == found.version else "no-cache"
        return Response(found.body, media_type=MEDIA[name], headers={"Cache-Control": kept, "ETag": f'"{found.version}"'})

    return router
