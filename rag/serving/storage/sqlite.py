"""A SQLite file in WAL mode: several processes of one machine may use it at a time. It is its owner's alone."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.errors import SettingsError, StorageUnavailable
from rag.serving.storage.database import Row, Schema, migrate, unavailable

log = logging.getLogger(__name__)
WORDS = {"real": "REAL", "strict": "STRICT"}
PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON")
PATIENCE = 10.0
"""Seconds to wait for another process that writes."""


class SqliteDatabase:
    """One connection, which threads take in turn."""

    def __init__(self, path: Path, *, holds: str = "answers", kept: str = "Feedback", setting: str = "FEEDBACK") -> None:
        """``holds``, ``kept`` and ``setting`` are for its errors. Raises ``SettingsError`` where the file cannot be written or
        is no database."""
        self._path = path
        self._holds, self._kept, self._setting = holds, kept, setting
        self._lock = threading.Lock()
        self._schemas: list[Schema] = []
        self._current = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(path, check_same_thread=False, timeout=PATIENCE, isolation_level=None)
            for pragma in PRAGMAS:
                self._connection.execute(f"PRAGMA {pragma}")
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error

    def prepare(self, schema: Schema) -> None:
        """As the protocol says; a file that cannot be used now is a mistake in the settings."""
        self._schemas.append(schema)
        self._current = False
        try:
            with self.transaction():
                pass
        except StorageUnavailable as error:
            raise self._unusable(error.__cause__ or error) from error

    @contextmanager
    def transaction(self) -> Iterator[_SqliteTransaction]:
        """As the protocol says."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    transaction = _SqliteTransaction(self._connection)
                    if not self._current:
                        migrate(transaction, self._schemas, WORDS)
                    yield transaction
                    self._connection.execute("COMMIT")
                    self._current = True
                finally:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                self._current = False  # tables may be gone, such as after a restore
                log.error("%s cannot be used: %s", self._path, error)
                raise unavailable(f"The file of {self._holds} cannot be used") from error

    def problem(self) -> StorageUnavailable | None:
        """None: a file is there from the start, and an answer is given even when it cannot be kept."""
        return None

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _unusable(self, error: BaseException) -> SettingsError:
        setting = f"CHARTERQA_{self._setting}"
        return SettingsError(
            f"{self._kept} cannot be kept in {self._path}: {error}.",
            remedy=f"Set {setting}_PATH to a file that can be written, or {setting}_ENABLED=false.",
        )


class _SqliteTransaction:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        return self._connection.execute(sql, tuple(parameters)).fetchall()

    def changed(self, sql: str, parameters: Sequence[object] = ()) -> int:
        return self._connection.execute(sql, tuple(parameters)).rowcount
