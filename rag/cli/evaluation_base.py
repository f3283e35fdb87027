"""What several commands of ``charterqa eval`` need: arguments, engines over what is tested, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.first_use import built
from rag.evaluation.questions.dataset import Dataset
from rag.evaluation.questions.squad import corpus_lines
from rag.evaluation.reports.console import progress_bar
from rag.evaluation.runs.corpus_index import for_test_sets, index_corpus
from rag.guiding.engine import GuidedEngine
from rag.indexing.build import Progress as BuildProgress
from rag.knowledge_base import KnowledgeBase
from rag.llm.backend import Backend
from rag.llm.registry import open_backend
from rag.models.embedder import Embedder
from rag.models.opening import open_embedder
from rag.settings import Settings

Questions = Annotated[Path, typer.Argument(metavar="FILE", help="Questions JSONL, or SQuAD JSON.", show_default=False)]
RunDir = Annotated[Path, typer.Argument(metavar="RUN", help="A folder made by eval run.", show_default=False)]


@contextmanager
def open_model(settings: Settings, backend: str) -> Iterator[Backend]:
    """The language model ``backend``, closed at the end. Raises as :func:`rag.llm.registry.open_backend` does."""
    model = open_backend(settings.model_copy(update={"backend": backend}))
    try:
        yield model
    finally:
        model.close()


@contextmanager
def open_engine(settings: Settings, kb: KnowledgeBase) -> Iterator[GuidedEngine]:
    """An engine over ``kb``, closed at the end."""
    engine = GuidedEngine.open(settings, kb)
    try:
        yield engine
    finally:
        engine.close()


def library_of(dataset: Dataset, settings: Settings) -> tuple[Settings, KnowledgeBase]:
    """The settings with the knowledge base that the questions are about: the file's own paragraphs, or the user's."""
    if not dataset.corpus:
        kb = built(settings)
        return settings, kb
    settings = for_test_sets(settings)
    with building() as tell:
        kb, _ = index_corpus(
            corpus_lines(dataset.corpus).encode(), settings, embedder_of(settings), cache_folder(), progress=tell
        )
    return settings, kb


def embedder_of(settings: Settings) -> Embedder:
    """The embedder that the settings name."""
    return open_embedder(settings.embedding, threads=settings.threads)


@contextmanager
def building() -> Iterator[Callable[[BuildProgress], None]]:
    """A bar for the building of an index."""
    with progress_bar("Indexing the corpus") as bar:
        yield lambda progress: bar(progress.done, progress.total)


def cache_folder() -> Path:
    """Where test sets' indexes and remembered answers are kept on this machine."""
    from platformdirs import user_cache_path

    return user_cache_path("charterqa", appauthor=False)
