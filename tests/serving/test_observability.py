"""What an operator sees: counts, log lines and spans, none of which holds a question or a secret."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.errors import BackendTimeout, SettingsError
from rag.events import Finished
from rag.serving.app import create_app
from rag.serving.http.logs import configure_logs
from rag.serving.operation.redaction import Redactor
from rag.serving.operation.tracing import Tracing
from rag.settings import Settings
from rag.types import Withheld
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of, settings_for

QUESTION = "Who built the lighthouse, canary-question?"
CANARY = "sk-canary-0123456789abcdef"


@contextmanager
def logged(settings: Settings) -> Iterator[io.StringIO]:
    """What the process would write to stderr inside the block."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    configure_logs(settings.log, Redactor.of(settings), stream)
    try:
        yield stream
    finally:
        root.handlers, root.level = before, level
        logging.captureWarnings(False)


class Withholding(FakeEngine):
    """Withholds one claim of each answer and carries a notice that quotes a secret, as a failing model's server might."""

    def stream(self, question: str, **more: Any) -> Any:
        for event in super().stream(question, **more):
            if isinstance(event, Finished):
                withheld = (Withheld("The moon is cheese.", "not supported"),)
                provenance = replace(event.outcome.provenance, raw="raw reply of the model")
                event = Finished(
                    replace(event.outcome, withheld=withheld, notice=f"401: wrong key {CANARY}", provenance=provenance)
                )
            yield event


def test_metrics_count_answers_refusals_withheld_claims_stages_and_the_generation(tmp_path: Path) -> None:
    with client_of(tmp_path, Withholding()) as client:
        client.post("/api/v1/ask", json={"question": QUESTION})
        client.post("/api/v1/ask", json={"question": "What is the capital of Peru?"})
        client.get("/api/v1/documents/canary-in-the-path")
        text = client.get("/metrics").text
    for line in (
        'charterqa_answers_total{backend="extractive",status="answered"} 1.0',
        'charterqa_answers_total{backend="extractive",status="refused"} 1.0',
        "charterqa_refusals_total 1.0",
        "charterqa_withheld_claims_total 2.0",
        "charterqa_fallbacks_total 2.0",
        'charterqa_stage_seconds_count{stage="retrieve"} 2.0',
        'charterqa_stage_seconds_sum{stage="generate"} 0.004',
        'charterqa_index_generation{generation="fake-generation"} 1.0',
        "charterqa_ready 1.0",
        "charterqa_queue_depth 0.0",
        'charterqa_http_requests_total{method="POST",route="/api/v1/ask",status="200"} 2.0',
    ):
        assert line in text.splitlines(), line
    assert "canary" not in text


def test_a_failed_model_is_counted_by_kind(tmp_path: Path) -> None:
    class Failing(FakeEngine):
        def stream(self, question: str, **_: Any) -> Any:
            raise BackendTimeout("The model did not answer.")

    with client_of(tmp_path, Failing()) as client:
        assert client.post("/api/v1/ask", json={"question": QUESTION}).status_code == 504
        assert 'charterqa_backend_errors_total{kind="BackendTimeout"} 1.0' in client.get("/metrics").text


def test_the_generation_in_the_metrics_follows_a_swap_of_the_index(tmp_path: Path) -> None:
    engine = FakeEngine()
    with client_of(tmp_path, engine) as client:
        assert 'generation="fake-generation"' in client.get("/metrics").text
        engine.index = "the-next-generation"
        text = client.get("/metrics").text
        assert 'generation="the-next-generation"' in text and 'generation="fake-generation"' not in text
        assert client.post("/api/v1/ask", json={"question": QUESTION}).json()["index"] == "the-next-generation"


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_log_line_has_the_requests_id_and_no_question(tmp_path: Path, form: str) -> None:
    settings = settings_for(tmp_path, log_format=form)
    with logged(settings) as stream, client_of(tmp_path, log_format=form) as client:
        client.post("/api/v1/ask", json={"question": QUESTION}, headers={"x-request-id": "trace-0123456789"})
        client.get("/?q=canary-in-the-query")
        client.get("/a%0a2026-01-01 INFO forged")
    text = stream.getvalue()
    assert "canary" not in text
    line = next(line for line in text.splitlines() if "trace-0123456789" in line)
    if form == "json":
        entry = json.loads(line)
        assert (entry["method"], entry["path"], entry["status"]) == ("POST", "/api/v1/ask", 200)
        assert entry["request_id"] == "trace-0123456789" and entry["ms"] > 0 and entry["level"] == "INFO"
    else:
        assert re.fullmatch(r"[\d-]+ [\d:]+ INFO +POST /api/v1/ask 200 \[trace-0123456789\]", line)
    assert len(text.splitlines()) == 3, "a path does not forge a line"


def test_questions_are_logged_only_when_that_is_switched_on(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, log_questions=True)
    with logged(settings) as stream, client_of(tmp_path, log_questions=True) as client:
        client.post("/api/v1/ask", json={"question": QUESTION})
    assert f"question: {QUESTION}" in stream.getvalue()


