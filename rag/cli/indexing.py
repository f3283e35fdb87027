"""The index of a knowledge base: built, verified and taken back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rag.cli.base import Json, Kb, echo_json, flaw_json, knowledge_base, settings_of
from rag.cli.building import build_index
from rag.indexing.build import BuildReport
from rag.indexing.check import check as damages_of
from rag.indexing.publish import rollback as go_back
from rag.indexing.recall import current_recall
from rag.localization.counting import counted


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
        "failures": [flaw_json(flaw) for flaw in report.failures],
        "seconds": round(report.seconds, 3),
    }


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
