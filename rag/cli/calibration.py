"""What a confidence and a judge's word are worth: a gate fitted on questions, a judge compared with people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from rag.answering.engine import shipped_gate
from rag.answering.reading.answerability import load_gate
from rag.cli.base import Json, Kb, echo_json, settings_of
from rag.cli.evaluation_base import Questions, RunDir, library_of, open_engine, open_model
from rag.evaluation.judging.gate_fitting import collect, fit_on, fitting_json
from rag.evaluation.judging.judge import agreement, judge_answers, judged_json, read_labels
from rag.evaluation.judging.votes import hear, vote_of
from rag.evaluation.questions.dataset import load_dataset
from rag.evaluation.questions.evidence import locate
from rag.evaluation.reports.console import console, fitting_table, progress_bar
from rag.evaluation.reports.page import html
from rag.evaluation.reports.report import fitting_page
from rag.evaluation.runs.run import KeptAnswers
from rag.evaluation.runs.run_folder import RunFolder
from rag.evaluation.writing import pretty, write_atomically


def calibrate(
    file: Questions,
    kb: Kb = None,
    backend: Annotated[str | None, typer.Option("--backend", help="Measure this model's word too.", show_default=False)] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="JSON", help="The gate's file.", show_default=False)] = None,
    page: Annotated[Path | None, typer.Option("--report", metavar="HTML", help="Write the calibration report.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first so many.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Fit the answerability gate on questions and store it in the knowledge base; its figures are cross-validated."""
    dataset = load_dataset(file, limit=limit)
    settings, base = library_of(dataset, settings_of(kb))
    with open_engine(settings.model_copy(update={"backend": "extractive"}), base) as engine, progress_bar("Reading") as tell:
        fingerprint = engine.fingerprint
        before = load_gate(base.gate, fingerprint) if base.gate.is_file() else load_gate(shipped_gate(settings.embedding), None)
        located = locate(dataset.questions, KeptAnswers(engine))
        samples = collect(dataset.questions, engine, located, before, tell)
    fitting = fit_on(samples, fingerprint)
    figures = fitting_json(fitting, before.threshold)
    votes = dict(before.votes)
    if backend:
        answering = settings.answering.model_copy(update={"threshold": 0.0})
        own = settings.model_copy(update={"backend": backend, "answering": answering})
        with open_engine(own, base) as engine, progress_bar(backend) as tell:
            votes[engine.backend] = vote_of(hear(dataset.questions, engine, tell))
    target = out or base.gate
    gate = replace(fitting.gate, foreign=before.foreign, across=before.across, votes=votes)
    write_atomically(target, pretty(gate.to_json()))
    if page is not None:
        write_atomically(page, html(fitting_page(figures, dataset.name)))
    if as_json:
        echo_json(figures | {"gate": str(target)})
        return
    console().print(fitting_table(dataset.name, figures))
    typer.echo(f"gate  {target}")
    if figures["new"]["figures"]["brier"]["mean"] > figures["before"]["figures"]["brier"]["mean"]:
        typer.echo(f"warning  on these questions the gate before was closer to the truth; delete {target} to undo this.")


def judge(
    run_folder: RunDir,
    backend: Annotated[str, typer.Option("--backend", help="The language model that judges.")],
    labels: Annotated[Path, typer.Option("--labels", metavar="FILE", help="What people said of these answers.")],
    as_json: Json = False,
) -> None:
    """Let a language model judge the answers of a run; how far it agrees with people comes before its score."""
    folder, said = RunFolder(run_folder), read_labels(labels)
    records = folder.records()
    with open_model(settings_of(None), backend) as model:
        judgements = judge_answers(records, model)
    found = judged_json(judgements, agreement(judgements, said), backend)
    write_atomically(folder.root / "judge.json", pretty(found))
    if as_json:
        echo_json(found)
        return
    for name, figure in (("agreement with people (kappa)", found["agreement"]["kappa"]), ("good answers", found["good"])):
        typer.echo(f"{name}  {figure['mean']:.3f}  {figure['low']:.3f}–{figure['high']:.3f}  n {figure['n']}")
