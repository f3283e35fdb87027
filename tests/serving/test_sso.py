"""nginx with the shipped file asks a sign-in proxy who a reader is; whom nobody signed in, nobody believes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from rag.serving.app import create_app
from tests.fake_engine import FakeEngine
from tests.serving.live import running, settings_for
from tests.serving.nginx import NAME, here, started

SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx.sso.conf"
HOST = f"ask.{NAME}"


def signin_proxy() -> FastAPI:
    """What nginx asks of oauth2-proxy: 202 with a name for its cookie, else 401; and its page."""
    app = FastAPI()

    @app.get("/oauth2/auth")
    def auth(request: Request) -> Response:
        name = request.cookies.get("signed_in")
        return Response(status_code=202, headers={"X-Auth-Request-User": name}) if name else Response(status_code=401)

    @app.get("/oauth2/sign_in")
    def sign_in() -> Response:
        return PlainTextResponse("sign in")

    return app


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("sso")
    settings = settings_for(folder, auth="proxy", auth_proxy_peers="127.0.0.1", hosts=HOST, limits_requests_per_minute=3)
    with running(signin_proxy()) as door, running(create_app(FakeEngine(), settings, ui=False)) as ours:
        text = SHIPPED.read_text(encoding="utf-8")
        replaced = {"http://127.0.0.1:4180": door, "http://127.0.0.1:7860": ours}
        with started(folder, lambda port: here(text, folder, port, **replaced)) as url:
            made = httpx.Client(base_url=f"https://127.0.0.1:{url.rpartition(':')[2]}", verify=False, timeout=20)
            made.headers.update({"host": f"{HOST}:{url.rpartition(':')[2]}", "connection": "close"})
            with made:
                yield made


DOCUMENTS = "/api/v1/documents"


def test_who_is_signed_in_may_ask_and_is_counted_by_name(client: httpx.Client) -> None:
    for name in ("ada", "bela"):
        cookie = {"cookie": f"signed_in={name}"}
        assert [client.get(DOCUMENTS, headers=cookie).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_who_is_not_gets_401_as_a_program_and_a_page_to_sign_in_as_a_person(client: httpx.Client) -> None:
    assert client.get(DOCUMENTS).status_code == 401
    assert client.post("/v1/chat/completions", json={}).status_code == 401
    page = client.get("/source/treaty.md?c=1", headers={"accept": "text/html"})
    assert page.status_code == 302
    assert page.headers["location"].endswith(f"/oauth2/sign_in?rd=https://{client.headers['host']}/source/treaty.md?c=1")
    assert client.get("/oauth2/sign_in").text == "sign in"


@pytest.mark.parametrize("header", ["X-Forwarded-User", "x-forwarded-user", "X-Auth-Request-User"])
def test_a_name_that_a_browser_sends_itself_is_never_believed(client: httpx.Client, header: str) -> None:
    assert client.get(DOCUMENTS, headers={header: "ada"}).status_code == 401
    twice = {header: "ada", "cookie": "signed_in=" + header.lower().replace("-", "") + str(header.isupper()) + header[0]}
    assert client.get(DOCUMENTS, headers=twice).status_code == 200, "one name arrives, the one of the sign-in"
    assert client.get("/oauth2/auth", headers={header: "ada"}).status_code == 404, (
        "the question to it is not to be asked from outside"
    )


def test_what_is_public_needs_nobody_and_says_nothing_of_anybody(client: httpx.Client) -> None:
    assert client.get("/readyz").status_code == 200
    assert client.get("/widget/v1/widget.js").headers["access-control-allow-origin"] == "*"
    assert client.get("/metrics", headers={"accept": "*/*"}).status_code == 302
