"""Who may come in: tells the asker by the configured means, then spends from their allowance."""

from __future__ import annotations

import hmac
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Scope

from rag.errors import QuotaExceeded
from rag.serving.access.allowance import Allowance
from rag.serving.access.checkpoint import Checkpoint
from rag.serving.access.identity import Authenticator, Identity, Unidentified, bearer
from rag.serving.access.signin import Sessions, signin_page
from rag.serving.http.peer import Peer
from rag.serving.http.problem import Problem, problem_of, problem_response
from rag.serving.http.zones import Cost, Zone, cost_of, zone_of
from rag.serving.operation.redaction import Redactor
from rag.settings import Auth


class Access(Checkpoint):
    """Lets in who may come in; ``scope["charterqa.identity"]`` says who it is."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        auth: Auth,
        authenticator: Authenticator,
        sessions: Sessions,
        allowance: Allowance,
        redactor: Redactor,
    ) -> None:
        super().__init__(app)
        self._mode = auth.mode
        self._metrics_token = auth.metrics_token.get_secret_value() if auth.metrics_token else None
        self._authenticator = authenticator
        self._sessions = sessions
        self._allowance = allowance
        self._redact = redactor

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        peer: Peer = scope["charterqa.peer"]
        zone = zone_of(scope["path"])
        stranger = Identity(f"address:{peer.key}")
        try:
            identity = stranger if zone.public else self._identify(zone, headers, peer)
        except Unidentified as unidentified:
            try:
                self._allowance.spend(stranger.key)
            except QuotaExceeded as error:
                return problem_response(problem_of(error), scope, self._redact)
            return self._unidentified(unidentified, zone, headers, scope)
        scope["charterqa.identity"] = identity
        cost = cost_of(scope["path"], scope["method"])
        if cost is not Cost.NOTHING:
            try:
                self._allowance.spend(identity.key if cost is Cost.ASKING else f"{cost.value} {identity.key}")
            except QuotaExceeded as error:
                return problem_response(problem_of(error), scope, self._redact)
        return None

    def _identify(self, zone: Zone, headers: Headers, peer: Peer) -> Identity:
        if zone is Zone.METRICS and self._metrics_token is not None and self._is_scraper(headers):
            return Identity("metrics")
        if self._mode in {"token", "jwt"} and "authorization" not in headers:
            signed_in = self._sessions.read(headers)
            if signed_in is not None:
                return signed_in
        return self._authenticator.identify(headers, peer)

    def _is_scraper(self, headers: Headers) -> bool:
        return "authorization" in headers and hmac.compare_digest(bearer(headers).encode(), str(self._metrics_token).encode())

    def _unidentified(self, error: Unidentified, zone: Zone, headers: Headers, scope: Scope) -> Response:
        by_token = self._mode in {"token", "jwt"}
        navigation = scope["method"] in {"GET", "HEAD"} and "text/html" in headers.get("accept", "")
        if by_token and zone.page and navigation:
            query = scope["query_string"].decode("latin-1")
            target = f"{quote(scope['path'])}?{query}" if query else quote(scope["path"])
            return signin_page(target, headers.get("accept-language", ""), scope["charterqa.peer"].prefix)
        challenge = {"WWW-Authenticate": "Bearer"} if by_token else {}
        problem = Problem(401 if by_token else 403, "identity", error.message, error.remedy, challenge, error)
        return problem_response(problem, scope, self._redact)
