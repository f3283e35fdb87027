"""Servers that call themselves OpenAI-compatible and are so in their own way: asked once in vain, then as they take it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from fastapi.responses import JSONResponse, Response
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import BackendBusy, BackendFailed, BackendMissing, BackendTimeout, ContextTooLong
from rag.llm.backend import Message, TextChunk, Usage
from rag.llm.reasons import reason_of
from rag.llm.registry import describe, open_backend
from rag.settings import Settings, load_settings
from tests.answering.lying_server import LyingServer, Say

ASK = (Message("system", "Answer from the passages."), Message("user", "When?"))
KEY = "sk-canary-0123456789abcdef"
Objection = Callable[[dict[str, Any]], object]
"""What a request's body makes a server object to: the body of its HTTP 400, or ``None``."""


@dataclass
class PickyServer(LyingServer):
    """Refuses with ``status`` what any of ``objections`` objects to, and says "Six." to the rest, as ``whole`` says."""

    objections: Sequence[Objection] = ()
    status: int = 400
    whole: dict[str, Any] | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.seen.append(body)
        for objection in self.objections:
            said = objection(body)
            if said is not None:
                return JSONResponse(said, self.status)
        if self.whole is not None:
            return JSONResponse(self.whole)
        self.script.append(Say("Six."))
        return await super()._complete(request)


