"""A PostgreSQL server that several servers of ours share. It may be away, at the start too: we go on once it is back."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError, StorageUnavailable
from rag.serving.storage.database import Row, Schema, migrate, unavailable

if TYPE_CHECKING:
    from psycopg import Connection, Error

log = logging.getLogger(__name__)
WORDS = {"real": "DOUBLE PRECISION", "strict": ""}
MOST_CONNECTIONS = 4
PLACE_SECONDS = 10.0
"""For a connection to be free."""
QUIET_SECONDS = 1.0
"""After a connection that failed nobody tries another for so long: readers would wait for it in turn."""
STATEMENT_MILLISECONDS = 10_000
LOCK = 0x63686172746572  # "charter": one process at a time changes tables
DEFAULTS = {
    "connect_timeout": "3",
    "application_name": "charterqa",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": str(STATEMENT_MILLISECONDS),
}


class PostgresDatabase:
    """A bounded pool of connections, made when they are needed, and left when they break."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing is connected yet.

        Raises:
            SettingsError: psycopg is not installed, or ``url`` is none of PostgreSQL's.
        """
        self._psycopg = _driver()
        try:
            given = self._psycopg.conninfo.conninfo_to_dict(url)
        except self._psycopg.ProgrammingError:  # its words quote the address, and with it the password
            raise SettingsError(
                "CHARTERQA_DATABASE_URL is not an address of PostgreSQL.",
                remedy="Write postgresql://USER:PASSWORD@HOST:5432/DATABASE.",
            ) from None
        self._address = self._psycopg.conninfo.make_conninfo(**(DEFAULTS | given))
        self._clock = clock
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._lock = threading.Lock()
        self._idle: list[Connection[Row]] = []
        self._schemas: list[Schema] = []
        self._current = False
        self._closed = False
        self._away: StorageUnavailable | None = None
        self._failed_at = 0.0
        self._looked_at = -QUIET_SECONDS

    def prepare(self, schema: Schema) -> None:
        """As the protocol says."""
        self._schemas.append(schema)
        self._current = False
        if self._away is None:  # else it is tried when it is needed
            try:
                with self.transaction():
                    pass
            except StorageUnavailable:
                pass  # said in the log

    @contextmanager
    def transaction(self) -> Iterator[_PostgresTransaction]:
        """As the protocol says."""
        if not self._places.acquire(timeout=PLACE_SECONDS):
            raise unavailable("The database is busy")
        try:
            connection = self._connection()
            try:
                with connection.transaction():
                    transaction = _PostgresTransaction(connection)
                    if not self._current:
                        transaction.execute("SELECT pg_advisory_xact_lock(?)", (LOCK,))
                        migrate(transaction, self._schemas, WORDS)
                    yield transaction
            except self._psycopg.Error as error:
                self._current = False  # another server, or a database that was made anew, may be there next
                raise self._failure(error) from error
            finally:
                self._give_back(connection)
            self._current = True
            self._recovered()
        finally:
            self._places.release()

    def problem(self) -> StorageUnavailable | None:
        """Looked at, once a second at the most. Where something has failed, something is written to see: a full disk and a
        standby can still be read."""
        with self._lock:
            now = self._clock()
            due = now - self._looked_at >= QUIET_SECONDS
            if due:
                self._looked_at = now
        if due:
            try:
                with self.transaction() as transaction:
                    transaction.execute("UPDATE charterqa_schemas SET version = version" if self._away else "SELECT 1")
            except StorageUnavailable:
                pass  # kept in ``_away``
        return self._away

    def close(self) -> None:
        """Close what is idle now and the others when they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _connection(self) -> Connection[Row]:
        """One that works: an idle one may have been cut off since. Raises ``StorageUnavailable``."""
        while (idle := self._taken()) is not None:
            try:
                idle.execute("SELECT 1")
            except self._psycopg.Error:
                idle.close()
            else:
                return idle
        if self._away is not None and self._clock() - self._failed_at < QUIET_SECONDS:
            told = self._away
            raise StorageUnavailable(told.message, remedy=told.remedy, retry_after=told.retry_after) from told.__cause__
        try:
            # prepare_threshold: a pooler between us gives each transaction another server's connection
            made: Connection[Row] = self._psycopg.connect(self._address, autocommit=True, prepare_threshold=None)
            made.execute(f"SET statement_timeout = {STATEMENT_MILLISECONDS}")
        except self._psycopg.Error as error:
            self._failed_at = self._clock()
            raise self._failure(error) from error
        return made

    def _taken(self) -> Connection[Row] | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: Connection[Row]) -> None:
        with self._lock:
            if not (self._closed or connection.closed or connection.broken):
                self._idle.append(connection)
                return
        connection.close()

    def _failure(self, error: Error) -> StorageUnavailable:
        """What readers are told; the log has the cause, once."""
        full = error.sqlstate == "53100"
        told = unavailable("The database is full" if full else "The database cannot be used")
        if self._away is None:
            cause = " ".join(str(error).split())
            log.error("the database cannot be used: %s; nothing is kept until it can", cause or type(error).__name__)
        self._away = told
        return told

    def _recovered(self) -> None:
        if self._away is not None:
            self._away = None
            log.info("the database can be used again")


class _PostgresTransaction:
    def __init__(self, connection: Connection[Row]) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        cursor = self._connection.execute(sql.replace("?", "%s"), parameters or None)
        return cursor.fetchall() if cursor.description is not None else []

    def changed(self, sql: str, parameters: Sequence[object] = ()) -> int:
        return self._connection.execute(sql.replace("?", "%s"), parameters).rowcount


def _driver() -> Any:
    try:
        import psycopg
    except ImportError as error:
        raise SettingsError(
            "CHARTERQA_DATABASE_URL needs psycopg.", remedy="Install it with: pip install 'charterqa[postgres]'."
        ) from error
    return psycopg
