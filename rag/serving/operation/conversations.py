"""Conversations of readers who are told from one another, so that they find them on every device. Theirs alone to read."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rag.errors import NotFound
from rag.serving.storage.database import Database, Schema, Transaction, storable
from rag.serving.storage.opening import open_database
from rag.settings import Conversations, Settings

DAY = 86_400.0
HOUR = 3_600.0
SCHEMA = Schema(
    "conversations",
    (
        (
            """
            CREATE TABLE IF NOT EXISTS conversations (
                reader TEXT NOT NULL, kb TEXT NOT NULL, id TEXT NOT NULL, at {real} NOT NULL,
                title TEXT NOT NULL, named INTEGER NOT NULL, questions TEXT NOT NULL, text TEXT NOT NULL,
                PRIMARY KEY (reader, kb, id)
            ){strict}
            """,
            "CREATE INDEX IF NOT EXISTS conversations_at ON conversations (at)",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A conversation in the list. ``at`` is when it was last written to, seconds since the epoch; ``named`` says that its
    reader chose the title; ``questions`` are what was asked in it, to be searched."""

    id: str
    title: str
    at: float
    named: bool
    questions: tuple[str, ...]


class ConversationStore:
    """Each belongs to one reader and one knowledge base, ``""`` for the default one. Every method raises ``StorageUnavailable``
    where the database cannot be used."""

    def __init__(self, database: Database, settings: Conversations, *, clock: Callable[[], float] = time.time) -> None:
        """Raises ``SettingsError`` where the database can never be used."""
        self._database = database
        self._most = settings.most
        self._days = settings.days
        self._clock = clock
        self._purged = 0.0
        database.prepare(SCHEMA)

    @classmethod
    def of(cls, settings: Settings) -> ConversationStore:
        """One over the database that the settings name, which it closes. Raises ``SettingsError``."""
        return cls(open_database(settings), settings.conversations)

    def list(self, reader: str, kb: str) -> tuple[Entry, ...]:
        """The newest first."""
        with self._database.transaction() as transaction:
            self._purge(transaction)
            rows = transaction.execute(
                "SELECT id, title, at, named, questions FROM conversations WHERE reader = ? AND kb = ? ORDER BY at DESC, id",
                (storable(reader), kb),
            )
        return tuple(Entry(i, title, at, bool(named), tuple(json.loads(asked))) for i, title, at, named, asked in rows)

    def read(self, reader: str, kb: str, id: str) -> str:
        """The text that was written. Raises ``NotFound``."""
        with self._database.transaction() as transaction:
            rows = transaction.execute(
                "SELECT text FROM conversations WHERE reader = ? AND kb = ? AND id = ?", (storable(reader), kb, id)
            )
        if not rows:
            raise _unknown()
        return str(rows[0][0])

    def write(self, reader: str, kb: str, id: str, *, title: str, questions: tuple[str, ...], text: str) -> None:
        """Keep a conversation; one that is there already keeps a title that its reader chose. The oldest beyond the most go."""
        key = (storable(reader), kb)
        asked = json.dumps([storable(question) for question in questions], ensure_ascii=False)
        with self._database.transaction() as transaction:
            self._purge(transaction)
            transaction.execute(
                "INSERT INTO conversations (reader, kb, id, at, title, named, questions, text) VALUES (?, ?, ?, ?, ?, 0, ?, ?)"
                " ON CONFLICT (reader, kb, id) DO UPDATE SET at = excluded.at, questions = excluded.questions,"
                " text = excluded.text,"
                " title = CASE WHEN conversations.named = 1 THEN conversations.title ELSE excluded.title END",
                (*key, id, self._clock(), storable(title), asked, storable(text)),
            )
            transaction.execute(
                "DELETE FROM conversations WHERE reader = ? AND kb = ? AND id NOT IN"
                " (SELECT id FROM conversations WHERE reader = ? AND kb = ? ORDER BY at DESC, id LIMIT ?)",
                (*key, *key, self._most),
            )

    def rename(self, reader: str, kb: str, id: str, title: str) -> None:
        """Raises ``NotFound``."""
        with self._database.transaction() as transaction:
            if not transaction.changed(
                "UPDATE conversations SET title = ?, named = 1 WHERE reader = ? AND kb = ? AND id = ?",
                (storable(title), storable(reader), kb, id),
            ):
                raise _unknown()

    def delete(self, reader: str, kb: str, id: str) -> None:
        """For good. Raises ``NotFound``."""
        with self._database.transaction() as transaction:
            if not transaction.changed(
                "DELETE FROM conversations WHERE reader = ? AND kb = ? AND id = ?", (storable(reader), kb, id)
            ):
                raise _unknown()

    def of_reader(self, reader: str) -> tuple[dict[str, Any], ...]:
        """Everything that is kept of a reader, in every knowledge base, oldest first."""
        with self._database.transaction() as transaction:
            rows = transaction.execute(
                "SELECT kb, id, at, title, text FROM conversations WHERE reader = ? ORDER BY at, kb, id", (storable(reader),)
            )
        return tuple(
            {"kb": kb or None, "id": i, "at": at, "title": title, "conversation": json.loads(text)}
            for kb, i, at, title, text in rows
        )

    def erase(self, reader: str) -> int:
        """Delete everything that is kept of a reader, in every knowledge base; how many conversations that were."""
        with self._database.transaction() as transaction:
            return transaction.changed("DELETE FROM conversations WHERE reader = ?", (storable(reader),))

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _purge(self, transaction: Transaction) -> None:
        """Drop what is past its time, at most once an hour, in the transaction that is open anyway."""
        now = self._clock()
        if now - self._purged >= HOUR:
            self._purged = now
            transaction.execute("DELETE FROM conversations WHERE at < ?", (now - self._days * DAY,))


def _unknown() -> NotFound:
    return NotFound("There is no such conversation.", remedy="It may have been deleted, or be past its time.")
