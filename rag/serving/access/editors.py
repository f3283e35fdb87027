"""Who may change the documents, and from which page."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from rag.errors import NotAllowed
from rag.serving.access.identity import identity_of
from rag.serving.http.peer import HOST, Peer, is_loopback
from rag.settings import Settings

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "x-forwarded-user")


class Editors:
    """With authentication: the administrators. Without: whoever sits at this machine, where no proxy can speak for others."""

    def __init__(self, settings: Settings) -> None:
        self._auth = settings.auth
        self._enabled = settings.uploads.enabled
        unproxied = not (settings.auth.proxy_peers or settings.root_path or settings.hosts)
        self._alone = settings.auth.mode == "none" and is_loopback(settings.host) and unproxied

    def may(self, request: HTTPConnection) -> bool:
        """Whether whoever asks may change documents, if a page of our own asks for them."""
        if not self._enabled:
            return False
        return self._at_this_machine(request) if self._alone else identity_of(request).administers(self._auth)

    def require(self, request: HTTPConnection) -> None:
        """Raises ``NotAllowed``: they may not, or a page of another origin asks. A page that may ask questions may not this."""
        if not self._enabled:
            closed = NotAllowed("Documents cannot be changed here.", remedy="CHARTERQA_UPLOADS_ENABLED=true switches that on.")
            raise closed.said("error.no_editing")
        if not self.may(request):
            remedy = "Whoever may is named in CHARTERQA_AUTH_ADMINS or has CHARTERQA_AUTH_ADMIN_TOKEN."
            raise NotAllowed("You may not change the documents.", remedy=remedy).said("error.not_editor")
        if not from_our_page(request.headers, request.scope["charterqa.peer"]):
            raise NotAllowed("Pages of other origins may not change the documents.", remedy="Use the server's own page.")

    def _at_this_machine(self, request: HTTPConnection) -> bool:
        peer: Peer = request.scope["charterqa.peer"]
        host = HOST.fullmatch(peer.host.lower())
        forwarded = any(name in request.headers for name in FORWARDED)
        return is_loopback(peer.address) and not forwarded and host is not None and is_loopback(host.group(1))


def from_our_page(headers: Headers, peer: Peer) -> bool:
    """A browser names the origin of whatever changes something; a program names none. Sites are not enough: another port of
    the same host is the same site."""
    origins = headers.getlist("origin")
    if not origins:
        return headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    if len(origins) > 1:
        return False
    own = origins[0].lower() == f"{peer.scheme}://{peer.host.lower()}"
    return headers.get("sec-fetch-site", "same-origin" if own else "") == "same-origin"
