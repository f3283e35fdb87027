"""Fitting the answerability gate on questions, and saying honestly how good it is.

Every reported figure is out of fold: a question is judged by a gate that was fitted without it and without the questions about
the same document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answering.followup import standalone
from rag.answering.reading.answerability import Example, Gate, best_threshold, fit_gate
from rag.answering.reading.paragraphs import Reading
from rag.errors import UsageError
from rag.evaluation.figures import metrics
from rag.evaluation.figures.calibration import reliability, risk_coverage
from rag.evaluation.figures.intervals import Clusters, Floats, Statistic, cluster, estimate
from rag.evaluation.questions.evidence import Located
from rag.evaluation.questions.question import Question
from rag.evaluation.runs.run import Progress

FOLDS = 5
FEWEST_OF_A_KIND = 10
TURNS = 6


class QuestionReader(Protocol):
    """An engine that says how a question reads against its index."""

    def read(self, question: str) -> Reading:
        """Every sentence of its hits, and the figures that the gate judges."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One question's figures; ``None`` where nothing was found that could be read. ``before`` is the confidence of the gate in
    use until now."""

    question: str
    answerable: bool
    document: str | None
    figures: NDArray[np.float64] | None
    before: float


@dataclass(frozen=True, slots=True, eq=False)
class Fitting:
    """The fitted ``gate`` (on all samples). Out of fold, of each sample, shape (n,): its ``confidence`` and whether it would be
    ``answered`` at the threshold that its fold's gate chose without it."""

    gate: Gate
    samples: tuple[Sample, ...]
    confidence: Floats
    answered: Floats
    clusters: Clusters

    @property
    def labels(self) -> Floats:
        """1 for an answerable question."""
        return np.array([float(s.answerable) for s in self.samples])

    @property
    def before(self) -> Floats:
        """The confidences of the gate in use until now."""
        return np.array([s.before for s in self.samples])


def collect(
    questions: Sequence[Question], reader: QuestionReader, located: Located, now: Gate, progress: Progress | None = None
) -> tuple[Sample, ...]:
    """Read every question against the index."""
    samples = []
    for done, question in enumerate(questions, 1):
        text = standalone(question.text, question.history, at_most=TURNS) or question.text
        reading = reader.read(text)
        places = located.places[question.id]
        samples.append(
            Sample(
                question.id,
                question.answerable,
                question.about or (places[0].document if places else None),
                None if reading.figures is None else reading.figures.row(),
                now.confidence(reading),
            )
        )
        if progress is not None:
            progress(done, len(questions))
    return tuple(samples)


def fit_on(samples: Sequence[Sample], fingerprint: str, *, folds: int = FOLDS, seed: int = 0) -> Fitting:
    """Fit a gate. The threshold has the best balanced accuracy out of fold.

    Raises:
        UsageError: too few questions of one kind to fit and to check.
    """
    few = min(sum(s.answerable for s in samples), sum(not s.answerable for s in samples))
    if few < FEWEST_OF_A_KIND:
        raise UsageError(
            f"Fitting needs at least {FEWEST_OF_A_KIND} answerable and {FEWEST_OF_A_KIND} unanswerable questions.",
            remedy="Add questions; eval draft proposes some.",
        )
    clusters = cluster([s.document for s in samples])
    labels = np.array([float(s.answerable) for s in samples])
    fold = _folds(clusters, labels, folds, seed)
    confidence, answered = np.zeros(len(samples)), np.zeros(len(samples))
    for held in range(folds):
        others = [_example(s) for s, f in zip(samples, fold, strict=True) if f != held and s.figures is not None]
        if len({e.answerable for e in others}) < 2:
            raise UsageError("A fold has questions of one kind only.", remedy="Add questions about more documents.")
        gate = fit_gate(others, fingerprint)
        for n in map(int, np.flatnonzero(fold == held)):
            figures = samples[n].figures
            confidence[n] = 0.0 if figures is None else float(gate.model.probability(figures)[0])
            answered[n] = confidence[n] >= gate.threshold
    everything = [_example(s) for s in samples if s.figures is not None]
    gate = fit_gate(everything, fingerprint, threshold=best_threshold(confidence, labels))
    return Fitting(gate, tuple(samples), confidence, answered, clusters)


def fitting_json(fitting: Fitting, threshold_before: float) -> dict[str, Any]:
    """Figures of the new gate (out of fold) and of the one before on the same questions, with the curves of both."""
    return {
        "questions": len(fitting.samples),
        "answerable": int(fitting.labels.sum()),
        "clustered_by": fitting.clusters.by,
        "threshold": round(fitting.gate.threshold, 6),
        "new": _judged(fitting.confidence, fitting.answered, fitting),
        "before": _judged(fitting.before, (fitting.before >= threshold_before).astype(np.float64), fitting),
    }


def _judged(confidence: Floats, answered: Floats, fitting: Fitting) -> dict[str, Any]:
    labels = fitting.labels
    statistics: dict[str, Statistic] = {
        "auroc": lambda w: metrics.auroc(confidence, labels, w),
        "balanced_accuracy": lambda w: metrics.balanced_accuracy(answered, 1 - answered, labels, w),
        "brier": lambda w: metrics.brier(confidence, labels, w),
        "ece": lambda w: metrics.ece(confidence, labels, w),
        "aurc": lambda w: metrics.aurc(confidence, 1 - labels, w),
    }
    figures = {name: estimate(s, fitting.clusters).rounded() for name, s in statistics.items()}
    bins = reliability(confidence, labels)
    points = risk_coverage(confidence, 1 - labels)
    n = len(labels)
    return {
        "figures": figures,
        "reliability": [{"confidence": b.confidence, "observed": b.observed, "n": b.n} for b in bins],
        "risk_coverage": [{"coverage": p.covered / n, "risk": p.risk} for p in points],
    }


def _example(sample: Sample) -> Example:
    assert sample.figures is not None
    return Example(sample.figures, sample.answerable)


def _folds(clusters: Clusters, labels: Floats, folds: int, seed: int) -> NDArray[np.intp]:
    """Whole clusters to folds, so that each fold has its share of mostly answerable and of mostly unanswerable ones."""
    sizes = np.bincount(clusters.labels, minlength=clusters.size)
    share = np.bincount(clusters.labels, weights=labels, minlength=clusters.size) / sizes
    shuffled = np.random.default_rng(seed).permutation(clusters.size)
    order = shuffled[np.argsort(share[shuffled] >= 0.5, kind="stable")]
    of_cluster = np.empty(clusters.size, dtype=np.intp)
    of_cluster[order] = np.arange(clusters.size) % folds
    return of_cluster[clusters.labels]
