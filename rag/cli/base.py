"""What every command needs: options, settings, the knowledge base, the building of an index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import IndexMissing

if TYPE_CHECKING:
    from rag.indexing.build import BuildReport, Progress
    from rag.knowledge_base import KnowledgeBase
    from rag.settings import Settings

Kb = Annotated[Path | None, typer.Option("--kb", metavar="DIR", help="The knowledge base folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]

SAMPLE, PIECE = 40, 800
"""Pieces, and characters of each."""


def settings_of(kb: Path | None, **flags: Any) -> Settings:
    """The settings from file, environment and flags; a misspelt variable is pointed out on stderr."""
    from rag.settings import load_settings, unknown_variables

    for name in unknown_variables():
        typer.echo(f"charterqa: {name} is not a setting and is ignored.", err=True)
    return load_settings({"kb": kb, **flags})


def knowledge_base(settings: Settings) -> KnowledgeBase:
    """The knowledge base that the settings name, or the default one."""
    from rag.knowledge_base import find_knowledge_base

    return find_knowledge_base(settings.kb)


def built(settings: Settings) -> KnowledgeBase:
    """The knowledge base, ready to be read: the one inside an installed package is indexed at its first use."""
    from rag.index.generation import current_id

    kb = knowledge_base(settings)
    if kb.shipped:
        try:
            current_id(kb)
        except IndexMissing:
            typer.echo(f"charterqa: building the index of {kb.root}, this once.", err=True)
            for flaw in build_index(settings, kb).failures:
                typer.echo(f"charterqa: {flaw}", err=True)
    return kb


def echo_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def build_index(settings: Settings, kb: KnowledgeBase, *, rebuild: bool = False) -> BuildReport:
    with working("Starting"):  # these imports take longer than all that follows, where nothing has changed
        from rag.guiding.indexing import index
        from rag.models.opening import open_for_indexing

    with working("Loading the embedding model"):
        embedder = open_for_indexing(
            settings.embedding,
            sample=lambda: _sample(settings, kb),
            say=lambda line: typer.echo(f"charterqa: {line}", err=True),
            threads=settings.threads,
        )
    with _progress_bar() as tell:
        return index(kb, settings, embedder, rebuild=rebuild, progress=tell)


def _sample(settings: Settings, kb: KnowledgeBase) -> list[str]:
    """Pieces of the smallest sources: what an export of the model is compared with it on."""
    from rag.corpus.loading import Loader
    from rag.corpus.sources import list_sources
    from rag.errors import CharterError

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


@contextmanager
def working(what: str) -> Iterator[None]:
    """A line on stderr, with the seconds so far, that is gone when the work is done; nothing in a pipe."""
    from rich.console import Console
    from rich.progress import Progress as Line
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    with Line(*columns, console=console, transient=True, disable=not console.is_terminal) as line:
        line.add_task(what, total=None)
        yield


@contextmanager
def _progress_bar() -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr: one line per stage, gone from a pipe."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    names = {"read": "Reading sources", "embed": "Embedding passages", "publish": "Publishing"}
    columns = TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    console = Console(stderr=True)
    with Bar(*columns, console=console, disable=not console.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def tell(progress: Progress) -> None:
            if progress.stage not in tasks:
                tasks[progress.stage] = bar.add_task(names[progress.stage], total=progress.total)
            bar.update(tasks[progress.stage], completed=progress.done, total=progress.total)

        yield tell