def error(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", **more}}


def about(name: str, said: object) -> Objection:
    return lambda body: said if name in body else None


def roles(said: object) -> Objection:
    return lambda body: said if any(m["role"] == "system" for m in body["messages"]) else None


@pytest.fixture
def server() -> Iterator[PickyServer]:
    with PickyServer() as running:
        yield running


def settings(server: PickyServer, **overrides: Any) -> Settings:
    flat = {"backend": "openai:picky", "llm_api_key": KEY, "llm_base_url": server.url, "llm_retries": 0} | overrides
    return load_settings(flat, environ={}, folder=Path("/nonexistent"))


def asked(server: PickyServer, times: int = 1) -> str:
    """What the model says the last of so many times, over one back end."""
    with closing(open_backend(settings(server))) as backend:
        for _ in range(times):
            chunks = list(backend.stream(ASK))
    assert isinstance(chunks[-1], Usage)
    return "".join(c.text for c in chunks if isinstance(c, TextChunk))


REFUSALS = [
    ("temperature", error("Unsupported value: 'temperature' does not support 0.0 with this model.", param="temperature")),
    ("temperature", {"detail": [{"loc": ["body", "temperature"], "msg": "Extra inputs are not permitted"}]}),
    ("temperature", {"message": "temperature is not a known argument"}),
    ("max_tokens", error("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.")),
    ("stream_options", error("Unrecognized request argument supplied: stream_options")),
    ("stream_options", {"detail": "unexpected keyword: include_usage"}),
    ("stream_options", {"error": "stream_options: unknown field"}),
]


@pytest.mark.parametrize(("name", "said"), REFUSALS)
def test_a_parameter_that_is_refused_is_left_out_from_then_on(server: PickyServer, name: str, said: object) -> None:
    server.objections = [about(name, said)]
    assert asked(server, times=3) == "Six."
    assert [name in body for body in server.seen] == [True, False, False, False]
    assert all(m["content"] for body in server.seen for m in body["messages"])


def test_the_limit_of_a_reply_is_given_under_the_name_that_the_server_knows(server: PickyServer) -> None:
    server.objections = [about("max_tokens", error("'max_tokens' is not supported, use 'max_completion_tokens'"))]
    asked(server)
    assert (server.seen[0]["max_tokens"], server.seen[1]["max_completion_tokens"]) == (512, 512)


@pytest.mark.parametrize(
    "said",
    [
        error("Unsupported value: 'messages[0].role' does not support 'system' with this model.", param="messages[0].role"),
        error("System role not supported"),
        error("Conversation roles must alternate user/assistant/user/assistant/..."),
        error("Developer instruction is not enabled for this model"),
    ],
)
@pytest.mark.parametrize("status", [400, 500])
def test_without_a_system_role_its_words_stand_before_the_question(server: PickyServer, said: object, status: int) -> None:
    server.objections, server.status = [roles(said)], status
    assert asked(server, times=2) == "Six."
    assert [len(body["messages"]) for body in server.seen] == [2, 1, 1]
    assert server.seen[1]["messages"] == [{"role": "user", "content": "Answer from the passages.\n\nWhen?"}]


def test_a_server_that_refuses_everything_one_by_one_is_still_understood(server: PickyServer) -> None:
    server.objections = [
        roles(error("the system role is unknown")),
        about("temperature", error("temperature: only the default")),
        about("max_tokens", error("max_tokens is deprecated")),
        about("max_completion_tokens", error("max_completion_tokens is unknown")),
        about("stream_options", error("stream_options is unknown")),
    ]
    assert asked(server, times=2) == "Six."
    assert set(server.seen[-1]) == {"model", "messages", "stream"}
    assert len(server.seen) == 7


def test_what_did_not_help_is_not_remembered(server: PickyServer) -> None:
    server.objections = [lambda body: error("temperature must be a number, as must everything else")]
    with closing(open_backend(settings(server))) as backend:
        for _ in range(2):
            with pytest.raises(BackendFailed, match="temperature must be a number"):
                list(backend.stream(ASK))
        assert backend.without == ()
    assert ["temperature" in body for body in server.seen] == [True, False, True, False]


WHOLE = {
    "id": "x",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "It opens at six."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
}


def test_one_document_in_the_place_of_a_stream_is_read_as_it_comes(server: PickyServer) -> None:
    server.whole = WHOLE
    with closing(open_backend(settings(server))) as backend:
        assert list(backend.stream(ASK)) == [TextChunk("It opens at six."), Usage(3, 4)]
    server.objections = [lambda body: error("streaming is not supported") if body["stream"] else None]
    assert asked(server, times=2) == "It opens at six."
    assert [body["stream"] for body in server.seen[1:]] == [True, False, False]


def test_a_whole_reply_that_was_cut_says_so(server: PickyServer) -> None:
    server.whole = {"choices": [{"message": {"content": "It opens"}, "finish_reason": "length"}]}
    with closing(open_backend(settings(server))) as backend:
        assert list(backend.stream(ASK))[-1] == Usage(cut=True)


TOO_LONG = [
    (400, error("This model's maximum context length is 4096 tokens.", code="context_length_exceeded")),
    (
        400,
        error("'max_tokens' is too large: 512. This model's maximum context length is 2048 tokens and your request has 1900."),
    ),
    (400, {"error": {"code": 400, "message": "too big", "type": "exceed_context_size_error"}}),
    (422, {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048", "error_type": "validation"}),
    (400, error("prompt is too long: 9000 tokens > 8000 maximum")),
    (413, {"message": "Request Entity Too Large"}),
    (500, error("the request exceeds the available context size")),
]


@pytest.mark.parametrize(("status", "said"), TOO_LONG)
def test_a_prompt_that_is_too_long_is_an_error_of_its_own_and_asked_once(
    server: PickyServer, status: int, said: object
) -> None:
    server.objections, server.status = [lambda body: said], status
    with closing(open_backend(settings(server))) as backend, pytest.raises(ContextTooLong) as caught:
        list(backend.stream(ASK))
    assert "CHARTERQA_LLM_CONTEXT_TOKENS" in caught.value.remedy and not caught.value.retryable
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("status", "said", "kind", "shown"),
    [
        (400, error("the tool registry is empty"), BackendFailed, "HTTP 400: the tool registry is empty."),
        (401, error("Incorrect API key provided: " + KEY), BackendMissing, "Incorrect API key provided: ***."),
        (404, error("model 'picky' not found, try pulling it"), BackendMissing, "try pulling it"),
        (429, {"message": "Too many tokens per minute"}, BackendBusy, "Too many tokens per minute"),
        (500, {"detail": "CUDA out of memory"}, BackendFailed, "CUDA out of memory"),
        (504, {"detail": "upstream timed out"}, BackendTimeout, "upstream timed out"),
        (
            400,
            {"error": {"message": "Provider returned error", "metadata": {"raw": '{"message": "no such voice"}'}}},
            BackendFailed,
            "no such voice",
        ),
    ],
)
def test_the_servers_own_reason_stands_in_the_message_without_secrets(
    server: PickyServer, status: int, said: object, kind: type[Exception], shown: str
) -> None:
    server.objections, server.status = [lambda body: said], status
    with closing(open_backend(settings(server))) as backend, pytest.raises(kind) as caught:
        list(backend.stream(ASK))
    assert shown in str(caught.value) and KEY not in str(caught.value) and "\n" not in str(caught.value)


def test_a_200_that_holds_an_error_or_a_page_says_what_it_holds(server: PickyServer) -> None:
    server.whole = error("the model is still loading")
    with closing(open_backend(settings(server))) as backend, pytest.raises(BackendFailed, match="still loading"):
        list(backend.stream(ASK))
    assert reason_of("<!DOCTYPE html><title>502 Bad\n Gateway</title>").text == "a web page (502 Bad Gateway)"
    assert reason_of(b"\xff\x00 plain").text and reason_of("") == reason_of(None) == reason_of([]) == reason_of(7)


def test_a_probe_says_that_it_answers_and_what_it_does_not_take_or_why_it_fails(server: PickyServer) -> None:
    server.objections = [about("temperature", error("temperature: only the default"))]
    ready = next(s for s in describe(settings(server), probe=True) if s.configured)
    assert ready.ready and "temperature" in ready.detail
    server.objections = [lambda body: error(f"no licence for {KEY}")]
    failed = next(s for s in describe(settings(server), probe=True) if s.configured)
    assert not failed.ready and "no licence for ***" in failed.detail
    told = {"CHARTERQA_BACKEND": "openai:picky", "CHARTERQA_LLM_BASE_URL": server.url, "CHARTERQA_LLM_API_KEY": KEY}
    result = CliRunner().invoke(app, ["backends", "--probe", "--json"], env=told | {"CHARTERQA_LLM_RETRIES": "0"})
    states = {s["name"]: s for s in json.loads(result.stdout)["backends"]}
    assert result.exit_code == 1 and "no licence for ***" in states["openai:picky"]["detail"]
