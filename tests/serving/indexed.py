"""A server whose documents are a real index of real files, embedded by the fake embedder: they can be changed while it runs."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from rag.index.live import LiveIndex
from rag.indexing.build import BuildReport, Progress, build
from rag.knowledge_base import KnowledgeBase
from rag.serving.app import create_app
from rag.serving.editing.desk import Desk
from rag.settings import Settings
from rag.types import Document, DocumentEntry
from tests.fake_embedder import FakeEmbedder
from tests.fake_engine import FakeEngine
from tests.serving.live import running, settings_for


class IndexedEngine(FakeEngine):
    """The fake engine over what is published now."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._live = LiveIndex(kb, FakeEmbedder().identity, Settings())
        self.backend = "extractive"
        self.before_answer = lambda question: None
        self.asked = []

    @property
    def index(self) -> str:  # type: ignore[override]
        return self._live.current().id

    def documents(self) -> tuple[DocumentEntry, ...]:
        return self._live.current().documents()

    @property
    def corpus(self) -> tuple[Document, ...]:  # type: ignore[override]
        generation = self._live.current()
        return tuple(generation.document(entry.id) for entry in generation.documents())


def plain_build(kb: KnowledgeBase, tell: Callable[[Progress], None]) -> BuildReport:
    return build(kb, Settings(), FakeEmbedder(), progress=tell)


def library(root: Path, **files: str) -> KnowledgeBase:
    """An indexed knowledge base of text files."""
    kb = KnowledgeBase(root)
    kb.sources.mkdir(parents=True)
    for name, text in files.items():
        (kb.sources / f"{name}.txt").write_text(text, encoding="utf-8")
    plain_build(kb, lambda _: None)
    return kb


@dataclass(frozen=True, slots=True)
class Office:
    """A client of the server, and the folder that it changes."""

    client: httpx.Client
    kb: KnowledgeBase

    def send(self, *files: tuple[str, bytes], **options: Any) -> httpx.Response:
        """Upload."""
        return self.client.post("/api/v1/documents", files=[("file", file) for file in files], **options)

    def finished(self, response: httpx.Response, **options: Any) -> dict[str, Any]:
        """The job that a response announces, once it is over."""
        assert response.status_code == 202, response.text
        until = time.monotonic() + 120
        while time.monotonic() < until:
            job: dict[str, Any] = self.client.get(response.headers["location"], params={"wait": 20}, **options).json()
            if job["state"] in {"done", "failed"}:
                return job
        raise AssertionError("the job does not end")

    def sources(self) -> set[str]:
        """Every file in the folder, hidden ones too, with its path inside."""
        found = [Path(folder) / name for folder, folders, files in os.walk(self.kb.sources) for name in (*folders, *files)]
        return {path.relative_to(self.kb.sources).as_posix() for path in found}

    def listed(self) -> set[str]:
        """The documents in the index."""
        return {d["id"] for d in self.client.get("/api/v1/documents").json()}


@contextlib.contextmanager
def office(
    root: Path, *, build: Callable[[KnowledgeBase, Callable[[Progress], None]], BuildReport] = plain_build, **flags: Any
) -> Iterator[Office]:
    """A server over one knowledge base with a document about a harbour."""
    kb = library(root / "library", harbour="The harbour opens at six.")
    settings = settings_for(root, **{"limits_requests_per_minute": 100_000, **flags})
    app = create_app(IndexedEngine(kb), settings, name="library", desk=Desk({"library": kb}, build, settings), ui=False)
    with running(app) as url, httpx.Client(base_url=url, timeout=60) as client:
        client.headers["connection"] = "close"
        yield Office(client, kb)
