"""Whatever a model's server does, control comes back, with words or with one of our own errors."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from rag.errors import BackendBusy, BackendError, BackendFailed, BackendMissing, BackendTimeout, SettingsError
from rag.llm.backend import Message, TextChunk, Usage
from rag.llm.endpoint import check_endpoint
from rag.llm.registry import describe, open_backend
from rag.settings import Settings, load_settings
from tests.answering.lying_server import BreakOff, Garbage, Hang, Html, LyingServer, Refuse, Reply, Say, Status

ASK = (Message("system", "Answer."), Message("user", "When?"))
KEY = "sk-canary-0123456789abcdef"
SLOW = Status(429, (("retry-after", "0"),))


@pytest.fixture(scope="module")
def server() -> Iterator[LyingServer]:
    with LyingServer() as running:
        yield running


def settings(**overrides: Any) -> Settings:
    return load_settings({"backend": "openai:liar", "llm_api_key": KEY} | overrides, environ={}, folder=Path("/nonexistent"))


def ask(server: LyingServer, *script: Reply, **overrides: Any) -> tuple[str, Usage | None]:
    server.will(*script)
    backend = open_backend(settings(llm_base_url=server.url, **overrides))
    try:
        chunks = list(backend.stream(ASK))
    finally:
        backend.close()
    usages = [c for c in chunks if isinstance(c, Usage)]
    return "".join(c.text for c in chunks if isinstance(c, TextChunk)), usages[0] if usages else None


def test_a_reply_comes_in_pieces_and_ends_with_the_servers_own_token_counts(server: LyingServer) -> None:
    assert ask(server, Say("The harbour opens at six. [1]")) == ("The harbour opens at six. [1]", Usage(11, 7, cut=False))
    assert server.requests[0]["messages"] == [
        {"role": "system", "content": "Answer."},
        {"role": "user", "content": "When?"},
    ]
    assert server.requests[0]["max_tokens"] == 512
    assert server.requests[0]["temperature"] == 0.0
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_reply_that_hit_its_length_limit_says_so(server: LyingServer) -> None:
    assert ask(server, Say("The harbour opens", finish="length")) == ("The harbour opens", Usage(11, 7, cut=True))


def test_a_configured_server_never_sees_the_key_that_is_for_openai(
    server: LyingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    ask(server, Say("Yes."), llm_api_key=None)
    assert KEY not in str(server.headers[0])


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Status(500), BackendFailed),
        (Status(400), BackendFailed),
        (Status(401), BackendMissing),
        (Status(404), BackendMissing),
        (Status(503, (("retry-after", "0"),)), BackendBusy),
        (SLOW, BackendBusy),
        (Status(504), BackendTimeout),
        (Status(302, (("location", "http://127.0.0.1:1/v1/chat/completions"),)), BackendFailed),
        (Html(), BackendFailed),
        (Garbage(), BackendFailed),
        (Say(""), BackendFailed),
        (Say(" \n "), BackendFailed),
        (Say("The harbour", finish=None), BackendFailed),
        (Say("The harbour", finish="content_filter"), BackendFailed),
        (BreakOff("The harbour"), BackendFailed),
        (Refuse(), BackendFailed),
    ],
    ids=repr,
)
def test_every_way_to_fail_is_one_of_our_errors(server: LyingServer, reply: Reply, error: type[BackendError]) -> None:
    with pytest.raises(BackendError) as caught:
        ask(server, reply, llm_retries=0)
    assert type(caught.value) is error
    assert caught.value.message
    assert caught.value.remedy
    assert "\n" not in str(caught.value)


def test_a_redirect_is_not_followed(server: LyingServer) -> None:
    with pytest.raises(BackendFailed, match="redirects"):
        ask(server, Status(307, (("location", f"{server.url}/chat/completions"),)), Say("Followed."))
    assert len(server.requests) == 1


def test_a_busy_server_is_asked_again_before_the_first_word(server: LyingServer) -> None:
    assert ask(server, SLOW, SLOW, Say("Six."))[0] == "Six."
    assert len(server.requests) == 3


def test_a_busy_server_is_given_up_after_the_retries(server: LyingServer) -> None:
    with pytest.raises(BackendBusy):
        ask(server, *[SLOW] * 5, llm_retries=2)
    assert len(server.requests) == 3


def test_a_server_that_asks_to_wait_long_is_reported_as_busy_at_once(server: LyingServer) -> None:
    with pytest.raises(BackendBusy) as caught:
        ask(server, Status(429, (("retry-after", "3600"),)))
    assert caught.value.retry_after == 3600
    assert len(server.requests) == 1


def test_a_reply_that_breaks_off_is_not_asked_for_again(server: LyingServer) -> None:
    server.will(BreakOff("The harbour"), Say("Never asked."))
    backend = open_backend(settings(llm_base_url=server.url))
    stream = backend.stream(ASK)
    assert next(stream) == TextChunk("The harbour")
    with pytest.raises(BackendFailed, match="broke off"):
        next(stream)
    assert len(server.requests) == 1
    backend.close()


@pytest.mark.parametrize("reply", [Hang(), Hang("The"), Hang(alive=True), Hang("The", alive=True)], ids=repr)
def test_a_hung_server_gives_control_back_and_notices_that_we_left(server: LyingServer, reply: Hang) -> None:
    server.will(reply)
    backend = open_backend(settings(llm_base_url=server.url, **({"llm_stall": 0.3} if reply.text else {"llm_timeout": 0.3})))
    with pytest.raises(BackendTimeout, match="said nothing" if reply.text else "did not finish"):
        list(backend.stream(ASK))
    assert server.abandoned.wait(10)
    backend.close()


def test_a_reply_that_never_ends_stops_at_the_deadline(server: LyingServer) -> None:
    server.will(Hang("a", alive=True))
    backend = open_backend(settings(llm_base_url=server.url, llm_timeout=0.5, llm_stall=60))
    with pytest.raises(BackendTimeout):
        list(backend.stream(ASK))
    assert server.abandoned.wait(10)
    backend.close()


def test_cancelling_ends_the_stream_and_the_servers_work(server: LyingServer) -> None:
    server.will(Hang("The"))
    backend = open_backend(settings(llm_base_url=server.url))
    gone = threading.Event()
    stream = backend.stream(ASK, cancelled=gone.is_set)
    assert next(stream) == TextChunk("The")
    gone.set()
    assert list(stream) == []
    assert server.abandoned.wait(10)
    backend.close()


def test_closing_the_stream_early_ends_the_servers_work(server: LyingServer) -> None:
    server.will(Hang("The"))
    backend = open_backend(settings(llm_base_url=server.url))
    stream = backend.stream(ASK)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert server.abandoned.wait(10)
    backend.close()


def test_two_replies_are_read_at_the_same_time(server: LyingServer) -> None:
    server.will(Hang("first"), Say("second"))
    backend = open_backend(settings(llm_base_url=server.url))
    waiting = backend.stream(ASK)
    assert next(waiting) == TextChunk("first")
    assert "".join(c.text for c in backend.stream(ASK) if isinstance(c, TextChunk)) == "second"
    waiting.close()  # type: ignore[attr-defined]
    backend.close()


def test_no_server_is_a_missing_back_end() -> None:
    backend = open_backend(settings(llm_base_url="http://127.0.0.1:9/v1", llm_retries=0))
    with pytest.raises(BackendMissing, match="No server answers"):
        list(backend.stream(ASK))
    backend.close()


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_key_that_the_server_echoes_reaches_neither_error_nor_log(
    server: LyingServer, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(BackendError) as caught:
        ask(server, Status(status, echo=True), llm_retries=0)
    assert KEY not in str(caught.value)
    assert KEY not in caplog.text
    assert "***" in caplog.text


METADATA = [
    "http://169.254.169.254/latest",
    "http://169.254.0.1/",
    "http://2852039166/",
    "http://0xA9FEA9FE/",
    "http://0251.0376.0251.0376/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fd00:ec2::254]/",
    "http://metadata.google.internal/v1",
    "http://METADATA.google.internal./v1",
    "http://metadata/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
]


# Every provider whose extra is installed; openai always is in development.
INSTALLED = [name for name in ("openai", "anthropic", "ollama", "mistralai") if find_spec(f"langchain_{name}")]


@pytest.mark.parametrize("url", METADATA)
@pytest.mark.parametrize("provider", INSTALLED)
def test_a_metadata_address_is_refused_in_every_spelling(url: str, provider: str) -> None:
    with pytest.raises(SettingsError, match="metadata"):
        open_backend(settings(backend=f"{provider}:x", llm_base_url=url))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x/", "nonsense", "http://", "http://u:p@127.0.0.1/v1", "http://[/"]
)
def test_what_is_not_a_plain_http_address_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        check_endpoint(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8011/v1", "http://10.0.0.5/v1", "https://[::1]:8443/v1", "http://llm.example:80"]
)
def test_an_ordinary_address_is_accepted_inside_the_network_too(url: str) -> None:
    assert check_endpoint(url) == url


def test_a_name_that_comes_to_resolve_to_a_metadata_address_is_refused_when_connecting(
    server: LyingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = open_backend(settings(llm_base_url="http://rebound.example/v1"))
    import socket

    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80))],
    )
    with pytest.raises(BackendFailed, match="metadata"):
        list(backend.stream(ASK))
    backend.close()


class Sleepy(GenericFakeChatModel):
    """Says one word, then blocks its thread until the test ends."""

    def _stream(self, *args: Any, **kwargs: Any) -> Iterator[Any]:
        chunks = super()._stream(*args, **kwargs)
        yield next(chunks)
        RELEASE.wait(60)


RELEASE = threading.Event()


def own_model() -> FakeListChatModel:
    return FakeListChatModel(responses=["It opens at six [1]."])


def sleepy() -> Sleepy:
    return Sleepy(messages=itertools.repeat(AIMessage("It opens at six.")))


def raising() -> GenericFakeChatModel:
    return GenericFakeChatModel(messages=iter([]))


def not_a_model() -> str:
    return "hello"


def own(name: str, **overrides: Any) -> Any:
    return open_backend(settings(backend=f"python:{__name__}:{name}", **overrides))


def test_the_users_own_model_answers() -> None:
    backend = own("own_model")
    chunks = list(backend.stream(ASK))
    assert "".join(c.text for c in chunks if isinstance(c, TextChunk)) == "It opens at six [1]."
    assert chunks[-1] == Usage()
    assert backend.name == f"python:{__name__}:own_model"
    backend.close()


def test_the_users_own_model_that_blocks_its_thread_gives_control_back() -> None:
    backend = own("sleepy", llm_stall=0.2)
    try:
        with pytest.raises(BackendTimeout):
            list(backend.stream(ASK))
    finally:
        RELEASE.set()
        backend.close()


def test_whatever_the_users_own_model_raises_is_a_failed_back_end() -> None:
    backend = own("raising")
    with pytest.raises(BackendFailed):
        list(backend.stream(ASK))
    backend.close()


@pytest.mark.parametrize("target", ["not_a_model", "nothing_there"])
def test_a_factory_that_gives_no_model_is_a_missing_back_end(target: str) -> None:
    with pytest.raises(BackendMissing):
        own(target)


@pytest.mark.parametrize(
    "name", ["openai", "openai:", "", "nosuchprovider:x", "python:x", "python:no.such.module:f", "llamacpp:/no/such.gguf"]
)
def test_a_name_that_means_nothing_is_a_missing_back_end_with_a_remedy(name: str) -> None:
    with pytest.raises(BackendMissing) as caught:
        open_backend(settings(backend=name))
    assert caught.value.remedy


def test_openai_without_a_key_is_missing_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(BackendMissing, match="key"):
        open_backend(settings(llm_api_key=None))


def test_the_list_says_which_back_end_is_ready_and_what_the_others_lack(
    server: LyingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    states = {s.name: s for s in describe(settings(llm_base_url=server.url))}
    assert states["openai:liar"].ready
    assert states["openai:liar"].configured
    assert states["extractive"].ready
    assert not states["anthropic"].ready
    assert not states["llamacpp"].ready
    assert "llamacpp" in states["llamacpp"].detail or "FILE" in states["llamacpp"].detail


def test_the_list_says_when_the_configured_server_does_not_answer() -> None:
    state = next(s for s in describe(settings(llm_base_url="http://127.0.0.1:9/v1")) if s.configured)
    assert not state.ready
    assert "No server answers" in state.detail


def test_a_closed_back_end_leaves_no_thread_behind(server: LyingServer) -> None:
    ask(server, Say("Six."))
    deadline = time.monotonic() + 10
    while any(t.name == "llm-replies" for t in threading.enumerate()) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert not any(t.name == "llm-replies" for t in threading.enumerate())