def test_the_answer_log_keeps_the_raw_reply_that_the_answer_does_not_show(tmp_path: Path) -> None:
    with client_of(tmp_path, Withholding(), log_answers=tmp_path / "logs" / "answers.jsonl") as client:
        shown = client.post("/api/v1/ask", json={"question": QUESTION}).json()
        client.post("/api/v1/ask", json={"question": QUESTION})
    lines = [json.loads(line) for line in (tmp_path / "logs" / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2 and lines[0] == {**shown, "raw": "raw reply of the model"}
    assert "raw" not in shown


SECRETS = {
    "llm_api_key": CANARY,
    "auth": "token",
    "auth_token": "canary-token-of-enough-characters",
    "auth_metrics_token": "canary-scraper-token",
}


def test_a_canary_key_appears_in_no_log_response_header_or_metric(tmp_path: Path) -> None:
    class Leaking(Withholding):
        def stream(self, question: str, **more: Any) -> Any:
            logging.getLogger("rag.test").warning("sending Authorization: Bearer %s", CANARY)
            logging.getLogger("httpx").warning("url https://host/?key=%s", SECRETS["auth_token"])
            if "break" in question:
                raise BackendTimeout(f"https://llm.example said: invalid key {CANARY}", remedy=f"Check {CANARY}.")
            if "crash" in question:
                raise ZeroDivisionError(CANARY)
            yield from super().stream(question, **more)

    seen: list[str] = []
    settings = settings_for(tmp_path, **SECRETS)
    bearer = {"authorization": f"Bearer {SECRETS['auth_token']}"}
    with logged(settings) as stream, client_of(tmp_path, Leaking(), **SECRETS) as client:
        for question in (QUESTION, "break the lighthouse", "crash the lighthouse"):
            for headers in (bearer, {}):
                for path, body in (
                    ("/api/v1/ask", {"question": question}),
                    ("/api/v1/ask", {"question": question, "stream": True}),
                    ("/v1/chat/completions", {"messages": [{"role": "user", "content": question}]}),
                    ("/v1/chat/completions", {"messages": [{"role": "user", "content": question}], "stream": True}),
                ):
                    response = client.post(path, json=body, headers=headers)
                    seen += [response.text, str(response.headers)]
            call = {"name": "ask", "arguments": {"question": question}}
            rpc = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            accepts = {"accept": "application/json, text/event-stream"}
            seen.append(client.post("/mcp", json=rpc, headers=bearer | accepts).text)
        for path in ("/metrics", "/openapi.json", "/healthz", "/readyz", "/nothing", "/source/treaty.md"):
            seen.append(client.get(path, headers=bearer).text)
        seen.append(client.post("/signin", data={"token": SECRETS["auth_token"]}).headers["set-cookie"])
    seen.append(stream.getvalue())
    assert "[hidden]" in stream.getvalue() and "ZeroDivisionError" in stream.getvalue()
    assert sum("wrong key [hidden]" in text for text in seen) >= 4
    for secret in (CANARY, SECRETS["auth_token"], SECRETS["auth_metrics_token"]):
        assert not [text for text in seen if secret in text]


def test_what_looks_like_a_credential_is_hidden_even_where_nobody_configured_it() -> None:
    redact = Redactor()
    for text in ("Bearer abcdefgh12345678", "Basic dXNlcjpwYXNzd29yZA==", "sk-proj-abcdef123456", "eyJhbGciOi.eyJzdWIiOi.c2ln"):
        assert redact(f"got {text} there") == "got [hidden] there"
    assert redact("The charter was signed in 2008.") == "The charter was signed in 2008."


def test_a_span_goes_on_with_the_callers_trace_and_takes_late_facts() -> None:
    provider = RecordingProvider()
    with Tracing(provider).span("answer", {"backend": "extractive"}, {"traceparent": PARENT}) as late:
        late |= {"refused": False, "retrieve_ms": 1.5}
    (span,) = provider.spans
    assert span.name == "answer"
    assert span.attributes == {"backend": "extractive", "refused": False, "retrieve_ms": 1.5}
    assert span.trace == 0x0AF7651916CD43DD8448EB211C80319C


def test_requests_and_answers_are_spans_of_one_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = RecordingProvider()
    monkeypatch.setattr(Tracing, "of", classmethod(lambda cls, _: cls(provider)))
    with client_of(tmp_path) as client:
        client.post("/api/v1/ask", json={"question": QUESTION}, headers={"traceparent": PARENT})
    answer, request = sorted(provider.spans, key=lambda span: span.name)
    assert (answer.name, request.name) == ("answer", "request")
    assert request.attributes["http.route"] == "/api/v1/ask" and request.attributes["http.response.status_code"] == 200
    assert answer.attributes["index"] == "fake-generation" and answer.attributes["refused"] is False
    assert "canary" not in str([span.attributes for span in provider.spans])


def test_tracing_without_its_packages_is_named_at_the_start(tmp_path: Path) -> None:
    try:
        import opentelemetry.sdk  # noqa: F401
    except ImportError:
        with pytest.raises(SettingsError, match=r"charterqa\[otel\]"):
            create_app(FakeEngine(), settings_for(tmp_path, log_tracing=True), ui=False)


PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class RecordingSpan:
    def __init__(self, name: str, attributes: dict[str, Any], trace: int) -> None:
        self.name = name
        self.attributes = dict(attributes)
        self.trace = trace

    def set_attributes(self, attributes: dict[str, Any]) -> None:
        self.attributes |= attributes


class RecordingProvider:
    """A tracer provider that keeps its spans."""

    def __init__(self) -> None:
        self.spans: list[RecordingSpan] = []

    def get_tracer(self, name: str) -> RecordingProvider:
        return self

    @contextmanager
    def start_as_current_span(self, name: str, *, context: Any, attributes: dict[str, Any]) -> Iterator[RecordingSpan]:
        from opentelemetry.trace import get_current_span

        span = RecordingSpan(name, attributes, get_current_span(context).get_span_context().trace_id)
        self.spans.append(span)
        yield span
