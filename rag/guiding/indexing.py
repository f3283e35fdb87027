"""An index together with its guide: what every way of bringing a knowledge base up to date calls."""

from __future__ import annotations

from collections.abc import Callable

from rag.guiding.making import Guides
from rag.indexing.build import BuildReport, Progress, build
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import Embedder
from rag.models.reader import Reader
from rag.settings import Settings


def index(
    kb: KnowledgeBase,
    settings: Settings,
    embedder: Embedder,
    reader: Reader | None = None,
    *,
    rebuild: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> BuildReport:
    """Bring the index of ``kb`` up to date with its sources, and make its topics and first questions with it. Without a
    ``reader`` that is loaded already, the one of the settings is loaded once it is needed.

    Raises:
        As :func:`rag.indexing.build.build` does.
    """
    return build(kb, settings, embedder, rebuild=rebuild, progress=progress, guides=Guides(kb, settings, embedder, reader))
