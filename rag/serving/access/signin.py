"""How a person opens the chat where a token is asked for: types it once, and gets a cookie that no script can read."""

from __future__ import annotations

import hashlib
import html
import secrets
import time
from collections.abc import Callable
from urllib.parse import parse_qs, quote, unquote

import jwt
from fastapi import APIRouter, Request
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, RedirectResponse, Response

from rag.localization.catalogue import speak
from rag.localization.languages import preferred
from rag.serving.access.identity import Authenticator, Identity, Unidentified
from rag.serving.http.pages import asset_url
from rag.serving.http.peer import Peer
from rag.serving.http.protection import OWN_PAGE
from rag.settings import Auth

COOKIE = "charterqa_session"
HOURS = 12
HEADERS = {
    "Cache-Control": "no-store",
    # It stands in for whatever page was asked for, whose zone's policy may forbid forms and style sheets.
    "Content-Security-Policy": OWN_PAGE,
    # Under "no-referrer" a browser names its form's origin "null", and over plain http nothing else says where it is from.
    "Referrer-Policy": "same-origin",
}
PAGE = """<!doctype html>
<html{spoken}><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="{style}"></head>
<body class="narrow"><main><h1>{title}</h1>{error}<form method="post" action="{prefix}/signin?next={next}">
<label for="token">{label}</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus{invalid}>
<button type="submit">{button}</button></form></main></body></html>"""


class Sessions:
    """Signed cookies. The key comes from the configured secret, so that a restart signs nobody out and a new secret does."""

    def __init__(self, auth: Auth, *, clock: Callable[[], float] = time.time) -> None:
        own = auth.token if auth.mode == "token" else auth.jwt_key if auth.jwt_algorithm == "HS256" else None
        secret = auth.cookie_key or own
        material = secret.get_secret_value().encode() if secret else secrets.token_bytes(32)
        if auth.admin_token:
            material += b"\0" + auth.admin_token.get_secret_value().encode()
        self._key = hashlib.blake2b(material, digest_size=32, person=b"charterqa-cookie").hexdigest()
        self._clock = clock

    def issue(self, identity: Identity, peer: Peer) -> str:
        """The value of a ``Set-Cookie`` header; it lasts twelve hours, or as long as the token does."""
        now = self._clock()
        expires = min(identity.expires or now + HOURS * 3600, now + HOURS * 3600)
        claims = {"sub": identity.key, "exp": int(expires), "use": COOKIE}
        value = jwt.encode(claims, self._key, algorithm="HS256")
        seconds = max(0, int(expires - now))
        flags = "; Secure" if peer.scheme == "https" else ""
        return f"{COOKIE}={value}; Path={peer.prefix}/; Max-Age={seconds}; HttpOnly; SameSite=Lax{flags}"

    def read(self, headers: Headers) -> Identity | None:
        """Who is signed in, if anybody is. Another server of ours at ``/`` of the same host has a cookie by the same name."""
        pairs = [pair.strip().partition("=") for pair in headers.get("cookie", "").split(";")]
        found = (self._read(value) for name, _, value in pairs if name == COOKIE)
        return next((identity for identity in found if identity is not None), None)

    def _read(self, value: str) -> Identity | None:
        try:
            claims = jwt.decode(value, self._key, algorithms=["HS256"], options={"require": ["exp", "sub"]})
        except jwt.InvalidTokenError:
            return None
        return Identity(claims["sub"], float(claims["exp"])) if claims.get("use") == COOKIE else None


def signin_page(target: str, languages: str, prefix: str, *, wrong: bool = False) -> Response:
    """The form, with status 401. It needs no script, and names nothing of what lies behind it."""
    words = speak(preferred(languages))
    page = PAGE.format(
        spoken=words.attributes,
        title=html.escape(words("signin.title")),
        label=html.escape(words("signin.token")),
        button=html.escape(words("signin.continue")),
        prefix=prefix,
        style=asset_url("page.css", prefix),
        next=quote(local(target), safe=""),
        error=f'<p role="alert" id="wrong">{html.escape(words("signin.refused"))}</p>' if wrong else "",
        invalid=' aria-invalid="true" aria-describedby="wrong"' if wrong else "",
    )
    return HTMLResponse(page, 401, headers=HEADERS)


def local(target: str) -> str:
    """``target`` if it is a path on this server, else the start page: no redirect leads elsewhere."""
    decoded = unquote(target)
    plain = decoded.startswith("/") and not decoded.startswith(("//", "/\\")) and decoded.isprintable()
    return target if plain and "\\" not in decoded else "/"


def signin_router(authenticator: Authenticator, sessions: Sessions) -> APIRouter:
    """``/signin`` and ``/signout``."""
    router = APIRouter(include_in_schema=False)

    @router.post("/signin")
    async def signin(request: Request) -> Response:
        fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=4)
        target = local(request.query_params.get("next", "/"))
        peer = request.scope["charterqa.peer"]
        try:
            typed = Headers({"authorization": f"Bearer {fields.get('token', [''])[0].strip()}"})
            identity = authenticator.identify(typed, peer)
        except Unidentified:
            return signin_page(target, request.headers.get("accept-language", ""), peer.prefix, wrong=True)
        response = RedirectResponse(peer.prefix + target, 303, headers={"Cache-Control": "no-store"})
        response.headers["set-cookie"] = sessions.issue(identity, peer)
        return response

    @router.post("/signout")
    async def signout(request: Request) -> Response:
        place = f"{request.scope['charterqa.peer'].prefix}/"
        response = RedirectResponse(place, 303)
        response.delete_cookie(COOKIE, path=place, httponly=True, samesite="lax")
        return response

    return router
