"""What happens when more is asked than can be answered, and when those who asked leave."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from rag.errors import ServiceBusy
from rag.events import Event, Started
from rag.serving.core.workers import Workers
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of

ASK = {"question": "Who built the lighthouse?"}
TRIES = 2000


class Patient(FakeEngine):
    """Answers once ``go`` is set, or stops when nobody waits any more; both are to be seen from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.cancelled = threading.Event()

    def stream(self, question: str, *, cancelled: Callable[[], bool] = lambda: False, **more: Any) -> Iterator[Event]:
        for event in super().stream(question, **more):
            yield event
            while isinstance(event, Started) and not self.go.wait(0.005):
                if cancelled():
                    self.cancelled.set()
                    return


def gauge(client: httpx.Client, name: str) -> float:
    line = next(line for line in client.get("/metrics").text.splitlines() if line.startswith(f"{name} "))
    return float(line.split()[1])


def reaches(client: httpx.Client, name: str, value: float) -> bool:
    return any(gauge(client, name) == value for _ in range(TRIES))


def test_past_the_queue_a_question_is_refused_at_once_and_told_when_to_come_back(tmp_path: Path) -> None:
    engine = Patient()
    with client_of(tmp_path, engine, limits_concurrency=1, limits_queue=1) as client, ThreadPoolExecutor(2) as pool:
        admitted = [pool.submit(client.post, "/api/v1/ask", json=ASK) for _ in range(2)]
        assert reaches(client, "charterqa_running", 1) and reaches(client, "charterqa_queue_depth", 1)
        for refused in (
            client.post("/api/v1/ask", json=ASK),
            client.post("/api/v1/ask", json={**ASK, "stream": True}),
            client.post("/api/v1/search", json=ASK),
            client.post("/v1/chat/completions", json={"messages": [{"role": "user", "content": "x"}]}),
        ):
            assert refused.status_code == 503 and 1 <= int(refused.headers["retry-after"]) <= 60
        assert client.get("/api/v1/documents").status_code == 200, "reading needs no place in the queue"
        assert client.get("/readyz").status_code == 200
        engine.go.set()
        assert [future.result().status_code for future in admitted] == [200, 200]
        assert client.post("/api/v1/ask", json=ASK).status_code == 200


def test_a_reader_who_leaves_a_stream_stops_the_work(tmp_path: Path) -> None:
    engine = Patient()
    with client_of(tmp_path, engine, limits_concurrency=1, limits_queue=0) as client:
        with client.stream("POST", "/api/v1/ask", json={**ASK, "stream": True}) as response:
            assert next(response.iter_lines()) == "event: meta"
        assert engine.cancelled.wait(20)
        assert reaches(client, "charterqa_running", 0)
        assert reaches(client, "charterqa_cancelled_total", 1)
        engine.go.set()
        assert client.post("/api/v1/ask", json=ASK).status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/ask", "/v1/chat/completions"])
def test_a_client_that_leaves_before_its_answer_stops_the_work(tmp_path: Path, path: str) -> None:
    engine = Patient()
    body = ASK if path.startswith("/api") else {"messages": [{"role": "user", "content": ASK["question"]}]}
    with client_of(tmp_path, engine) as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post(path, json=body, timeout=0.2)
        assert engine.cancelled.wait(20)
        assert reaches(client, "charterqa_running", 0)


def test_a_client_that_leaves_the_queue_frees_its_place(tmp_path: Path) -> None:
    engine = Patient()
    with client_of(tmp_path, engine, limits_concurrency=1, limits_queue=1) as client, ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.post, "/api/v1/ask", json=ASK)
        assert reaches(client, "charterqa_running", 1)
        with pytest.raises(httpx.ReadTimeout):
            client.post("/api/v1/ask", json=ASK, timeout=0.2)
        assert reaches(client, "charterqa_queue_depth", 0)
        engine.go.set()
        assert first.result().status_code == 200
    assert engine.asked == [ASK["question"]], "the one who left was never answered"


def test_an_answer_that_takes_too_long_is_given_up_and_stopped(tmp_path: Path) -> None:
    engine = Patient()
    with client_of(tmp_path, engine, limits_seconds=0.05) as client:
        response = client.post("/api/v1/ask", json=ASK)
        assert response.status_code == 503 and response.json()["type"].endswith(":too-slow")
        assert int(response.headers["retry-after"]) >= 1
        assert engine.cancelled.wait(20)
        streamed = client.post("/api/v1/ask", json={**ASK, "stream": True}).text
        assert "event: error" in streamed and "too-slow" in streamed


def test_200_clients_at_once_get_answers_or_are_told_to_come_back(tmp_path: Path) -> None:
    async def storm(url: httpx.URL) -> Counter[int]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=60) as client:
            responses = await asyncio.gather(*(client.post("/api/v1/ask", json=ASK) for _ in range(200)))
        assert all("retry-after" in r.headers for r in responses if r.status_code != 200)
        return Counter(r.status_code for r in responses)

    with client_of(tmp_path, limits_queue=8, limits_requests_per_minute=190) as client:
        counts = asyncio.run(storm(client.base_url))
        assert sum(counts.values()) == 200
        assert set(counts) <= {200, 429, 503}
        assert counts[200] >= 8 and counts[429] == 10
        assert client.get("/readyz").status_code == 200
        assert gauge(client, "charterqa_running") == gauge(client, "charterqa_queue_depth") == 0


def test_what_waits_is_dropped_and_what_runs_may_end_when_the_workers_close() -> None:
    workers = Workers("test", threads=1, waiting=2)
    started, go = threading.Event(), threading.Event()

    def slow() -> str:
        started.set()
        assert go.wait(20)
        return "done"

    running = workers.submit(slow)
    waiting = workers.submit(slow)
    assert started.wait(20)
    workers.close()
    go.set()
    assert running.result(20) == "done"
    assert waiting.cancelled()
    assert (workers.running, workers.waiting) == (0, 0)


def test_work_that_fails_gives_its_place_back() -> None:
    workers = Workers("test", threads=1, waiting=0)

    def broken() -> None:
        raise ValueError("no")

    for _ in range(3):
        with pytest.raises(ValueError, match="no"):
            workers.submit(broken).result(20)
    blocked = threading.Event()
    future = workers.submit(lambda: blocked.wait(20))
    with pytest.raises(ServiceBusy) as busy:
        workers.submit(broken)
    assert 1 <= busy.value.retry_after <= 60
    blocked.set()
    assert future.result(20)
    workers.close()
