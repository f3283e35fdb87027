"""What readers say is kept for a while, belongs to an answer, and becomes questions for the evaluator."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import NotFound, SettingsError, UsageError
from rag.serving.app import create_app
from rag.serving.operation.feedback import DAY, FeedbackStore, Review
from rag.serving.storage.sqlite import SqliteDatabase
from rag.types import Outcome
from tests.fake_engine import FakeEngine
from tests.serving.live import client_of, settings_for

QUESTION = "Who built the lighthouse?"
EVIDENCE = "The lighthouse was built in 1911 by Ada Varga."


class Clock:
    """Time as a test sets it, in seconds since the epoch."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[FeedbackStore]:
    store = FeedbackStore(SqliteDatabase(tmp_path / "deep" / "feedback.sqlite"), days=90, clock=clock)
    yield store
    store.close()


def outcome(question: str = QUESTION) -> Outcome:
    return FakeEngine().ask(question)


def test_a_rating_belongs_to_an_answer_and_the_last_one_counts(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        answer = client.post("/api/v1/ask", json={"question": QUESTION}).json()
        for rating, comment in (("up", None), ("down", "It names no source.")):
            said = {"answer_id": answer["id"], "rating": rating, "comment": comment}
            assert client.post("/api/v1/feedback", json=said).status_code == 204
        unknown = client.post("/api/v1/feedback", json={"answer_id": "unknown", "rating": "up"})
        assert unknown.status_code == 404 and "unknown" in unknown.json()["detail"]
        assert 'charterqa_feedback_total{rating="down"} 1.0' in client.get("/metrics").text
    kept = FeedbackStore(SqliteDatabase(tmp_path / "feedback.sqlite"), days=90)
    (rated,) = kept.rated()
    kept.close()
    assert (rated.rating, rated.comment, rated.question) == ("down", "It names no source.", QUESTION)
    assert rated.answer == {**answer, "timings_ms": rated.answer["timings_ms"]}


def test_feedback_on_a_streamed_answer_works_as_soon_as_it_is_done(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        text = client.post("/api/v1/ask", json={"question": QUESTION, "stream": True}).text
        identity = json.loads(text.split("event: done\ndata: ")[1].split("\n")[0])["id"]
        assert client.post("/api/v1/feedback", json={"answer_id": identity, "rating": "up"}).status_code == 204


def test_switched_off_nothing_is_kept_and_nothing_is_taken(tmp_path: Path) -> None:
    with client_of(tmp_path, feedback_enabled=False) as client:
        answer = client.post("/api/v1/ask", json={"question": QUESTION}).json()
        response = client.post("/api/v1/feedback", json={"answer_id": answer["id"], "rating": "up"})
        assert response.status_code == 404 and "switched off" in response.json()["detail"]
    assert not (tmp_path / "feedback.sqlite").exists()


def test_what_is_older_than_the_retention_time_is_gone_from_the_file(
    store: FeedbackStore, clock: Clock, tmp_path: Path
) -> None:
    store.keep(outcome())
    store.rate(outcome().id, "down", "canary-comment")
    clock.now += 89 * DAY
    store.keep(outcome("What is the capital of Peru?"))
    assert len(store.rated()) == 1
    clock.now += 2 * DAY
    assert store.rated() == ()
    with pytest.raises(NotFound):
        store.rate(outcome().id, "up", None)
    store.close()
    with sqlite3.connect(tmp_path / "deep" / "feedback.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"canary-comment" not in (tmp_path / "deep" / "feedback.sqlite").read_bytes()


def test_the_file_is_in_wal_mode_and_for_its_owner_alone(store: FeedbackStore, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "feedback.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_reviewed_dislikes_become_questions_and_nothing_else_does(store: FeedbackStore) -> None:
    wrong, fine, unseen = (outcome(q) for q in (QUESTION, "When does the harbour open?", "What is the capital of Peru?"))
    for kept in (wrong, fine, unseen):
        store.keep(kept)
    store.rate(wrong.id, "down", None)
    store.rate(fine.id, "up", None)
    store.rate(unseen.id, "down", None)
    assert store.questions() == ()
    store.review(wrong.id, Review(True, (EVIDENCE,), ("1911",)))
    store.review(fine.id, Review(True, (EVIDENCE,)))
    (question,) = store.questions()
    assert question == {
        "id": f"feedback-{wrong.id}",
        "question": QUESTION,
        "answerable": True,
        "evidence": [EVIDENCE],
        "must_include": ["1911"],
        "kind": "fact",
    }
    store.review(unseen.id, Review(False))
    assert [q["answerable"] for q in store.questions()] == [True, False]
    assert [r.reviewed for r in store.rated("down")] == [True, True]


def test_a_review_says_where_the_answer_stands_or_that_there_is_none(store: FeedbackStore) -> None:
    with pytest.raises(UsageError, match="needs evidence"):
        Review(True)
    with pytest.raises(UsageError, match="no evidence"):
        Review(False, (EVIDENCE,))
    with pytest.raises(NotFound):
        store.review("unknown", Review(False))


def test_a_place_that_cannot_be_written_is_named_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    settings = settings_for(tmp_path).model_copy(
        update={"feedback": settings_for(tmp_path).feedback.model_copy(update={"path": tmp_path / "file" / "x.sqlite"})}
    )
    with pytest.raises(SettingsError, match="CHARTERQA_FEEDBACK_PATH"):
        create_app(FakeEngine(), settings, ui=False)


def test_an_answer_is_given_even_when_it_cannot_be_kept(tmp_path: Path) -> None:
    with client_of(tmp_path) as client:
        connection = sqlite3.connect(tmp_path / "feedback.sqlite")
        connection.execute("DROP TABLE ratings")
        connection.execute("DROP TABLE reviews")
        connection.execute("DROP TABLE answers")
        connection.commit()
        connection.close()
        assert client.post("/api/v1/ask", json={"question": QUESTION}).status_code == 200
        assert "charterqa_answers_lost_total 1.0" in client.get("/metrics").text
