"""Which documents may answer, said over HTTP and MCP; a misspelt filter is one clear line."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.serving.test_ask import events_of
from tests.serving.test_mcp import calls

QUESTION = "Who built the lighthouse, and when do dogs travel free?"


def ask(client: httpx.Client, **wanted: Any) -> Any:
    return client.post("/api/v1/ask", json={"question": QUESTION, "filter": wanted}).json()


@pytest.mark.parametrize(
    ("wanted", "documents"),
    [
        ({}, {"treaty.md", "notes/ferry.txt"}),
        ({"documents": ["treaty.md"]}, {"treaty.md"}),
        ({"tags": ["ferries"]}, {"notes/ferry.txt"}),
        ({"since": "2024"}, {"notes/ferry.txt"}),
        ({"since": "2024-05-31", "documents": ["notes/ferry.txt", "treaty.md"]}, {"notes/ferry.txt"}),
    ],
)
def test_only_what_the_filter_leaves_answers_and_is_found(
    client: httpx.Client, wanted: dict[str, Any], documents: set[str]
) -> None:
    answer = ask(client, **wanted)
    assert {c["document"] for c in answer["citations"]} == documents
    found = client.post("/api/v1/search", json={"question": QUESTION, "filter": wanted, "k": 50}).json()
    assert {hit["passage"]["document"] for hit in found["hits"]} == documents


def test_a_filter_holds_for_a_stream_as_well(client: httpx.Client) -> None:
    body = {"question": QUESTION, "stream": True, "filter": {"tags": ["ferries"]}}
    last = events_of(client.post("/api/v1/ask", json=body))[-1]
    assert last[0] == "done" and {c["document"] for c in last[1]["citations"]} == {"notes/ferry.txt"}


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"documents": ["nothing.txt"]}, "There is no document 'nothing.txt'."),
        ({"tags": ["fees"]}, "There is no tag 'fees'."),
        ({"since": "yesterday"}, "'yesterday' is not a date."),
    ],
)
def test_an_unknown_document_or_tag_is_one_clear_line(client: httpx.Client, wanted: dict[str, Any], said: str) -> None:
    for route in ("ask", "search"):
        response = client.post(f"/api/v1/{route}", json={"question": QUESTION, "filter": wanted})
        assert (response.status_code, response.json()["detail"]) == (422, said)
        assert response.json()["remedy"]


def test_a_misspelt_member_of_a_filter_is_refused_and_not_ignored(client: httpx.Client) -> None:
    assert client.post("/api/v1/ask", json={"question": QUESTION, "filter": {"tag": "ferries"}}).status_code == 422


def test_the_tools_of_mcp_take_the_same_filter(client: httpx.Client) -> None:
    wanted = {"question": QUESTION, "filter": {"tags": ["ferries"]}}
    unknown = {"question": QUESTION, "filter": {"tags": ["fees"]}}
    tools, asked, searched, refused = calls(client.base_url, ("ask", wanted), ("search", wanted), ("ask", unknown))
    assert {c["document"] for c in asked.structured_content["citations"]} == {"notes/ferry.txt"}
    assert {h["passage"]["document"] for h in searched.structured_content["hits"]} == {"notes/ferry.txt"}
    assert refused.is_error and "There is no tag 'fees'. The tags are ferries." in refused.content[0].text
    assert "filter" in next(tool for tool in tools.tools if tool.name == "ask").input_schema["properties"]


def test_a_document_says_its_date_and_tags(client: httpx.Client) -> None:
    origin = client.get("/api/v1/documents/notes/ferry.txt").json()["origin"]
    assert (origin["date"], origin["tags"], origin["version"], origin["supersedes"]) == ("2024-05-31", ["ferries"], None, [])
