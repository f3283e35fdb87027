"""Conversations that their readers have shared by a link, in one SQLite file, until the link ends or its maker takes it back.

A conversation is a text to this module. Nothing in the file says who read it; of its maker it has the name, where the server
knows names, and the hash of a key that only they were given.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import NotAllowed, NotFound, SettingsError, StorageFull, StorageUnavailable
from rag.serving.storage.database import unavailable
from rag.serving.storage.opening import path_of
from rag.settings import Settings

DAY = 86_400.0
MOST = 20_000
"""Links at a time, of all makers together."""
ID_BYTES, KEY_BYTES = 24, 24

SCHEMA = """
CREATE TABLE IF NOT EXISTS shared (
    id TEXT PRIMARY KEY, key_hash BLOB NOT NULL, maker TEXT, kb TEXT, at REAL NOT NULL, expires REAL NOT NULL,
    conversation TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS shared_expires ON shared (expires);
CREATE TABLE IF NOT EXISTS seals (number INTEGER PRIMARY KEY CHECK (number = 1), key BLOB NOT NULL) STRICT;
"""


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
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(path, check_same_thread=False, timeout=10.0, isolation_level=None)
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(SCHEMA)
            with self._write() as connection:
                connection.execute("INSERT OR IGNORE INTO seals VALUES (1, ?)", (secrets.token_bytes(32),))
                self.seal: bytes = connection.execute("SELECT key FROM seals").fetchone()[0]
                """By which the server knows its own answers when a browser brings them back."""
        except (OSError, sqlite3.Error, StorageUnavailable) as error:
            raise SettingsError(
                f"Shared answers cannot be kept in {path}: {error.__cause__ or error}.",
                remedy="Set CHARTERQA_SHARING_PATH to a file that can be written, or CHARTERQA_SHARING_ENABLED=false.",
            ) from error

    @classmethod
    def of(cls, settings: Settings) -> SharedStore:
        """The file of :func:`path_of_shared`. Raises ``SettingsError``."""
        return cls(path_of_shared(settings), days=settings.sharing.days)

    def keep(self, conversation: str, kb: str | None, maker: str | None) -> SharedLink:
        """A new link. Raises ``StorageFull`` where there are as many as there may be."""
        now = self._clock()
        link = SharedLink(secrets.token_urlsafe(ID_BYTES), secrets.token_urlsafe(KEY_BYTES), now + self._days * DAY)
        with self._write() as connection:
            connection.execute("DELETE FROM shared WHERE expires <= ?", (now,))
            (count,) = connection.execute("SELECT COUNT(*) FROM shared").fetchone()
            if count >= MOST:
                raise StorageFull("There are as many shared links as there may be.", remedy="Wait until some have ended.")
            row = (link.id, _hash(link.key), maker, kb, now, link.expires, conversation)
            connection.execute("INSERT INTO shared VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return link

    def find(self, identity: str) -> SharedText:
        """What a link shows. Raises ``NotFound``, in the same words for one that never was."""
        with self._write() as connection:
            query = "SELECT conversation, kb, at, expires FROM shared WHERE id = ? AND expires > ?"
            row = connection.execute(query, (identity, self._clock())).fetchone()
        if row is None:
            raise _gone()
        return SharedText(*row)

    def revoke(self, identity: str, key: str, user: str | None, *, administrator: bool = False) -> None:
        """Take a link back: with its key, as the user who made it, or as an administrator.

        Raises:
            NotFound: there is none.
            NotAllowed: it is somebody else's.
        """
        with self._write() as connection:
            row = connection.execute("SELECT key_hash, maker FROM shared WHERE id = ?", (identity,)).fetchone()
            if row is None:
                raise _gone()
            own = hmac.compare_digest(row[0], _hash(key)) or (user is not None and row[1] == user)
            if not (own or administrator):
                raise NotAllowed("This link was made by somebody else.", remedy="Ask whoever made it to take it back.")
            connection.execute("DELETE FROM shared WHERE id = ?", (identity,))

    def revoke_all(self, maker: str) -> int:
        """Take back every link of a maker; how many there were."""
        with self._write() as connection:
            return connection.execute("DELETE FROM shared WHERE maker = ?", (maker,)).rowcount

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                finally:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise unavailable("The file of shared answers cannot be used") from error


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def _gone() -> NotFound:
    return NotFound("There is nothing behind this link.", remedy="It may have ended, or its maker has taken it back.")
