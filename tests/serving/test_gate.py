"""Which pages and which names reach the server from a browser: exact, deny by default, on every route."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.middleware.cors import CORSMiddleware

from rag.serving.app import create_app
from rag.serving.http.zones import Zone, zone_of
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of, settings_for

LISTED = "https://intranet.example"
QUESTION = {"question": "Who built the lighthouse?"}
UNLISTED = [
    "https://evil.example",
    "http://intranet.example",
    "https://intranet.example:8443",
    "https://sub.intranet.example",
    "https://intranet.example.evil.example",
    "https://intranet.example/",
    "null",
    "",
    "file://",
]
ROUTES = [
    ("POST", "/api/v1/ask"),
    ("POST", "/api/v1/search"),
    ("GET", "/api/v1/documents"),
    ("POST", "/api/v1/feedback"),
    ("POST", "/v1/chat/completions"),
    ("POST", "/mcp"),
    ("GET", "/source/treaty.md"),
    ("GET", "/"),
    ("GET", "/config"),
    ("POST", "/gradio_api/queue/join"),
    ("GET", "/gradio_api/queue/data"),
    ("POST", "/signin"),
    ("GET", "/nothing"),
]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The server with the chat mounted."""
    folder = tmp_path_factory.mktemp("whole")
    with client_of(folder, ui=True, origins=LISTED, limits_requests_per_minute=100_000) as client:
        yield client


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_an_unlisted_origin_gets_nothing_from_any_route_not_even_by_a_simple_request(
    whole: httpx.Client, method: str, path: str
) -> None:
    for origin in UNLISTED:
        for wanted in (method, "OPTIONS"):
            headers = {"origin": origin, "access-control-request-method": method} if wanted == "OPTIONS" else {"origin": origin}
            response = whole.request(wanted, path, headers=headers)
            assert response.status_code == 403, (origin, wanted)
            problem = response.json()
            assert (problem["error"]["code"] if "error" in problem else problem["type"]).endswith("origin")
            assert not [h for h in response.headers if h.startswith("access-control-")]


def test_a_simple_post_from_an_unlisted_page_never_reaches_the_engine(tmp_path: Path) -> None:
    engine = FakeEngine()
    with client_of(tmp_path, engine, origins=LISTED) as client:
        simple = {"origin": "https://evil.example", "content-type": "text/plain"}
        assert (
            client.post("/api/v1/ask", content=b'{"question": "Who built the lighthouse?"}', headers=simple).status_code == 403
        )
        assert engine.asked == []
        assert client.post("/api/v1/ask", json=QUESTION, headers={"origin": LISTED}).status_code == 200
        assert engine.asked == [QUESTION["question"]]


def test_a_listed_origin_reads_answers_and_errors_alike(whole: httpx.Client) -> None:
    preflight = whole.options(
        "/api/v1/ask",
        headers={
            "origin": LISTED,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        },
    )
    assert preflight.status_code == 200
    for response in (preflight, whole.post("/api/v1/ask", json=QUESTION, headers={"origin": LISTED})):
        assert response.headers["access-control-allow-origin"] == LISTED
        assert "access-control-allow-credentials" not in response.headers
        assert "Origin" in response.headers["vary"]
    error = whole.post("/api/v1/ask", json={}, headers={"origin": LISTED})
    assert (error.status_code, error.headers["access-control-allow-origin"]) == (422, LISTED)
    assert "X-Request-Id" in error.headers["access-control-expose-headers"]


def test_a_listed_origin_is_still_asked_who_it_is_and_may_read_the_answer_to_that(tmp_path: Path) -> None:
    with client_of(tmp_path, origins=LISTED, auth="token", auth_token="a-token-of-enough-characters") as client:
        response = client.post("/api/v1/ask", json=QUESTION, headers={"origin": LISTED})
        assert (response.status_code, response.headers["access-control-allow-origin"]) == (401, LISTED)
        preflight = {
            "origin": LISTED,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
        }
        assert client.options("/api/v1/ask", headers=preflight).status_code == 200


def test_even_an_exception_can_be_read_by_a_listed_origin(tmp_path: Path) -> None:
    class Broken(FakeEngine):
        def documents(self) -> tuple[()]:
            raise ZeroDivisionError

    with client_of(tmp_path, Broken(), origins=LISTED) as client:
        response = client.get("/api/v1/documents", headers={"origin": LISTED})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (500, LISTED)


def test_cookies_cross_origins_only_where_a_proxy_signs_in(tmp_path: Path) -> None:
    with client_of(tmp_path, origins=LISTED, auth="proxy", auth_proxy_peers="127.0.0.1") as client:
        response = client.get("/api/v1/documents", headers={"origin": LISTED, "x-forwarded-user": "ada"})
    assert response.headers["access-control-allow-credentials"] == "true"


def test_the_servers_own_pages_are_not_another_origin(whole: httpx.Client) -> None:
    own = str(whole.base_url).rstrip("/")
    assert whole.post("/api/v1/ask", json=QUESTION, headers={"origin": own}).status_code == 200
    behind_tls = {"origin": "https://charter.example", "sec-fetch-site": "same-origin"}
    assert whole.post("/api/v1/ask", json=QUESTION, headers=behind_tls).status_code == 200


def test_a_page_elsewhere_may_link_here_but_not_embed_what_it_reads(whole: httpx.Client) -> None:
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    image = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}
    assert whole.get("/source/treaty.md", headers=link).status_code == 200
    assert whole.get("/source/treaty.md", headers=image).status_code == 403


