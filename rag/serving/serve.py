"""``charterqa serve`` and ``python app.py``: the server over real engines, one a knowledge base, which share their models."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from rag.answering.models import Models
from rag.guiding.engine import GuidedEngine
from rag.guiding.indexing import index
from rag.indexing.build import BuildReport, Progress
from rag.knowledge_base import KnowledgeBase, find_knowledge_base, find_knowledge_bases
from rag.serving.core.library import OpenEngine
from rag.serving.editing.desk import Desk
from rag.serving.process import run
from rag.serving.replicas import serve_replicas
from rag.settings import Settings


class Engines:
    """Opens engines over models that are loaded once, by whoever needs them first."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._models: Models | None = None
        self._loading = threading.Lock()

    def models(self) -> Models:
        """The models; raises as :meth:`rag.answering.models.Models.load` does."""
        with self._loading:
            if self._models is None:
                self._models = Models.load(self._settings)
            return self._models

    def open(self, kb: KnowledgeBase) -> GuidedEngine:
        """An engine over the current generation of ``kb``; raises as :meth:`rag.answering.engine.Engine.open` does."""
        return GuidedEngine.open(self._settings, kb, self.models())

    def build(self, kb: KnowledgeBase, tell: Callable[[Progress], None]) -> BuildReport:
        """Bring the index of ``kb`` up to date with its sources; raises as :func:`rag.guiding.indexing.index` does."""
        models = self.models()
        return index(kb, self._settings, models.embedder, models.reader, progress=tell)

    def close(self) -> None:
        """Give the models back."""
        if self._models is not None:
            self._models.close()


def serve(settings: Settings, *, ui: bool = True, workers: int = 1) -> None:
    """Serve the knowledge bases of ``settings`` until told to stop; raises as :func:`run` does.

    Several ``workers`` have no chat, whatever ``ui`` says, and change no documents: pages and jobs live in one process.
    """
    kbs = find_knowledge_bases(find_knowledge_base(settings.kb), settings.kbs)
    if workers > 1:
        serve_replicas(settings, opened, workers, folders=kbs)
        return
    engines = Engines(settings)
    try:
        desk = Desk(kbs, engines.build, settings) if settings.uploads.enabled else None
        run(settings, {name: partial(engines.open, kb) for name, kb in kbs.items()}, desk=desk, folders=kbs, ui=ui)
    finally:
        engines.close()


def opened(settings: Settings) -> dict[str, OpenEngine]:
    """What opens the engines of the knowledge bases of ``settings``, over models of this process."""
    engines = Engines(settings)
    kbs = find_knowledge_bases(find_knowledge_base(settings.kb), settings.kbs)
    return {name: partial(engines.open, kb) for name, kb in kbs.items()}
