"""Asking over HTTP: the contract's Answer, and its events in order."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.errors import BackendFailed
from rag.events import Event, Finished, Started
from tests.fake_engine import FakeEngine, default_documents
from tests.serving.live import client_of

ANSWERABLE = "Who built the lighthouse?"
TWO = "When was the lighthouse built, and at what time does the harbour open at six?"
UNANSWERABLE = "What is the capital of Peru?"


def events_of(response: httpx.Response) -> list[tuple[str, Any]]:
    """The events of a finished stream, comments left out."""
    found = []
    for block in response.text.split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith(":")]
        if lines:
            name, data = lines
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_an_answer_has_every_member_of_the_contract_and_quotes_to_the_character(client: httpx.Client) -> None:
    response = client.post("/api/v1/ask", json={"question": ANSWERABLE})
    answer = response.json()
    assert response.status_code == 200
    assert set(answer) == {
        *("id", "question", "standalone_question", "status", "answer", "claims", "citations", "related", "withheld"),
        *("notice", "confidence", "backend", "model", "prompt", "index", "timings_ms"),
        *("parts", "label", "topics", "suggestions", "not_mentioned", "card"),
    }
    assert answer["status"] == "answered"
    for citation in answer["citations"]:
        text = client.get(f"/api/v1/documents/{citation['document']}").json()["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert {i for claim in answer["claims"] for i in claim["citations"]} <= {c["id"] for c in answer["citations"]}


def test_questions_to_begin_with_are_handed_out_for_a_language(client: httpx.Client) -> None:
    questions = client.get("/api/v1/examples", params={"lang": "az"}).json()["questions"]
    assert questions == ["When does the harbour open?", "Who built the lighthouse?"]
    assert client.get("/api/v1/examples", params={"lang": "?"}).status_code == 422


def test_a_refusal_has_no_claims_and_no_citations_but_the_nearest_passages(client: httpx.Client) -> None:
    answer = client.post("/api/v1/ask", json={"question": UNANSWERABLE}).json()
    assert answer["status"] == "refused"
    assert answer["claims"] == answer["citations"] == []
    assert len(answer["related"]) == 3


@pytest.mark.parametrize(
    "how",
    [{"json": {"question": TWO, "stream": True}}, {"json": {"question": TWO}, "headers": {"accept": "text/event-stream"}}],
)
def test_the_events_come_in_the_contracts_order_and_join_to_the_answer(client: httpx.Client, how: dict[str, Any]) -> None:
    response = client.post("/api/v1/ask", **how)
    events = events_of(response)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    names = [name for name, _ in events]
    assert names[0] == "meta" and names[-1] == "done"
    assert set(events[0][1]) == {"id", "index", "backend"}
    done = events[-1][1]
    assert "".join(data["text"] for name, data in events if name == "delta") == done["answer"]
    assert [data for name, data in events if name == "claim"] == done["claims"]
    assert [data for name, data in events if name == "citation"] == done["citations"]
    assert len(done["claims"]) >= 2
    seen: set[int] = set()
    for name, data in events:
        seen |= {data["id"]} if name == "citation" else set()
        assert name != "claim" or set(data["citations"]) <= seen, "a claim came before its citation"


def test_an_error_before_the_first_event_is_a_status_and_one_after_it_is_an_event(tmp_path: Path) -> None:
    class Breaking(FakeEngine):
        def stream(self, question: str, **_: Any) -> Any:
            if "at once" in question:
                raise BackendFailed("It broke at once.", remedy="Mend it.")
            yield Started("id", "generation", "extractive")
            raise BackendFailed("It broke later.", remedy="Mend it.")

    with client_of(tmp_path, Breaking()) as client:
        at_once = client.post("/api/v1/ask", json={"question": "at once", "stream": True})
        later = events_of(client.post("/api/v1/ask", json={"question": "later", "stream": True}))
        assert (at_once.status_code, at_once.json()["detail"]) == (502, "It broke at once.")
        assert [name for name, _ in later] == ["meta", "error"]
        assert later[1][1]["detail"] == "It broke later." and later[1][1]["request_id"]


def test_silence_is_filled_with_comments(tmp_path: Path) -> None:
    answer_now = threading.Event()

    class Slow(FakeEngine):
        def stream(self, question: str, **more: Any) -> Any:
            for event in super().stream(question, **more):
                yield event
                assert not isinstance(event, Started) or answer_now.wait(20)

    with (
        client_of(tmp_path, Slow(), limits_heartbeat=0.02) as client,
        client.stream("POST", "/api/v1/ask", json={"question": ANSWERABLE, "stream": True}) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "event: meta"
        assert [next(lines) for _ in range(5)][2:] == [": still here", "", ": still here"]
        answer_now.set()
        assert "event: done" in list(lines)


def test_history_and_language_reach_the_engine(tmp_path: Path) -> None:
    seen: list[tuple[Any, Any]] = []

    class Listening(FakeEngine):
        def stream(self, question: str, *, history: Any = (), lang: str | None = None, **_: Any) -> Any:
            seen.append((history, lang))
            return super().stream(question)

    with client_of(tmp_path, Listening()) as client:
        turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
        client.post("/api/v1/ask", json={"question": ANSWERABLE, "history": turns, "lang": "az"})
    assert [(t.role, t.content) for t in seen[0][0]] == [("user", "a"), ("assistant", "b")]
    assert seen[0][1] == "az"


def test_search_ranks_passages_and_minds_k(client: httpx.Client) -> None:
    found = client.post("/api/v1/search", json={"question": "lighthouse", "k": 2}).json()
    assert found["question"] == "lighthouse"
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    assert set(found["hits"][0]["passage"]) >= {"id", "document", "section", "page", "start", "end", "text"}


def test_documents_are_listed_and_read_by_ids_that_hold_slashes_and_hashes(tmp_path: Path) -> None:
    plain = default_documents()[1]
    odd = type(plain)("a/b c.jsonl#7/ü?", plain.title, plain.text, plain.sha256)
    with client_of(tmp_path, FakeEngine(corpus=(plain, odd))) as client:
        assert [d["id"] for d in client.get("/api/v1/documents").json()] == [plain.id, odd.id]
        escaped = "/api/v1/documents/a%2Fb%20c.jsonl%237%2F%C3%BC%3F"
        assert client.get(escaped).json()["id"] == odd.id
        assert set(client.get(escaped).json()) >= {"id", "title", "text", "sha256", "sections"}
        assert client.get("/api/v1/documents/nothing").status_code == 404


def test_an_outcome_of_the_stream_is_what_ask_returns(tmp_path: Path) -> None:
    streamed: list[Event] = list(FakeEngine().stream(ANSWERABLE))
    last = streamed[-1]
    with client_of(tmp_path) as client:
        answer = client.post("/api/v1/ask", json={"question": ANSWERABLE}).json()
    assert isinstance(last, Finished) and answer["answer"] == last.outcome.text
