"""``/widget/v1/…`` and ``/embed``.

The files under ``/widget/`` are public, since a module script loads by CORS and must be able to say what is not allowed.
``/embed`` may be framed by the configured origins alone: with none configured, by nobody.
"""

from __future__ import annotations

from html import escape
from string import Template

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from rag.serving.widget.static_file import FOLDER, StaticFile
from rag.settings import Settings

SCRIPTS = ("widget.js", "embed.js")
PUBLIC = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}
BRIEFLY = "public, max-age=300"
FOREVER = "public, max-age=31536000, immutable"


def widget_router(settings: Settings) -> APIRouter:
    """The routes; the files are read once, when the router is made."""
    router = APIRouter(include_in_schema=False)
    files = {name: StaticFile.read(name) for name in SCRIPTS}
    lasting = {file.hashed_name: file for file in files.values()}
    page = _frame_page(settings)

    @router.api_route("/widget/v1/{name}", methods=["GET", "HEAD"])
    async def script(name: str, request: Request) -> Response:
        """A script by its plain name, which is asked for anew now and then, or by its hashed name, which never changes."""
        file = files.get(name) or lasting.get(name)
        if file is None:
            raise HTTPException(404)
        return _served(file, request, FOREVER if name in lasting else BRIEFLY)

    @router.api_route("/embed", methods=["GET", "HEAD"])
    async def embed() -> Response:
        """The element alone on a page, to be framed."""
        return Response(page, media_type="text/html", headers=_frame_headers(settings.origins))

    return router


def _served(file: StaticFile, request: Request, caching: str) -> Response:
    tag = f'"{file.digest}"'
    headers = {**PUBLIC, "Cache-Control": caching, "ETag": f"W/{tag}"}
    known = request.headers.get("if-none-match", "")
    if known == "*" or tag in [part.strip().removeprefix("W/") for part in known.split(",")]:
        return Response(status_code=304, headers=headers)
    squeezed = _takes_gzip(request.headers.get("accept-encoding", ""))
    headers |= {"Content-Encoding": "gzip"} if squeezed else {}
    return Response(file.compressed if squeezed else file.body, media_type="text/javascript", headers=headers)


def _takes_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _frame_page(settings: Settings) -> str:
    template = Template((FOLDER / "embed.html").read_text(encoding="utf-8"))
    return template.substitute(
        origins=escape(" ".join(settings.origins)), token="ask" if settings.auth.mode in {"jwt", "token"} else "none"
    )


def _frame_headers(origins: tuple[str, ...]) -> dict[str, str]:
    ancestors = " ".join(origins) or "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        f"require-trusted-types-for 'script'; frame-ancestors {ancestors}"
    )
    return {
        "Content-Security-Policy": policy,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
