"""Who asks. One class per way to say it; which one counts is a setting."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import jwt
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from rag.errors import CharterError, SettingsError
from rag.serving.http.peer import Peer
from rag.settings import Auth

LEEWAY = 10
SHORTEST_TOKEN = 16
SHORTEST_HMAC_KEY = 32
LONGEST_NAME = 256
LONGEST_TOKEN = 8192
USER = "user:"
ADMINISTRATOR = "administrator"


class Unidentified(CharterError):
    """The request does not say who asks, or not in a way that can be believed."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A user, a program or an address. ``key`` is what allowances are counted by; ``expires`` is seconds since the epoch."""

    key: str
    expires: float | None = None

    @property
    def user(self) -> str | None:
        """The name by which a token or the sign-in proxy knows them; ``None`` where nobody is told from another."""
        return self.key.removeprefix(USER) if self.key.startswith(USER) else None

    def administers(self, auth: Auth) -> bool:
        """Whether the settings name them as an administrator."""
        return self.key == ADMINISTRATOR or (self.user is not None and self.user in auth.admins)


class Authenticator(Protocol):
    """Tells who asks."""

    def identify(self, headers: Headers, peer: Peer, /) -> Identity:
        """The asker, from what a request carries. Raises ``Unidentified``."""


class Anyone:
    """No authentication: known by address alone."""

    def identify(self, _: Headers, peer: Peer) -> Identity:
        """The address."""
        return Identity(f"address:{peer.key}")


class SharedToken:
    """One bearer token for everybody who may ask, told apart by address, and perhaps one for the administrator."""

    def __init__(self, token: str, admin_token: str = "") -> None:
        self._token = token.encode()
        self._admin_token = admin_token.encode()

    def identify(self, headers: Headers, peer: Peer) -> Identity:
        """The address, or the administrator, once the token is right; compared in constant time."""
        given = bearer(headers).encode()
        if self._admin_token and hmac.compare_digest(given, self._admin_token):
            return Identity(ADMINISTRATOR)
        if not hmac.compare_digest(given, self._token):
            raise Unidentified("The access token is wrong.", remedy="Send 'Authorization: Bearer TOKEN'.").said("error.token")
        return Identity(f"address:{peer.key}")


