"""A reader who follows a page to the letter, in an empty folder, one shell for each block."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.documentation.blocks import SHELL, Block

ROOT = Path(__file__).parents[2]
WARM = Path(__file__).with_name("warm.py")
ADDRESS = "127.0.0.1:7860"
SECONDS = 400
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "OMP_NUM_THREADS", "LD_LIBRARY_PATH")


@contextlib.contextmanager
def tools(folder: Path) -> Iterator[Path]:
    """A folder for a PATH, with ``charterqa`` and ``python`` in it, behind one process that has loaded what is slow to load."""
    folder.mkdir(parents=True)
    # A socket's path may have about a hundred characters, and pytest's folders have more.
    listening = Path("/tmp") / f"charterqa-warm-{os.getpid()}.sock"
    client = f"WARM_SOCKET={listening} exec {sys.executable} -S -E {WARM} run"
    write_tool(folder / "charterqa", f'{client} charterqa "$@"')
    write_tool(folder / "python", f'[ -f "$1" ] || exec {sys.executable} "$@"\n{client} python "$@"')
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.documentation.warm", "serve", str(listening)], cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        yield folder
    finally:
        server.kill()
        server.communicate()
        listening.unlink(missing_ok=True)


def write_tool(file: Path, script: str) -> None:
    """An executable for a PATH."""
    file.write_text(f"#!/usr/bin/env bash\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


class PageReader:
    """Follows the blocks of one page. ``close`` stops what keeps running."""

    def __init__(self, folder: Path, path: Path, shipped: Path) -> None:
        """``shipped`` stands for the documents that come with the program, so that this checkout's own index is left alone."""
        self._folder = folder
        folder.mkdir(parents=True)
        self._port = free_port()
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        self._environment = kept | {
            "PATH": f"{path}:{os.environ['PATH']}",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "CHARTERQA_PORT": self._port,
            "CHARTERQA_KB": str(shipped),
            "COLUMNS": "160",
            "NO_COLOR": "1",
        }
        self._running: list[subprocess.Popen[bytes]] = []
        self._printed = ""

    def follow(self, block: Block) -> None:
        """Do what the block says; an assertion error names it where that fails."""
        text = block.text.replace(ADDRESS, f"127.0.0.1:{self._port}")
        if block.file is not None:
            file = self._folder / block.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            if file.name == "charterqa.toml":  # which the environment would win over
                self._environment.pop("CHARTERQA_KB", None)
        elif block.language == "text":
            self._compare(block)
        elif block.runs and block.keeps_running:
            self._start(block, text)
        elif block.runs:
            self._run(block, text)

    def _run(self, block: Block, text: str) -> None:
        command = ["bash", "-euo", "pipefail", "-c", text]
        if block.language not in SHELL:
            script = self._folder / ".block.py"
            script.write_text(text, encoding="utf-8")
            command = ["python", str(script)]
        done = subprocess.run(
            command, cwd=self._folder, env=self._environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        self._printed = done.stdout + done.stderr
        assert done.returncode == 0, f"{block} ends with {done.returncode}:\n{text}\n{self._printed}"

    def _start(self, block: Block, text: str) -> None:
        """A server: the page goes on once it is ready."""
        with (self._folder / ".server.log").open("wb") as log:
            started = subprocess.Popen(
                ["bash", "-euc", text],
                cwd=self._folder,
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running.append(started)
        ready = f"http://127.0.0.1:{self._port}/readyz"
        waited = ["curl", "-fsS", "--retry", "200", "--retry-delay", "1", "--retry-all-errors", "-o", os.devnull, ready]
        done = subprocess.run(waited, capture_output=True, text=True, timeout=SECONDS, check=False)
        said = (self._folder / ".server.log").read_text(encoding="utf-8")
        assert done.returncode == 0, f"{block} did not start: {done.stderr[-300:]}\n{said}"

    def _compare(self, block: Block) -> None:
        """Each line was printed by the block before, where an ellipsis is anything."""
        printed = " ".join(self._printed.split())
        for line in block.text.splitlines():
            pattern = ".*?".join(re.escape(part) for part in re.split(r"\s*…\s*", " ".join(line.split())))
            assert re.search(pattern, printed), f"{block}: this is not printed: {line}\nbut: {self._printed}"

    def close(self) -> None:
        """Stop the servers, as Ctrl+C does."""
        for process in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            process.wait(30)


def free_port() -> str:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])
