"""Which names and which pages may reach the server from a browser: deny by default, exact, on every route.

``Host`` is checked because a page of the wide web can point its own name at 127.0.0.1 and then is, to the browser, of the
same origin. ``Origin`` is checked because a simple POST from any page arrives before CORS is ever asked.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from rag.serving.access.checkpoint import Checkpoint
from rag.serving.http.peer import HOST, Peer, is_loopback
from rag.serving.http.problem import Problem, problem_response
from rag.serving.http.zones import Zone, zone_of
from rag.serving.operation.redaction import Redactor
from rag.settings import Settings

PREFLIGHT_OF_THE_WIDGET = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD",
    "access-control-max-age": "600",
}


class Origins(Checkpoint):
    """Turns away requests by another name, and requests that another origin's page sends."""

    def __init__(self, app: ASGIApp, *, settings: Settings, redactor: Redactor) -> None:
        super().__init__(app)
        self._origins = frozenset(origin.lower() for origin in settings.origins)
        self._hosts = frozenset(host.lower() for host in settings.hosts)
        self._loopback = is_loopback(settings.host)
        self._redact = redactor

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        zone = zone_of(scope["path"])
        if zone is Zone.PROBE:
            return None
        if not self._named(headers.get("host", "")):
            return self._problem(
                scope, 421, "host", "The server is not known by this name.", "Name it in CHARTERQA_HOSTS if it should be."
            )
        if zone is Zone.WIDGET and scope["path"] != "/embed":
            preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
            return Response(status_code=204, headers=PREFLIGHT_OF_THE_WIDGET) if preflight else None
        if not self._listed(headers, scope["charterqa.peer"]):
            return self._problem(
                scope,
                403,
                "origin",
                "Pages of this origin may not use the server.",
                "Name it in CHARTERQA_ORIGINS if they may.",
            )
        return None

    def _named(self, host: str) -> bool:
        name = host.lower()
        found = HOST.fullmatch(name)
        if found is None:
            return False
        bare = found.group(1)
        if self._loopback and is_loopback(bare):
            return True
        if self._hosts:
            return name in self._hosts or bare in self._hosts
        return not self._loopback

    def _listed(self, headers: Headers, peer: Peer) -> bool:
        """No ``Origin`` is no page of another origin, save where the browser says so all the same."""
        origins = headers.getlist("origin")
        if not origins:
            return headers.get("sec-fetch-site") != "cross-site" or headers.get("sec-fetch-mode") != "no-cors"
        if len(origins) > 1:
            return False
        origin = origins[0].lower()
        own = f"{peer.scheme}://{peer.host.lower()}"
        return origin == own or origin in self._origins or headers.get("sec-fetch-site") == "same-origin"

    def _problem(self, scope: Scope, status: int, slug: str, detail: str, remedy: str) -> Response:
        return problem_response(Problem(status, slug, detail, remedy), scope, self._redact)
