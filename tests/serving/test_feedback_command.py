"""``charterqa feedback``: from a dislike to a question that the harness reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rag.cli import app
from rag.errors import CharterError
from rag.evaluation.questions.questions_file import read_questions
from rag.serving.operation.feedback import FeedbackStore, Review
from rag.serving.storage.sqlite import SqliteDatabase
from tests.fake_engine import FakeEngine

QUESTION = "Who built the lighthouse?"
Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("CHARTERQA_FEEDBACK_PATH", str(tmp_path / "feedback.sqlite"))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["feedback", *words])

    return run


@pytest.fixture
def disliked(tmp_path: Path) -> str:
    outcome = FakeEngine().ask(QUESTION)
    store = FeedbackStore(SqliteDatabase(tmp_path / "feedback.sqlite"), days=90)
    store.keep(outcome)
    store.rate(outcome.id, "down", "Too short.")
    store.close()
    return outcome.id


def test_a_dislike_is_listed_judged_and_exported_as_a_question_that_the_harness_reads(
    command: Command, disliked: str, tmp_path: Path
) -> None:
    assert f"{disliked}" in command("list").stdout and "“Too short.”" in command("list").stdout
    assert command("export").stdout == ""
    judged = command("review", disliked, "--unanswerable")
    assert judged.exit_code == 0, judged.output
    assert command("list").stdout.startswith(f"✓ {disliked}")
    written = command("export", "--out", str(tmp_path / "questions.jsonl"))
    assert "1 question in" in written.stdout
    ((question,), unknown) = read_questions(tmp_path / "questions.jsonl")
    assert unknown == ()
    assert (question.text, question.answerable) == (QUESTION, False)


def test_the_list_as_json_carries_the_answer_that_was_given(command: Command, disliked: str) -> None:
    (entry,) = json.loads(command("list", "--rating", "down", "--json").stdout)
    assert (entry["answer_id"], entry["comment"], entry["reviewed"]) == (disliked, "Too short.", False)
    assert entry["answer"]["citations"][0]["document"] == "treaty.md"
    assert json.loads(command("list", "--rating", "up", "--json").stdout) == []


def test_a_judgement_without_evidence_or_of_an_unknown_answer_is_refused(command: Command, disliked: str) -> None:
    for words in ([disliked], ["unknown", "--unanswerable"]):
        result = command("review", *words)
        assert isinstance(result.exception, CharterError)


def test_a_judged_question_keeps_its_evidence(disliked: str, command: Command, tmp_path: Path) -> None:
    store = FeedbackStore(SqliteDatabase(tmp_path / "feedback.sqlite"), days=90)
    store.review(disliked, Review(True, ("The lighthouse was built in 1911 by Ada Varga.",), ("1911",)))
    store.close()
    (line,) = command("export").stdout.splitlines()
    assert json.loads(line)["evidence"] == ["The lighthouse was built in 1911 by Ada Varga."]
