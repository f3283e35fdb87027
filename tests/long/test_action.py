"""The GitHub Action, step by step as a runner does it, with the real program and a ``gh`` that writes down what it is told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.documentation.reader import write_tool

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
pytestmark = [pytest.mark.long, pytest.mark.model]
QUESTIONS = [
    {
        "id": "hour",
        "question": "When does the harbour open?",
        "kind": "fact",
        "answerable": True,
        "evidence": ["The harbour opens at six in the morning."],
        "must_include": ["six"],
    },
    {
        "id": "height",
        "question": "How high is the lighthouse of Port Ellis?",
        "kind": "fact",
        "answerable": True,
        "evidence": ["The lighthouse of Port Ellis is 40 metres high."],
        "must_include": ["40"],
    },
]


class Runner:
    """Runs the action's own steps; ``uses`` steps are GitHub's and are passed over."""

    def __init__(self, folder: Path, **inputs: str) -> None:
        self.folder = folder
        self.outputs: dict[str, dict[str, str]] = {}
        self.inputs = {name: given.get("default", "") for name, given in ACTION["inputs"].items()} | inputs
        tools = folder / "tools"
        tools.mkdir(exist_ok=True)
        write_tool(tools / "charterqa", f'PYTHONPATH={ROOT} exec {sys.executable} -c "from rag.cli import main; main()" "$@"')
        write_tool(tools / "gh", f'printf "%s\\n" "$*" >> {folder}/gh.txt')
        self.environment = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(folder),
            "RUNNER_TEMP": str(folder / "temp"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_REPOSITORY": "somebody/documents",
            "GITHUB_ACTION_PATH": str(ROOT),
        }
        (folder / "temp").mkdir(exist_ok=True)

    def value(self, text: str) -> str:
        """An expression of the action, as the runner would fill it in."""

        def filled(match: re.Match[str]) -> str:
            parts = match[1].split(".")
            if parts[0] == "inputs":
                return self.inputs[parts[1]]
            if parts[0] == "steps":
                return self.outputs[parts[1]][parts[3]]
            return {"github.token": "t", "github.event.pull_request.number": "7"}[match[1]]

        return re.sub(r"\$\{\{\s*([\w.-]+)\s*\}\}", filled, str(text))

    def run(self) -> int:
        """The exit code of the first step that fails, else 0."""
        for step in ACTION["runs"]["steps"]:
            if "run" not in step or step["name"] == "Install":
                continue
            written = self.folder / "output.txt"
            written.write_text("", encoding="utf-8")
            own = {name: self.value(text) for name, text in step.get("env", {}).items()}
            environment = self.environment | own | {"GITHUB_OUTPUT": str(written)}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                assert step["name"] == "Gate", f"{step['name']}: {done.stdout}\n{done.stderr}"
                return done.returncode
            lines = written.read_text(encoding="utf-8").splitlines()
            self.outputs[step.get("id", step["name"])] = dict(line.split("=", 1) for line in lines)
        return 0


def test_an_answer_that_is_lost_fails_the_build_and_is_named_in_one_comment(tmp_path: Path) -> None:
    sources = tmp_path / "library" / "sources"
    sources.mkdir(parents=True)
    harbour = sources / "harbour.txt"
    harbour.write_text(
        "The harbour opens at six in the morning.\n\nThe lighthouse of Port Ellis is 40 metres high.\n", encoding="utf-8"
    )
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(q) + "\n" for q in QUESTIONS), encoding="utf-8")
    (tmp_path / "policy.toml").write_text("[metric.right]\nmax_lost_questions = 0\n", encoding="utf-8")

    first = Runner(tmp_path, kb="library", questions="questions.jsonl")
    assert first.run() == 0, "without a baseline nothing is gated"
    assert "without a baseline" in (tmp_path / "summary.md").read_text(encoding="utf-8")
    Path(first.outputs["ask"]["run"]).rename(tmp_path / "baseline")

    given = {"kb": "library", "questions": "questions.jsonl", "baseline": "baseline", "policy": "policy.toml"}
    assert Runner(tmp_path, **given).run() == 0
    assert "as good as before" in (tmp_path / "summary.md").read_text(encoding="utf-8")

    (tmp_path / "temp" / "charterqa-run").rename(tmp_path / "second")
    harbour.write_text("The harbour opens at six in the morning.\n", encoding="utf-8")
    assert Runner(tmp_path, **given).run() == 1
    report = (tmp_path / "temp" / "charterqa-report.md").read_text(encoding="utf-8")
    assert report.startswith("<!-- charterqa-answer-gate -->\n### Answers got worse")
    assert "height" in report and "right" in report
    told = (tmp_path / "gh.txt").read_text(encoding="utf-8").splitlines()
    assert sum("issues/7/comments" in line and "body=@" in line for line in told) == 3
