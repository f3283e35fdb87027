"""Logistic regression on named signals: small enough to store as JSON, and to explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
STEPS = 100


@dataclass(frozen=True, slots=True)
class Logistic:
    """``sigmoid(bias + Σ weight · (signal − mean) / scale)`` over the signals called ``names``, in their order."""

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def probability(self, signals: Matrix) -> Matrix:
        """Rows of signals, shape (n, len(names)), to probabilities, shape (n,)."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.logit(signals))), dtype=np.float64)

    def logit(self, signals: Matrix) -> Matrix:
        """The log odds, kept within ±40."""
        scaled = (np.atleast_2d(signals) - np.array(self.mean)) / np.array(self.scale)
        return np.asarray(np.clip(scaled @ np.array(self.weights) + self.bias, -40, 40), dtype=np.float64)

    def to_json(self) -> dict[str, Any]:
        """As :meth:`from_json` reads it."""
        return {
            "names": list(self.names),
            "mean": [round(v, 6) for v in self.mean],
            "scale": [round(v, 6) for v in self.scale],
            "weights": [round(v, 6) for v in self.weights],
            "bias": round(self.bias, 6),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], names: Sequence[str]) -> Logistic:
        """Read coefficients that must be for exactly these signals.

        Raises:
            ValueError: they are for other signals, or not finite numbers of the right count.
        """
        if list(stored["names"]) != list(names):
            raise ValueError("they were fitted on other signals")
        mean, scale, weights = (tuple(float(v) for v in stored[key]) for key in ("mean", "scale", "weights"))
        bias = float(stored["bias"])
        values = np.array([*mean, *scale, *weights, bias])
        if {len(mean), len(scale), len(weights)} != {len(names)} or not np.isfinite(values).all() or min(scale, default=1) <= 0:
            raise ValueError("they are not complete")
        return cls(tuple(names), mean, scale, weights, bias)


def fit(
    names: Sequence[str], signals: Matrix, labels: Matrix, weights: Matrix | None = None, *, ridge: float = 3.0
) -> Logistic:
    """Maximum likelihood with a ridge penalty on the standardised weights, by Newton's method (a convex problem).

    Args:
        signals: shape (n, len(names)). labels: 0 or 1, shape (n,). weights: of each row, one each by default.

    Raises:
        ValueError: there are not both labels.
    """
    if not (labels == 1).any() or not (labels == 0).any():
        raise ValueError("both kinds are needed")
    weights = np.ones(len(labels)) if weights is None else weights
    mean, scale = signals.mean(axis=0), signals.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    rows = np.c_[(signals - mean) / scale, np.ones(len(signals))]
    penalty = np.eye(rows.shape[1]) * ridge
    penalty[-1, -1] = 0.0
    found = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(rows @ found, -40, 40)))
        gradient = rows.T @ (weights * (p - labels)) + penalty @ found
        hessian = (rows * (weights * np.maximum(p * (1 - p), 1e-9))[:, None]).T @ rows + penalty
        step = np.linalg.solve(hessian, gradient)
        found = found - step
        if float(np.abs(step).max()) < 1e-9:
            break
    return Logistic(tuple(names), tuple(mean.tolist()), tuple(scale.tolist()), tuple(found[:-1].tolist()), float(found[-1]))
