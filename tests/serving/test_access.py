"""Who may come in, by each of the four means, and what they may do how often."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from rag.errors import SettingsError
from rag.serving.access.signin import local
from rag.serving.app import create_app
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of, settings_for

TOKEN = "a-shared-token-of-the-intranet"
KEY = "an-hmac-key-that-is-long-enough-to-be-one"
QUESTION = {"question": "Who built the lighthouse?"}
GUARDED = [
    ("POST", "/api/v1/ask"),
    ("POST", "/api/v1/search"),
    ("GET", "/api/v1/documents"),
    ("GET", "/api/v1/documents/treaty.md"),
    ("POST", "/api/v1/feedback"),
    ("GET", "/source/treaty.md"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/v1/models"),
    ("POST", "/mcp"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/"),
    ("GET", "/config"),
    ("POST", "/gradio_api/queue/join"),
    ("GET", "/anything/else"),
]


def minted(key: Any = KEY, algorithm: str = "HS256", **claims: Any) -> str:
    now = int(time.time())
    given = {"sub": "ada", "aud": "charterqa", "iat": now, "exp": now + 300} | claims
    return jwt.encode({n: v for n, v in given.items() if v is not None}, key, algorithm=algorithm)


def asks(client: httpx.Client, token: str | None = None, **headers: str) -> int:
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    return client.post("/api/v1/ask", json=QUESTION, headers=headers).status_code


def test_with_a_token_only_its_bearer_comes_in_on_every_route(tmp_path: Path) -> None:
    with client_of(tmp_path, ui=True, auth="token", auth_token=TOKEN) as client:
        for method, path in GUARDED:
            response = client.request(method, path)
            assert response.status_code == 401, path
            assert response.headers["www-authenticate"] == "Bearer"
            assert client.request(method, path, headers={"authorization": f"Bearer {TOKEN}"}).status_code != 401, path
        for wrong in ("wrong", TOKEN + "x", TOKEN[:-1], "x" * 9000):
            assert asks(client, wrong) == 401
        assert client.post("/api/v1/ask", json=QUESTION, headers={"authorization": f"Basic {TOKEN}"}).status_code == 401
        for public in ("/healthz", "/readyz", "/widget/v1/widget.js", "/embed", "/page/page.css"):
            assert client.get(public).status_code == 200, public


def test_a_person_signs_in_once_and_gets_a_cookie_that_no_script_reads(tmp_path: Path) -> None:
    html = {"accept": "text/html"}
    with client_of(tmp_path, ui=True, auth="token", auth_token=TOKEN) as client:
        page = client.get("/source/treaty.md", headers=html | {"accept-language": "az,en;q=0.5"})
        assert page.status_code == 401 and 'lang="az"' in page.text and "harbour" not in page.text
        assert 'action="/signin?next=%2Fsource%2Ftreaty.md"' in page.text
        wrong = client.post("/signin", data={"token": "nonsense"})
        assert wrong.status_code == 401 and 'role="alert"' in wrong.text and "set-cookie" not in wrong.headers
        right = client.post("/signin?next=/source/treaty.md", data={"token": TOKEN})
        assert (right.status_code, right.headers["location"]) == (303, "/source/treaty.md")
        cookie = right.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and TOKEN not in cookie
        assert "The harbour opens at six." in client.get("/source/treaty.md", headers=html).text
        assert client.get("/", headers=html).status_code == 200
        client.post("/signout")
        assert client.get("/", headers=html).status_code == 401


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/%2F/evil.example", "/a\r\nb", ""]
)
def test_signing_in_leads_to_no_other_server(target: str) -> None:
    assert local(target) == "/"


def test_a_forged_or_stale_cookie_signs_nobody_in(tmp_path: Path) -> None:
    with client_of(tmp_path, auth="token", auth_token=TOKEN) as client:
        now = int(time.time())
        forged = jwt.encode({"sub": "x", "exp": now + 60, "use": "charterqa_session"}, "k" * 64, algorithm="HS256")
        unsigned = jwt.encode({"sub": "x", "exp": now + 60, "use": "charterqa_session"}, None, algorithm="none")
        for value in (forged, unsigned, "x.y.z", ""):
            assert asks(client, cookie=f"charterqa_session={value}") == 401


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 200),
        ({"iat": None}, 200),
        ({"exp": int(time.time()) - 60}, 401),
        ({"exp": int(time.time()) + 3600}, 401),
        ({"iat": int(time.time()) - 3600, "exp": int(time.time()) + 100}, 401),
        ({"iat": int(time.time()) + 3500, "exp": int(time.time()) + 3600}, 401),
        ({"aud": "another"}, 401),
        ({"aud": None}, 401),
        ({"exp": None}, 401),
        ({"sub": None}, 401),
        ({"nbf": int(time.time()) + 3600}, 401),
    ],
)
def test_a_jwt_counts_only_with_the_right_claims_and_a_short_life(
    jwt_client: httpx.Client, claims: dict[str, Any], status: int
) -> None:
    assert asks(jwt_client, minted(**claims)) == status


def test_a_jwt_with_another_key_or_no_algorithm_is_turned_away(jwt_client: httpx.Client) -> None:
    assert asks(jwt_client, minted("another-key-that-is-just-as-long-as-ours")) == 401
    assert (
        asks(jwt_client, jwt.encode({"sub": "a", "aud": "charterqa", "exp": time.time() + 60}, None, algorithm="none")) == 401
    )
    head, _, rest = minted().partition(".")
    assert asks(jwt_client, f"{head}.{rest[:-2]}AA") == 401
    assert asks(jwt_client) == 401


@pytest.fixture(scope="module")
def jwt_client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with client_of(tmp_path_factory.mktemp("jwt"), auth="jwt", auth_jwt_key=KEY, limits_requests_per_minute=1000) as client:
        yield client


def test_rs256_takes_the_private_keys_tokens_and_not_the_public_key_as_a_secret(tmp_path: Path) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    file = tmp_path / "public.pem"
    file.write_bytes(pem)
    with client_of(tmp_path, auth="jwt", auth_jwt_algorithm="RS256", auth_jwt_key=str(file)) as client:
        assert asks(client, minted(private, "RS256")) == 200
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        assert asks(client, minted(other, "RS256")) == 401
        assert asks(client, minted("x" * 40)) == 401
        assert asks(client, _hmac_with(pem)) == 401


def _hmac_with(pem: bytes) -> str:
    """The classic confusion: a token signed by HMAC with the public key's own text, made by hand since PyJWT refuses to."""
    import base64
    import hashlib
    import hmac
    import json

    def part(data: bytes) -> bytes:
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    claims = {"sub": "eve", "aud": "charterqa", "exp": int(time.time()) + 60}
    signed = part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + b"." + part(json.dumps(claims).encode())
    return (signed + b"." + part(hmac.new(pem, signed, hashlib.sha256).digest())).decode()


