"""The thread that brings the index up to date after a change: one build at a time, one build for all that wait on a library.

A change is in ``sources/`` before its job begins. What the build cannot read is taken back, so that it is neither a source
that fails again with every build nor the end of the version before it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from rag.errors import CharterError, IndexingError, IndexLocked, NotFound, ServiceBusy, UploadError
from rag.indexing.build import BuildReport, Progress
from rag.knowledge_base import KnowledgeBase
from rag.serving.editing.job import Job, JobFile
from rag.types import DocumentEntry, Flaw

log = logging.getLogger(__name__)
KEPT = 200
MOST_WAITING = 100
LOCKED_SECONDS = 2.0
LOCKED_TRIES = 300
NICE = 3
"""About half of what answers get. With less, a file's time for parsing would pass while it waits for its turn."""
Build = Callable[[KnowledgeBase, Callable[[Progress], None]], BuildReport]


class IndexedLibrary(Protocol):
    """What follows a build: the knowledge base as it is served."""

    @property
    def name(self) -> str:
        """What it is called."""

    def refresh(self) -> Sequence[DocumentEntry]:
        """Answer from what has been published, and say what is in it now; empty where it cannot be opened."""

    def changed(self, outcome: str) -> None:
        """Count a change."""


class Jobs:
    """Changes wait here for the index. The thread starts with the first."""

    def __init__(self, build: Build, *, retry_seconds: float = LOCKED_SECONDS) -> None:
        self._build = build
        self._retry_seconds = retry_seconds
        self._lock = threading.Condition()
        self._waiting: deque[tuple[Job, IndexedLibrary, KnowledgeBase, Path]] = deque()
        self._known: dict[str, Job] = {}
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def submit(self, job: Job, library: IndexedLibrary, kb: KnowledgeBase, kept: Path) -> None:
        """Queue a job. ``kept`` is a folder with what its ``undo`` needs, removed when it is over.

        Raises:
            ServiceBusy: too many wait.
        """
        with self._lock:
            if len(self._waiting) >= MOST_WAITING or self._stopped.is_set():
                waiting = ServiceBusy("Too many changes are waiting.", remedy="Try again in a moment.", retry_after=10)
                raise waiting.said("error.changes_waiting")
            self._known[job.id] = job
            over = [known.id for known in self._known.values() if known.over]
            for identity in over[: max(0, len(self._known) - KEPT)]:
                del self._known[identity]
            self._waiting.append((job, library, kb, kept))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="indexing", daemon=True)
                self._thread.start()
            self._lock.notify()

    def job(self, identity: str) -> Job:
        """A job by its id. Raises ``NotFound``."""
        with self._lock:
            found = self._known.get(identity)
        if found is None:
            missing = NotFound("There is no such job.", remedy="The last 200 are remembered until the server stops.")
            raise missing.said("error.no_job")
        return found

    def close(self) -> None:
        """Begin nothing new; a build under way dies with the process and leaves the published index as it was."""
        self._stopped.set()
        with self._lock:
            self._lock.notify()

    def _run(self) -> None:
        _be_nice()
        while not self._stopped.is_set():
            with self._lock:
                while not self._waiting and not self._stopped.is_set():
                    self._lock.wait()
                if self._stopped.is_set():
                    return
                kb, library = self._waiting[0][2], self._waiting[0][1]
                ours = [entry for entry in self._waiting if entry[2] is kb]
                self._waiting = deque(entry for entry in self._waiting if entry[2] is not kb)
            jobs = [job for job, *_ in ours]
            try:
                self._carry_out(jobs, library, kb)
            except Exception:
                log.exception("a change of the documents failed")
                for job in jobs:
                    _give_up(job, CharterError("The server made a mistake.", remedy="Its log says which."))
            finally:
                for job, _, _, kept in ours:
                    shutil.rmtree(kept, ignore_errors=True)
                    job.state = "done" if job.failure is None else "failed"
                    library.changed(job.state)

    def _carry_out(self, jobs: Sequence[Job], library: IndexedLibrary, kb: KnowledgeBase) -> None:
        for job in jobs:
            job.state = "running"

        def tell(progress: Progress) -> None:
            for job in jobs:
                job.stage, job.finished, job.total = progress.stage, progress.done, progress.total

        try:
            report = self._patiently(kb, tell)
        except CharterError as error:
            for job in reversed(jobs):
                _give_up(job, error)
            return
        entries = library.refresh()
        refused = False
        for job in reversed(jobs):  # the last change of a file is taken back first
            for file in job.files:
                refused |= _conclude(file, report.failures, entries)
            job.generation = report.generation
        if refused:  # the index is to know no source that is not there
            with contextlib.suppress(CharterError):
                report = self._patiently(kb, lambda _: None)
                library.refresh()
        for job in jobs:
            job.generation = report.generation

    def _patiently(self, kb: KnowledgeBase, tell: Callable[[Progress], None]) -> BuildReport:
        """A build, once whoever else is indexing has finished."""
        for _ in range(LOCKED_TRIES):
            try:
                return self._build(kb, tell)
            except IndexLocked:
                if self._stopped.wait(self._retry_seconds):
                    raise
        return self._build(kb, tell)


def _conclude(file: JobFile, flaws: Sequence[Flaw], entries: Sequence[DocumentEntry]) -> bool:
    """Say what became of a file that has reached the sources; whether it was taken back."""
    if file.state != "waiting":
        return False
    file.notes = [flaw for flaw in flaws if flaw.source == file.document]
    lost = next((flaw for flaw in file.notes if flaw.loss in {"file", "version"}), None)
    if lost is not None:
        unread = UploadError(lost.cause, remedy=lost.remedy)
        file.refuse(unread.said("error.file_unread", why=lost.cause.rstrip(".")))
        _undo(file)
        return True
    inside = [e for e in entries if file.document and (e.id == file.document or e.id.startswith(f"{file.document}#"))]
    file.passages = sum(entry.passages for entry in inside)
    file.pages = sum(entry.pages or 0 for entry in inside) or None
    file.state = "partly" if any(flaw.loss in {"line", "part"} for flaw in file.notes) else "read"
    return False


def _give_up(job: Job, error: CharterError) -> None:
    """The build failed: everything is as it was before the job."""
    if error.saying is None:
        error.said("error.not_changed")
    for file in reversed(job.files):
        if file.state != "refused":
            file.refuse(error)
            _undo(file)
    only_one = job.what == "delete" and isinstance(error, IndexingError) and "no documents" in error.message
    last = UploadError("The last document cannot be deleted.", remedy="Add another one first.").said("error.last_document")
    job.failure = last if only_one else error


def _undo(file: JobFile) -> None:
    if file.undo is not None:
        try:
            file.undo()
        except (OSError, CharterError) as error:
            log.error("%s cannot be taken back: %s", file.document, error)


def _be_nice() -> None:
    """Let answers go first: what this thread computes, and the processes that it starts, get what they leave (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
