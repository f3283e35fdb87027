"""The shapes of documents, of what changes them and of the server's state in the OpenAPI document."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel


class ExamplesShape(BaseModel):
    """Questions to begin with."""

    questions: list[str]


class OriginShape(BaseModel):
    """Where a document comes from, as far as it is known."""

    source: str | None
    date: str | None
    licence: str | None
    version: str | None
    supersedes: list[str]
    tags: list[str]


class EntryShape(BaseModel):
    """A document in the list."""

    id: str
    title: str
    sha256: str
    pages: int | None
    passages: int
    language: str | None
    indexed_at: str
    origin: OriginShape


class DocumentShape(BaseModel):
    """One document with its canonical text."""

    id: str
    title: str
    text: str
    sha256: str
    language: str | None
    origin: OriginShape
    sections: list[dict[str, Any]]
    pages: list[dict[str, Any]]


class KbShape(BaseModel):
    """A knowledge base that the asker may ask. ``ready``: it is open; another is opened by the first question. ``editable``:
    the asker may change its documents, and ``uploads`` says what may be sent."""

    name: str
    default: bool
    ready: bool
    editable: bool
    uploads: dict[str, Any] | None = None


class StartShape(BaseModel):
    """What to begin with."""

    suggestions: list[str]
    tags: list[str]


class NoteShape(BaseModel):
    """What of a file is not in the index."""

    message: str
    remedy: str
    loss: Literal["file", "version", "line", "part", "aside"]


class JobFileShape(BaseModel):
    """One file of a change."""

    name: str
    document: str | None
    state: Literal["waiting", "read", "partly", "refused", "removed", "renamed"]
    pages: int | None
    passages: int
    notes: list[NoteShape]


class JobShape(BaseModel):
    """A change of the documents; ``done`` of ``total`` in the ``stage`` of the build: ``read``, ``embed`` or ``publish``."""

    id: str
    kb: str
    what: Literal["upload", "delete", "rename"]
    state: Literal["queued", "running", "done", "failed"]
    stage: str | None
    done: int
    total: int
    files: list[JobFileShape]
    problem: str | None
    remedy: str | None
    generation: str | None


class StateShape(BaseModel):
    """The state of the server."""

    status: str
