"""Bootstrap intervals that resample whole documents, because questions about one document stand or fall together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""Weights of shape (b, n), how often each of n questions was drawn in b resamples, to b values. All ones: the figure itself."""

SAMPLES = 2000
SEED = 20250808
FEWEST_DOCUMENTS = 10
BLOCK = 250


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with the bounds of its interval; ``n`` questions carry it."""

    mean: float
    low: float
    high: float
    n: int

    def rounded(self) -> dict[str, float]:
        """As a log keeps it."""
        return {"mean": round(self.mean, 6), "low": round(self.low, 6), "high": round(self.high, 6), "n": self.n}


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which questions are drawn together. ``labels`` has one number from 0 for each question."""

    labels: NDArray[np.intp]
    by: str

    @property
    def size(self) -> int:
        """How many clusters there are."""
        return int(self.labels.max()) + 1 if self.labels.size else 0


def cluster(documents: Sequence[Hashable | None]) -> Clusters:
    """Cluster questions by document; a question without one stands for itself.

    With fewer than ten documents a resample of documents says nothing (with one, every resample is the same), so questions are
    then drawn one by one, and ``by`` says so.
    """
    if len({d for d in documents if d is not None}) < FEWEST_DOCUMENTS:
        return Clusters(np.arange(len(documents), dtype=np.intp), "question")
    number: dict[Hashable, int] = {}
    keys = [("question", n) if d is None else ("document", d) for n, d in enumerate(documents)]
    return Clusters(np.array([number.setdefault(key, len(number)) for key in keys], dtype=np.intp), "document")


def resample(statistic: Statistic, clusters: Clusters, *, samples: int = SAMPLES, seed: int = SEED) -> Floats:
    """``samples`` values of ``statistic``, each on as many clusters drawn with replacement as there are. Shape (samples,)."""
    random = np.random.default_rng(seed)
    size = clusters.size
    values = []
    for first in range(0, samples, BLOCK):
        block = min(BLOCK, samples - first)
        drawn = random.integers(0, size, (block, size)) + np.arange(block)[:, None] * size
        counts = np.bincount(drawn.ravel(), minlength=block * size).reshape(block, size)
        values.append(statistic(counts[:, clusters.labels].astype(np.float64)))
    return np.concatenate(values)


def estimate(
    statistic: Statistic, clusters: Clusters, *, confidence: float = 0.95, samples: int = SAMPLES, seed: int = SEED
) -> Estimate:
    """The figure on all questions with the percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13)."""
    n = clusters.labels.size
    mean = float(statistic(np.ones((1, n)))[0])
    tail = (1 - confidence) / 2
    low, high = np.quantile(resample(statistic, clusters, samples=samples, seed=seed), [tail, 1 - tail])
    return Estimate(mean, float(low), float(high), n)
