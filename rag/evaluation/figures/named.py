"""Every figure of a run by name: what it is called, which way is better, which questions carry it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rag.evaluation.figures import metrics
from rag.evaluation.figures.intervals import Clusters, Floats, Statistic
from rag.evaluation.runs.ranking import MEASURES
from rag.evaluation.runs.record import Record

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class FigureTable:
    """The verdicts of n questions as columns of shape (n,). ``ids`` are in the order of the rows."""

    ids: tuple[str, ...]
    answerable: Mask
    answered: Mask
    refused: Mask
    columns: dict[str, Floats]
    ranked: Mask
    clusters: Clusters


def table_of(records: Sequence[Record], clusters: Clusters) -> FigureTable:
    """Lay out ``records`` in their order. ``clusters`` label the same rows."""
    verdicts = [r.verdict for r in records]
    columns = {name: np.array([float(getattr(v, name)) for v in verdicts]) for name in NUMERIC}
    columns |= {name: np.array([r.retrieval.get(name, 0.0) for r in records]) for name in MEASURES}
    return FigureTable(
        ids=tuple(r.question.id for r in records),
        answerable=np.array([r.question.answerable for r in records], dtype=bool),
        answered=np.array([v.status == "answered" for v in verdicts], dtype=bool),
        refused=np.array([v.status == "refused" for v in verdicts], dtype=bool),
        columns=columns,
        ranked=np.array([bool(r.retrieval) for r in records], dtype=bool),
        clusters=clusters,
    )


NUMERIC = (
    "right",
    "contained",
    "citations",
    "citations_relevant",
    "evidence_recall",
    "intact",
    "claim_coverage",
    "token_f1",
    "confidence",
    "withheld",
)


def _everything(t: FigureTable) -> Mask:
    return np.ones_like(t.answerable)


def _answerable(t: FigureTable) -> Mask:
    return t.answerable


def _unanswerable(t: FigureTable) -> Mask:
    return ~t.answerable


def _ranked(t: FigureTable) -> Mask:
    return t.answerable & t.ranked


def _both(t: FigureTable) -> Mask:
    return _everything(t) if t.answerable.any() and not t.answerable.all() else np.zeros_like(t.answerable)


@dataclass(frozen=True)
class Metric:
    """``statistic`` makes the figure of a table whose rows are all among ``carriers``."""

    name: str
    label: str
    statistic: Callable[[FigureTable], Statistic]
    carriers: Callable[[FigureTable], Mask] = field(default=_everything)
    higher_is_better: bool = True
    values: Callable[[FigureTable], Floats] | None = None
    """What each row contributes, where the figure is a mean of rows: tells which questions lost."""


def _mean(
    name: str, label: str, values: Callable[[FigureTable], Floats], carriers: Callable[[FigureTable], Mask], up: bool = True
) -> Metric:
    def statistic(table: FigureTable) -> Statistic:
        own = values(table)
        return lambda w: metrics.mean(own, w)

    return Metric(name, label, statistic, carriers, up, values)


def _column(name: str) -> Callable[[FigureTable], Floats]:
    return lambda t: t.columns[name]


def _precision(t: FigureTable) -> Floats:
    """A question without a citation has none that is right."""
    shown = t.columns["citations"]
    return np.divide(t.columns["citations_relevant"], shown, out=np.zeros_like(shown), where=shown != 0)


def _claim_coverage(t: FigureTable) -> Floats:
    """A refusal claims nothing, so nothing is uncovered; an error is a failure."""
    return np.where(t.refused, 1.0, t.columns["claim_coverage"])


def _failed(t: FigureTable) -> Floats:
    return (~t.answered & ~t.refused).astype(np.float64)


CATALOGUE: tuple[Metric, ...] = (
    _mean("right", "Right (answered with the evidence, or rightly refused)", _column("right"), _everything),
    _mean("answers_right", "Answerable questions answered with the evidence", _column("right"), _answerable),
    Metric(
        "refusal_recall",
        "Unanswerable questions refused",
        lambda t: lambda w: metrics.refusal_recall(t.refused, t.answerable, w),
        _unanswerable,
        values=lambda t: t.refused.astype(np.float64),
    ),
    Metric(
        "refusal_precision",
        "Refusals that were right",
        lambda t: lambda w: metrics.refusal_precision(t.refused, t.answerable, w),
        _both,
    ),
    Metric(
        "balanced_accuracy",
        "Balanced accuracy of answering and refusing",
        lambda t: lambda w: metrics.balanced_accuracy(t.answered, t.refused, t.answerable, w),
        _both,
    ),
    _mean("citation_integrity", "Answers whose every quote and marker is exact", _column("intact"), _everything),
    _mean("citation_precision", "Citations that overlap the evidence, of an answerable question", _precision, _answerable),
    Metric(
        "citation_precision_shown",
        "Citations that overlap the evidence, of those shown for answerable questions",
        lambda t: lambda w: metrics.ratio(t.columns["citations_relevant"], t.columns["citations"], w),
        _answerable,
    ),
    _mean("citation_recall", "Evidence covered by the quotes", _column("evidence_recall"), _answerable),
    _mean("containment", "Every required string stands in the quotes", _column("contained"), _answerable),
    _mean("token_f1", "Word F1 of answer and reference", _column("token_f1"), _answerable),
    _mean("claim_coverage", "Words of a claim that its own quotes hold", _claim_coverage, _everything),
    *(
        _mean(name, f"Retrieval of the evidence ({name})", _column(name), lambda t: t.answerable & t.ranked)
        for name in MEASURES
    ),
    Metric(
        "brier",
        "Brier score of the confidence",
        lambda t: lambda w: metrics.brier(t.columns["confidence"], t.answerable, w),
        _both,
        higher_is_better=False,
    ),
    Metric(
        "ece",
        "Expected calibration error",
        lambda t: lambda w: metrics.ece(t.columns["confidence"], t.answerable, w),
        _both,
        higher_is_better=False,
    ),
    Metric(
        "auroc",
        "Confidence tells answerable from unanswerable (AUROC)",
        lambda t: lambda w: metrics.auroc(t.columns["confidence"], t.answerable, w),
        _both,
    ),
    Metric(
        "aurc",
        "Area under the risk–coverage curve",
        lambda t: lambda w: metrics.aurc(t.columns["confidence"], 1 - t.columns["right"] * t.answered, w),
        _everything,
        higher_is_better=False,
    ),
    _mean("withheld", "Claims withheld, per question", _column("withheld"), _everything, up=False),
    _mean("errors", "Questions that ended in an error", _failed, _everything, up=False),
)
BY_NAME = {metric.name: metric for metric in CATALOGUE}


def rows(table: FigureTable, keep: Mask) -> FigureTable:
    """The rows of ``table`` where ``keep`` is true, their clusters numbered anew."""
    _, labels = np.unique(table.clusters.labels[keep], return_inverse=True)
    return FigureTable(
        ids=tuple(i for i, k in zip(table.ids, keep, strict=True) if k),
        answerable=table.answerable[keep],
        answered=table.answered[keep],
        refused=table.refused[keep],
        columns={name: values[keep] for name, values in table.columns.items()},
        ranked=table.ranked[keep],
        clusters=Clusters(labels.astype(np.intp), table.clusters.by),
    )
