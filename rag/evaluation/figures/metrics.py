"""The figures, each a pure function of what happened to n questions.

Every function takes arrays of shape (n,) and ``weights`` of shape (..., n), how often each question counts, and returns values
of shape (...). Without weights each question counts once. Every denominator is fixed by the questions, never by what
succeeded, except where the docstring says otherwise; a share of nothing is 0, so no NaN ever reaches a mean.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
BINS = 10


def ratio(numerators: ArrayLike, denominators: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Σ wᵢaᵢ / Σ wᵢbᵢ, and 0 where the denominator is 0."""
    top, bottom, w = _floats(numerators), _floats(denominators), _weights(weights, numerators)
    return _over(w @ top, w @ bottom)


def mean(values: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Σ wᵢxᵢ / Σ wᵢ."""
    return ratio(values, np.ones_like(_floats(values)), weights)


def refusal_precision(refused: ArrayLike, answerable: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Refusals of unanswerable questions / all refusals. The denominator is what was refused; 0 where nothing was."""
    return ratio(_floats(refused) * (1 - _floats(answerable)), refused, weights)


def refusal_recall(refused: ArrayLike, answerable: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Refusals of unanswerable questions / all unanswerable questions."""
    unanswerable = 1 - _floats(answerable)
    return ratio(_floats(refused) * unanswerable, unanswerable, weights)


def balanced_accuracy(
    answered: ArrayLike, refused: ArrayLike, answerable: ArrayLike, weights: ArrayLike | None = None
) -> Floats:
    """½ (answered answerable / answerable + refused unanswerable / unanswerable). An error is neither answered nor refused."""
    positive = _floats(answerable)
    return (ratio(_floats(answered) * positive, positive, weights) + refusal_recall(refused, answerable, weights)) / 2


def brier(confidence: ArrayLike, answerable: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Σ wᵢ(pᵢ − yᵢ)² / Σ wᵢ (Brier 1950, in its form for two outcomes). Lower is better."""
    return mean((_floats(confidence) - _floats(answerable)) ** 2, weights)


def ece(confidence: ArrayLike, answerable: ArrayLike, weights: ArrayLike | None = None, *, bins: int = BINS) -> Floats:
    """Expected calibration error: Σ_b |Σ_{i∈b} wᵢ(yᵢ − pᵢ)| / Σ wᵢ over ``bins`` bins of equal width (Naeini et al. 2015).

    The last bin holds p = 1. Lower is better.
    """
    p, w = _floats(confidence), _weights(weights, confidence)
    member = np.eye(bins)[bin_of(p, bins)]
    gaps = np.abs(w @ (member * (_floats(answerable) - p)[:, None])).sum(axis=-1)
    return _over(gaps, w.sum(axis=-1))


def auroc(score: ArrayLike, positive: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Probability that a positive scores above a negative, ties counting half (Mann–Whitney U / n₊n₋); 0.5 without both."""
    s, y, w = _floats(score), _floats(positive), _weights(weights, score)
    order = np.argsort(s, kind="stable")
    levels = np.flatnonzero(np.diff(s[order], prepend=-np.inf))
    up = np.add.reduceat((w * y)[..., order], levels, axis=-1)
    down = np.add.reduceat((w * (1 - y))[..., order], levels, axis=-1)
    below = np.cumsum(down, axis=-1) - down
    wins = (up * (below + down / 2)).sum(axis=-1)
    return _over(wins, up.sum(axis=-1) * down.sum(axis=-1), otherwise=0.5)


def aurc(confidence: ArrayLike, wrong: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Area under the risk–coverage curve: the mean over k of the share of wrong ones among the k most confident
    (Geifman and El-Yaniv 2017). Equal confidence: in the order given. Lower is better."""
    order = np.argsort(-_floats(confidence), kind="stable")
    w = _weights(weights, confidence)[..., order]
    covered = np.cumsum(w, axis=-1)
    errors = np.cumsum(w * _floats(wrong)[order], axis=-1)
    risk = _over(errors, covered)
    return _over((w * risk).sum(axis=-1), w.sum(axis=-1))


def kappa(one: ArrayLike, other: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Cohen's kappa of two yes-or-no judges: (p_o − p_e) / (1 − p_e), with p_e what chance would agree on at their own rates
    (Cohen 1960). 0 where chance alone explains everything (a judge who always says the same)."""
    a, b = _floats(one), _floats(other)
    observed = mean(a == b, weights)
    rate_a, rate_b = mean(a, weights), mean(b, weights)
    chance = rate_a * rate_b + (1 - rate_a) * (1 - rate_b)
    return _over(observed - chance, 1 - chance)


def bin_of(confidence: Floats, bins: int = BINS) -> NDArray[np.intp]:
    """Number of the bin of equal width in [0, 1] that each confidence falls into."""
    return np.minimum((confidence * bins).astype(np.intp), bins - 1)


def _over(top: ArrayLike, bottom: ArrayLike, otherwise: float = 0.0) -> Floats:
    over, under = _floats(top), _floats(bottom)
    return np.divide(over, under, out=np.full_like(over, otherwise), where=under != 0)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _weights(weights: ArrayLike | None, like: ArrayLike) -> Floats:
    return np.ones_like(_floats(like)) if weights is None else _floats(weights)
