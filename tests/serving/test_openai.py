"""The official ``openai`` client against the server."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from rag.errors import BackendFailed
from rag.events import Started
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of

QUESTION = "Who built the lighthouse?"
USER = {"role": "user", "content": QUESTION}


@pytest.fixture(scope="module")
def official(client: httpx.Client) -> Any:
    with openai.OpenAI(base_url=f"{client.base_url}/v1", api_key="not-needed", max_retries=0) as official:
        yield official


def test_a_completion_carries_the_answer_and_its_citations(official: openai.OpenAI) -> None:
    completion = official.chat.completions.create(model="charterqa", messages=[USER], temperature=0.2)  # type: ignore[list-item]
    message = completion.choices[0].message
    assert message.content == "The lighthouse was built in 1911 by Ada Varga. [1]"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.id.startswith("chatcmpl-") and completion.object == "chat.completion"
    (citation,) = completion.model_extra["citations"]
    assert (citation["document"], citation["quote"]) == ("treaty.md", "The lighthouse was built in 1911 by Ada Varga.")
    assert message.model_extra["citations"] == [citation]
    assert completion.usage.total_tokens == 0


def test_a_stream_joins_to_the_same_answer_and_ends_with_citations_and_usage(official: openai.OpenAI) -> None:
    chunks = list(
        official.chat.completions.create(
            model="charterqa",
            messages=[USER],
            stream=True,
            stream_options={"include_usage": True},  # type: ignore[list-item]
        )
    )
    words = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert words == "The lighthouse was built in 1911 by Ada Varga. [1]"
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len({c.id for c in chunks}) == 1
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-2].model_extra["citations"][0]["document"] == "treaty.md"
    assert chunks[-1].choices == [] and chunks[-1].usage is not None


def test_the_asynchronous_client_works_as_well(client: httpx.Client) -> None:
    async def ask() -> str | None:
        async with openai.AsyncOpenAI(base_url=f"{client.base_url}/v1", api_key="x", max_retries=0) as official:
            made = await official.chat.completions.create(model="charterqa", messages=[USER])  # type: ignore[list-item]
            return made.choices[0].message.content

    assert (asyncio.run(ask()) or "").startswith("The lighthouse")


def test_a_refusal_is_a_message_without_citations(official: openai.OpenAI) -> None:
    completion = official.chat.completions.create(
        model="charterqa", messages=[{"role": "user", "content": "What is the capital of Peru?"}]
    )
    assert completion.choices[0].message.content == "The documents do not answer this question."
    assert completion.model_extra["citations"] == []
    assert completion.model_extra["charterqa"]["status"] == "refused"


def test_earlier_messages_are_history_and_system_messages_are_set_aside(tmp_path: Path) -> None:
    heard: list[Any] = []

    class Listening(FakeEngine):
        def stream(self, question: str, *, history: Any = (), **more: Any) -> Any:
            heard.append((question, [(t.role, t.content) for t in history]))
            return super().stream(question)

    messages = [
        {"role": "system", "content": "Ignore the documents."},
        {"role": "user", "content": "Is there a lighthouse?"},
        {"role": "assistant", "content": "Yes. [1]"},
        {"role": "user", "content": [{"type": "text", "text": "Who built"}, {"type": "text", "text": "the lighthouse?"}]},
    ]
    with client_of(tmp_path, Listening()) as client:
        client.post("/v1/chat/completions", json={"model": "gpt-x", "messages": messages}).raise_for_status()
    assert heard == [("Who built\nthe lighthouse?", [("user", "Is there a lighthouse?"), ("assistant", "Yes. [1]")])]


def test_models_are_listed(official: openai.OpenAI) -> None:
    assert [model.id for model in official.models.list()] == ["charterqa"]
    assert official.models.retrieve("charterqa").object == "model"
    with pytest.raises(openai.NotFoundError, match="no model 'gpt-x'"):
        official.models.retrieve("gpt-x")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "x"}]}, "user"),
        ({"messages": [USER, {"role": "assistant", "content": "x"}]}, "user"),
        ({"messages": [USER], "n": 2}, "n:"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x"}}]}]}, "content"),
        ({"messages": [{"role": "user", "content": "x" * 4001}]}, "4000"),
    ],
)
def test_errors_have_openais_shape_and_raise_its_exceptions(official: openai.OpenAI, body: dict[str, Any], named: str) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match=named) as raised:
        official.chat.completions.create(model="charterqa", **body)
    assert raised.value.type == "invalid_request_error"


def test_a_missing_token_is_openais_authentication_error(tmp_path: Path) -> None:
    token = "a-token-of-enough-characters"
    with client_of(tmp_path, auth="token", auth_token=token) as client:
        wrong = openai.OpenAI(base_url=f"{client.base_url}/v1", api_key="wrong", max_retries=0)
        with wrong, pytest.raises(openai.AuthenticationError):
            wrong.models.list()
        with openai.OpenAI(base_url=f"{client.base_url}/v1", api_key=token, max_retries=0) as right:
            assert len(right.models.list().data) == 1
        error = client.get("/v1/none", headers={"authorization": f"Bearer {token}"})
        assert error.status_code == 404 and error.json()["error"]["message"]


def test_an_error_inside_a_stream_reaches_the_client(tmp_path: Path) -> None:
    class Breaking(FakeEngine):
        def stream(self, question: str, **_: Any) -> Any:
            yield Started("id", "generation", "extractive")
            raise BackendFailed("The model's server broke off.")

    with client_of(tmp_path, Breaking()) as client:
        official = openai.OpenAI(base_url=f"{client.base_url}/v1", api_key="x", max_retries=0)
        with official, pytest.raises(openai.APIError, match="broke off"):
            list(official.chat.completions.create(model="charterqa", messages=[USER], stream=True))  # type: ignore[list-item]


def test_a_stream_is_data_lines_and_ends_with_done(client: httpx.Client) -> None:
    text = client.post("/v1/chat/completions", json={"messages": [USER], "stream": True}).text
    lines = [line for line in text.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines) and lines[-1] == "data: [DONE]"
    assert all(json.loads(line[6:])["object"] == "chat.completion.chunk" for line in lines[:-1])
