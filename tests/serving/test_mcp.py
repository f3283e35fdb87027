"""The official MCP client against the server, in the protocol's present and earlier form."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.fake_engine import FakeEngine
from tests.serving.live import client_of

QUESTION = "Who built the lighthouse?"


def calls(url: httpx.URL, *wanted: tuple[str, dict[str, Any]], mode: str = "auto", **headers: str) -> list[Any]:
    """The results of tool calls, after the tools' list."""

    async def session() -> list[Any]:
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
        ):
            return [await client.list_tools(), *[await client.call_tool(name, arguments) for name, arguments in wanted]]

    return asyncio.run(session())


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_lists_the_tools_and_calls_each(client: httpx.Client, mode: str) -> None:
    tools, asked, searched, read = calls(
        client.base_url,
        ("ask", {"question": QUESTION}),
        ("search", {"question": "lighthouse", "k": 1}),
        ("get_document", {"id": "notes/ferry.txt"}),
        mode=mode,
    )
    assert [tool.name for tool in tools.tools] == ["ask", "search", "get_document"]
    assert all(tool.annotations.read_only_hint and tool.output_schema for tool in tools.tools)
    assert all(tool.input_schema["additionalProperties"] is False for tool in tools.tools)
    assert asked.structured_content["status"] == "answered" and not asked.is_error
    assert (
        "[1] Harbour treaty, Article 2 (treaty.md): “The lighthouse was built in 1911 by Ada Varga.”" in asked.content[0].text
    )
    assert len(searched.structured_content["hits"]) == 1
    assert read.content[0].text == read.structured_content["text"] == "The ferry leaves on Mondays. Dogs travel free."


def test_a_refusal_is_a_result_and_says_what_came_near(client: httpx.Client) -> None:
    _, refused = calls(client.base_url, ("ask", {"question": "What is the capital of Peru?"}))
    assert refused.structured_content["status"] == "refused" and not refused.is_error
    assert "Nearest passages, which do not answer it:" in refused.content[0].text


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("ask", {}, "question"),
        ("ask", {"question": "  "}, "empty"),
        ("ask", {"question": "x" * 4001}, "4000"),
        ("ask", {"question": QUESTION, "model": "gpt"}, "model"),
        ("search", {"question": QUESTION, "k": 1000}, "k"),
        ("get_document", {"id": "../../etc/passwd"}, "no document"),
        ("delete_everything", {}, "no tool"),
    ],
)
def test_a_call_that_cannot_work_says_why(client: httpx.Client, name: str, arguments: dict[str, Any], said: str) -> None:
    _, result = calls(client.base_url, (name, arguments))
    assert result.is_error and said in result.content[0].text


def test_mcp_has_the_same_door_as_everything_else(tmp_path: Path) -> None:
    token = "a-token-of-enough-characters"
    with client_of(tmp_path, auth="token", auth_token=token) as client:
        assert client.post("/mcp", json={}).status_code == 401
        assert client.post("/mcp", json={}, headers={"origin": "https://evil.example"}).status_code == 403
        tools, asked = calls(client.base_url, ("ask", {"question": QUESTION}), authorization=f"Bearer {token}")
        assert len(tools.tools) == 3 and asked.structured_content["status"] == "answered"


def test_mcp_spends_from_the_same_allowance_and_queue(tmp_path: Path) -> None:
    with client_of(tmp_path / "a", limits_requests_per_minute=1) as client:
        assert client.post("/api/v1/search", json={"question": QUESTION}).status_code == 200
        assert client.post("/mcp", json={}).status_code == 429
    with client_of(tmp_path / "b", limits_body_bytes=2048) as client:
        assert client.post("/mcp", json={"x": "y" * 4096}).status_code == 413


def test_nonsense_is_answered_without_a_server_error(client: httpx.Client) -> None:
    accepts = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    for body in (b"{", b"[]", b'{"jsonrpc": "2.0"}', b'{"jsonrpc": "2.0", "id": 1, "method": "nothing"}', b"\xff"):
        assert 200 <= client.post("/mcp", content=body, headers=accepts).status_code < 500
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        assert client.request(method, "/mcp").status_code == 405


def test_a_tool_that_breaks_shows_nothing_of_the_inside(tmp_path: Path) -> None:
    class Broken(FakeEngine):
        def search(self, question: str, k: int = 10, **_: Any) -> Any:
            raise ZeroDivisionError("canary-of-the-inside")

    with client_of(tmp_path, Broken()) as client:
        ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search", "arguments": {"question": "x"}}}
        accepts = {"accept": "application/json, text/event-stream"}
        response = client.post("/mcp", json=ask, headers=accepts)
    assert "canary" not in response.text and "error" in response.text.lower()
