"""What a framework brings along and this server does not serve. Each point has its own test, since upgrades change defaults."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.serving.live import client_of

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server that has the chat."""
    with client_of(
        tmp_path_factory.mktemp("hardened"), ui=True, origins="https://intranet.example", limits_requests_per_minute=100_000
    ) as client:
        yield client


@pytest.fixture(scope="module")
def config(visitor: httpx.Client) -> dict[str, object]:
    """What Gradio tells the browser about itself."""
    return dict(visitor.get("/config").json())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/upload_progress?upload_id=x"),
        ("GET", "/gradio_api/proxy=http://127.0.0.1:1/"),
        ("GET", "/gradio_api/file=http://127.0.0.1:1/"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/gradio_api/file/etc/passwd"),
        ("GET", "/file=/etc/passwd"),
        ("GET", "/gradio_api/info"),
        ("GET", "/gradio_api/openapi.json"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/run/answer"),
        ("POST", "/gradio_api/call/answer"),
        ("POST", "/gradio_api/api/answer"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/process_recording"),
        ("GET", "/gradio_api/deep_link"),
        ("GET", "/gradio_api/vibe-code/"),
        ("POST", "/gradio_api/vibe-edit/"),
        ("POST", "/login"),
        ("GET", "/gradio_api/token"),
        ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"),
        ("GET", "/robots.txt"),
        ("GET", "/svelte/x.js"),
        ("GET", "/gradio_api/mcp/"),
        ("GET", "/no/such/page"),
        ("GET", "/assets/../../../etc/passwd"),
        ("GET", "/static/%2e%2e/%2e%2e/secret"),
    ],
)
def test_a_path_that_the_page_does_not_need_is_a_404_problem(visitor: httpx.Client, method: str, path: str) -> None:
    response = visitor.request(method, path)
    assert response.status_code == 404
    assert response.headers["content-type"].partition(";")[0] == PROBLEM
    assert response.json()["request_id"]


def test_the_page_and_its_files_are_there(visitor: httpx.Client) -> None:
    html = visitor.get("/")
    assert html.status_code == 200
    script = re.search(r'src="\./(assets/[^"]+\.js)"', html.text)
    assert script
    served = visitor.get("/" + script.group(1))
    assert served.status_code == 200 and "immutable" in served.headers["cache-control"]
    assert "immutable" not in html.headers.get("cache-control", "")
    assert visitor.get("/theme.css").status_code == 200


def test_no_stylesheet_script_or_font_comes_from_elsewhere(visitor: httpx.Client) -> None:
    html, theme = visitor.get("/").text, visitor.get("/theme.css").text
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//', html)
    assert "http" not in re.sub(r"http://www\.w3\.org/\S+", "", theme)


def test_the_page_may_talk_to_this_server_alone(visitor: httpx.Client) -> None:
    policy = {part.split()[0]: part.split()[1:] for part in visitor.get("/").headers["content-security-policy"].split("; ")}
    assert policy["default-src"] == ["'none'"]
    assert policy["connect-src"] == ["'self'"]
    assert policy["img-src"] == ["'self'", "data:"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert policy["object-src"] == ["'none'"]
    assert not [source for sources in policy.values() for source in sources if "*" in source or "http" in source]


@pytest.mark.parametrize("path", ["/", "/config", "/theme.css", "/gradio_api/startup-events"])
def test_no_strange_origin_is_ever_trusted(visitor: httpx.Client, path: str) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:1"):
        response = visitor.get(path, headers={"Origin": origin})
        assert response.status_code == 403
        assert "access-control-allow-origin" not in response.headers
        preflight = visitor.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        assert "access-control-allow-origin" not in preflight.headers


def test_a_strange_page_cannot_ask_through_the_queue(visitor: httpx.Client) -> None:
    body = {"data": [], "fn_index": 0, "session_hash": "x"}
    assert visitor.post("/gradio_api/queue/join", json=body, headers={"Origin": "https://evil.example"}).status_code == 403


def test_nothing_of_gradios_own_offers_is_switched_on(config: dict[str, object]) -> None:
    assert config["analytics_enabled"] is False
    assert config["show_error"] is False
    assert config["footer_links"] == []
    assert not config.get("run_history")
    assert not config.get("is_space") and not config.get("mcp_server") and not config.get("auth_required")


def test_no_event_is_a_public_endpoint_and_each_goes_through_the_queue(config: dict[str, object]) -> None:
    dependencies = config["dependencies"]
    assert isinstance(dependencies, list) and len(dependencies) >= 10
    for dependency in dependencies:
        if dependency["backend_fn"]:
            assert dependency["api_visibility"] == "private"
            assert dependency["queue"] is not False


def test_no_component_takes_files(config: dict[str, object]) -> None:
    components = config["components"]
    assert isinstance(components, list)
    assert {component["type"] for component in components} <= {
        "html", "textbox", "button", "state", "json", "row", "column", "form",
    }  # fmt: skip


def test_analytics_and_the_hub_are_off_before_gradio_is_there(visitor: httpx.Client) -> None:
    gradio = sys.modules["gradio"]
    assert gradio.analytics.analytics_enabled() is False
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def event(**changes: object) -> bytes:
    return json.dumps({"data": [], "fn_index": 0, "session_hash": "x", **changes}).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"data": 7}',
        event(fn_index=99_999),
        event(fn_index=-1),
        event(fn_index=None),
        event(fn_index="0"),
        event(fn_index=[0]),
        event(session_hash=7),
        event(data={}),
    ],
)
def test_a_malformed_event_is_a_problem_and_never_a_mistake_of_the_server(visitor: httpx.Client, body: bytes) -> None:
    response = visitor.post("/gradio_api/queue/join", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert response.headers["content-type"].partition(";")[0] == PROBLEM


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/gradio_api/queue/join", b""),
        ("GET", "/gradio_api/queue/data", b""),
        ("POST", "/gradio_api/cancel", b"{}"),
        ("POST", "/gradio_api/cancel", b'{"session_hash": "x", "fn_index": 99999, "event_id": "y"}'),
        ("POST", "/gradio_api/reset", b"[]"),
        ("POST", "/gradio_api/reset", b'{"event_id": "nobody"}'),
        ("GET", "/gradio_api/heartbeat/", b""),
        ("POST", "/", b""),
        ("GET", "/assets/nothing.js", b""),
        ("GET", "/static/nothing.js", b""),
    ],
)
def test_no_request_to_an_open_route_is_a_mistake_of_the_server(
    visitor: httpx.Client, method: str, path: str, body: bytes
) -> None:
    response = visitor.request(method, path, content=body, headers={"content-type": "application/json"})
    assert response.status_code < 500
