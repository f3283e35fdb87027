"""Runs indexing in a process that dies where it is told to. Not a test: ``test_killed.py`` talks to it over pipes.

Started once, it forks for every run, so that a run costs no imports. It reads JSON lines and answers one line to each:

    {"kb": DIR, "kill_at": N}       dies by SIGKILL just before the N-th step that changes the disk
    {"kb": DIR, "kill_after": S}    dies by SIGKILL S seconds after its first such step
    {"kb": DIR, "largest": BYTES}   no file may grow beyond so many bytes, as on a full disk
    {"kb": DIR}                     runs to the end

The steps are what the interpreter itself reports (files opened for writing, renames, removals, new and removed folders,
databases opened) and every fsync: nothing in the program knows that it is being watched.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from rag.errors import CharterError
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.settings import Passages, Settings
from tests.fake_embedder import FakeEmbedder

BEFORE = Settings(passages=Passages(max_tokens=64))
AFTER = Settings(passages=Passages(max_tokens=32))
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "sqlite3.connect"}


class Steps:
    """Counts the steps that change something below ``built/`` and kills this process where it should die."""

    def __init__(self, folder: Path, request: dict[str, Any]) -> None:
        self.folder = str(folder)
        self.kill_at = request.get("kill_at")
        self.kill_after = request.get("kill_after")
        self.count = 0
        sys.addaudithook(self.hear)
        inner = os.fsync

        def fsync(handle: int) -> None:
            self.step()
            inner(handle)

        os.fsync = fsync

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if writes and isinstance(path, str | os.PathLike) and self.folder in os.fspath(path):
                self.step()
        elif event in CHANGES and any(isinstance(a, str | os.PathLike) and self.folder in os.fspath(a) for a in arguments):
            self.step()

    def step(self) -> None:
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.count == 1 and self.kill_after is not None:
            signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
            signal.setitimer(signal.ITIMER_REAL, self.kill_after)


def run(request: dict[str, Any]) -> dict[str, Any]:
    kb = KnowledgeBase(Path(request["kb"]))
    embedder = FakeEmbedder()
    if "largest" in request:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (request["largest"], request["largest"]))
    steps = Steps(kb.built, request)
    try:
        report = build(kb, AFTER, embedder)
    except CharterError as error:
        return {"error": type(error).__name__, "message": str(error), "steps": steps.count}
    return {"generation": report.generation, "embedded": len(embedder.embedded), "steps": steps.count}


def main() -> None:
    for line in sys.stdin:
        here, there = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(here)
            with os.fdopen(there, "w") as answer:
                answer.write(json.dumps(run(json.loads(line))))
            os._exit(0)
        os.close(there)
        with os.fdopen(here) as answer:
            said = answer.read()
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        sys.stdout.write((json.dumps({"killed": True}) if killed else said or json.dumps({"crashed": status})) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
