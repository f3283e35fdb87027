"""What a store needs of a database. Its SQL is what SQLite and PostgreSQL have in common, with ``?`` for a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from rag.errors import SettingsError, StorageUnavailable

VERSIONS = "CREATE TABLE IF NOT EXISTS charterqa_schemas (name TEXT PRIMARY KEY, version INTEGER NOT NULL)"
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of one store. ``versions`` holds, for each version, the statements that lead to it from the one before.

    A statement names what differs between databases in braces: ``{real}`` a 64-bit number, ``{strict}`` the end of a table.
    """

    name: str
    versions: tuple[tuple[str, ...], ...]


class Transaction(Protocol):
    """Statements that take effect together or not at all."""

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows that a statement returns, none for one that returns none."""

    def changed(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """How many rows a statement has changed."""


class Database(Protocol):
    """Safe to use from several threads, and beside other processes that use the same one."""

    def prepare(self, schema: Schema) -> None:
        """Bring the tables of ``schema`` up to date, or, where the database is away, once it is back.

        Raises:
            SettingsError: the tables are of a newer version of this program, or the file can never be used.
        """

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction for the block; an exception in it undoes it.

        Raises:
            StorageUnavailable: the database is away, full or does not let us in. Nothing has changed.
        """

    def problem(self) -> StorageUnavailable | None:
        """Why nothing can be kept at the moment, if that is so."""

    def close(self) -> None:
        """Give connections back."""


def migrate(transaction: Transaction, schemas: Sequence[Schema], words: Mapping[str, str]) -> None:
    """Bring the tables of ``schemas`` up to date inside ``transaction``; ``words`` stand for the braces of their statements.

    A SQLite file from before there were versions has the tables of version 1, whose statements leave what is there alone.

    Raises:
        SettingsError: the tables are of a newer version of this program.
    """
    transaction.execute(VERSIONS)
    for schema in schemas:
        rows = transaction.execute("SELECT version FROM charterqa_schemas WHERE name = ?", (schema.name,))
        version = int(rows[0][0]) if rows else 0
        newest = len(schema.versions)
        if version > newest:
            raise SettingsError(
                f"The database has {schema.name} in version {version}, and this program knows {newest}.",
                remedy="Run the newer version of charterqa, or name another database.",
            )
        for statements in schema.versions[version:]:
            for statement in statements:
                transaction.execute(statement.format_map(words))
        if version < newest:
            transaction.execute(
                "INSERT INTO charterqa_schemas VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version",
                (schema.name, newest),
            )


def storable(text: str) -> str:
    """``text`` without what no database keeps: lone surrogates, and the NUL that PostgreSQL refuses."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def unavailable(why: str) -> StorageUnavailable:
    """What is said to whoever sent or asked for something; ``why`` names neither host nor user."""
    return StorageUnavailable(f"{why}, so nothing can be kept or read back now.", remedy="Try again later.", retry_after=5)
