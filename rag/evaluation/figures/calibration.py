"""Curves that show what a confidence is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rag.evaluation.figures.metrics import BINS, bin_of


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence is in [low, high): how many, their mean confidence and the share that is answerable."""

    low: float
    high: float
    n: int
    confidence: float
    observed: float


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Among the ``covered`` most confident, the share ``risk`` is wrong; ``threshold`` is the least confident of them."""

    covered: int
    risk: float
    threshold: float


def reliability(confidence: ArrayLike, positive: ArrayLike, bins: int = BINS) -> tuple[Bin, ...]:
    """The reliability curve over bins of equal width in [0, 1]; empty bins are left out (DeGroot and Fienberg 1983)."""
    p, y = np.asarray(confidence, dtype=np.float64), np.asarray(positive, dtype=np.float64)
    number = bin_of(p, bins)
    found = []
    for b in range(bins):
        own = number == b
        if own.any():
            found.append(Bin(b / bins, (b + 1) / bins, int(own.sum()), float(p[own].mean()), float(y[own].mean())))
    return tuple(found)


def risk_coverage(confidence: ArrayLike, wrong: ArrayLike) -> tuple[RiskPoint, ...]:
    """One point for each distinct confidence, from the most confident down (El-Yaniv and Wiener 2010)."""
    p, errors = np.asarray(confidence, dtype=np.float64), np.asarray(wrong, dtype=np.float64)
    order = np.argsort(-p, kind="stable")
    p, risk = p[order], np.cumsum(errors[order]) / np.arange(1, p.size + 1)
    last = np.flatnonzero(p != np.append(p[1:], -np.inf))
    return tuple(RiskPoint(int(k) + 1, float(risk[k]), float(p[k])) for k in last)
