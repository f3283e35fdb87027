"""A server in a process of its own, with what it costs: resident memory and open files."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

READY_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Cost:
    """Of the server's process: resident bytes, file descriptors, threads."""

    resident: int
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    url: str
    process: psutil.Process

    def cost(self) -> Cost:
        """What it costs now."""
        with self.process.oneshot():
            return Cost(self.process.memory_info().rss, self.process.num_fds(), self.process.num_threads())


@contextlib.contextmanager
def served(*flags: str, **variables: str) -> Iterator[Served]:
    """``charterqa serve`` on a free port with ``flags`` and ``CHARTERQA_*`` ``variables``, once it is ready."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "CHARTERQA_FEEDBACK_PATH": str(Path(folder) / "feedback.sqlite"),
            "CHARTERQA_LIMITS_REQUESTS_PER_MINUTE": "1000000",
            **variables,
        }
        command = [sys.executable, "-c", "from rag.cli import main; main()", "serve", "--port", "0", *flags]
        log = Path(folder) / "log"
        with log.open("w") as stderr, subprocess.Popen(command, stderr=stderr, env=environment, cwd=folder) as started:
            try:
                yield _ready(started, log)
            finally:
                started.terminate()
                started.wait(30)


def _ready(started: subprocess.Popen[bytes], log: Path) -> Served:
    waiting = psutil.Process(started.pid)
    pause = 0.05
    for _ in range(int(READY_SECONDS / pause)):
        if started.poll() is not None:
            raise RuntimeError(f"the server has ended: {log.read_text()[-500:]}")
        found = re.search(r"serving (http\S+)", log.read_text())
        if found is not None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{found.group(1)}/readyz", timeout=10).status_code == 200:
                    return Served(found.group(1), waiting)
        with contextlib.suppress(psutil.TimeoutExpired):
            waiting.wait(pause)
    raise RuntimeError(f"the server was not ready within {READY_SECONDS} s: {log.read_text()[-500:]}")
