"""An index built at the terminal: the model opened, or exported first, and a bar that tells how far it is."""

from __future__ import annotations

import typer

from rag.cli.progress import build_bar, working
from rag.corpus.loading import Loader
from rag.corpus.sources import list_sources
from rag.errors import CharterError
from rag.guiding.indexing import index
from rag.indexing.build import BuildReport
from rag.knowledge_base import KnowledgeBase
from rag.models.opening import open_for_indexing
from rag.settings import Settings

SAMPLE, PIECE = 40, 800
"""Pieces, and characters of each."""


def build_index(settings: Settings, kb: KnowledgeBase, *, rebuild: bool = False) -> BuildReport:
    """Bring the index of ``kb`` up to date; raises as :func:`rag.indexing.build.build` does."""
    with working("Loading the embedding model"):
        embedder = open_for_indexing(
            settings.embedding,
            sample=lambda: _sample(settings, kb),
            say=lambda line: typer.echo(f"charterqa: {line}", err=True),
            threads=settings.threads,
        )
    with build_bar() as tell:
        return index(kb, settings, embedder, rebuild=rebuild, progress=tell)


def _sample(settings: Settings, kb: KnowledgeBase) -> list[str]:
    """Pieces of the smallest sources: what an export of the model is compared with it on."""
    pieces: list[str] = []
    with Loader(settings.parsing) as loader:
        for source in sorted(list_sources(kb), key=lambda source: source.path.stat().st_size if source.path.is_file() else 0):
            if len(pieces) >= SAMPLE:
                break
            try:
                documents = loader.load(source)
            except CharterError:
                continue  # the build says what is wrong with it
            texts = [document.text for document in documents[:SAMPLE]]
            pieces += [text[at : at + PIECE] for text in texts for at in range(0, min(len(text), 4 * PIECE), PIECE)]
    return [piece for piece in pieces if piece.strip()][:SAMPLE]