def test_the_widgets_static_files_are_public_and_nothing_else_is(whole: httpx.Client) -> None:
    response = whole.get("/widget/v1/widget.js", headers={"origin": "https://anywhere.example"})
    assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, "*")
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    missing = whole.get("/widget/v1/none.js", headers={"origin": "https://anywhere.example"})
    assert (missing.status_code, missing.headers["access-control-allow-origin"]) == (404, "*")
    assert whole.get("/embed", headers={"origin": "https://anywhere.example"}).status_code == 403


def test_a_name_that_somebody_points_at_loopback_is_not_served(whole: httpx.Client) -> None:
    for host in ("evil.example", "evil.example:7860", "127.0.0.1.evil.example", "localhost.evil.example", "[::1].evil", "1"):
        for path in ("/", "/api/v1/documents", "/source/treaty.md", "/widget/v1/widget.js", "/signin"):
            assert whole.get(path, headers={"host": host}).status_code == 421, (host, path)
    for host in ("localhost", "LOCALHOST:7860", "127.0.0.1:1", "[::1]:7860"):
        assert whole.get("/api/v1/documents", headers={"host": host}).status_code == 200
    assert whole.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200


def test_further_names_are_served_once_they_are_configured(tmp_path: Path) -> None:
    with client_of(tmp_path, hosts="charter.example") as client:
        assert client.get("/api/v1/documents", headers={"host": "charter.example:443"}).status_code == 200
        assert client.get("/api/v1/documents", headers={"host": "other.example"}).status_code == 421


UNUSED = [
    ("POST", "/gradio_api/upload"),
    ("GET", "/gradio_api/upload_progress?upload_id=x"),
    ("GET", "/gradio_api/proxy=https://evil.example/"),
    ("GET", "/gradio_api/file=https://evil.example/x"),
    ("GET", "/gradio_api/file=/etc/passwd"),
    ("GET", "/gradio_api/file/etc/passwd"),
    ("POST", "/gradio_api/component_server"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/openapi.json"),
    ("GET", "/gradio_api/runs"),
    ("GET", "/monitoring"),
    ("POST", "/gradio_api/vibe-edit"),
    ("GET", "/gradio_api/custom_component/a/client/component/../../x"),
    ("GET", "/static/..%2f..%2f..%2fetc/passwd"),
    ("GET", "/assets/..%2f..%2findex.html"),
    ("POST", "/login"),
    ("GET", "/docs"),
]


@pytest.mark.parametrize(("method", "path"), UNUSED)
def test_what_gradio_brings_along_and_the_chat_does_not_need_is_not_there(whole: httpx.Client, method: str, path: str) -> None:
    response = whole.request(method, path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"


def test_no_websocket_is_spoken(whole: httpx.Client) -> None:
    upgrade = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-key": "x" * 22 + "==",
        "sec-websocket-version": "13",
    }
    assert whole.get("/gradio_api/queue/join", headers=upgrade).status_code in {404, 405}


def test_gradio_finds_the_very_class_that_keeps_it_from_trusting_every_origin(tmp_path: Path) -> None:
    app = create_app(FakeEngine(), settings_for(tmp_path), ui=False)
    assert any(middleware.cls is CORSMiddleware for middleware in app.user_middleware)


def test_every_page_forbids_what_it_does_not_need(whole: httpx.Client) -> None:
    for path in ("/", "/api/v1/documents", "/source/treaty.md", "/metrics", "/nothing", "/page/page.css", "/healthz", "/embed"):
        headers = whole.get(path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert "frame-ancestors" in headers["content-security-policy"], path
        assert "camera=()" in headers["permissions-policy"], path
        assert headers["server"] == "charterqa", path
        assert "strict-transport-security" not in headers
    source = whole.get("/source/treaty.md").headers["content-security-policy"]
    assert "script-src 'self';" in source and "unsafe" not in source and "default-src 'none'" in source
    assert whole.get("/api/v1/documents").headers["cache-control"] == "no-store"


def test_transport_security_is_announced_where_a_configured_proxy_speaks_tls(tmp_path: Path) -> None:
    with client_of(tmp_path, auth_proxy_peers="127.0.0.1") as client:
        assert "strict-transport-security" in client.get("/healthz", headers={"x-forwarded-proto": "https"}).headers
        assert "strict-transport-security" not in client.get("/healthz").headers


@pytest.mark.parametrize(
    ("path", "zone"),
    [
        ("/widget/../api/v1/documents", Zone.WIDGET),
        ("/widget", Zone.CHAT),
        ("/embedded", Zone.CHAT),
        ("/healthz/", Zone.CHAT),
        ("/mcpx", Zone.CHAT),
        ("/API/v1/ask", Zone.CHAT),
    ],
)
def test_a_path_is_in_one_zone_by_its_exact_beginning(path: str, zone: Zone) -> None:
    assert zone_of(path) is zone


def test_a_public_zones_prefix_opens_no_other_route(tmp_path: Path) -> None:
    with client_of(tmp_path, auth="token", auth_token="a-token-of-enough-characters") as client:
        for path in (
            "/widget/..%2Fapi/v1/documents",
            "/widget/%2e%2e/api/v1/documents",
            "/page/..%2f..%2f..%2fapp.py",
            "//api/v1/documents",
        ):
            assert client.get(path).status_code in {401, 404}, path
