"""Who waits at a terminal sees at once that something happens: before any large library is loaded. A pipe sees nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WATCH = r"""
import json, re, sys
class Watched:
    first = None
    def __init__(self, stream, terminal):
        self.stream, self.terminal = stream, terminal
    def write(self, text):
        shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).strip()
        if shown and Watched.first is None:
            Watched.first = [shown, sorted({"torch", "faiss", "onnxruntime", "pdfplumber"} & set(sys.modules))]
        return len(text)
    def flush(self): pass
    def isatty(self): return self.terminal
    def fileno(self): return self.stream.fileno()
    encoding = "utf-8"
sys.stderr = Watched(sys.stderr, sys.argv.pop(1) == "terminal")
from rag.cli import main
try:
    main()
finally:
    print(json.dumps(Watched.first), file=sys.__stdout__)
"""


def first_words(where: str, *arguments: str) -> tuple[str, list[str]] | None:
    """What a command first writes to stderr, and the large libraries that were loaded by then."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TERM": "xterm"}
    command = [sys.executable, "-c", WATCH, where, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False, timeout=300)
    found = json.loads(done.stdout.splitlines()[-1])
    return None if found is None else (found[0], found[1])


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "harbour.txt").write_text("The lighthouse was built in 1911 by Ada Varga.\n", "utf-8")
    return tmp_path


@pytest.mark.model
def test_a_line_is_there_before_anything_large_is_loaded_and_none_in_a_pipe(kb: Path) -> None:
    for arguments in (("index", "--kb", str(kb)), ("ask", "--kb", str(kb), "Who built the lighthouse?")):
        told = first_words("terminal", *arguments)
        assert told is not None and told[1] == [], told
        assert re.search("Starting|Opening the models and the index", told[0])
    assert first_words("pipe", "index", "--kb", str(kb)) is None


def test_make_run_says_each_step_with_its_time(tmp_path: Path) -> None:
    dry = subprocess.run(
        ["make", "-n", "run", f"VENV={tmp_path / 'venv'}"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    said = [line for line in dry.splitlines() if line.startswith("printf")]
    script = "\n".join(said)
    printed = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(printed) == 5 and all(re.match(r"\[ +\d+ s\] \w", line) for line in printed), printed
    assert [line.split("] ")[1].split()[0] for line in printed] == [
        "Making",
        "Installing",
        "Installing",
        "Building",
        "Starting",
    ]
