"""Every error is a problem that says what mends it, whatever part of the server it comes from."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.errors import BackendBusy, BackendMissing, BackendTimeout, CharterError, IndexDamaged, NotFound
from rag.serving.http.problem import problem_of
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of

QUESTION = {"question": "Who built the lighthouse?"}
REQUESTS: list[tuple[int, str, str, dict[str, Any]]] = [
    (404, "GET", "/nothing", {}),
    (404, "GET", "/api/v1/nothing", {}),
    (404, "GET", "/api/v2/ask", {}),
    (404, "GET", "/api/v1/documents/none.txt", {}),
    (404, "GET", "/source/none.txt", {}),
    (404, "GET", "/page/none.css", {}),
    (404, "POST", "/api/v1/feedback", {"json": {"answer_id": "none", "rating": "up"}}),
    (404, "GET", "/api/v1/ask/", {}),
    (405, "GET", "/api/v1/ask", {}),
    (405, "PUT", "/api/v1/ask", {"json": QUESTION}),
    (405, "DELETE", "/healthz", {}),
    (415, "POST", "/api/v1/ask", {"content": b"question=x", "headers": {"content-type": "application/x-www-form-urlencoded"}}),
    (415, "POST", "/api/v1/ask", {"content": b'{"question": "x"}', "headers": {"content-type": "text/plain"}}),
    (422, "POST", "/api/v1/ask", {"content": b"{", "headers": {"content-type": "application/json"}}),
    (422, "POST", "/api/v1/ask", {"json": {}}),
    (422, "POST", "/api/v1/ask", {"json": {"question": "   "}}),
    (422, "POST", "/api/v1/ask", {"json": {"question": "x" * 4001}}),
    (422, "POST", "/api/v1/ask", {"json": {**QUESTION, "histroy": []}}),
    (422, "POST", "/api/v1/ask", {"json": {**QUESTION, "history": [{"role": "system", "content": "x"}]}}),
    (422, "POST", "/api/v1/ask", {"json": {**QUESTION, "history": [{"role": "user", "content": "x"}] * 41}}),
    (422, "POST", "/api/v1/ask", {"json": {**QUESTION, "lang": "../../etc"}}),
    (422, "POST", "/api/v1/ask", {"content": b'{"question": "\\ud800"}', "headers": {"content-type": "application/json"}}),
    (422, "POST", "/api/v1/search", {"json": {**QUESTION, "k": 101}}),
    (422, "POST", "/api/v1/feedback", {"json": {"answer_id": "x", "rating": "sideways"}}),
    (422, "POST", "/api/v1/feedback", {"json": {"answer_id": "x", "rating": "up", "comment": "x" * 4001}}),
]


@pytest.mark.parametrize(("status", "method", "path", "more"), REQUESTS)
def test_an_error_is_a_problem_with_a_request_id(
    client: httpx.Client, status: int, method: str, path: str, more: dict[str, Any]
) -> None:
    response = client.request(method, path, **more)
    problem = response.json()
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert (problem["status"], problem["instance"]) == (status, path)
    assert problem["title"] and problem["detail"] and problem["type"].startswith("urn:charterqa:problem:")
    assert problem["request_id"] == response.headers["x-request-id"] != ""


def test_what_was_sent_is_not_repeated_in_an_error(client: httpx.Client) -> None:
    response = client.post("/api/v1/ask", json={"question": {"secret": "canary-4711"}})
    assert response.status_code == 422 and "canary-4711" not in response.text


def test_a_request_id_is_taken_over_when_it_is_plain_and_replaced_when_it_is_not(client: httpx.Client) -> None:
    assert client.get("/healthz", headers={"x-request-id": "trace-0123456789"}).headers["x-request-id"] == "trace-0123456789"
    for odd in ("short", "x" * 65, "with space in it", "<script>alert(1)"):
        assert client.get("/healthz", headers={"x-request-id": odd}).headers["x-request-id"] != odd


def test_an_unforeseen_exception_is_a_problem_that_shows_nothing_of_it(tmp_path: Path) -> None:
    class Broken(FakeEngine):
        def search(self, question: str, k: int = 10, **_: Any) -> Any:
            raise ZeroDivisionError("canary-of-the-inside")

    with client_of(tmp_path, Broken()) as client:
        response = client.post("/api/v1/search", json=QUESTION)
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "canary" not in response.text and "Traceback" not in response.text


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (BackendBusy("b"), 503, True),
        (BackendMissing("b"), 503, True),
        (BackendTimeout("b"), 504, False),
        (IndexDamaged("i"), 503, True),
        (NotFound("n"), 404, False),
        (CharterError("c"), 500, False),
    ],
)
def test_errors_of_the_core_have_a_status_and_say_when_to_come_back(error: CharterError, status: int, retry: bool) -> None:
    problem = problem_of(error)
    assert (problem.status, "Retry-After" in problem.headers) == (status, retry)


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(client: httpx.Client) -> None:
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=10) as raw:
        raw.sendall(b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999999999\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_chunked_body_is_cut_off_where_it_becomes_too_large(tmp_path: Path) -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while taken < 10_000:
            taken += 1
            yield b"x" * 1024

    with client_of(tmp_path, limits_body_bytes=4096) as client:
        try:
            assert client.post("/api/v1/ask", content=endless()).status_code == 413
        except (httpx.WriteError, httpx.RemoteProtocolError):  # the server has hung up while we were still sending
            assert taken < 10_000
        exact = b'{"question": "' + b"x" * (4096 - 16) + b'"}'
        assert len(exact) == 4096
        headers = {"content-type": "application/json"}
        assert client.post("/api/v1/ask", content=exact, headers=headers).status_code == 422
        assert client.post("/api/v1/ask", content=exact + b" ", headers=headers).status_code == 413


def test_a_body_that_does_not_arrive_is_a_timeout(tmp_path: Path) -> None:
    with client_of(tmp_path, limits_body_seconds=0.05) as client:
        host, port = client.base_url.host, client.base_url.port
        with socket.create_connection((host, port), timeout=10) as raw:
            raw.sendall(b"POST /api/v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n{")
            received = raw.recv(4096)
    assert received.startswith(b"HTTP/1.1 408 ") and b"application/problem+json" in received


def test_a_page_is_told_in_the_language_that_it_asks_for_and_a_program_in_english(client: httpx.Client) -> None:
    body = {"question": " "}
    assert client.post("/api/v1/ask", json=body).json()["detail"] == "The question is empty."
    for asked, detail in (("az", "Sual boşdur. Sualınızı yazın."), ("tr-TR,en;q=0.5", "Soru boş. Bir soru yazın.")):
        problem = client.post("/api/v1/ask", json=body, headers={"Accept-Language": asked}).json()
        assert (problem["detail"], problem["remedy"]) == (detail, "")
        assert problem["type"] == "urn:charterqa:problem:question"
