"""The parsing process seen from outside: started when first needed, watched, killed, started again.

One process serves many files, since starting one takes some tenths of a second; any failure ends it, so that no file can leave
anything behind for the next. Requests and replies are JSON lines on pipes, never pickles.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import IO, Any

from rag.corpus.refusal import Unreadable
from rag.settings import Parsing

WORKER = ("-P", "-m", "rag.corpus.process.worker")
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "LANG", "TESSDATA_PREFIX")
_LEAST = 2**20
_START_SECONDS = 60.0
"""For the interpreter and the libraries, which on a busy machine take long; no file is to blame for that."""
_WIRE_BYTES = 16
"""A document on the wire takes at most this many bytes for each of its characters, offsets included; more is no document."""
_TOO_LONG = "Take the file out, or raise parsing_seconds."


class Sandbox:
    """A parsing process under ``parsing``'s caps. Not for several threads at once. Use as a context, or call :meth:`close`."""

    def __init__(self, parsing: Parsing, *, command: tuple[str, ...] = WORKER) -> None:
        self._parsing = parsing
        self._command = command
        self._child: _Child | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Send one request and yield its replies, without the closing ``end``.

        ``parsing.seconds`` is the longest silence: it starts anew with every reply, so a file of many documents may take
        longer, and one that hangs does not.

        Raises:
            Unreadable: the process refused the file, crashed on it, ran out of time or memory, or answered nonsense.
        """
        if self._child is None:
            self._child = _Child(self._parsing, self._command)
        finished = False
        try:
            for reply in self._child.ask(request):
                if "error" in reply:
                    finished = True
                    raise Unreadable(str(reply["error"]), str(reply["remedy"]))
                if reply.get("end"):
                    finished = True
                    return
                if "alive" in reply:
                    continue
                yield reply
        finally:
            if not finished:
                self.close()

    @property
    def running(self) -> bool:
        """Whether there is a process now."""
        return self._child is not None

    def close(self) -> None:
        """End the process, if there is one."""
        if self._child is not None:
            self._child.kill()
            self._child = None


class _Child:
    """One process, its pipes and its watchdog."""

    def __init__(self, parsing: Parsing, command: tuple[str, ...]) -> None:
        self._seconds = parsing.seconds
        self._most = _WIRE_BYTES * max(parsing.max_characters, parsing.max_bytes) + _LEAST
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 closed in kill()
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environment |= {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONUTF8": "1"}
        self._process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
            # a Ctrl-C is for the parent, which then closes the pipe
            start_new_session=True,
        )
        self._late = False
        self._deadline = float("inf")
        self._changed = threading.Condition()
        self._done = False
        self._watchdog = threading.Thread(target=self._watch, name="parsing-watchdog", daemon=True)
        self._watchdog.start()
        try:
            self._arm(_START_SECONDS)
            self._send(parsing.model_dump_json())
            self._read(self._most)
        except Unreadable as refused:
            self.kill()
            raise Unreadable(f"the parsing process does not start: {refused.cause}", "Check the installation.") from None

    def ask(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        left = self._most
        self._arm(self._seconds)
        self._send(json.dumps(request))
        while True:
            line = self._read(left)
            left -= len(line)
            self._arm(float("inf"))
            yield _reply(line)
            self._arm(self._seconds)

    def _read(self, most: int) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline(most)
        if not line.endswith(b"\n"):
            raise self._death(cut_off=bool(line) or most <= 0)
        return line

    def _send(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line.encode("utf-8") + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise self._death(cut_off=False) from None

    def _arm(self, seconds: float) -> None:
        with self._changed:
            sooner = time.monotonic() + seconds < self._deadline
            self._deadline = time.monotonic() + seconds
            if sooner:
                self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while not self._done:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    self._late = True
                    self._end()
                    return
                self._changed.wait(min(left, threading.TIMEOUT_MAX))

    def _death(self, *, cut_off: bool) -> Unreadable:
        """Why there is no more to read, as far as can be told."""
        self._end()
        code = self._process.wait()
        if self._late or code == -24:  # SIGXCPU
            return Unreadable(f"reading it takes longer than {self._seconds:g} seconds.", _TOO_LONG)
        if cut_off:
            return Unreadable("it makes the parser answer without end.", "Take the file out.")
        self._errors.seek(0)
        words = self._errors.read().decode("utf-8", "replace").strip().splitlines()
        cause = " ".join(words[-1].split())[:200] if words else f"exit code {code}"
        if "MemoryError" in cause:
            return Unreadable("it needs more memory than parsing_memory allows.", "Split it, or raise parsing_memory.")
        return Unreadable(f"its parser failed ({cause}).", "Open and save it again with the program that made it.")

    def _end(self) -> None:
        """Kill the process with what it has started: it leads a group of its own."""
        if sys.platform == "win32":
            self._process.kill()
        elif self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def kill(self) -> None:
        with self._changed:
            self._done = True
            self._changed.notify()
        self._watchdog.join()
        self._end()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            if pipe is not None:
                # what is left in the buffer has no reader any more
                try:
                    pipe.close()
                except OSError:
                    continue


def _reply(line: bytes) -> dict[str, Any]:
    try:
        reply = json.loads(line)
    except ValueError:
        reply = None
    if not isinstance(reply, dict):
        raise Unreadable("its parser answered nonsense.", "Take the file out and report it.")
    return reply
