"""The pytest plugin: questions as tests with failures that a person can read, and nothing at all unless asked for."""

from __future__ import annotations

import json
import subprocess
import sys
from fnmatch import fnmatch
from typing import Any

import numpy  # noqa: F401 - pytester forgets what a run inside a run has loaded, and numpy cannot be loaded twice
import pytest

from rag.evaluation.questions.questions_file import write_questions

LIGHTHOUSE = "The lighthouse was built in 1911 by Ada Varga."
RIGHT = {"id": "a", "question": "Who built the lighthouse?", "answerable": True, "evidence": [LIGHTHOUSE], "kind": "who"}
WRONG = {**RIGHT, "id": "b", "question": "Do dogs travel free?", "must_include": ["Ada Varga"], "kind": "free"}
SETTINGS = """
[pytest]
charterqa_questions = questions.jsonl
charterqa_engine = own:engine
"""
OWN = """
from tests.evaluation.harbour import harbour_engine
def engine(settings):
    return harbour_engine()
"""

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(SETTINGS)
    pytester.makepyfile(own=OWN)
    pytester.syspathinsert()
    return pytester


def run_pytest(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    # The browser plugin keeps state that a run inside a run would trip over.
    return project.runpytest("-p", "no:playwright", *arguments)


def questions(project: pytest.Pytester, *lines: dict[str, Any]) -> None:
    write_questions(project.path / "questions.jsonl", lines)


def test_each_question_is_a_test_and_a_failure_tells_the_whole_story(project: pytest.Pytester) -> None:
    questions(project, RIGHT, WRONG)
    result = run_pytest(project)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*b: Do dogs travel free?*",
            "question   Do dogs travel free?",
            f"expected   “{LIGHTHOUSE}”",
            "must have  “Ada Varga”",
            "answer     Dogs travel free. [[]1[]]",
            "cited      [[]1[]] notes/ferry.txt:29–46 “Dogs travel free.”",
            "wrong      no cited quote overlaps the evidence",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_a_question_can_be_run_alone_by_id_and_by_kind(project: pytest.Pytester) -> None:
    questions(project, RIGHT, WRONG)
    run_pytest(project, "questions.jsonl::a").assert_outcomes(passed=1)
    run_pytest(project, "-k", "who").assert_outcomes(passed=1, deselected=1)
    run_pytest(project, "-m", "charterqa", "--strict-markers").assert_outcomes(passed=1, failed=1)


def test_questions_are_run_beside_the_tests_of_testpaths_but_not_beside_a_named_test(project: pytest.Pytester) -> None:
    project.makeini(SETTINGS + "testpaths = tests\n")
    questions(project, RIGHT)
    (project.path / "tests").mkdir()
    (project.path / "tests" / "test_own.py").write_text("def test_own(): pass\n", "utf-8")
    run_pytest(project).assert_outcomes(passed=2)
    run_pytest(project, "tests/test_own.py").assert_outcomes(passed=1)


def test_the_fixture_asks_the_engine_under_test(project: pytest.Pytester) -> None:
    questions(project, RIGHT)
    project.makepyfile(
        test_ask="""
        from rag.types import Answer, Refusal
        def test_lighthouse(ask):
            answer = ask("Who built the lighthouse?")
            assert isinstance(answer, Answer) and "Ada Varga" in answer.citations[0].quote
            assert isinstance(ask("Who sank?"), Refusal)
        """
    )
    run_pytest(project, "test_ask.py").assert_outcomes(passed=1)


def test_an_unreviewed_proposal_is_skipped_with_its_reason(project: pytest.Pytester) -> None:
    questions(project, {**WRONG, "review": "todo"})
    result = run_pytest(project, "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*nobody reviewed this proposal*"])


@pytest.mark.parametrize(
    ("ini", "content", "complaint"),
    [
        (SETTINGS, "{", "*questions.jsonl, line 1*not JSON*"),
        (SETTINGS.replace("questions.jsonl", "gone.jsonl"), "", "*charterqa_questions: there is no file*gone.jsonl*"),
        (SETTINGS.replace("own:engine", "own:motor"), json.dumps(RIGHT), "*charterqa_engine 'own:motor'*MODULE:FACTORY*"),
    ],
)
def test_wrong_settings_are_one_clear_line(project: pytest.Pytester, ini: str, content: str, complaint: str) -> None:
    project.makeini(ini)
    (project.path / "questions.jsonl").write_text(content, "utf-8")
    result = run_pytest(project)
    assert result.ret != 0
    told = result.stdout.str() + result.stderr.str()
    assert fnmatch(told, complaint) and "Traceback" not in told


def test_without_the_setting_the_plugin_does_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_x="def test_x(): pass")
    pytester.path.joinpath("questions.jsonl").write_text("not even JSON", "utf-8")
    run_pytest(pytester).assert_outcomes(passed=1)
    pytester.makepyfile(test_x="def test_x(ask): pass")
    run_pytest(pytester).assert_outcomes(errors=1)


def test_the_plugin_is_light_to_import() -> None:
    heavy = ["numpy", "torch", "pydantic", "ir_measures", "rag.types", "rag.evaluation.plugin.pytest_questions"]
    code = f"import sys, rag.evaluation.plugin.hooks; print([m for m in {heavy!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
