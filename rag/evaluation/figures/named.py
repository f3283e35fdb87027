"""Every figure of a run by name: what the field calls it, what it means, which way is better, which questions carry it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rag.evaluation.figures import metrics
from rag.evaluation.figures.intervals import Clusters, Floats, Statistic
from rag.evaluation.runs.ranking import FIELD, MEASURES
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
    """``statistic`` makes the figure of a table whose rows are all among ``carriers``. ``name`` is its key in files, ``label``
    what people read, everywhere; ``meaning`` says it in words."""

    name: str
    label: str
    meaning: str
    statistic: Callable[[FigureTable], Statistic]
    carriers: Callable[[FigureTable], Mask] = field(default=_everything)
    higher_is_better: bool = True
    values: Callable[[FigureTable], Floats] | None = None
    """What each row contributes, where the figure is a mean of rows: tells which questions lost."""


def _mean(
    name: str,
    label: str,
    meaning: str,
    values: Callable[[FigureTable], Floats],
    carriers: Callable[[FigureTable], Mask],
    up: bool = True,
) -> Metric:
    def statistic(table: FigureTable) -> Statistic:
        own = values(table)
        return lambda w: metrics.mean(own, w)

    return Metric(name, label, meaning, statistic, carriers, up, values)


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
    _mean("right", "accuracy", "questions answered with the evidence, or rightly refused", _column("right"), _everything),
    _mean("answers_right", "answer accuracy", "answerable questions answered with the evidence", _column("right"), _answerable),
    Metric(
        "refusal_recall",
        "refusal recall",
        "unanswerable questions that were refused",
        lambda t: lambda w: metrics.refusal_recall(t.refused, t.answerable, w),
        _unanswerable,
        values=lambda t: t.refused.astype(np.float64),
    ),
    Metric(
        "refusal_precision",
        "refusal precision",
        "refusals whose question the documents do not answer",
        lambda t: lambda w: metrics.refusal_precision(t.refused, t.answerable, w),
        _both,
    ),
    Metric(
        "balanced_accuracy",
        "balanced accuracy",
        "mean of the answerable that were answered and the unanswerable that were refused",
        lambda t: lambda w: metrics.balanced_accuracy(t.answered, t.refused, t.answerable, w),
        _both,
    ),
    _mean(
        "citation_integrity",
        "citation integrity",
        "answers whose every quote and marker is exact",
        _column("intact"),
        _everything,
    ),
    _mean(
        "citation_precision",
        "citation precision",
        "citations that overlap the evidence, mean over answerable questions",
        _precision,
        _answerable,
    ),
    Metric(
        "citation_precision_shown",
        "citation precision, micro",
        "citations that overlap the evidence, of all shown for answerable questions",
        lambda t: lambda w: metrics.ratio(t.columns["citations_relevant"], t.columns["citations"], w),
        _answerable,
    ),
    _mean(
        "citation_recall",
        "evidence recall",
        "share of the evidence that the quotes cover",
        _column("evidence_recall"),
        _answerable,
    ),
    _mean("containment", "containment", "every required string stands in the quotes", _column("contained"), _answerable),
    _mean("token_f1", "token F1", "words that answer and reference share", _column("token_f1"), _answerable),
    _mean("claim_coverage", "claim coverage", "words of a claim that its own quotes hold", _claim_coverage, _everything),
    *(
        _mean(name, FIELD[name], f"{FIELD[name]} of the passages that hold the evidence", _column(name), _ranked)
        for name in MEASURES
    ),
    Metric(
        "brier",
        "Brier score",
        "squared distance of the confidence from the truth",
        lambda t: lambda w: metrics.brier(t.columns["confidence"], t.answerable, w),
        _both,
        higher_is_better=False,
    ),
    Metric(
        "ece",
        "ECE",
        "expected calibration error of the confidence",
        lambda t: lambda w: metrics.ece(t.columns["confidence"], t.answerable, w),
        _both,
        higher_is_better=False,
    ),
    Metric(
        "auroc",
        "AUROC",
        "how well the confidence tells answerable from unanswerable",
        lambda t: lambda w: metrics.auroc(t.columns["confidence"], t.answerable, w),
        _both,
    ),
    Metric(
        "aurc",
        "AURC",
        "area under the risk–coverage curve",
        lambda t: lambda w: metrics.aurc(t.columns["confidence"], 1 - t.columns["right"] * t.answered, w),
        _everything,
        higher_is_better=False,
    ),
    _mean(
        "withheld",
        "claims withheld",
        "claims of a model that were not shown, per question",
        _column("withheld"),
        _everything,
        up=False,
    ),
    _mean("errors", "errors", "questions that ended in an error", _failed, _everything, up=False),
)
BY_NAME = {metric.name: metric for metric in CATALOGUE}
NAME_OF = {metric.label: metric.name for metric in CATALOGUE} | {name: name for name in BY_NAME}
"""A metric's key by either of its names."""


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
