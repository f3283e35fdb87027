"""Several processes at one port: they start together or not at all, count together, replace each other, and end together."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from rag.cli import app
from rag.errors import IndexMissing
from rag.serving.core.library import OpenEngine
from rag.serving.core.served_engine import ServedEngine
from rag.settings import Settings
from tests.fake_engine import FakeEngine

TRIES = 4000
ASK = {"question": "Who built the lighthouse?"}
SERVER = """
import sys
from pathlib import Path
from rag.errors import CharterError
from rag.settings import load_settings
from rag.serving.replicas import serve_replicas
from tests.serving import test_replicas as engines
folder = Path(sys.argv[1])
settings = load_settings(
    {"port": 0, "feedback_path": folder / "f.sqlite", "limits_requests_per_minute": 1000000}, environ={}, folder=folder
)
try:
    serve_replicas(settings, getattr(engines, sys.argv[2]), 2)
except CharterError as error:
    sys.exit(f"charterqa: {error}")
"""


class Telling(FakeEngine):
    """Names its process as its back end."""

    def __init__(self) -> None:
        super().__init__(backend=f"process:{os.getpid()}")


def telling(_: Settings) -> dict[str, OpenEngine]:
    return {"default": Telling}


def missing(_: Settings) -> dict[str, OpenEngine]:
    def fail() -> ServedEngine:
        raise IndexMissing("There is no index.", remedy="Build it with: charterqa index.")

    return {"default": fail}


def dying(_: Settings) -> dict[str, OpenEngine]:
    os._exit(7)


class Group:
    """The first process of a server, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: deque[str] = deque()
        self._heard = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._heard:
                self.lines.append(line)
                self._heard.notify_all()
        with self._heard:
            self.lines.append("")
            self._heard.notify_all()

    def says(self, words: str) -> str:
        """The line that holds ``words``, once it is there."""
        with self._heard:
            found = self._heard.wait_for(lambda: next((x for x in self.lines if words in x or not x), None), 180)
            assert found, f"{words!r} was not said: {''.join(self.lines)}"
            return found


@contextmanager
def group(folder: Path, engines: str) -> Iterator[Group]:
    command = [sys.executable, "-c", SERVER, str(folder), engines]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        try:
            yield Group(process)
        finally:
            process.kill()  # the others notice that it is gone


def processes(url: str, number: int) -> set[int]:
    """The processes that answer, once ``number`` different ones have."""
    seen: set[int] = set()
    for _ in range(TRIES):
        with httpx.Client(base_url=url, timeout=30) as client:  # a connection of its own: the system chooses who takes it
            seen.add(int(client.post("/api/v1/ask", json=ASK).json()["backend"].partition(":")[2]))
        if len(seen) == number:
            return seen
    raise AssertionError(f"only {seen} answered")


def counted(text: str, metric: str) -> float:
    return sum(float(found) for found in re.findall(rf"^{re.escape(metric)}(?:\{{.*\}})? (\S+)$", text, re.M))


def test_processes_share_port_counts_and_feedback_replace_each_other_and_end_together(tmp_path: Path) -> None:
    with group(tmp_path, "telling") as served:
        url = served.says("serving http").split("serving ")[1].strip()
        served.says("2 processes answer")
        first = processes(url, 2)
        with httpx.Client(base_url=url, timeout=30, headers={"connection": "close"}) as client:
            scraped = {client.get("/metrics").text.count('charterqa_answers_total{backend="process"') for _ in range(8)}
            assert scraped == {1}
            before = counted(client.get("/metrics").text, "charterqa_answers_total")
            answers = [client.post("/api/v1/ask", json=ASK).json()["id"] for _ in range(8)]
            text = client.get("/metrics").text
            assert counted(text, "charterqa_answers_total") == before + 8, "whichever is scraped knows of all"
            assert counted(text, "charterqa_ready") == 1 and 'generation="fake-generation"' in text
            for answer in answers:
                said = client.post("/api/v1/feedback", json={"answer_id": answer, "rating": "up"})
                assert said.status_code == 204, "what one has answered can be rated at another"
        dead = first.pop()
        os.kill(dead, signal.SIGKILL)
        assert f"process {dead} has ended (signal 9)" in served.says("another takes its place")
        assert len(processes(url, 2) - {dead}) >= 1
        assert dead not in processes(url, 2)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(120) == 0
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/healthz")


@pytest.mark.parametrize(
    ("engines", "said"),
    [
        ("missing", "charterqa: There is no index. Build it with: charterqa index."),
        ("dying", "ended before it was ready (exit code 7)"),
    ],
)
def test_a_process_that_cannot_start_ends_the_server_with_its_reason_in_one_line(
    tmp_path: Path, engines: str, said: str
) -> None:
    with group(tmp_path, engines) as served:
        assert said in served.says("charterqa: ")
        assert served.process.wait(120) == 1


def test_when_the_first_process_is_killed_the_others_end_too(tmp_path: Path) -> None:
    with group(tmp_path, "telling") as served:
        url = served.says("serving http").split("serving ")[1].strip()
        served.says("2 processes answer")
        served.process.kill()
        assert any(_refused(url) for _ in range(TRIES))


def test_several_processes_and_the_chat_do_not_go_together() -> None:
    result = CliRunner().invoke(app, ["serve", "--workers", "2"])
    assert result.exit_code == 2 and "--no-ui" in result.output


def _refused(url: str) -> bool:
    try:
        httpx.get(f"{url}/healthz", timeout=30)
    except httpx.TransportError:
        return True
    return False
