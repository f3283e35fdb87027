"""One change of the documents and what became of it, as its sender hears of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from rag.errors import CharterError
from rag.serving.editing.sources_folder import NameTaken
from rag.types import Flaw

JobState = Literal["queued", "running", "done", "failed"]
FileState = Literal["waiting", "read", "partly", "refused", "removed", "renamed"]


@dataclass(slots=True)
class JobFile:
    """One file of a job. ``document`` is its id; ``notes`` say what of it is not in the index, ``refusal`` why none of it is.
    ``undo`` takes it back."""

    name: str
    document: str | None = None
    state: FileState = "waiting"
    pages: int | None = None
    passages: int = 0
    notes: list[Flaw] = field(default_factory=list)
    refusal: CharterError | None = None
    undo: Callable[[], None] | None = None

    @property
    def taken(self) -> bool:
        """Whether it is refused for its name alone: it may replace the document of that name."""
        return isinstance(self.refusal, NameTaken)

    def refuse(self, refusal: CharterError) -> None:
        """It is not in, and this is why."""
        self.state, self.refusal = "refused", refusal
        self.notes = [Flaw(self.name, refusal.message, refusal.remedy, "file")]


@dataclass(slots=True)
class Job:
    """``stage``, ``finished`` and ``total`` are those of the build (:class:`rag.indexing.build.Progress`)."""

    kb: str
    what: Literal["upload", "delete", "rename"]
    files: list[JobFile]
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    state: JobState = "queued"
    stage: str | None = None
    finished: int = 0
    total: int = 0
    failure: CharterError | None = None
    generation: str | None = None
    created: float = field(default_factory=time.time)

    @property
    def problem(self) -> str | None:
        """What went wrong with the whole of it."""
        return None if self.failure is None else self.failure.message

    @property
    def remedy(self) -> str | None:
        """What mends that."""
        return None if self.failure is None else self.failure.remedy or None

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in {"done", "failed"}
