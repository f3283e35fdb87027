"""Conversations that the server keeps: by who asks, for the chat's own page alone, and not where readers are all the same."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import NotFound
from rag.serving.operation.shared_answers import SharedStore
from rag.serving.ui.conversation import Conversation
from rag.serving.ui.keeping import kept
from rag.settings import load_settings
from tests.serving.live import client_of

PROXY: dict[str, Any] = {"auth": "proxy", "auth_proxy_peers": "127.0.0.1", "origins": "https://intranet.example"}
PLACE = "/api/v1/conversations"


@contextlib.contextmanager
def served(folder: Path, **flags: Any) -> Iterator[httpx.Client]:
    """A client who is nobody yet."""
    with client_of(folder, ui=True, **flags) as client:
        yield client


def user(name: str) -> dict[str, str]:
    return {"x-forwarded-user": name}


def text(*questions: str) -> str:
    talk = Conversation()
    for question in questions:
        talk = talk.ask(question).stop()
    return kept(talk)


def test_a_reader_lists_loads_renames_and_deletes_their_own_and_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path, **PROXY, conversations_most=2) as client:
        said = text("Who built the lighthouse?", "When?")
        entry = client.put(f"{PLACE}/one", json={"text": said}, headers=user("ada")).json()
        assert entry == {
            "id": "one",
            "title": "Who built the lighthouse?",
            "at": entry["at"],
            "named": False,
            "questions": ["Who built the lighthouse?", "When?"],
        }
        assert client.get(PLACE, headers=user("ada")).json() == [entry]
        assert client.get(f"{PLACE}/one", headers=user("ada")).json() == {"text": said}
        assert client.get(PLACE, headers=user("eve")).json() == []
        for method, body in (("GET", None), ("DELETE", None), ("PATCH", {"title": "Mine"})):
            assert client.request(method, f"{PLACE}/one", json=body, headers=user("eve")).status_code == 404
        assert client.patch(f"{PLACE}/one", json={"title": "Towers"}, headers=user("ada")).status_code == 204
        for other in ("two", "three"):
            client.put(f"{PLACE}/{other}", json={"text": text("Why?")}, headers=user("ada"))
        assert [found["id"] for found in client.get(PLACE, headers=user("ada")).json()] == ["three", "two"]
        assert client.delete(f"{PLACE}/two", headers=user("ada")).status_code == 204
        monkeypatch.setenv("CHARTERQA_FEEDBACK_PATH", str(tmp_path / "feedback.sqlite"))
        told = CliRunner().invoke(app, ["conversations", "export", "ada"])
        assert told.exit_code == 0 and '"title": "Why?"' in told.output
        for left in ("1 conversation", "0 conversations"):
            assert CliRunner().invoke(app, ["conversations", "erase", "ada"]).output == f"{left} of ada erased.\n"
        assert client.get(PLACE, headers=user("ada")).json() == []


def test_links_that_a_reader_made_go_with_their_conversations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flags = {"feedback_path": str(tmp_path / "feedback.sqlite"), "sharing_enabled": "true"}
    with contextlib.closing(SharedStore.of(load_settings(flags))) as store:
        link = store.keep("{}", None, "ada")
        for name, value in flags.items():
            monkeypatch.setenv(f"CHARTERQA_{name.upper()}", value)
        erased = CliRunner().invoke(app, ["conversations", "erase", "ada"])
        assert erased.output.splitlines()[-1] == "1 link of ada taken back."
        with pytest.raises(NotFound):
            store.find(link.id)


def test_keeping_conversations_leaves_the_allowance_to_the_questions(tmp_path: Path) -> None:
    with served(tmp_path, **PROXY, limits_requests_per_minute=2) as client:
        kept_ones = [client.put(f"{PLACE}/one", json={"text": text("Why?")}, headers=user("ada")) for _ in range(3)]
        assert [response.status_code for response in kept_ones] == [200, 200, 429]
        asked = [client.post("/api/v1/ask", json={"question": "Why?"}, headers=user("ada")).status_code for _ in range(3)]
        assert asked == [200, 200, 429]


def test_a_page_of_another_origin_reads_and_writes_none_even_if_it_may_ask(tmp_path: Path) -> None:
    with served(tmp_path, **PROXY) as client:
        client.put(f"{PLACE}/one", json={"text": text("Who?")}, headers=user("ada"))
        foreign = {**user("ada"), "origin": "https://intranet.example"}
        for method, place in (("GET", PLACE), ("GET", f"{PLACE}/one"), ("DELETE", f"{PLACE}/one")):
            assert client.request(method, place, headers=foreign).status_code == 403


@pytest.mark.parametrize(
    ("place", "body", "status"),
    [
        (f"{PLACE}/one", {"text": "nonsense"}, 422),
        (f"{PLACE}/one", {"text": '{"exchanges": []}'}, 422),
        (f"{PLACE}/one", {"text": "x" * 100_001}, 422),
        (f"{PLACE}/one", {}, 422),
        (f"{PLACE}/ONE'--", {"text": text("Who?")}, 422),
        (f"{PLACE}/one?kb=unknown", {"text": text("Who?")}, 404),
    ],
)
def test_what_is_no_conversation_is_not_kept(tmp_path: Path, place: str, body: dict[str, str], status: int) -> None:
    with served(tmp_path, **PROXY) as client:
        assert client.put(place, json=body, headers=user("ada")).status_code == status
        assert client.get(PLACE, headers=user("ada")).json() == []


@pytest.mark.parametrize(
    "flags",
    [{}, {"auth": "token", "auth_token": "a-token-of-enough-characters"}, {**PROXY, "conversations_enabled": False}],
    ids=["none", "token", "switched off"],
)
def test_where_readers_are_all_the_same_or_it_is_switched_off_the_browser_keeps_them(
    tmp_path: Path, flags: dict[str, Any]
) -> None:
    with served(tmp_path, **flags) as client:
        client.headers.update(user("ada") | {"authorization": "Bearer a-token-of-enough-characters"})
        assert client.get(PLACE).status_code == 404
        assert "charterqa-conversations" not in client.get("/", headers={"accept": "text/html"}).text
