"""The administrator's page is followed to the letter: its blocks, in order, in one shell, in a clean folder."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import PIPE

import pytest
import yaml

from rag.cli import app
from rag.settings import variables

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "administrator.md").read_text(encoding="utf-8")
FIRST = "## A widget with JWT"
SECONDS = 900
"""A guard against hanging: the page takes about twenty on an idle machine."""


def blocks(language: str = "sh") -> list[str]:
    """The blocks that the page says this test runs."""
    return re.findall(rf"(?ms)^<!-- not run: needs one shell [^\n]*\n```{language}\n(.*?)^```$", PAGE)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with what a checkout has that the page names, and nothing else."""
    folder = tmp_path_factory.mktemp("clean")
    shutil.copytree(ROOT / "examples", folder / "examples")
    yield folder


def followed(clean: Path) -> str:
    """What the page's shell prints. Its two servers end with it."""
    ports = {"7860": str(free_port()), "8000": str(free_port())}
    script = "\n".join(["set -eu", "trap 'kill $(jobs -p)' EXIT", *blocks()])
    for shipped, own in ports.items():
        script = script.replace(shipped, own)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHARTERQA_")}
    environment |= {
        "HOME": str(clean),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
    }
    bash = ["bash", "--noprofile", "--norc", "-c", script]
    with subprocess.Popen(
        bash, cwd=clean, env=environment, stdout=PIPE, stderr=PIPE, text=True, start_new_session=True
    ) as shell:
        try:
            printed, complained = shell.communicate(timeout=SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)  # whatever happened, its servers end with it
    assert shell.returncode == 0, f"{printed}\n{complained}"
    return printed


@pytest.mark.long
@pytest.mark.model
@pytest.mark.skipif(sys.platform == "win32", reason="the page is for a POSIX shell")
def test_the_page_leads_from_a_clean_folder_to_a_widget_with_jwt(clean: Path) -> None:
    shell = shutil.which("bash") and shutil.which("curl")
    if shell is None:
        pytest.skip("no bash or no curl on this machine")
    printed = followed(clean)
    answer = json.loads((clean / "answer.json").read_text("utf-8"))
    assert answer["status"] == "answered" and answer["citations"][0]["quote"].startswith("The lighthouse was built in 1911")
    assert re.search(r"^0 wrong, \d+ doubtful, \d+ well\.$", printed, re.MULTILINE)
    assert "The lighthouse was built in 1911 by Ada Varga. [1]" in printed
    assert "<charter-chat server=" in printed and 'type="module"' in printed
    assert "1 answers in before-upgrade.zip" in printed.replace(", 0 ratings, 0 reviews, 0 conversations", "")
    assert oct((clean / "charterqa.env").stat().st_mode)[-3:] == "600"
    assert list((clean / "state").glob("feedback-before-*.zip"))


def test_it_takes_at_most_fifteen_steps_and_they_are_numbered_without_a_gap() -> None:
    first = PAGE[PAGE.index(FIRST) : PAGE.index("## Keep it running")]
    steps = [int(number) for number in re.findall(r"^\*\*(\d+)\. ", first, re.MULTILINE)]
    assert steps == list(range(1, len(steps) + 1)) and len(steps) <= 15
    assert "in thirteen steps" in first and len(steps) == 13


def test_every_file_command_and_setting_that_the_page_names_exists() -> None:
    for path in re.findall(r"`((?:deploy|examples|tests)/[\w./-]+)`", PAGE):
        assert (ROOT / path).is_file(), path
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {group.typer_instance.info.name for group in app.registered_groups if group.typer_instance}
    assert set(re.findall(r"charterqa ([a-z]+)", PAGE)) <= known
    assert set(re.findall(r"CHARTERQA_[A-Z_]+", PAGE)) - {"CHARTERQA_URL"} <= set(variables())


def test_the_table_of_ways_is_that_of_the_compose_file() -> None:
    files = {path.name for path in (ROOT / "deploy").glob("*.env")}
    assert set(re.findall(r"^\| `(\w+\.env)`", PAGE, re.MULTILINE)) == files
    profiles = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))["services"]
    assert {p for service in profiles.values() for p in service.get("profiles", [])} == {"jwt", "sso", "monitoring"}
