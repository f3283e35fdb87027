"""Shared conversations: kept for a time, taken back by their maker alone, shown to those who may ask, off by default."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import NotAllowed, NotFound, QuestionError, SettingsError, StorageUnavailable
from rag.serving.access.identity import Identity
from rag.serving.core.workers import Workers
from rag.serving.operation.shared_answers import DAY, SharedStore
from rag.serving.ui.conversation import Conversation
from rag.serving.ui.keeping import kept, restored
from rag.serving.ui.sharing import Sharing
from rag.settings import Auth
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of
from tests.serving.ui.conversations import answered


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> SharedStore:
    return SharedStore(tmp_path / "state" / "shared.sqlite", days=30, clock=clock)


def test_a_link_ends_with_its_days_and_its_id_cannot_be_guessed(store: SharedStore, clock: Clock, tmp_path: Path) -> None:
    link = store.keep("{}", "staff", None)
    assert len(link.id) == 32 and link.expires == clock.now + 30 * DAY
    assert store.find(link.id).kb == "staff"
    clock.now += 30 * DAY
    with pytest.raises(NotFound, match="nothing behind this link"):
        store.find(link.id)
    path = tmp_path / "state" / "shared.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and link.key.encode() not in path.read_bytes()


def test_only_its_maker_or_an_administrator_takes_a_link_back(store: SharedStore) -> None:
    link = store.keep("{}", None, "ada")
    with pytest.raises(NotAllowed):
        store.revoke(link.id, "a guess", "bob")
    with pytest.raises(NotAllowed):
        store.revoke(link.id, "", None)
    store.revoke(link.id, "", "ada")
    with pytest.raises(NotFound):
        store.find(link.id)
    by_key, by_administrator = store.keep("{}", None, None), store.keep("{}", None, "ada")
    store.revoke(by_key.id, by_key.key, None)
    store.revoke(by_administrator.id, "", None, administrator=True)


def test_the_links_of_one_maker_go_together(store: SharedStore) -> None:
    gone, again = store.keep("{}", None, "ada"), store.keep("{}", "staff", "ada")
    others = store.keep("{}", None, "eve"), store.keep("{}", None, None)
    assert store.revoke_all("ada") == 2 and store.revoke_all("ada") == 0
    for link in (gone, again):
        with pytest.raises(NotFound):
            store.find(link.id)
    assert [store.find(link.id).kb for link in others] == [None, None]


def test_a_file_that_fails_is_said_to_be_away_and_its_words_name_no_place(store: SharedStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state" / "shared.sqlite")) as other:
        other.execute("DROP TABLE shared")
    with pytest.raises(StorageUnavailable) as told:
        store.keep("{}", None, None)
    assert str(tmp_path) not in str(told.value)
    store.close()


def test_the_seal_outlives_a_restart(store: SharedStore, tmp_path: Path) -> None:
    store.close()
    again = SharedStore(tmp_path / "state" / "shared.sqlite", days=30)
    assert again.seal == store.seal and len(again.seal) == 32
    again.close()
    with pytest.raises(SettingsError, match="CHARTERQA_SHARING_PATH"):
        SharedStore(tmp_path / "state", days=30)


def test_what_a_browser_kept_is_shared_as_it_was_answered_and_nothing_else(store: SharedStore) -> None:
    sharing, ada = Sharing(store, Workers("read", 1, 4), Auth()), Identity("user:ada")
    asked = answered("Who built the lighthouse?")
    own = sharing.sealed(asked, None)
    brought_back = restored(kept(Conversation((replace(own, rating="up"), replace(own, number=2, seal="")))))
    told = json.loads(asyncio.run(sharing.share(brought_back, None, ada)))
    talk, _ = asyncio.run(sharing.find(told["id"]))
    assert [x.number for x in talk.exchanges] == [own.number] and talk.exchanges[0].outcome == own.outcome
    assert talk.exchanges[0].rating is None
    for other in (Conversation((replace(own, question="Who?"),)), Conversation((asked,))):
        with pytest.raises(QuestionError):
            asyncio.run(sharing.share(other, None, ada))
    with pytest.raises(QuestionError):
        asyncio.run(sharing.share(Conversation((own,)), "staff", ada))  # it was answered from other documents


def test_a_shared_page_asks_who_reads_says_nothing_of_unknown_links_and_is_off_by_default(tmp_path: Path) -> None:
    with client_of(tmp_path, FakeEngine(), ui=True, auth="token", auth_token="a-token-of-enough-characters") as client:
        page = {"accept": "text/html", "accept-language": "az"}
        assert client.get("/shared?c=x", headers=page).status_code == 401
        signed = {**page, "authorization": "Bearer a-token-of-enough-characters"}
        unknown = client.get("/shared?c=" + "x" * 5000, headers=signed)
        assert unknown.status_code == 404 and "Bu keçidin arxasında heç nə yoxdur" in unknown.text
        policy = unknown.headers["content-security-policy"]
        assert "script-src 'self';" in policy and "unsafe" not in policy and unknown.headers["cache-control"] == "no-store"
        assert "data-share" not in client.get("/", headers=signed).text
