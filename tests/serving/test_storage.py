"""What is kept behaves the same over SQLite and over a real PostgreSQL server."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from rag.errors import NotFound, SettingsError
from rag.serving.operation.conversations import DAY, ConversationStore
from rag.serving.operation.feedback import FeedbackStore, Review
from rag.serving.storage.database import Database, Schema
from rag.serving.storage.opening import open_database
from rag.serving.storage.postgres import PostgresDatabase
from rag.serving.storage.sqlite import SqliteDatabase
from rag.settings import Conversations
from rag.types import Outcome
from tests.fake_engine import FakeEngine
from tests.serving.live import settings_for
from tests.serving.postgres import PostgresServer

QUESTION = "Who built the lighthouse?"


class Clock:
    """Time as a test sets it, in seconds since the epoch."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """Somewhere to keep things, which can be opened as often as a test likes."""

    sqlite: Path | None = None
    url: str = ""

    def open(self) -> Database:
        return SqliteDatabase(self.sqlite) if self.sqlite else PostgresDatabase(self.url)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        yield Place(sqlite=tmp_path / "kept.sqlite")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database("contract") as url:
        yield Place(url=url)


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    with closing(place.open()) as opened:
        yield opened


def outcome(**changes: str) -> Outcome:
    return replace(FakeEngine().ask(QUESTION), **changes)  # type: ignore[arg-type]


def text(*questions: str) -> str:
    return json.dumps({"exchanges": [{"question": question} for question in questions]})


def write(store: ConversationStore, reader: str, id: str, title: str = "A title", kb: str = "") -> None:
    store.write(reader, kb, id, title=title, questions=(QUESTION,), text=text(QUESTION))


# The database


def test_a_transaction_takes_effect_whole_or_not_at_all(database: Database) -> None:
    database.prepare(Schema("things", (("CREATE TABLE things (name TEXT PRIMARY KEY, at {real}){strict}",),)))
    with pytest.raises(RuntimeError), database.transaction() as transaction:
        transaction.execute("INSERT INTO things VALUES (?, ?)", ("one", 1_800_000_000.125))
        raise RuntimeError
    with database.transaction() as transaction:
        assert transaction.execute("SELECT * FROM things") == []
        assert transaction.changed("INSERT INTO things VALUES (?, ?)", ("one", 1_800_000_000.125)) == 1
    with database.transaction() as transaction:
        assert transaction.execute("SELECT * FROM things") == [("one", 1_800_000_000.125)], "times keep their fractions"
        assert transaction.changed("DELETE FROM things WHERE name = ?", ("two",)) == 0


def test_tables_follow_the_program_version_by_version_and_never_back(place: Place) -> None:
    first = ("CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY){strict}",)
    second = ("ALTER TABLE things ADD COLUMN at {real}",)
    for versions in ((first,), (first, second), (first, second)):
        with closing(place.open()) as opened:
            opened.prepare(Schema("things", versions))
            with opened.transaction() as transaction:
                transaction.execute("INSERT INTO things (name) VALUES (?) ON CONFLICT (name) DO NOTHING", ("one",))
    with closing(place.open()) as opened:
        with opened.transaction() as transaction:
            assert transaction.execute("SELECT name, at FROM things") == [("one", None)]
        with pytest.raises(SettingsError, match="has things in version 2, and this program knows 1"):
            opened.prepare(Schema("things", (first,)))


def test_several_processes_that_start_at_once_make_the_tables_once(place: Place) -> None:
    ready = threading.Barrier(6)

    def start() -> int:
        with closing(place.open()) as opened:
            ready.wait(20)
            kept = FeedbackStore(opened, days=90)
            kept.keep(outcome(id="one"))
            return len(kept.rated())

    with ThreadPoolExecutor(6) as pool:
        assert [started.result() for started in [pool.submit(start) for _ in range(6)]] == [0] * 6


def test_more_threads_than_connections_take_turns(database: Database) -> None:
    kept = FeedbackStore(database, days=90)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: kept.keep(outcome(id=f"answer-{n}")), range(64)))
        list(pool.map(lambda n: kept.rate(f"answer-{n}", "up", None), range(64)))
    assert len(kept.rated("up")) == 64
    assert database.problem() is None


# Feedback


def test_a_rating_belongs_to_an_answer_and_the_last_one_counts(database: Database) -> None:
    kept = FeedbackStore(database, days=90, clock=Clock())
    kept.keep(outcome(), "other")
    assert kept.kb_of(outcome().id) == "other"
    kept.rate(outcome().id, "up", None)
    kept.rate(outcome().id, "down", "It names no source.")
    (rated,) = kept.rated()
    assert (rated.rating, rated.comment, rated.question, rated.at) == ("down", "It names no source.", QUESTION, 1_800_000_000.0)
    assert rated.answer["kb"] == "other" and not rated.reviewed
    assert kept.rated("up") == ()
    for act in (lambda: kept.rate("unknown", "up", None), lambda: kept.kb_of("unknown")):
        with pytest.raises(NotFound):
            act()


def test_an_answer_that_is_kept_again_keeps_what_was_said_of_it(database: Database) -> None:
    kept = FeedbackStore(database, days=90)
    kept.keep(outcome())
    kept.rate(outcome().id, "up", None)
    kept.keep(outcome())
    assert len(kept.rated()) == 1


def test_what_is_past_its_time_goes_with_all_that_was_said_of_it(database: Database) -> None:
    clock = Clock()
    kept = FeedbackStore(database, days=90, clock=clock)
    kept.keep(outcome())
    kept.rate(outcome().id, "down", None)
    kept.review(outcome().id, Review(False))
    clock.now += 91 * DAY
    assert kept.rated() == ()
    with database.transaction() as transaction:
        assert [transaction.execute(f"SELECT count(*) FROM {table}") for table in ("answers", "ratings", "reviews")] == [
            [(0,)]
        ] * 3


def test_a_reviewed_dislike_becomes_a_question(database: Database) -> None:
    kept = FeedbackStore(database, days=90)
    kept.keep(outcome())
    kept.rate(outcome().id, "down", None)
    kept.review(outcome().id, Review(True, ("The lighthouse was built in 1911 by Ada Varga.",), ("1911",)))
    (question,) = kept.questions()
    assert (question["question"], question["answerable"], question["must_include"]) == (QUESTION, True, ["1911"])


@pytest.mark.parametrize(
    "said", ["Ümumi “şərtlər” 🏛", "a NUL \0 inside", "a surrogate \ud83c alone", "x'; DROP TABLE answers; --"]
)
def test_any_words_can_be_kept(database: Database, said: str) -> None:
    kept = FeedbackStore(database, days=90)
    kept.keep(replace(outcome(), question=said))
    kept.rate(outcome().id, "down", said)
    (rated,) = kept.rated()
    assert rated.comment is not None and rated.comment.startswith(said[:5])


# Conversations


def test_a_conversation_is_its_readers_alone_and_belongs_to_one_knowledge_base(database: Database) -> None:
    store = ConversationStore(database, Conversations())
    write(store, "ada", "one")
    assert store.read("ada", "", "one") == text(QUESTION)
    for reader, kb in (("eve", ""), ("ada", "other")):
        assert store.list(reader, kb) == ()
        for act in (store.read, store.delete, lambda *key: store.rename(*key, "Mine")):
            with pytest.raises(NotFound):
                act(reader, kb, "one")
    (entry,) = store.list("ada", "")
    assert (entry.id, entry.title, entry.named, entry.questions) == ("one", "A title", False, (QUESTION,))


def test_a_title_that_its_reader_chose_stays_and_the_newest_stand_first(database: Database) -> None:
    clock = Clock()
    store = ConversationStore(database, Conversations(), clock=clock)
    for id in ("one", "two"):
        write(store, "ada", id)
        clock.now += 1
    store.rename("ada", "", "one", "Lighthouses")
    write(store, "ada", "one", "Another title")
    assert [(e.id, e.title, e.named) for e in store.list("ada", "")] == [
        ("one", "Lighthouses", True),
        ("two", "A title", False),
    ]
    store.delete("ada", "", "one")
    assert [entry.id for entry in store.list("ada", "")] == ["two"]


def test_the_oldest_go_beyond_the_most_and_past_their_time(database: Database) -> None:
    clock = Clock()
    store = ConversationStore(database, Conversations(most=3, days=30), clock=clock)
    write(store, "eve", "hers")
    for number in range(5):
        clock.now += 1
        write(store, "ada", f"c{number}")
    assert [entry.id for entry in store.list("ada", "")] == ["c4", "c3", "c2"]
    assert len(store.list("eve", "")) == 1
    clock.now += 31 * DAY
    assert store.list("ada", "") == store.list("eve", "") == ()


def test_everything_of_one_reader_is_told_and_erased_in_every_knowledge_base(database: Database) -> None:
    store = ConversationStore(database, Conversations())
    for reader, kb in (("ada", ""), ("ada", "other"), ("eve", "")):
        write(store, reader, "one", kb=kb)
    assert [(found["kb"], found["conversation"]) for found in store.of_reader("ada")] == [
        (None, json.loads(text(QUESTION))),
        ("other", json.loads(text(QUESTION))),
    ]
    assert (store.erase("ada"), store.erase("ada")) == (2, 0)
    assert store.of_reader("ada") == () and len(store.of_reader("eve")) == 1


# Settings


def test_an_address_that_is_none_is_refused_without_being_repeated(tmp_path: Path) -> None:
    for url, said in (
        ("mysql://u:geheim@h/d", "does not begin with"),
        ("postgresql://u:geheim@h/d?nonsense=1", "not an address"),
    ):
        with pytest.raises(SettingsError, match=said) as refused:
            open_database(settings_for(tmp_path, database_url=url))
        assert "geheim" not in str(refused.value)


def test_a_file_from_before_there_were_versions_is_taken_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as old:
        old.executescript(
            """
            CREATE TABLE answers (id TEXT PRIMARY KEY, at REAL NOT NULL, question TEXT NOT NULL, status TEXT NOT NULL,
                answer TEXT NOT NULL) STRICT;
            CREATE TABLE ratings (answer_id TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE, at REAL NOT NULL,
                rating TEXT NOT NULL, comment TEXT) STRICT;
            INSERT INTO answers VALUES ('one', 4e9, 'Who?', 'answered', '{}');
            INSERT INTO ratings VALUES ('one', 4e9, 'up', NULL);
            """
        )
    with closing(FeedbackStore(SqliteDatabase(tmp_path / "old.sqlite"), days=90)) as kept:
        assert [rated.answer_id for rated in kept.rated()] == ["one"]
