"""What readers left behind (answers, ratings, reviews, conversations) as one file, and back again.

A backup is a ZIP with the database and a manifest of its hash. The database is copied by SQLite's online backup, so a server
may write meanwhile; the file gets its name when it is whole. A restore checks everything first and then writes through the same
backup interface, in one transaction: a server that runs sees the state before or the state after, and a killed restore changes
nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag import __version__
from rag.errors import UsageError
from rag.index.durable import sync_file, sync_folder
from rag.serving.operation import conversations, feedback
from rag.serving.storage.opening import path_of
from rag.serving.storage.sqlite import SqliteDatabase
from rag.settings import Settings

SCHEMA = 1
MANIFEST, DATABASE = "manifest.json", "feedback.sqlite"
TABLES = ("answers", "ratings", "reviews", "conversations")
LARGEST_MANIFEST = 64 * 1024
PATIENCE = 30.0
"""Seconds to wait for a writer."""


@dataclass(frozen=True, slots=True)
class BackupFile:
    """What a backup says of itself. ``rows`` has the number of rows of each table, ``size`` is in bytes."""

    schema: int
    program: str
    created_at: str
    sha256: str
    size: int
    rows: dict[str, int]


def database_file(settings: Settings) -> Path:
    """The SQLite file of the settings. Raises ``UsageError`` where they name a PostgreSQL server."""
    if settings.database_url is not None:
        raise UsageError(
            "What readers left behind is in PostgreSQL, which has tools of its own.",
            remedy="Back it up with pg_dump, and restore it with pg_restore.",
        )
    return path_of(settings.feedback)


def back_up(database: Path, target: Path) -> BackupFile:
    """Write ``target`` from the SQLite file ``database``, which may be in use.

    Raises:
        UsageError: there is no database, ``target`` exists already, or it cannot be written. Nothing is left behind.
    """
    if not database.is_file():
        raise UsageError(f"There is nothing to back up: {database} does not exist.", remedy="Set CHARTERQA_FEEDBACK_PATH.")
    if target.exists():
        raise UsageError(f"{target} exists.", remedy="Name a new file.")
    try:
        with tempfile.TemporaryDirectory(prefix=".charterqa-", dir=target.resolve().parent) as folder:
            copy, beside = Path(folder) / DATABASE, Path(folder) / "backup.zip"
            _copy(database, copy)
            said = BackupFile(
                schema=SCHEMA,
                program=__version__,
                created_at=datetime.now(UTC).isoformat(timespec="seconds"),
                sha256=_sha256(copy),
                size=copy.stat().st_size,
                rows=_rows(copy),
            )
            with zipfile.ZipFile(beside, "x", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(MANIFEST, json.dumps(asdict(said), indent=1))
                archive.write(copy, DATABASE)
            beside.chmod(0o600)
            sync_file(beside)
            os.link(beside, target)  # unlike a rename, it never takes the place of a file that came meanwhile
            sync_folder(target.resolve().parent)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(
            f"The backup {target} cannot be written: {error}.", remedy="Name a file in a folder with room."
        ) from error
    return said


def restore(source: Path, database: Path, *, replace: bool = False) -> tuple[BackupFile, Path | None]:
    """Put the contents of the backup ``source`` in the place of those of ``database``, which may be in use.

    What was in ``database`` is first backed up beside it; the second value is that file, ``None`` where there was nothing.

    Raises:
        UsageError: ``source`` is no whole backup of this program, ``database`` has answers and ``replace`` is false, or it
            cannot be written. The database is then as it was.
    """
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".charterqa-", dir=database.resolve().parent) as folder:
            checked = Path(folder) / DATABASE
            said = _unpacked(source, checked)
            before = _set_aside(database, replace=replace)
            _write_over(checked, database)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(
            f"{database} cannot be restored: {error}.", remedy="It is as it was. Mend the cause and try again."
        ) from error
    return said, before


def _unpacked(source: Path, target: Path) -> BackupFile:
    """The database of a backup at ``target``, found whole: its size, its hash, SQLite's own check, its tables and counts."""
    try:
        with zipfile.ZipFile(source) as archive:
            said = _manifest(archive)
            if archive.getinfo(DATABASE).file_size != said.size:
                raise _unusable(source, "its database has another size than it says")
            with archive.open(DATABASE) as packed, target.open("xb") as stream:
                shutil.copyfileobj(packed, stream, 1 << 20)
    except FileNotFoundError:
        raise UsageError(f"There is no file {source}.", remedy="Name a file that charterqa backup wrote.") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _unusable(source, str(error) or type(error).__name__) from error
    if said.schema != SCHEMA:
        raise _unusable(source, f"it has format {said.schema}, this program reads {SCHEMA}")
    target.chmod(0o600)
    if target.stat().st_size != said.size or _sha256(target) != said.sha256:
        raise _unusable(source, "its database is not as it was written")
    try:
        with contextlib.closing(sqlite3.connect(target)) as connection:
            problem = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if problem != "ok" or _rows(target) != said.rows:
            raise _unusable(source, f"its database is damaged ({problem})")
    except sqlite3.Error as error:
        raise _unusable(source, f"its database cannot be read ({error})") from error
    return said


def _manifest(archive: zipfile.ZipFile) -> BackupFile:
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise ValueError("its manifest is too long")
    fields: dict[str, Any] = json.loads(archive.read(MANIFEST))
    said = BackupFile(**fields)
    if not isinstance(said.size, int) or not isinstance(said.rows, dict):
        raise ValueError("its manifest is not one")
    return said


def _set_aside(database: Path, *, replace: bool) -> Path | None:
    """A backup of what is in ``database`` now, beside it."""
    if not database.is_file() or not any(_rows(database).values()):
        return None
    if not replace:
        raise UsageError(
            f"{database} has answers already.",
            remedy="Write --replace to put the backup in their place; they are kept beside it.",
        )
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    names = (
        database.with_name(f"{database.stem}-before-{stamp}{more}.zip") for more in ("", *(f"-{n}" for n in range(2, 100)))
    )
    aside = next(name for name in names if not name.exists())
    back_up(database, aside)
    return aside


def _write_over(source: Path, database: Path) -> None:
    """The pages of ``source`` in the place of those of ``database``, in one transaction."""
    SqliteDatabase(database).close()  # a file that is not there yet gets its rights and its journal mode
    deadline = time.monotonic() + PATIENCE

    def in_time(_: int, remaining: int, __: int) -> None:
        # Where another process holds the lock, the interface tries again for ever.
        if remaining and time.monotonic() > deadline:
            raise sqlite3.OperationalError("another process keeps it locked")

    with _opened(source) as given, _opened(database) as target:
        given.backup(target, progress=in_time)
    with contextlib.closing(SqliteDatabase(database)) as opened:  # a backup of an older version lacks what came since
        for schema in (feedback.SCHEMA, conversations.SCHEMA):
            opened.prepare(schema)


def _copy(source: Path, target: Path) -> None:
    with _opened(source) as given, _opened(target) as copy:
        given.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _rows(database: Path) -> dict[str, int]:
    with _opened(database) as connection:
        present = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in sorted(present)
            if table in TABLES
        }


@contextlib.contextmanager
def _opened(path: Path) -> Any:
    with contextlib.closing(sqlite3.connect(path, timeout=PATIENCE)) as connection:
        yield connection


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unusable(source: Path, why: str) -> UsageError:
    return UsageError(f"{source} is not a whole backup: {why}.", remedy="Name a file that charterqa backup wrote.")
