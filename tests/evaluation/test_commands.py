"""The commands, as a person or a build calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.cli.evaluation import app
from rag.errors import UsageError
from rag.evaluation.evaluate import evaluate
from rag.evaluation.questions.questions_file import read_questions, write_questions
from rag.evaluation.runs.run_folder import RunFolder
from tests.evaluation.charter import charter_engine, charter_questions
from tests.evaluation.degraded import GateShut
from tests.evaluation.test_run import HERE


def call(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result.stdout


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("runs")
    evaluate(charter_questions(), charter_engine(), HERE, RunFolder(root / "before"))
    evaluate(charter_questions(), GateShut(charter_engine()), HERE, RunFolder(root / "after"))
    return root / "before", root / "after"


def test_a_gate_fails_a_build_with_one_line_and_passes_an_identical_run(runs: tuple[Path, Path], tmp_path: Path) -> None:
    before, after = runs
    out = call("compare", before, after, "--gate", "--report", tmp_path / "c.html", code=1)
    assert out.splitlines()[0] == "FAILED: 19 lost, 5 won, of 36 questions"
    assert "  answer accuracy 0.792 → 0.000, significant" in out and "q001" in out
    assert (tmp_path / "c.html").is_file()
    assert call("compare", before, before, "--gate").startswith("PASSED: 0 lost, 0 won, of 36 questions\n")
    assert call("compare", before, after) == out


def test_a_comparison_tells_what_changed_then_why_each_question_was_lost_and_what_a_won_one_says_now(
    runs: tuple[Path, Path],
) -> None:
    out = call("compare", *runs)
    headings = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert headings == [headings[0], "Changed from before to after", "Lost", "Won", "Every figure: --all"]
    assert "nothing that is known" in out
    lost, won = out.split("\nLost\n")[1].split("\nWon\n")
    assert lost.count("why     refused, but the documents answer it") == lost.count("before  ") == 19
    assert won.count("now     refused (confidence 0.00)") == 5 and "why" not in won


def test_every_figure_is_behind_all_and_none_is_minus_nothing(runs: tuple[Path, Path]) -> None:
    short, whole = call("compare", *runs), call("compare", *runs, "--all")
    assert "nDCG@10" not in short
    for label in ("nDCG@10", "R@5", "MRR@10", "citation precision", "evidence recall", "accuracy, paraphrase (8)"):
        assert label in whole
    assert "-0.000" not in whole and "+0.000" not in whole


@pytest.mark.parametrize("command", [["--help"], ["run", "--help"]])
def test_the_format_in_the_help_is_the_one_that_is_read(command: list[str], tmp_path: Path) -> None:
    (line,) = [line.strip() for line in call(*command).splitlines() if line.strip().startswith("{")]
    (tmp_path / "q.jsonl").write_text(line, "utf-8")
    questions, warnings = read_questions(tmp_path / "q.jsonl")
    assert (len(questions), questions[0].answerable, warnings) == (1, True, ())


def test_a_comparison_is_json_too(runs: tuple[Path, Path]) -> None:
    told = json.loads(call("compare", *runs, "--json"))
    assert told["gate"]["passed"] is False
    assert told["changes"]["overall"]["answers_right"]["gain"]["mean"] == pytest.approx(-19 / 24, abs=1e-6)
    assert (len(told["lost"]), len(told["won"])) == (19, 5)


def test_a_policy_of_one_s_own_decides(runs: tuple[Path, Path], tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[metric.citation_integrity]\nhard = true\n", "utf-8")
    assert "PASSED: " in call("compare", *runs, "--gate", "--policy", policy)


def test_runs_over_time_are_one_page_and_a_single_run_is_written_anew(runs: tuple[Path, Path], tmp_path: Path) -> None:
    call("report", *runs, "--out", tmp_path / "history.html")
    assert "2 runs" in (tmp_path / "history.html").read_text("utf-8")
    call("report", runs[0], "--out", tmp_path / "one.html")
    assert "went right" in (tmp_path / "one.html").read_text("utf-8")


def test_a_folder_that_is_no_run_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a run"):
        call("compare", tmp_path, tmp_path)


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("kb")
    (root / "sources").mkdir()
    text = "The harbour opens at six. The lighthouse was built in 1911 by Ada Varga.\n\nDogs travel free on the ferry.\n"
    (root / "sources" / "harbour.txt").write_text(text, "utf-8")
    return root


@pytest.mark.model
def test_the_whole_way_on_the_real_engine(harbour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.cli import app as main

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert CliRunner().invoke(main, ["index", "--kb", str(harbour)], catch_exceptions=False).exit_code == 0
    lines = [
        {
            "id": "a",
            "question": "Who built the lighthouse?",
            "answerable": True,
            "evidence": ["The lighthouse was built in 1911 by Ada Varga."],
            "must_include": ["Ada Varga"],
        },
        {"id": "b", "question": "How do I bake sourdough bread?", "answerable": False, "kind": "unanswerable"},
        {"id": "c", "question": "Who sank?", "answerable": True, "evidence": ["Nobody sank."], "must_include": []},
    ]
    write_questions(tmp_path / "q.jsonl", lines)
    first = json.loads(call("run", tmp_path / "q.jsonl", "--kb", harbour, "--out", tmp_path / "one", "--json"))
    assert first["run"]["asked"] == 3
    assert first["metrics"]["citation_integrity"]["mean"] == 1.0
    assert first["warnings"] == ["c: no document holds the evidence “Nobody sank.”."]
    again = json.loads(call("run", tmp_path / "q.jsonl", "--kb", harbour, "--out", tmp_path / "two", "--json"))
    assert (again["run"]["asked"], again["run"]["remembered"]) == (0, 3)
    assert again["metrics"] == first["metrics"]
    assert "PASSED: " in call("compare", tmp_path / "one", tmp_path / "two", "--gate")
    exported = tmp_path / "ragas.jsonl"
    call("export", tmp_path / "one", "--format", "ragas", "--out", exported, "--kb", harbour)
    assert len(exported.read_text("utf-8").splitlines()) == 3
    assert "proposals in" in call("draft", "--kb", harbour, "--out", tmp_path / "drafts.jsonl")
    assert "When was the lighthouse built?" in (tmp_path / "drafts.jsonl").read_text("utf-8")


@pytest.mark.model
def test_squad_brings_its_own_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    context = "Rollo led the Norse. Later Rollo was baptised at Rouen by Franco."
    qas = [
        {
            "id": "1",
            "question": "Where was Rollo baptised?",
            "answers": [{"text": "Rouen", "answer_start": context.index("Rouen")}],
        },
        {"id": "2", "question": "Who discovered penicillin?", "answers": [], "is_impossible": True},
    ]
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps({"data": [{"title": "Rollo", "paragraphs": [{"context": context, "qas": qas}]}]}), "utf-8")
    told = json.loads(call("run", path, "--out", tmp_path / "r", "--json"))
    assert told["questions"] == 2 and told["warnings"] == [] and told["errors"] == []
    assert told["metrics"]["citation_integrity"]["mean"] == 1.0
    assert told["metrics"]["recall@1"]["mean"] == 1.0
    found = json.loads(call("retrieval", path, "--json"))
    assert found["nDCG@10"] == {"mean": 1.0, "low": 1.0, "high": 1.0}
    assert (found["queries"], found["documents"]) == (1, 1)
