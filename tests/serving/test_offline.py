"""With every socket but loopback's blocked, each face works and nothing tries to leave the machine."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.serving.live import client_of
from tests.serving.test_mcp import calls


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address beyond loopback that something has tried to resolve or reach."""
    tried: list[Any] = []
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def local(host: Any) -> bool:
        return host in {"127.0.0.1", "::1", "localhost", None, ""} or (isinstance(host, bytes) and host == b"127.0.0.1")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not local(address[0]):
            tried.append(address)
            raise OSError("blocked by the test")
        connect(self, address)

    def guarded_resolve(host: Any, *more: Any, **named: Any) -> Any:
        if not local(host):
            tried.append(host)
            raise socket.gaierror("blocked by the test")
        return resolve(host, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_resolve)
    return tried


def test_every_face_works_offline(tmp_path: Path, attempts: list[Any]) -> None:
    question = {"question": "Who built the lighthouse?"}
    with client_of(tmp_path, ui=True) as client:
        assert client.post("/api/v1/ask", json=question).json()["status"] == "answered"
        assert "event: done" in client.post("/api/v1/ask", json={**question, "stream": True}).text
        assert client.post("/api/v1/search", json=question).status_code == 200
        chat = {"messages": [{"role": "user", "content": question["question"]}]}
        assert client.post("/v1/chat/completions", json=chat).status_code == 200
        assert len(calls(client.base_url, ("ask", question))) == 2
        for path in ("/", "/config", "/source/treaty.md", "/widget/v1/widget.js", "/embed", "/metrics", "/openapi.json"):
            response = client.get(path)
            assert response.status_code == 200, path
        page = client.get("/").text
    assert attempts == []
    for host in (
        "fonts.googleapis.com",
        "fonts.gstatic.com",
        "cdnjs.cloudflare.com",
        "cdn.jsdelivr.net",
        "huggingface.co/front",
    ):
        assert f"https://{host}" not in page, host
