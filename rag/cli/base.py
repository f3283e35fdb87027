"""What every command needs: options, settings, the knowledge base, the building of an index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.cli.progress import build_bar, working
from rag.corpus.loading import Loader
from rag.corpus.sources import list_sources
from rag.errors import CharterError, IndexMissing
from rag.guiding.indexing import index
from rag.index.generation import current_id
from rag.indexing.build import BuildReport
from rag.knowledge_base import KnowledgeBase, find_knowledge_base
from rag.models.opening import open_for_indexing
from rag.settings import Settings, load_settings, unknown_variables

Kb = Annotated[Path | None, typer.Option("--kb", metavar="DIR", help="The knowledge base folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]

SAMPLE, PIECE = 40, 800
"""Pieces, and characters of each."""


def settings_of(kb: Path | None, **flags: Any) -> Settings:
    """The settings from file, environment and flags; a misspelt variable is pointed out on stderr."""
    for name in unknown_variables():
        typer.echo(f"charterqa: {name} is not a setting and is ignored.", err=True)
    return load_settings({"kb": kb, **flags})


def knowledge_base(settings: Settings) -> KnowledgeBase:
    """The knowledge base that the settings name, or the default one."""
    return find_knowledge_base(settings.kb)


def built(settings: Settings) -> KnowledgeBase:
    """The knowledge base, ready to be read: the one inside an installed package is indexed at its first use."""
    kb = knowledge_base(settings)
    if kb.shipped:
        try:
            current_id(kb)
        except IndexMissing:
            typer.echo(f"charterqa: building the index of {kb.root}, this once.", err=True)
            for flaw in build_index(settings, kb).failures:
                typer.echo(f"charterqa: {flaw}", err=True)
    return kb


def counted(number: int, noun: str) -> str:
    """A count with its noun, such as ``1 document`` and ``1,204 documents``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def echo_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def build_index(settings: Settings, kb: KnowledgeBase, *, rebuild: bool = False) -> BuildReport:
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
