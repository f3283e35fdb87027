"""Several processes that answer at one port, without the chat: one listening socket, made first, and who watches over them.

Each has its own models and the same index, whose pages the system keeps in memory once. What they must agree on lies outside of
them: cookies are signed with one key, counts for ``/metrics`` lie in a folder that all write to, answers in the database.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import secrets
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection as Channel
from multiprocessing.context import SpawnProcess
from types import FrameType

from prometheus_client import multiprocess
from pydantic import SecretStr

from rag.errors import CharterError
from rag.knowledge_base import KnowledgeBase
from rag.serving.app import NO_FOLDERS
from rag.serving.core.library import OpenEngine
from rag.serving.http.logs import configure_logs
from rag.serving.http.sse import GRACE_SECONDS
from rag.serving.operation.metrics import SHARED
from rag.serving.operation.redaction import Redactor
from rag.serving.process import LAST_SECONDS, Server, begin, leave_quickly, listen, serve_at, tell_address
from rag.settings import Settings

log = logging.getLogger(__name__)
PATIENCE = GRACE_SECONDS + LAST_SECONDS + 4.0
"""Seconds until a process that was told to stop is ended."""
LONGEST_PAUSE = 30.0
"""Seconds between the starts of a process that cannot start again."""
READY = "ready"
OpenEngines = Callable[[Settings], Mapping[str, OpenEngine]]
"""A function of a module: it is found by its name in each process."""


@dataclass
class _Replica:
    """A process. ``failures`` counts the ones before it, in its place, that ended before they were ready."""

    process: SpawnProcess
    channel: Channel
    failures: int = 0
    ready: bool = False
    reason: CharterError | None = None

    def hear(self) -> None:
        """Take in what the process says of itself."""
        with contextlib.suppress(EOFError, OSError):
            while self.channel.poll():
                said = self.channel.recv()
                if said == READY:
                    self.ready, self.failures = True, 0
                else:
                    self.reason = CharterError(said[0], remedy=said[1])

    @property
    def ended(self) -> str:
        """How the process has ended."""
        code = self.process.exitcode or 0
        return f"signal {-code}" if code < 0 else f"exit code {code}"


def serve_replicas(
    settings: Settings, engines: OpenEngines, number: int, *, folders: Mapping[str, KnowledgeBase] = NO_FOLDERS
) -> None:
    """Serve from ``number`` processes until told to stop; then all of them end within the time that one has for it.
    ``folders`` as for :func:`~rag.serving.app.create_app`.

    Raises:
        SettingsError: as :func:`rag.serving.process.run` does.
        CharterError: a process could not start. The others have ended.
    """
    begin(settings)
    settings = _with_one_key(settings)
    with tempfile.TemporaryDirectory(prefix="charterqa-") as folder, contextlib.closing(listen(settings)) as listening:
        os.environ[SHARED] = folder
        try:
            with _told_to_stop() as told:
                _Watch(settings, engines, folders, listening, told).over(number)
        finally:
            del os.environ[SHARED]
    leave_quickly()


class _Watch:
    def __init__(
        self,
        settings: Settings,
        engines: OpenEngines,
        folders: Mapping[str, KnowledgeBase],
        listening: socket.socket,
        told: Channel,
    ) -> None:
        self._settings = settings
        self._engines = engines
        self._folders = folders
        self._listening = listening
        self._told = told
        self._spawn = multiprocessing.get_context("spawn")
        self._replicas: list[_Replica] = []
        self._due: list[tuple[float, int]] = []

    def over(self, number: int) -> None:
        """Start them, put another in the place of one that ends, end them all when told to or when one cannot start."""
        tell_address(self._listening)
        complete = False
        try:
            self._replicas = [self._start() for _ in range(number)]
            while not self._told.poll():
                self._wait()
                for replica in list(self._replicas):
                    replica.hear()
                    if not replica.process.is_alive():
                        self._lost(replica, complete=complete)
                if not complete and all(replica.ready for replica in self._replicas):
                    complete = True
                    log.info("%d processes answer", number)
        finally:
            self._end()

    def _start(self, failures: int = 0) -> _Replica:
        ours, theirs = self._spawn.Pipe(duplex=False)
        process = self._spawn.Process(
            target=_replica,
            args=(self._listening, self._settings, self._engines, dict(self._folders), theirs),
            name="charterqa-replica",
        )
        process.start()
        theirs.close()
        return _Replica(process, ours, failures)

    def _wait(self) -> None:
        """Until something has happened, or a start is due."""
        sentinels = [replica.process.sentinel for replica in self._replicas]
        channels = [replica.channel for replica in self._replicas if not replica.ready]
        pause = max(0.0, min(at for at, _ in self._due) - time.monotonic()) if self._due else None
        connection.wait([self._told, *sentinels, *channels], pause)
        now = time.monotonic()
        for due in [due for due in self._due if due[0] <= now]:
            self._due.remove(due)
            self._replicas.append(self._start(due[1]))

    def _lost(self, replica: _Replica, *, complete: bool) -> None:
        """One has ended without having been told to."""
        replica.process.join()
        replica.hear()
        replica.channel.close()
        multiprocess.mark_process_dead(replica.process.pid)  # type: ignore[no-untyped-call]
        self._replicas.remove(replica)
        if not replica.ready and not complete:
            raise replica.reason or CharterError(
                f"A process of the server ended before it was ready ({replica.ended}).", remedy="Its log says why."
            )
        failures = 0 if replica.ready else replica.failures + 1
        log.error("process %d has ended (%s); another takes its place", replica.process.pid, replica.reason or replica.ended)
        self._due.append((time.monotonic() + (min(LONGEST_PAUSE, 2.0**failures) if failures else 0.0), failures))

    def _end(self) -> None:
        self._listening.close()
        for replica in self._replicas:
            replica.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for replica in self._replicas:
            replica.process.join(max(0.0, deadline - time.monotonic()))
            if replica.process.is_alive():
                log.warning("process %d does not end; it is killed", replica.process.pid)
                replica.process.kill()
                replica.process.join()
            replica.channel.close()


def _replica(
    listening: socket.socket,
    settings: Settings,
    engines: OpenEngines,
    folders: Mapping[str, KnowledgeBase],
    channel: Channel,
) -> None:
    """What each process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the first process tells the others
    configure_logs(settings.log, Redactor.of(settings))
    try:
        serve_at(
            listening,
            settings,
            engines(settings),
            folders=folders,
            ui=False,
            started=lambda server: _report(server, channel),
        )
    except CharterError as error:
        channel.send((error.message, error.remedy))
        sys.exit(1)


def _report(server: Server, channel: Channel) -> None:
    """Say when questions can be answered; stop when the first process is gone, which cannot say so any more."""

    def report() -> None:
        service = server.library.default
        service.wait()
        if service.failure is None:
            server.library.resources.metrics.refresh()
            with contextlib.suppress(OSError):
                channel.send(READY)
        first = parent_process()
        assert first is not None
        first.join()
        server.should_exit = True

    threading.Thread(target=report, name="report", daemon=True).start()


def _with_one_key(settings: Settings) -> Settings:
    """``settings`` with a key for cookies, where each process would make one of its own."""
    auth = settings.auth
    if auth.mode != "jwt" or auth.jwt_algorithm != "RS256" or auth.cookie_key is not None:
        return settings
    return settings.model_copy(update={"auth": auth.model_copy(update={"cookie_key": SecretStr(secrets.token_urlsafe(48))})})


@contextlib.contextmanager
def _told_to_stop() -> Iterator[Channel]:
    """Something to read on once SIGTERM or SIGINT has come."""
    reads, writes = multiprocessing.Pipe(duplex=False)

    def tell(_: int, __: FrameType | None) -> None:
        writes.send(True)

    before = {number: signal.signal(number, tell) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield reads
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        reads.close()
        writes.close()
