"""Runs leave in the formats of other tools, with the field names that those tools read."""

from __future__ import annotations

from pathlib import Path

from rag.errors import BackendTimeout
from rag.evaluation.reports.interchange import NO_ANSWER, export
from rag.evaluation.runs.run import run
from rag.evaluation.runs.run_folder import RunFolder
from tests.evaluation.harbour import harbour_engine
from tests.evaluation.test_run import HERE, QUESTIONS

LIGHTHOUSE = "The lighthouse was built in 1911 by Ada Varga."


def test_ragas_gets_single_turn_samples(tmp_path: Path) -> None:
    engine = harbour_engine()
    rows = export(run(QUESTIONS, engine, HERE, RunFolder(tmp_path / "r")).records, engine, "ragas")
    assert [set(row) for row in rows] == [
        {"user_input", "retrieved_contexts", "reference_contexts", "response", "reference"}
    ] * 3
    assert rows[0]["user_input"] == "Who built the lighthouse?"
    assert rows[0]["retrieved_contexts"][0] == LIGHTHOUSE
    assert rows[0]["reference_contexts"] == [LIGHTHOUSE]
    assert rows[2]["reference"] == NO_ANSWER


def test_deepeval_gets_test_cases(tmp_path: Path) -> None:
    engine = harbour_engine()
    rows = export(run(QUESTIONS, engine, HERE, RunFolder(tmp_path / "r")).records, engine, "deepeval")
    assert [set(row) for row in rows] == [{"input", "actual_output", "expected_output", "context", "retrieval_context"}] * 3
    assert rows[1]["actual_output"] == "Dogs travel free. [1]"
    assert rows[1]["expected_output"] == "Dogs travel free."


def test_an_error_is_left_out(tmp_path: Path) -> None:
    def fail(question: str) -> None:
        if question == "Who sank?":
            raise BackendTimeout("It did not answer.")

    engine = harbour_engine(fail)
    assert len(export(run(QUESTIONS, engine, HERE, RunFolder(tmp_path / "r")).records, engine, "ragas")) == 2
