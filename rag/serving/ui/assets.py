"""The chat's own style sheets and scripts, served compressed, each under an address that changes with any of them.

The version is a folder of the address, so that a script's relative import finds the files of its own version.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
EARLY = ("memory.js", "kept.js", "appearance.js", "upload.js")
"""Run before the first paint, in this order: what they say decides how the page is laid out."""
STYLES = ("frame.css", "composer.css", "answer.css", "sources.css", "panes.css", "upload.css")
SHARED = ("appearance.js", "frame.css", "answer.css", "sources.css", "shared.css", "shared.js")
"""What a shared conversation needs, which is read without the chat."""
SCRIPTS = ("main.js", "words.js", "notes.js", "composing.js", "menus.js", "talks.js", "pane.js", "share.js")
"""Modules. The first imports the others."""
_FILES = tuple(dict.fromkeys((*EARLY, *STYLES, *SCRIPTS, *SHARED)))
MEDIA = {".css": "text/css", ".js": "text/javascript"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Packed:
    """A static file, as it is and compressed."""

    plain: bytes
    gzipped: bytes


@cache
def packed(name: str) -> Packed:
    """A file of the folder, read once."""
    body = (FOLDER / name).read_bytes()
    return Packed(body, gzip.compress(body, 9, mtime=0))


@cache
def version() -> str:
    """Of all files together."""
    digest = hashlib.sha256()
    for name in _FILES:
        digest.update(packed(name).plain)
    return digest.hexdigest()[:16]


def head_html(*, kept: bool = False) -> str:
    """What the page's head loads; relative, since the server may lie below a path. ``kept``: the server keeps conversations."""
    base = f"page/chat-{version()}"
    return "".join(
        (
            '<meta name="charterqa-conversations" content="server">' if kept else "",
            *(f'<script src="{base}/{name}"></script>' for name in EARLY),
            *(f'<link rel="stylesheet" href="{base}/{name}">' for name in STYLES),
            *(f'<link rel="modulepreload" href="{base}/{name}">' for name in SCRIPTS[1:]),
            f'<script type="module" src="{base}/{SCRIPTS[0]}"></script>',
        )
    )


def shared_head_html() -> str:
    """What the page of a shared conversation loads; relative, as the chat's."""
    base = f"page/chat-{version()}"
    return "".join(
        f'<link rel="stylesheet" href="{base}/{name}">'
        if name.endswith(".css")
        else f'<script src="{base}/{name}"{" type=module" if name == "shared.js" else ""}></script>'
        for name in SHARED
    )


def assets_router() -> APIRouter:
    """``/page/chat-VERSION/NAME``; another version than today's is found as well, but not kept."""
    router = APIRouter(include_in_schema=False)

    @router.get("/page/chat-{known}/{name}", response_model=None)
    async def file(known: str, name: str, request: Request) -> Response:
        if name not in _FILES:
            raise HTTPException(404)
        found, headers = packed(name), {"Cache-Control": FOREVER if known == version() else "no-cache"}
        headers["Vary"] = "Accept-Encoding"
        media = MEDIA[Path(name).suffix]
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(found.plain, media_type=media, headers=headers)
        return Response(found.gzipped, media_type=media, headers={**headers, "Content-Encoding": "gzip"})

    return router
