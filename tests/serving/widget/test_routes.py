"""The addresses of the widget, asked without a browser."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import rag.serving.widget
from rag.serving.app import create_app
from rag.serving.widget.bundle import assembled
from rag.serving.widget.routes import widget_router
from rag.serving.widget.static_file import StaticFile
from rag.settings import load_settings
from tests.fake_engine import FakeEngine
from tests.serving.live import running, settings_for

FOLDER = Path(rag.serving.widget.__file__).parent
SOURCE = assembled(FOLDER / "widget.js").encode()


def client_with(tmp_path: Path, **flags: str) -> TestClient:
    app = FastAPI()
    app.include_router(widget_router(load_settings(flags, environ={}, folder=tmp_path)))
    return TestClient(app)


@pytest.fixture
def static(tmp_path: Path) -> TestClient:
    return client_with(tmp_path)


@pytest.mark.parametrize("name", ["widget.js", StaticFile.read("widget.js").hashed_name])
def test_the_served_file_is_the_source_with_its_modules(static: TestClient, name: str) -> None:
    reply = static.get(f"/widget/v1/{name}", headers={"Accept-Encoding": "identity"})
    assert reply.status_code == 200
    assert reply.content == SOURCE
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_it_travels_compressed_where_the_browser_takes_that(static: TestClient) -> None:
    with static.stream("GET", "/widget/v1/widget.js", headers={"Accept-Encoding": "br;q=1, gzip;q=0.8"}) as reply:
        raw = b"".join(reply.iter_raw())
        assert reply.headers["content-encoding"] == "gzip"
        assert int(reply.headers["content-length"]) == len(raw)
    assert gzip.decompress(raw) == SOURCE
    assert "content-encoding" not in static.get("/widget/v1/widget.js", headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_only_the_hashed_address_is_immutable(static: TestClient) -> None:
    file = StaticFile.read("widget.js")
    assert file.hashed_name == f"widget.{hashlib.sha384(SOURCE).hexdigest()[:16]}.js"
    assert "immutable" in static.get(f"/widget/v1/{file.hashed_name}").headers["cache-control"]
    assert static.get("/widget/v1/widget.js").headers["cache-control"] == "public, max-age=300"
    assert static.get("/widget/v1/widget.0123456789abcdef.js").status_code == 404


@pytest.mark.parametrize("name", ["routes.py", "embed.html", "..%2Froutes.py", ""])
def test_nothing_else_of_the_folder_is_served(static: TestClient, name: str) -> None:
    assert static.get(f"/widget/v1/{name}").status_code == 404


def test_a_browser_that_has_it_is_told_so(static: TestClient) -> None:
    tag = static.get("/widget/v1/widget.js").headers["etag"]
    for known in (tag, f'"other", {tag.removeprefix("W/")}', "*"):
        reply = static.get("/widget/v1/widget.js", headers={"If-None-Match": known})
        assert (reply.status_code, reply.content) == (304, b"")
    assert static.get("/widget/v1/widget.js", headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_integrity_value_is_the_hash_of_the_file() -> None:
    expected = "sha384-" + base64.b64encode(hashlib.sha384(SOURCE).digest()).decode()
    assert StaticFile.read("widget.js").integrity == expected


@pytest.mark.parametrize(
    ("origins", "ancestors"),
    [
        ("", "'none'"),
        ("https://a.example", "https://a.example"),
        ("https://a.example,http://b:81", "https://a.example http://b:81"),
    ],
)
def test_the_frame_is_for_the_configured_origins_alone(tmp_path: Path, origins: str, ancestors: str) -> None:
    reply = client_with(tmp_path, origins=origins).get("/embed")
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
    assert policy["frame-ancestors"] == ancestors
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert "x-frame-options" not in reply.headers
    assert f'content="{" ".join(origins.split(","))}"' in reply.text


def test_the_frame_says_whether_the_server_wants_a_token_and_never_which(tmp_path: Path) -> None:
    assert 'name="charter-token" content="none"' in client_with(tmp_path).get("/embed").text
    secret = "canary-0123456789abcdef0123456789abcdef"
    page = client_with(tmp_path, auth="jwt", auth_jwt_key=secret).get("/embed").text
    assert 'name="charter-token" content="ask"' in page
    assert secret not in page


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    """The whole application, with one listed origin."""
    app = create_app(FakeEngine(), settings_for(tmp_path, origins="https://intranet.example"), ui=False)
    with running(app) as url, httpx.Client(base_url=url) as client:
        yield client


def test_the_whole_application_serves_them_to_anybody_and_is_framed_by_the_listed_alone(client: httpx.Client) -> None:
    stranger = {"Origin": "https://stranger.example"}
    script = client.get("/widget/v1/widget.js", headers=stranger)
    assert script.status_code == 200
    assert script.headers["access-control-allow-origin"] == "*"
    assert "immutable" in client.get(f"/widget/v1/{StaticFile.read('widget.js').hashed_name}").headers["cache-control"]
    missing = client.get("/widget/v1/other.js")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
    frame = client.get("/embed")
    assert "frame-ancestors https://intranet.example" in frame.headers["content-security-policy"]
    assert "x-frame-options" not in frame.headers
    assert client.head("/widget/v1/widget.js", headers=stranger).status_code == 200
