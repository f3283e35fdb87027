"""Conversations that their readers have shared by a link, in one SQLite file, until the link ends or its maker takes it back.

A conversation is a text to this module. Nothing in the file says who read it; of its maker it has the name, where the server
knows names, and the hash of a key that only they were given.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import NotAllowed, NotFound, StorageFull
from rag.serving.storage.database import Schema
from rag.serving.storage.opening import path_of
from rag.serving.storage.sqlite import SqliteDatabase
from rag.settings import Settings

DAY = 86_400.0
MOST = 20_000
"""Links at a time, of all makers together."""
ID_BYTES, KEY_BYTES = 24, 24

SCHEMA = Schema(
    "shared_answers",
    (
        (
            """
            CREATE TABLE IF NOT EXISTS shared (
                id TEXT PRIMARY KEY, key_hash BLOB NOT NULL, maker TEXT, kb TEXT, at {real} NOT NULL, expires {real} NOT NULL,
                conversation TEXT NOT NULL
            ){strict}
            """,
            "CREATE INDEX IF NOT EXISTS shared_expires ON shared (expires)",
            "CREATE TABLE IF NOT EXISTS seals (number INTEGER PRIMARY KEY CHECK (number = 1), key BLOB NOT NULL){strict}",
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class SharedLink:
    """What the maker of a link gets, once: ``key`` takes it back. ``expires`` is in seconds since the epoch."""

    id: str
    key: str
    expires: float


@dataclass(frozen=True, slots=True)
class SharedText:
    """What stands behind a link; ``kb`` is the knowledge base that was asked, ``None`` for the default one."""

    conversation: str
    kb: str | None
    at: float
    expires: float


def path_of_shared(settings: Settings) -> Path:
    """The file that the settings name, or one beside the feedback file."""
    return settings.sharing.path or path_of(settings.feedback).with_name("shared.sqlite")


class SharedStore:
    """One SQLite file in WAL mode, readable by its owner alone. Safe to use from several threads and processes of one machine.

    Each method raises ``StorageUnavailable`` where the file cannot be used any more.
    """

    def __init__(self, path: Path, *, days: int, clock: Callable[[], float] = time.time) -> None:
        """Raises ``SettingsError`` where the file cannot be used."""
        self._days = days
        self._clock = clock
        self._database = SqliteDatabase(path, holds="shared answers", kept="Shared answers", setting="SHARING")
        self._database.prepare(SCHEMA)
        with self._database.transaction() as transaction:
            transaction.execute("INSERT INTO seals VALUES (1, ?) ON CONFLICT DO NOTHING", (secrets.token_bytes(32),))
            self.seal: bytes = transaction.execute("SELECT key FROM seals")[0][0]
            """By which the server knows its own answers when a browser brings them back."""

    @classmethod
    def of(cls, settings: Settings) -> SharedStore:
        """The file of :func:`path_of_shared`. Raises ``SettingsError``."""
        return cls(path_of_shared(settings), days=settings.sharing.days)

    def keep(self, conversation: str, kb: str | None, maker: str | None) -> SharedLink:
        """A new link. Raises ``StorageFull`` where there are as many as there may be."""
        now = self._clock()
        link = SharedLink(secrets.token_urlsafe(ID_BYTES), secrets.token_urlsafe(KEY_BYTES), now + self._days * DAY)
        with self._database.transaction() as transaction:
            transaction.execute("DELETE FROM shared WHERE expires <= ?", (now,))
            ((count,),) = transaction.execute("SELECT COUNT(*) FROM shared")
            if count >= MOST:
                full = StorageFull("There are as many shared links as there may be.", remedy="Wait until some have ended.")
                raise full.said("error.links_full")
            row = (link.id, _hash(link.key), maker, kb, now, link.expires, conversation)
            transaction.execute("INSERT INTO shared VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return link

    def find(self, identity: str) -> SharedText:
        """What a link shows. Raises ``NotFound``, in the same words for one that never was."""
        with self._database.transaction() as transaction:
            query = "SELECT conversation, kb, at, expires FROM shared WHERE id = ? AND expires > ?"
            rows = transaction.execute(query, (identity, self._clock()))
        if not rows:
            raise _gone()
        return SharedText(*rows[0])

    def revoke(self, identity: str, key: str, user: str | None, *, administrator: bool = False) -> None:
        """Take a link back: with its key, as the user who made it, or as an administrator.

        Raises:
            NotFound: there is none.
            NotAllowed: it is somebody else's.
        """
        with self._database.transaction() as transaction:
            rows = transaction.execute("SELECT key_hash, maker FROM shared WHERE id = ?", (identity,))
            if not rows:
                raise _gone()
            key_hash, maker = rows[0]
            own = hmac.compare_digest(key_hash, _hash(key)) or (user is not None and maker == user)
            if not (own or administrator):
                foreign = NotAllowed("This link was made by somebody else.", remedy="Ask whoever made it to take it back.")
                raise foreign.said("error.link_of_another")
            transaction.execute("DELETE FROM shared WHERE id = ?", (identity,))

    def revoke_all(self, maker: str) -> int:
        """Take back every link of a maker; how many there were."""
        with self._database.transaction() as transaction:
            return transaction.changed("DELETE FROM shared WHERE maker = ?", (maker,))

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _gone() -> NotFound:
    return NotFound("There is nothing behind this link.", remedy="It may have ended, or its maker has taken it back.")
