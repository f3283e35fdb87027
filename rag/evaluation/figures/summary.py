"""A run in figures: every metric with its interval, overall, per kind of question, per language and per pair of languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from rag.evaluation.figures.calibration import reliability, risk_coverage
from rag.evaluation.figures.intervals import Estimate, cluster, estimate
from rag.evaluation.figures.named import CATALOGUE, FigureTable, rows, table_of
from rag.evaluation.questions.languages import languages_of
from rag.evaluation.runs.record import Record
from rag.evaluation.runs.run import Run

Figures = dict[str, dict[str, float]]
STAGES = ("retrieve", "generate", "verify", "total")


def summarise(run: Run) -> dict[str, Any]:
    """The contents of ``summary.json``."""
    records = run.records
    table = table_of(records, cluster([r.cluster for r in records]))
    kinds = [r.question.kind for r in records]
    languages = languages_of([r.question for r in records])
    overall = figures_json(figures(table))
    outcomes = [r.outcome for r in records if r.outcome is not None]
    return {
        "schema": 1,
        "run": asdict(run.manifest)
        | {
            "models": sorted({o.provenance.model for o in outcomes if o.provenance.model}),
            "prompts": sorted({o.provenance.prompt for o in outcomes if o.provenance.prompt}),
            "asked": run.asked,
            "remembered": sum(r.remembered for r in records),
        },
        "questions": len(records),
        "answerable": int(table.answerable.sum()),
        "clustered_by": table.clusters.by,
        "metrics": overall,
        "kinds": _by(kinds, table, overall),
        "languages": _by(languages, table, overall),
        "language_pairs": _by(_pairs(languages, run), table, overall),
        "reliability": [asdict(b) for b in reliability(table.columns["confidence"], table.answerable)],
        "risk_coverage": _risk_coverage(table),
        "latency_ms": latency(records),
        "tokens": {
            "in": sum(o.provenance.tokens_in or 0 for o in outcomes),
            "out": sum(o.provenance.tokens_out or 0 for o in outcomes),
            "counted": sum(o.provenance.tokens_in is not None for o in outcomes),
        },
        "errors": [{"id": r.question.id, **asdict(r.failure)} for r in records if r.failure],
        "warnings": list(run.warnings),
    }


def figures(table: FigureTable) -> dict[str, Estimate]:
    """Each metric that ``table`` has questions for, on exactly those questions."""
    found = {}
    for metric in CATALOGUE:
        carriers = metric.carriers(table)
        if carriers.any():
            own = rows(table, carriers)
            found[metric.name] = estimate(metric.statistic(own), own.clusters)
    return found


def _pairs(languages: Sequence[str], run: Run) -> list[str]:
    """For each question its language and that of the document it stands or falls with, as "az → en"; of a question about none,
    that of all documents, "az → any" where they are in several."""
    every = set(run.written_in.values())
    common = every.pop() if len(every) == 1 else "any"
    return [
        f"{asked} → {run.written_in.get(record.cluster or '', common)}"
        for asked, record in zip(languages, run.records, strict=True)
    ]


def _by(groups: Sequence[str], table: FigureTable, overall: Figures) -> dict[str, Figures]:
    """The figures of each group of rows; ``groups`` names the group of each, ``overall`` are those of all rows."""
    if len(set(groups)) == 1:
        return {groups[0]: overall}
    masks = {group: np.array([own == group for own in groups]) for group in sorted(set(groups))}
    return {group: figures_json(figures(rows(table, mask))) for group, mask in masks.items()}


def figures_json(estimates: dict[str, Estimate]) -> Figures:
    """Six decimals are more than any interval justifies and keep files comparable."""
    return {name: e.rounded() for name, e in estimates.items()}


def latency(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """Median, 95th percentile and mean in milliseconds by stage, over the questions that had an outcome."""
    timings = [r.outcome.provenance.timings for r in records if r.outcome is not None]
    if not timings:
        return {}
    found = {}
    for stage in STAGES:
        values = np.array([float(getattr(t, stage)) for t in timings])
        p50, p95 = np.quantile(values, [0.5, 0.95])
        found[stage] = {"p50": round(float(p50), 2), "p95": round(float(p95), 2), "mean": round(float(values.mean()), 2)}
    return found


def _risk_coverage(table: FigureTable) -> list[dict[str, float]]:
    """Risk among the answered, by confidence; coverage is of all questions, so the curve ends at the share answered."""
    shown = table.answered
    points = risk_coverage(table.columns["confidence"][shown], 1 - table.columns["right"][shown])
    return [{"coverage": round(p.covered / len(table.ids), 6), "risk": round(p.risk, 6)} for p in points]
