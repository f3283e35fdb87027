"""The shapes of what changes documents and of the server's state in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from rag.contract import Shape, at


class ExamplesShape(BaseModel):
    """Questions to begin with."""

    questions: list[str]


class KbShape(BaseModel):
    """A knowledge base that the asker may ask; ``title`` is what a reader is shown in the place of its name. ``ready``: it is
    open; another is opened by the first question. ``editable``: the asker may change its documents, and ``uploads`` says what
    may be sent."""

    name: str
    title: str
    default: bool
    ready: bool
    editable: bool
    uploads: dict[str, Any] | None = None


class StartShape(BaseModel):
    """What to begin with."""

    suggestions: list[str]
    tags: list[str]


class NoteShape(Shape):
    """What of a file is not in the index."""

    message: str = at("cause")
    remedy: str
    loss: Literal["file", "version", "line", "part", "aside"]


class JobFileShape(Shape):
    """One file of a change. ``taken``: it is refused because there is a document of that name, which it may replace."""

    name: str
    document: str | None
    state: Literal["waiting", "read", "partly", "refused", "removed", "renamed"]
    pages: int | None
    passages: int
    notes: list[NoteShape]
    taken: bool


class JobShape(Shape):
    """A change of the documents; ``done`` of ``total`` in the ``stage`` of the build: ``read``, ``embed`` or ``publish``."""

    id: str
    kb: str
    what: Literal["upload", "delete", "rename"]
    state: Literal["queued", "running", "done", "failed"]
    stage: str | None
    done: int = at("finished")
    total: int
    files: list[JobFileShape]
    problem: str | None
    remedy: str | None
    generation: str | None


class StateShape(BaseModel):
    """The state of the server."""

    status: str
