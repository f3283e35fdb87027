"""What is released agrees with itself: versions, workflows, the action, the licences."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import rag

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yaml"))
ACTION = ROOT / "action.yml"


def read(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def steps(file: Path) -> list[dict[str, Any]]:
    found = read(file)
    jobs = [found["runs"]] if "runs" in found else list(found["jobs"].values())
    return [step for job in jobs for step in job["steps"]]


def test_version_changelog_and_citation_agree() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## \[([^\]]+)\] – (unreleased|\d{4}-\d{2}-\d{2})$", changelog, re.MULTILINE)
    assert newest is not None, "the first part of the changelog names a version and a date"
    assert newest[1] == rag.__version__ == read(ROOT / "CITATION.cff")["version"]


def test_linux_macos_and_windows_are_tested_with_every_python_that_is_promised() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "tests.yaml")["jobs"]
    promised = [c.rsplit(" ", 1)[1] for c in project()["classifiers"] if re.search(r"Python :: 3\.\d+$", c)]
    assert promised == ["3.11", "3.12", "3.13"]
    for job in ("linux", "elsewhere"):
        assert jobs[job]["strategy"]["matrix"]["python"] == promised
    assert jobs["elsewhere"]["strategy"]["matrix"]["system"] == ["macos-latest", "windows-latest"]


@pytest.mark.parametrize("file", [*WORKFLOWS, ACTION], ids=lambda file: file.name)
def test_a_workflow_asks_for_no_right_in_general_and_no_text_of_others_reaches_a_shell(file: Path) -> None:
    if file != ACTION:
        assert read(file)["permissions"] == {"contents": "read"}
    for step in steps(file):
        assert ("uses" in step) != ("run" in step)
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w./-]+@(v\d+|release/v\d+)", step["uses"]), step["uses"]
        else:
            assert not re.search(r"\$\{\{\s*(inputs|github\.event|github\.head_ref)", step["run"]), step["run"]
            checked = subprocess.run(["bash", "-n", "-c", step["run"]], capture_output=True, text=True, check=False)
            assert checked.returncode == 0, checked.stderr


def test_the_make_targets_of_the_workflows_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    used = {name for file in WORKFLOWS for step in steps(file) for name in re.findall(r"\bmake ([\w-]+)", step.get("run", ""))}
    assert used == {"test", "coverage", "dist"} and used <= targets


def test_every_model_that_is_shipped_or_installed_has_its_licence_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    shipped = {file.parent.relative_to(ROOT).as_posix() for file in (ROOT / "rag").rglob("*.onnx")}
    assert shipped and all(folder in notice for folder in shipped)
    for dependency in project()["dependencies"]:
        if dependency.startswith("gt-"):
            assert re.split(r"[=<>~]", dependency)[0] in notice
    assert "Apache License 2.0" in notice
