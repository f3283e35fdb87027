"""A run asks what has to be asked, keeps everything, and survives being killed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.errors import BackendTimeout, UsageError
from rag.evaluation.figures.summary import summarise
from rag.evaluation.questions.dataset import Dataset
from rag.evaluation.questions.question import Expected, Question
from rag.evaluation.runs.answer_cache import AnswerCache, Circumstances
from rag.evaluation.runs.run import run
from rag.evaluation.runs.run_folder import RunFolder
from rag.types import Outcome, Turn
from tests.evaluation.charter import charter_engine, charter_questions, charter_run
from tests.evaluation.harbour import harbour_engine
from tests.fake_engine import FakeEngine

QUESTIONS = Dataset(
    "harbour",
    "0",
    (
        Question(
            "a",
            "Who built the lighthouse?",
            True,
            evidence=(Expected("The lighthouse was built in 1911 by Ada Varga."),),
        ),
        Question("b", "Do dogs travel free?", True, evidence=(Expected("Dogs travel free."),)),
        Question("c", "Who sank?", False, kind="unanswerable"),
    ),
)
HERE = Circumstances("fake-generation", "extractive", {"threshold": "0.5"})


class Killed(KeyboardInterrupt):
    pass


def test_every_question_leaves_a_log_that_reads_back_the_same(tmp_path: Path) -> None:
    done = run(QUESTIONS, harbour_engine(), HERE, RunFolder(tmp_path / "r"))
    assert RunFolder(tmp_path / "r").records() == done.records
    names = [p.name for p in sorted((tmp_path / "r" / "questions").iterdir())]
    assert names == ["00000-a.json", "00001-b.json", "00002-c.json"]
    assert [r.verdict.right for r in done.records] == [True, True, True]
    assert done.asked == 3


def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    def kill(question: str) -> None:
        if question == "Who sank?":
            raise Killed

    folder = RunFolder(tmp_path / "r")
    with pytest.raises(Killed):
        run(QUESTIONS, harbour_engine(kill), HERE, folder)
    engine = harbour_engine()
    done = run(QUESTIONS, engine, HERE, folder)
    assert engine.asked == ["Who sank?"]
    assert (done.asked, len(done.records)) == (1, 3)
    whole = run(QUESTIONS, harbour_engine(), HERE, RunFolder(tmp_path / "whole"))
    assert [r.verdict for r in done.records] == [r.verdict for r in whole.records]


def test_a_half_written_log_is_asked_again(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "r")
    run(QUESTIONS, harbour_engine(), HERE, folder)
    path = tmp_path / "r" / "questions" / "00001-b.json"
    path.write_text(path.read_text("utf-8")[:100], "utf-8")
    engine = harbour_engine()
    assert run(QUESTIONS, engine, HERE, folder).asked == 1
    assert engine.asked == ["Do dogs travel free?"]


@pytest.mark.parametrize(
    "changed",
    [
        Circumstances("other-generation", "extractive", {"threshold": "0.5"}),
        Circumstances("fake-generation", "openai:x", {"threshold": "0.5"}),
        Circumstances("fake-generation", "extractive", {"threshold": "0.6"}),
    ],
)
def test_cached_answers_are_used_only_under_the_same_circumstances(tmp_path: Path, changed: Circumstances) -> None:
    cache = AnswerCache(tmp_path / "cache")
    run(QUESTIONS, harbour_engine(), HERE, RunFolder(tmp_path / "1"), cache=cache)
    again, other = harbour_engine(), harbour_engine()
    assert run(QUESTIONS, again, HERE, RunFolder(tmp_path / "2"), cache=cache).asked == 0
    assert again.asked == []
    assert run(QUESTIONS, other, changed, RunFolder(tmp_path / "3"), cache=cache).asked == 3


def test_another_history_or_language_is_another_question() -> None:
    question = QUESTIONS.questions[0]
    keys = {
        HERE.key(question),
        HERE.key(Question("x", question.text, True, lang="az")),
        HERE.key(Question("x", question.text, True, history=(Turn("user", "And before?"),))),
    }
    assert len(keys) == 3
    assert HERE.key(Question("other id", question.text, False)) == HERE.key(question)


def test_fresh_asks_everything_again(tmp_path: Path) -> None:
    cache = AnswerCache(tmp_path / "cache")
    run(QUESTIONS, harbour_engine(), HERE, RunFolder(tmp_path / "r"), cache=cache)
    assert run(QUESTIONS, harbour_engine(), HERE, RunFolder(tmp_path / "r"), cache=cache, fresh=True).asked == 3


def test_errors_and_crashes_are_counted_shown_and_asked_again(tmp_path: Path) -> None:
    def fail(question: str) -> None:
        if question == "Who sank?":
            raise BackendTimeout("The model did not answer.", remedy="Wait.")
        if question.startswith("Do dogs"):
            raise ZeroDivisionError("a bug")

    folder = RunFolder(tmp_path / "r")
    done = run(QUESTIONS, harbour_engine(fail), HERE, folder)
    summary = summarise(done)
    assert [(e["id"], e["kind"]) for e in summary["errors"]] == [("b", "ZeroDivisionError"), ("c", "BackendTimeout")]
    metrics = summary["metrics"]
    assert metrics["errors"]["mean"] == pytest.approx(2 / 3, abs=1e-6)
    assert (metrics["answers_right"]["mean"], metrics["answers_right"]["n"]) == (0.5, 2)
    assert metrics["refusal_recall"] == {"mean": 0.0, "low": 0.0, "high": 0.0, "n": 1}
    assert metrics["recall@10"]["mean"] == 0.5
    assert run(QUESTIONS, harbour_engine(), HERE, folder).asked == 2


def test_evidence_that_no_document_holds_is_a_warning_and_a_miss(tmp_path: Path) -> None:
    lost = Dataset("x", "0", (Question("a", "Who built the lighthouse?", True, evidence=(Expected("Torn down in 1950."),)),))
    done = run(lost, harbour_engine(), HERE, RunFolder(tmp_path / "r"))
    assert done.warnings == ("a: no document holds the evidence “Torn down in 1950.”.",)
    assert not done.records[0].verdict.right
    assert done.records[0].retrieval["recall@10"] == 0.0


def test_a_folder_of_another_run_is_never_overwritten(tmp_path: Path) -> None:
    run(QUESTIONS, harbour_engine(), HERE, RunFolder(tmp_path / "r"))
    with pytest.raises(UsageError, match="holds a run of harbour with extractive"):
        run(QUESTIONS, harbour_engine(), Circumstances("g", "openai:x", {}), RunFolder(tmp_path / "r"))
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"")
    with pytest.raises(UsageError, match="not empty and not a run"):
        run(QUESTIONS, harbour_engine(), HERE, RunFolder(tmp_path / "photos"))


def test_a_question_that_the_file_lost_leaves_the_folder(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "r")
    run(QUESTIONS, harbour_engine(), HERE, folder)
    run(Dataset("harbour", "1", QUESTIONS.questions[:1]), harbour_engine(), HERE, folder)
    assert [r.question.id for r in folder.records()] == ["a"]


class Rewriting(FakeEngine):
    """Notes what it was asked with."""

    histories: list[tuple[Turn, ...]]

    def ask(self, question: str, *, history: Sequence[Turn] = (), lang: str | None = None, cancelled: object = None) -> Outcome:
        self.histories = [*getattr(self, "histories", []), tuple(history)]
        return super().ask(question, history=history, lang=lang)


def test_a_follow_up_is_asked_with_its_history(tmp_path: Path) -> None:
    turns = (Turn("user", "Who built the lighthouse?"), Turn("assistant", "Ada Varga."))
    engine = Rewriting(harbour_engine().corpus)
    run(Dataset("x", "0", (Question("a", "And when?", False, history=turns),)), engine, HERE, RunFolder(tmp_path / "r"))
    assert engine.histories == [turns]


def test_the_summary_of_the_charter_is_complete_and_finite(tmp_path: Path) -> None:
    summary = json.loads(json.dumps(summarise(charter_run(tmp_path / "r")), allow_nan=False))
    assert (summary["questions"], summary["answerable"], summary["clustered_by"]) == (36, 24, "question")
    assert summary["metrics"]["citation_integrity"]["mean"] == 1.0
    assert set(summary["kinds"]) == {q.kind for q in charter_questions().questions}
    assert summary["latency_ms"]["total"]["p50"] == 3.5
    assert sum(b["n"] for b in summary["reliability"]) == 36
    # A fact kind has no unanswerable question, so it has no refusal figures: absent, not NaN and not zero.
    assert "refusal_recall" not in summary["kinds"]["fact"]
    for figure in summary["metrics"].values():
        assert figure["low"] <= figure["mean"] + 1e-6 and figure["mean"] <= figure["high"] + 1e-6


def test_progress_counts_every_question(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    engine = charter_engine()
    run(QUESTIONS, engine, HERE, RunFolder(tmp_path / "r"), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
