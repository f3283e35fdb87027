"""What is in the knowledge base: its index built, checked, listed, shown and taken back."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from rag.cli.base import Json, Kb, build_index, built, counted, echo_json, knowledge_base, settings_of
from rag.contract import entry_json
from rag.index.generation import open_current
from rag.indexing.build import BuildReport
from rag.indexing.check import check as damages_of
from rag.indexing.publish import rollback as go_back
from rag.indexing.recall import current_recall
from rag.types import Flaw

Document = Annotated[str, typer.Argument(metavar="DOCUMENT", help="As charterqa documents lists it.", show_default=False)]


def index(
    kb: Kb = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Parse and embed everything anew.")] = False,
    as_json: Json = False,
) -> None:
    """Build or update the index from sources/. What has not changed is neither parsed nor embedded again."""
    settings = settings_of(kb)
    report = build_index(settings, knowledge_base(settings), rebuild=rebuild)
    if as_json:
        echo_json(_report_json(report))
    else:
        _say(report)
    if any(flaw.loss != "aside" for flaw in report.failures):
        raise typer.Exit(1)


def check(kb: Kb = None, as_json: Json = False) -> None:
    """Verify every byte, offset and count of the index, and its model; exit 1 with every damage and what mends it.

    Of a large index, which does not compare every vector, it also says how many of the nearest passages a search finds.
    """
    settings = settings_of(kb)
    found = damages_of(knowledge_base(settings), settings)
    recall = None if found else current_recall(knowledge_base(settings), settings)
    if as_json:
        damages = [{"place": d.place, "message": d.message, "remedy": d.remedy} for d in found]
        measured = {f"recall@{recall.nearest}": round(recall.share, 3), "questions": recall.questions} if recall else None
        echo_json({"ok": not found, "damages": damages, "search": measured})
    else:
        for damage in found:
            typer.echo(f"{damage.place}: {damage.message} {damage.remedy}")
        if not found:
            typer.echo("The index is whole.")
        if recall:
            typer.echo(
                f"Search finds {recall.share:.1%} of the {recall.nearest} nearest passages "
                f"({recall.questions} sampled sentences, against a comparison with every vector)."
            )
    if found:
        raise typer.Exit(1)


def documents(
    kb: Kb = None,
    problems: Annotated[
        bool, typer.Option("--problems", help="List what of the sources is not in the index, and why.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the documents: title, pages, passages, language and when each was indexed."""
    settings = settings_of(kb)
    generation = open_current(built(settings), None, settings)
    if problems:
        flaws = generation.flaws()
        if as_json:
            echo_json({"index": generation.id, "problems": [_flaw_json(flaw) for flaw in flaws]})
        else:
            typer.echo("\n".join(map(str, flaws)) or "Everything in the sources is in the index.")
        return
    entries = generation.documents()
    if as_json:
        echo_json({"index": generation.id, "documents": [entry_json(entry) for entry in entries]})
        return
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Column, Table

    # The id is what other commands take: it is whole for as long as it leaves room for a title beside it.
    console = Console(markup=False, highlight=False, emoji=False)
    widest = max((cell_len(e.id) for e in entries), default=0)
    id_column = Column("Document", overflow="fold", no_wrap=widest <= console.width * 2 // 5)
    shown = (Column(name, overflow="fold") for name in ("Title", "Pages", "Passages", "Language"))
    table = Table(id_column, *shown, Column("Indexed", no_wrap=True), box=None, header_style="bold")
    for e in entries:
        table.add_row(e.id, e.title, str(e.pages or "–"), str(e.passages), e.language or "–", e.indexed_at[:10])
    console.print(table)


def show(document: Document, kb: Kb = None) -> None:
    """Print the canonical text of a document, to the byte: offsets of citations count its characters."""
    settings = settings_of(kb)
    text = open_current(built(settings), None, settings).document(document).text
    typer.echo(text.encode("utf-8"), nl=sys.stdout.isatty() and not text.endswith("\n"))


def rollback(kb: Kb = None) -> None:
    """Go back to the generation before the current one; a running server follows at once."""
    settings = settings_of(kb)
    typer.echo(f"Generation {go_back(knowledge_base(settings), settings)} is the current one again.")


def _report_json(report: BuildReport) -> dict[str, Any]:
    return {
        "generation": report.generation,
        "published": report.published,
        "documents": report.documents,
        "passages": report.passages,
        "parsed": report.parsed,
        "embedded": report.embedded,
        "failures": [_flaw_json(flaw) for flaw in report.failures],
        "seconds": round(report.seconds, 3),
    }


def _flaw_json(flaw: Flaw) -> dict[str, Any]:
    return {"source": flaw.source, "message": f"{flaw.source}: {flaw.cause}", "remedy": flaw.remedy, "loss": flaw.loss}


def _say(report: BuildReport) -> None:
    outcome = {
        "file": "It is not in the index.",
        "version": "Its last readable version stays in the index until the file is mended or deleted.",
        "line": "The rest of it is in the index.",
        "part": "The rest of it is in the index.",
        "aside": "",
    }
    for flaw in report.failures:
        typer.echo(f"charterqa: {flaw} {outcome[flaw.loss]}".rstrip(), err=True)
    holds = f"{counted(report.documents, 'document')}, {counted(report.passages, 'passage')}"
    if report.published:
        read = f"{counted(report.parsed, 'source')} read"
        done = f"{read}, {counted(report.embedded, 'passage')} embedded in {report.seconds:.1f} s"
        typer.echo(f"Generation {report.generation}: {holds}; {done}.")
    else:
        typer.echo(f"Nothing has changed. Generation {report.generation}: {holds}.")