class ShortLivedToken:
    """A JWT that another server minted: signature, audience, subject and expiry are checked, and it must not live long."""

    def __init__(self, auth: Auth, *, clock: Callable[[], float] = time.time) -> None:
        self._key = _jwt_key(auth)
        self._auth = auth
        self._clock = clock

    def identify(self, headers: Headers, _: Peer) -> Identity:
        """The token's subject."""
        return self._believe(bearer(headers))

    def _believe(self, token: str) -> Identity:
        """Only the configured algorithm counts, whatever the token's header says."""
        longest = self._auth.jwt_max_seconds
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[self._auth.jwt_algorithm],
                audience=self._auth.jwt_audience,
                leeway=LEEWAY,
                options={"require": ["exp", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unidentified("The access token has expired.", remedy="Ask for a new one.").said(
                "error.token_expired"
            ) from None
        except jwt.InvalidTokenError:
            raise Unidentified(
                "The access token is not valid here.",
                remedy=f"Sign it with {self._auth.jwt_algorithm}, with aud '{self._auth.jwt_audience}', sub and exp.",
            ).said("error.token") from None
        begun = min(float(claims.get("iat", self._clock())), self._clock())
        if float(claims["exp"]) - begun > longest + LEEWAY:
            raise Unidentified(f"The access token lives longer than {longest} seconds.", remedy="Mint a shorter one.")
        return Identity(f"{USER}{str(claims['sub'])[:LONGEST_NAME]}", float(claims["exp"]))


class BehindProxy:
    """A header that a configured proxy sets after it has signed the user in; from anybody else it means nothing."""

    def __init__(self, header: str) -> None:
        self._header = header

    def identify(self, headers: Headers, peer: Peer) -> Identity:
        """The user whom the proxy names."""
        names = headers.getlist(self._header)
        if not peer.proxied:
            raise Unidentified("This address is not reached directly.", remedy="Go through the sign-in proxy.")
        if len(names) != 1 or not names[0].strip():
            raise Unidentified("The sign-in proxy did not say who asks.", remedy=f"It must set {self._header} once.")
        return Identity(f"{USER}{names[0].strip()[:LONGEST_NAME]}")


def authenticator(auth: Auth) -> Authenticator:
    """The one that the settings ask for.

    Raises:
        SettingsError: what it needs is missing or too weak, or administrators cannot be told by it.
    """
    if auth.admins and auth.mode not in {"jwt", "proxy"}:
        raise SettingsError(
            "CHARTERQA_AUTH_ADMINS names users, whom the access mode set here does not tell apart.",
            remedy="Set CHARTERQA_AUTH to jwt or proxy, or with token use CHARTERQA_AUTH_ADMIN_TOKEN.",
        )
    if auth.admin_token and auth.mode != "token":
        raise SettingsError(
            "CHARTERQA_AUTH_ADMIN_TOKEN counts with CHARTERQA_AUTH=token alone.", remedy="Name users in CHARTERQA_AUTH_ADMINS."
        )
    if auth.mode == "token":
        token = auth.token.get_secret_value() if auth.token else ""
        if len(token) < SHORTEST_TOKEN:
            raise SettingsError(
                f"CHARTERQA_AUTH=token needs CHARTERQA_AUTH_TOKEN with at least {SHORTEST_TOKEN} characters.",
                remedy="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'.",
            )
        admin = auth.admin_token.get_secret_value() if auth.admin_token else ""
        if auth.admin_token and (len(admin) < SHORTEST_TOKEN or admin == token):
            raise SettingsError(
                f"CHARTERQA_AUTH_ADMIN_TOKEN needs at least {SHORTEST_TOKEN} characters, other ones than the token of readers.",
                remedy="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'.",
            )
        return SharedToken(token, admin)
    if auth.mode == "jwt":
        return ShortLivedToken(auth)
    if auth.mode == "proxy":
        if not auth.proxy_peers:
            raise SettingsError(
                "CHARTERQA_AUTH=proxy needs CHARTERQA_AUTH_PROXY_PEERS.", remedy="Name the proxy's address, such as 10.0.0.5."
            )
        return BehindProxy(auth.proxy_header)
    return Anyone()


def identity_of(request: HTTPConnection) -> Identity:
    """Who asks, as the door has found it."""
    found = request.scope["charterqa.identity"]
    assert isinstance(found, Identity)
    return found


def bearer(headers: Headers) -> str:
    """The token of an ``Authorization: Bearer`` header. Raises ``Unidentified``."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or len(token) > LONGEST_TOKEN:
        raise Unidentified("This server asks who you are.", remedy="Send 'Authorization: Bearer TOKEN'.").said("error.who")
    return token.strip()


def _jwt_key(auth: Auth) -> str:
    text = auth.jwt_key.get_secret_value() if auth.jwt_key else ""
    if not text:
        raise SettingsError("CHARTERQA_AUTH=jwt needs CHARTERQA_AUTH_JWT_KEY.", remedy="See docs/intranet.md on access.")
    if auth.jwt_algorithm == "HS256":
        if len(text.encode()) < SHORTEST_HMAC_KEY:
            raise SettingsError(
                f"CHARTERQA_AUTH_JWT_KEY is shorter than {SHORTEST_HMAC_KEY} bytes.",
                remedy="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'.",
            )
        return text
    try:
        pem = text if "-----BEGIN" in text else Path(text).read_text(encoding="ascii")
        jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).prepare_key(pem)
    except (OSError, ValueError, jwt.InvalidKeyError) as error:
        raise SettingsError(
            "CHARTERQA_AUTH_JWT_KEY is not an RSA public key in PEM, nor a file with one.", remedy="Correct it."
        ) from error
    if "PRIVATE KEY" in pem:
        raise SettingsError("CHARTERQA_AUTH_JWT_KEY is a private key.", remedy="Give the public key; only the minter signs.")
    return pem
