"""The command line: it only chooses and starts. Stages are imported inside a command, so that ``--help`` stays quick."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from rag import __version__
from rag.errors import CharterError, IndexMissing

if TYPE_CHECKING:
    from rag.indexing.build import BuildReport, Progress
    from rag.knowledge_base import KnowledgeBase
    from rag.settings import Settings

app = typer.Typer(name="charterqa", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Kb = Annotated[Path | None, typer.Option("--kb", metavar="DIR", help="The knowledge base folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead.")]
Document = Annotated[str, typer.Argument(metavar="DOCUMENT", help="As charterqa documents lists it.", show_default=False)]


def main() -> None:
    """Run the command line: an error is one line with its remedy and exit code 1, never a stack trace."""
    try:
        app()
    except CharterError as error:
        fail(error)


def fail(error: CharterError) -> NoReturn:
    """Say what is wrong on stderr and leave."""
    typer.echo(f"charterqa: {error}", err=True)
    sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Answers from official documents in which every sentence is proved by the exact excerpt it rests on."""


@app.command()
def index(
    kb: Kb = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Parse and embed everything anew.")] = False,
    as_json: Json = False,
) -> None:
    """Build or update the index from sources/. What has not changed is neither parsed nor embedded again."""
    settings = settings_of(kb)
    report = _build(settings, knowledge_base(settings), rebuild=rebuild)
    if as_json:
        echo_json(_report_json(report))
    else:
        _say(report)
    if report.failures:
        raise typer.Exit(1)


@app.command()
def check(kb: Kb = None, as_json: Json = False) -> None:
    """Verify checksums, offsets, counts and the model of the index; exit 1 with every damage and what mends it."""
    from rag.indexing.check import check as damages_of

    settings = settings_of(kb)
    found = damages_of(knowledge_base(settings), settings)
    if as_json:
        damages = [{"place": d.place, "message": d.message, "remedy": d.remedy} for d in found]
        echo_json({"ok": not found, "damages": damages})
    else:
        for damage in found:
            typer.echo(f"{damage.place}: {damage.message} {damage.remedy}")
        if not found:
            typer.echo("The index is whole.")
    if found:
        raise typer.Exit(1)


@app.command()
def documents(kb: Kb = None, as_json: Json = False) -> None:
    """List the documents: title, pages, passages, language and when each was indexed."""
    from rag.contract import entry_json
    from rag.indexing.generation import open_current

    settings = settings_of(kb)
    generation = open_current(built(settings), None, settings)
    entries = generation.documents()
    if as_json:
        echo_json({"index": generation.id, "documents": [entry_json(entry) for entry in entries]})
        return
    from rich.console import Console
    from rich.table import Column, Table

    shown = (Column(name, overflow="fold") for name in ("Document", "Title", "Pages", "Passages", "Language", "Indexed"))
    table = Table(*shown, box=None, header_style="bold")
    for e in entries:
        table.add_row(e.id, e.title, str(e.pages or "–"), str(e.passages), e.language or "–", e.indexed_at)
    Console(markup=False, highlight=False, emoji=False).print(table)


@app.command()
def show(document: Document, kb: Kb = None) -> None:
    """Print the canonical text of a document, to the byte: offsets of citations count its characters."""
    from rag.indexing.generation import open_current

    settings = settings_of(kb)
    text = open_current(built(settings), None, settings).document(document).text
    typer.echo(text.encode("utf-8"), nl=sys.stdout.isatty() and not text.endswith("\n"))


@app.command()
def rollback(kb: Kb = None) -> None:
    """Go back to the generation before the current one; a running server follows at once."""
    from rag.indexing.publish import rollback as go_back

    typer.echo(f"Generation {go_back(knowledge_base(settings_of(kb)))} is the current one again.")


def settings_of(kb: Path | None, **flags: Any) -> Settings:
    """The settings from file, environment and flags; a misspelt variable is pointed out on stderr."""
    from rag.settings import load_settings, unknown_variables

    for name in unknown_variables():
        typer.echo(f"charterqa: {name} is not a setting and is ignored.", err=True)
    return load_settings({"kb": kb, **flags})


def knowledge_base(settings: Settings) -> KnowledgeBase:
    """The knowledge base that the settings name, or the default one."""
    from platformdirs import user_data_path

    from rag.knowledge_base import find_knowledge_base

    return find_knowledge_base(settings.kb, data_folder=user_data_path("charterqa", appauthor=False))


def built(settings: Settings) -> KnowledgeBase:
    """The knowledge base, ready to be read: the one inside an installed package is indexed at its first use."""
    from rag.indexing.generation import current_id

    kb = knowledge_base(settings)
    if kb.shipped:
        try:
            current_id(kb)
        except IndexMissing:
            typer.echo(f"charterqa: building the index of {kb.root}, this once.", err=True)
            for failure in _build(settings, kb).failures:
                typer.echo(f"charterqa: {failure.error}", err=True)
    return kb


def echo_json(value: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _build(settings: Settings, kb: KnowledgeBase, *, rebuild: bool = False) -> BuildReport:
    from rag.indexing.build import build
    from rag.indexing.sentence_transformer import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder.load(settings.embedding, threads=settings.threads)
    with _progress_bar() as tell:
        return build(kb, settings, embedder, rebuild=rebuild, progress=tell)


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


def _report_json(report: BuildReport) -> dict[str, Any]:
    return {
        "generation": report.generation,
        "published": report.published,
        "documents": report.documents,
        "passages": report.passages,
        "parsed": report.parsed,
        "embedded": report.embedded,
        "failures": [
            {"source": f.error.source, "message": f.error.message, "remedy": f.error.remedy, "loss": f.loss}
            for f in report.failures
        ],
        "seconds": round(report.seconds, 3),
    }


def _say(report: BuildReport) -> None:
    outcome = {
        "file": "It is not in the index.",
        "version": "Its last readable version stays in the index until the file is mended or deleted.",
        "line": "The other lines are in the index.",
    }
    for failure in report.failures:
        typer.echo(f"charterqa: {failure.error} {outcome[failure.loss]}", err=True)
    holds = f"{report.documents:,} documents, {report.passages:,} passages"
    if report.published:
        done = f"{report.parsed:,} sources read, {report.embedded:,} passages embedded in {report.seconds:.1f} s"
        typer.echo(f"Generation {report.generation}: {holds}; {done}.")
    else:
        typer.echo(f"Nothing has changed. Generation {report.generation}: {holds}.")
