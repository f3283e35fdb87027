"""Questions proposed for a person to review, and a run in another tool's format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from rag.cli.base import Kb, settings_of
from rag.cli.evaluation_base import RunDir, open_model
from rag.cli.first_use import built
from rag.evaluation.questions.drafting import draft_questions, near_misses
from rag.evaluation.questions.drafting_llm import propose_by_model
from rag.evaluation.questions.questions_file import question_json, write_questions
from rag.evaluation.reports.interchange import export as exported
from rag.evaluation.runs.run_folder import RunFolder
from rag.evaluation.writing import pretty, write_atomically
from rag.guiding.proposals import propose
from rag.index.generation import open_current
from rag.localization.counting import counted


def draft(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the proposals go.")] = Path("drafts.jsonl"),
    kb: Kb = None,
    backend: Annotated[str | None, typer.Option("--backend", help="A language model writes them.", show_default=False)] = None,
    without: Annotated[str | None, typer.Option("--without", metavar="DOCUMENT", help="Ask for what only it says.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 100,
) -> None:
    """Propose questions with evidence for a person to review; with --without, ones that lose their answer with a document."""
    settings = settings_of(kb)
    generation = open_current(built(settings), None, settings)
    documents = [generation.document(without)] if without else [generation.document(e.id) for e in generation.documents()]
    if backend:
        with open_model(settings, backend) as model:
            proposals = propose_by_model(documents, model, at_most=limit)
    else:
        proposals = propose(documents)
    if without:
        proposals = near_misses(proposals, without, generation)
    drafts = draft_questions(proposals[:limit], out.stem, answerable=not without)
    lines = [question_json(question) | {"note": note} for question, note in drafts]
    write_questions(out, lines)
    typer.echo(f"{counted(len(lines), 'proposal')} in {out}. Set 'review' to 'done' where one is good and delete the others.")


def export(
    run_folder: RunDir,
    form: Annotated[Literal["ragas", "deepeval"], typer.Option("--format", help="Whose data format.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="JSONL for RAGAS, JSON for DeepEval.")],
    kb: Kb = None,
) -> None:
    """Write a run in the data format of another evaluation tool."""
    settings = settings_of(kb)
    records = RunFolder(run_folder).records()
    entries = exported(records, open_current(built(settings), None, settings), form)
    if form == "ragas":
        write_questions(out, entries)
    else:
        write_atomically(out, pretty(entries))
    typer.echo(f"{len(entries)} of {len(records)} questions in {out}")
