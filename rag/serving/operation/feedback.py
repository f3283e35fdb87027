"""Answers and what readers said of them, in one SQLite file, for a limited time. Disliked answers become test questions.

Nothing in it says who asked. The file is readable by its owner alone.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import platformdirs

from rag.contract import outcome_json
from rag.errors import NotFound, SettingsError, UsageError
from rag.settings import Feedback
from rag.types import Outcome

Rating = Literal["up", "down"]
DAY = 86_400.0
HOUR = 3_600.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    id TEXT PRIMARY KEY, at REAL NOT NULL, question TEXT NOT NULL, status TEXT NOT NULL, answer TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS answers_at ON answers (at);
CREATE TABLE IF NOT EXISTS ratings (
    answer_id TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE,
    at REAL NOT NULL, rating TEXT NOT NULL CHECK (rating IN ('up', 'down')), comment TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS reviews (
    answer_id TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE,
    at REAL NOT NULL, answerable INTEGER NOT NULL, evidence TEXT NOT NULL, must_include TEXT NOT NULL, kind TEXT NOT NULL
) STRICT;
"""


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


def path_of(settings: Feedback) -> Path:
    """The file that the settings name, or the one in the user's state folder."""
    return settings.path or platformdirs.user_state_path("charterqa") / "feedback.sqlite"


class FeedbackStore:
    """One SQLite file in WAL mode: several processes may read it while one serves. Safe to use from several threads."""

    def __init__(self, path: Path, *, days: int, clock: Callable[[], float] = time.time) -> None:
        self._days = days
        self._clock = clock
        self._lock = threading.Lock()
        self._purged = 0.0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(path, check_same_thread=False, timeout=10.0, isolation_level=None)
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise SettingsError(
                f"Feedback cannot be kept in {path}: {error}.",
                remedy="Set CHARTERQA_FEEDBACK_PATH to a file that can be written, or CHARTERQA_FEEDBACK_ENABLED=false.",
            ) from error

    @classmethod
    def of(cls, settings: Feedback) -> FeedbackStore:
        """The file that the settings name, or the one in the user's state folder. Raises ``SettingsError``."""
        return cls(path_of(settings), days=settings.days)

    def keep(self, outcome: Outcome, kb: str | None = None) -> None:
        """Remember an answer, so that feedback can refer to it. Raises ``sqlite3.Error``, such as on a full disk.

        ``kb`` is the knowledge base that gave it, ``None`` for the default one.
        """
        answer = outcome_json(outcome, kb)
        row = (outcome.id, self._clock(), outcome.question, answer["status"], json.dumps(answer, ensure_ascii=False))
        with self._write() as connection:
            connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", row)
            self._purge(connection)

    def kb_of(self, answer_id: str) -> str | None:
        """The knowledge base that gave an answer, ``None`` for the default one. Raises ``NotFound``."""
        with self._write() as connection:
            row = connection.execute("SELECT answer FROM answers WHERE id = ?", (answer_id,)).fetchone()
            if row is None:
                raise unknown_answer(answer_id)
        kb: str | None = json.loads(row[0]).get("kb")
        return kb

    def rate(self, answer_id: str, rating: Rating, comment: str | None) -> None:
        """Keep a rating; a second one for the same answer replaces the first.

        Raises:
            NotFound: there is no such answer, or it is older than the retention time.
        """
        with self._write() as connection:
            self._purge(connection)
            self._require(connection, answer_id)
            row = (answer_id, self._clock(), rating, comment or None)
            connection.execute("INSERT OR REPLACE INTO ratings VALUES (?, ?, ?, ?)", row)

    def rated(self, rating: Rating | None = None) -> tuple[Rated, ...]:
        """Rated answers, oldest first."""
        query = """
            SELECT a.id, r.at, a.question, r.rating, r.comment, a.answer, v.answer_id IS NOT NULL
            FROM ratings r JOIN answers a ON a.id = r.answer_id LEFT JOIN reviews v ON v.answer_id = a.id
            WHERE ? IS NULL OR r.rating = ? ORDER BY r.at, a.id
        """
        with self._write() as connection:
            self._purge(connection)
            rows = connection.execute(query, (rating, rating)).fetchall()
        return tuple(Rated(i, at, q, r, c, json.loads(a), bool(v)) for i, at, q, r, c, a, v in rows)

    def review(self, answer_id: str, review: Review) -> None:
        """Keep a person's judgement of a rated answer. Raises ``NotFound``."""
        lists = (json.dumps(texts, ensure_ascii=False) for texts in (review.evidence, review.must_include))
        with self._write() as connection:
            self._require(connection, answer_id)
            row = (answer_id, self._clock(), int(review.answerable), *lists, review.kind)
            connection.execute("INSERT OR REPLACE INTO reviews VALUES (?, ?, ?, ?, ?, ?)", row)

    def questions(self) -> tuple[dict[str, Any], ...]:
        """Reviewed dislikes as questions of the outside contract, ready to be lines of a ``.jsonl``."""
        query = """
            SELECT a.id, a.question, a.answer, v.answerable, v.evidence, v.must_include, v.kind
            FROM reviews v JOIN answers a ON a.id = v.answer_id JOIN ratings r ON r.answer_id = a.id
            WHERE r.rating = 'down' ORDER BY v.at, a.id
        """
        with self._write() as connection:
            rows = connection.execute(query).fetchall()
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
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _require(self, connection: sqlite3.Connection, answer_id: str) -> None:
        if connection.execute("SELECT 1 FROM answers WHERE id = ?", (answer_id,)).fetchone() is None:
            raise unknown_answer(answer_id)

    def _purge(self, connection: sqlite3.Connection) -> None:
        """Drop what is past its time, at most once an hour, in the transaction that is open anyway."""
        now = self._clock()
        if now - self._purged >= HOUR:
            self._purged = now
            connection.execute("DELETE FROM answers WHERE at < ?", (now - self._days * DAY,))


def unknown_answer(answer_id: str) -> NotFound:
    """What is said of an answer that was never given, is too old, or is none of the asker's."""
    return NotFound(f"There is no answer '{answer_id}'.", remedy="Feedback refers to an answer's id.")