def test_a_proxys_header_counts_from_the_configured_peer_alone(tmp_path: Path) -> None:
    with client_of(tmp_path / "a", auth="proxy", auth_proxy_peers="127.0.0.1") as client:
        assert asks(client, **{"x-forwarded-user": "ada"}) == 200
        assert asks(client) == 403
        assert asks(client, **{"x-forwarded-user": ""}) == 403
        twice = [("x-forwarded-user", "ada"), ("x-forwarded-user", "root")]
        assert client.post("/api/v1/ask", json=QUESTION, headers=twice).status_code == 403
    with client_of(tmp_path / "b", auth="proxy", auth_proxy_peers="10.1.2.0/24") as client:
        assert asks(client, **{"x-forwarded-user": "ada"}) == 403
        assert asks(client, **{"x-forwarded-user": "ada", "x-forwarded-for": "10.1.2.3"}) == 403


def test_a_scraper_has_a_token_of_its_own_that_opens_nothing_else(tmp_path: Path) -> None:
    scraper = {"authorization": "Bearer a-token-for-prometheus"}
    with client_of(tmp_path, auth="jwt", auth_jwt_key=KEY, auth_metrics_token="a-token-for-prometheus") as client:
        assert client.get("/metrics", headers=scraper).status_code == 200
        assert client.get("/metrics").status_code == 401
        assert client.get("/api/v1/documents", headers=scraper).status_code == 401


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        ({"auth": "token"}, "CHARTERQA_AUTH_TOKEN"),
        ({"auth": "token", "auth_token": "short"}, "16 characters"),
        ({"auth": "jwt"}, "CHARTERQA_AUTH_JWT_KEY"),
        ({"auth": "jwt", "auth_jwt_key": "too-short"}, "32 bytes"),
        ({"auth": "jwt", "auth_jwt_algorithm": "RS256", "auth_jwt_key": "/no/such/file.pem"}, "PEM"),
        ({"auth": "proxy"}, "CHARTERQA_AUTH_PROXY_PEERS"),
        ({"auth": "proxy", "auth_proxy_peers": "proxy.example"}, "not an address"),
    ],
)
def test_access_that_cannot_work_is_named_when_the_application_is_made(
    tmp_path: Path, flags: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        create_app(FakeEngine(), settings_for(tmp_path, **flags), ui=False)


def test_a_private_key_is_not_taken_for_a_public_one(tmp_path: Path) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with pytest.raises(SettingsError, match="private key"):
        create_app(FakeEngine(), settings_for(tmp_path, auth="jwt", auth_jwt_algorithm="RS256", auth_jwt_key=pem), ui=False)


def test_the_allowance_is_one_per_identity_and_says_when_it_is_back(tmp_path: Path) -> None:
    with client_of(tmp_path, auth="jwt", auth_jwt_key=KEY, limits_requests_per_minute=3) as client:
        assert [asks(client, minted(sub="ada")) for _ in range(4)] == [200, 200, 200, 429]
        assert asks(client, minted(sub="eve")) == 200
        refused = client.get("/api/v1/documents", headers={"authorization": f"Bearer {minted(sub='ada')}"})
        assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.json()["type"] == "urn:charterqa:problem:quota"


def test_a_person_and_a_test_run_may_ask_120_questions_a_minute_by_default(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        assert {asks(client) for _ in range(120)} == {200}


def test_a_forged_forwarding_header_changes_nothing(tmp_path: Path) -> None:
    with client_of(tmp_path, limits_requests_per_minute=5) as client:
        forged = [asks(client, **{"x-forwarded-for": f"203.0.113.{n}", "forwarded": f"for=203.0.113.{n}"}) for n in range(6)]
    assert forged == [200] * 5 + [429]


def test_behind_a_configured_proxy_the_last_address_it_did_not_write_itself_counts(tmp_path: Path) -> None:
    with client_of(tmp_path, auth_proxy_peers="127.0.0.1,10.0.0.0/8", limits_requests_per_minute=2) as client:
        for forged in range(2):
            assert asks(client, **{"x-forwarded-for": f"203.0.113.{forged}, 198.51.100.7, 10.0.0.2"}) == 200
        assert asks(client, **{"x-forwarded-for": "203.0.113.99, 198.51.100.7, 10.0.0.2"}) == 429
        assert asks(client, **{"x-forwarded-for": "198.51.100.8"}) == 200


def test_guessing_a_token_uses_up_the_guessers_allowance(tmp_path: Path) -> None:
    with client_of(tmp_path, auth="token", auth_token=TOKEN, limits_requests_per_minute=4) as client:
        assert [asks(client, f"guess-number-{n}-of-the-token") for n in range(5)] == [401] * 4 + [429]


def test_the_pages_own_files_cost_nothing(tmp_path: Path) -> None:
    with client_of(tmp_path, limits_requests_per_minute=2) as client:
        assert {client.get("/page/page.css").status_code for _ in range(10)} == {200}
        assert {client.get("/healthz").status_code for _ in range(10)} == {200}
        assert asks(client) == 200
