"""Answers and what readers said of them, for a limited time. Disliked answers become test questions.

Nothing in it says who asked.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from rag.contract import outcome_json
from rag.errors import NotFound, UsageError
from rag.serving.storage.database import Database, Schema, Transaction, storable
from rag.serving.storage.opening import open_database
from rag.settings import Settings
from rag.types import Outcome

Rating = Literal["up", "down"]
DAY = 86_400.0
HOUR = 3_600.0

SCHEMA = Schema(
    "feedback",
    (
        (
            """
            CREATE TABLE IF NOT EXISTS answers (
                id TEXT PRIMARY KEY, at {real} NOT NULL, question TEXT NOT NULL, status TEXT NOT NULL, answer TEXT NOT NULL
            ){strict}
            """,
            "CREATE INDEX IF NOT EXISTS answers_at ON answers (at)",
            """
            CREATE TABLE IF NOT EXISTS ratings (
                answer_id TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE,
                at {real} NOT NULL, rating TEXT NOT NULL CHECK (rating IN ('up', 'down')), comment TEXT
            ){strict}
            """,
            """
            CREATE TABLE IF NOT EXISTS reviews (
                answer_id TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE,
                at {real} NOT NULL, answerable INTEGER NOT NULL, evidence TEXT NOT NULL, must_include TEXT NOT NULL,
                kind TEXT NOT NULL
            ){strict}
            """,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Rated:
    """A rated answer. ``answer`` is the Answer of the outside contract; ``at`` is seconds since the epoch."""

    answer_id: str
    at: float
    question: str
    rating: Rating
    comment: str | None
    answer: dict[str, Any]
    reviewed: bool


@dataclass(frozen=True, slots=True)
class Review:
    """What a person found the right answer to be: where it stands, or that the documents do not answer."""

    answerable: bool
    evidence: tuple[str, ...] = ()
    must_include: tuple[str, ...] = ()
    kind: str = "fact"

    def __post_init__(self) -> None:
        if self.answerable and not self.evidence:
            raise UsageError("An answerable question needs evidence.", remedy="Give at least one verbatim excerpt.")
        if not self.answerable and (self.evidence or self.must_include):
            raise UsageError("A question that the documents do not answer has no evidence.", remedy="Leave it out.")


class FeedbackStore:
    """Answers, ratings and reviews in a database. Safe to use from several threads, and beside other processes."""

    def __init__(self, database: Database, *, days: int, clock: Callable[[], float] = time.time) -> None:
        """Raises ``SettingsError`` where the database can never be used."""
        self._database = database
        self._days = days
        self._clock = clock
        self._purged = 0.0
        database.prepare(SCHEMA)

    @classmethod
    def of(cls, settings: Settings) -> FeedbackStore:
        """One over the database that the settings name, which it closes. Raises ``SettingsError``."""
        return cls(open_database(settings), days=settings.feedback.days)

    def keep(self, outcome: Outcome, kb: str | None = None) -> None:
        """Remember an answer, so that feedback can refer to it. Raises ``StorageUnavailable``, such as on a full disk.

        ``kb`` is the knowledge base that gave it, ``None`` for the default one.
        """
        answer = outcome_json(outcome, kb)
        text = storable(json.dumps(answer, ensure_ascii=False))
        row = (outcome.id, self._clock(), storable(outcome.question), answer["status"], text)
        with self._database.transaction() as transaction:
            transaction.execute(_replacing("answers", "id", "at", "question", "status", "answer"), row)
            self._purge(transaction)

    def kb_of(self, answer_id: str) -> str | None:
        """The knowledge base that gave an answer, ``None`` for the default one. Raises ``NotFound``, ``StorageUnavailable``."""
        with self._database.transaction() as transaction:
            rows = transaction.execute("SELECT answer FROM answers WHERE id = ?", (storable(answer_id),))
        if not rows:
            raise unknown_answer(answer_id)
        kb: str | None = json.loads(rows[0][0]).get("kb")
        return kb

    def rate(self, answer_id: str, rating: Rating, comment: str | None) -> None:
        """Keep a rating; a second one for the same answer replaces the first.

        Raises:
            NotFound: there is no such answer, or it is older than the retention time.
            StorageUnavailable: it could not be kept.
        """
        with self._database.transaction() as transaction:
            self._purge(transaction)
            self._require(transaction, answer_id)
            row = (answer_id, self._clock(), rating, storable(comment) if comment else None)
            transaction.execute(_replacing("ratings", "answer_id", "at", "rating", "comment"), row)

    def rated(self, rating: Rating | None = None) -> tuple[Rated, ...]:
        """Rated answers, oldest first."""
        query = f"""
            SELECT a.id, r.at, a.question, r.rating, r.comment, a.answer, v.answer_id IS NOT NULL
            FROM ratings r JOIN answers a ON a.id = r.answer_id LEFT JOIN reviews v ON v.answer_id = a.id
            {"WHERE r.rating = ?" if rating else ""} ORDER BY r.at, a.id
        """
        with self._database.transaction() as transaction:
            self._purge(transaction)
            rows = transaction.execute(query, (rating,) if rating else ())
        return tuple(Rated(i, at, q, r, c, json.loads(a), bool(v)) for i, at, q, r, c, a, v in rows)

    def review(self, answer_id: str, review: Review) -> None:
        """Keep a person's judgement of a rated answer. Raises ``NotFound``."""
        lists = (storable(json.dumps(texts, ensure_ascii=False)) for texts in (review.evidence, review.must_include))
        row = (answer_id, self._clock(), int(review.answerable), *lists, storable(review.kind))
        columns = ("answer_id", "at", "answerable", "evidence", "must_include", "kind")
        with self._database.transaction() as transaction:
            self._require(transaction, answer_id)
            transaction.execute(_replacing("reviews", *columns), row)

    def questions(self) -> tuple[dict[str, Any], ...]:
        """Reviewed dislikes as questions of the outside contract, ready to be lines of a ``.jsonl``."""
        query = """
            SELECT a.id, a.question, a.answer, v.answerable, v.evidence, v.must_include, v.kind
            FROM reviews v JOIN answers a ON a.id = v.answer_id JOIN ratings r ON r.answer_id = a.id
            WHERE r.rating = 'down' ORDER BY v.at, a.id
        """
        with self._database.transaction() as transaction:
            rows = transaction.execute(query)
        return tuple(
            {
                "id": f"feedback-{identity}",
                "question": json.loads(answer).get("standalone_question") or question,
                "answerable": bool(answerable),
                "evidence": json.loads(evidence),
                "must_include": json.loads(must_include),
                "kind": kind,
            }
            for identity, question, answer, answerable, evidence, must_include, kind in rows
        )

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _require(self, transaction: Transaction, answer_id: str) -> None:
        if not transaction.execute("SELECT 1 FROM answers WHERE id = ?", (storable(answer_id),)):
            raise unknown_answer(answer_id)

    def _purge(self, transaction: Transaction) -> None:
        """Drop what is past its time, at most once an hour, in the transaction that is open anyway."""
        now = self._clock()
        if now - self._purged >= HOUR:
            self._purged = now
            transaction.execute("DELETE FROM answers WHERE at < ?", (now - self._days * DAY,))


def _replacing(table: str, key: str, *others: str) -> str:
    """The statement that puts a row in the place of the one with its key, if there is one."""
    columns, places = ", ".join((key, *others)), ", ".join("?" * (1 + len(others)))
    update = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f"INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT ({key}) DO UPDATE SET {update}"


def unknown_answer(answer_id: str) -> NotFound:
    """What is said of an answer that was never given, is too old, or is none of the asker's."""
    unknown = NotFound(f"There is no answer '{answer_id}'.", remedy="Feedback refers to an answer's id.")
    return unknown.said("error.no_answer")
