"""The answerability gate: do the documents answer this question at all?

A logistic regression on what was measured when the question was read. It needs no language model; where there is one, the
model's word is one more vote, weighted by how reliable that model has proved (:meth:`Gate.with_vote`). The gate that is shipped
is used until ``charterqa eval calibrate`` has stored one with the knowledge base.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.answering.expectation import Kind
from rag.answering.logistic import Logistic, fit
from rag.answering.selection import Selection
from rag.answering.signals import SIGNALS, Reading
from rag.errors import IndexMismatch

GATING = ("cosine", "distant", "aligned", "shared", "complete", "names_missing", "lacking", "ahead", Kind.LIST.value)
VERSION = 1
# Of a model nobody has measured: its "not found" halves the odds, a claim of it that was verified doubles them.
UNMEASURED = 2.0


@dataclass(frozen=True, slots=True)
class Vote:
    """How a language model's word has proved: the factor on the odds that each of its two words is worth."""

    found: float = UNMEASURED
    not_found: float = 1 / UNMEASURED


@dataclass(frozen=True, slots=True)
class Example:
    """A question read, for fitting: its signals, whether the documents answer it, and what it counts for."""

    signals: NDArray[np.float64]
    answerable: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Gate:
    """``model`` gives the confidence; at or above ``threshold`` the question is answered. ``fingerprint`` is the embedding
    model's, whose similarities the signals are; ``votes`` are by back end name."""

    model: Logistic
    threshold: float
    fingerprint: str
    votes: Mapping[str, Vote] = field(default_factory=dict)

    def confidence(self, reading: Reading, selection: Selection) -> float:
        """The calibrated probability, in [0, 1], that the documents answer the question."""
        if selection.best is None:
            return 0.0
        return float(self.model.probability(gate_signals(reading, selection))[0])

    def with_vote(self, confidence: float, backend: str, *, found: bool) -> float:
        """The confidence once the language model ``backend`` has spoken: Bayes' rule with its measured reliability."""
        vote = self.votes.get(backend, Vote())
        odds = confidence / max(1 - confidence, 1e-12) * (vote.found if found else vote.not_found)
        return odds / (1 + odds)

    def to_json(self) -> dict[str, Any]:
        """As :func:`load_gate` reads it."""
        return {
            "version": VERSION,
            "fingerprint": self.fingerprint,
            "threshold": round(self.threshold, 6),
            "model": self.model.to_json(),
            "votes": {name: {"found": v.found, "not_found": v.not_found} for name, v in sorted(self.votes.items())},
        }


def gate_signals(reading: Reading, selection: Selection) -> NDArray[np.float64]:
    """The :data:`GATING` numbers of one question, shape (len(GATING),). The selection must not be empty."""
    best = selection.best
    if best is None:
        raise ValueError("nothing was selected")
    measured = [reading.signals[best, SIGNALS.index(name)] for name in GATING if name in SIGNALS]
    return np.array([*measured, float(reading.kind is Kind.LIST)], dtype=np.float64)


def fit_gate(examples: Sequence[Example], fingerprint: str, *, threshold: float | None = None) -> Gate:
    """Fit a gate. Without ``threshold``, :func:`best_threshold` of these examples is taken.

    Raises:
        ValueError: the examples are not of both kinds.
    """
    signals = np.array([e.signals for e in examples])
    labels = np.array([float(e.answerable) for e in examples])
    weights = np.array([e.weight for e in examples])
    model = fit(GATING, signals, labels, weights)
    if threshold is None:
        threshold = best_threshold(model.probability(signals), labels)
    return Gate(model, threshold, fingerprint)


def best_threshold(confidence: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """Where the worse of two shares, answerable questions answered and unanswerable ones refused, is as good as it gets.

    Halfway between two neighbouring confidences. The best balanced accuracy would let one share fall far below the other: on
    the questions of the default knowledge base it answered .88 and refused .95.
    """
    levels = np.unique(confidence)
    cuts = np.r_[levels[0] / 2, (levels[1:] + levels[:-1]) / 2, (1 + levels[-1]) / 2]
    yes, no = confidence[labels == 1], confidence[labels == 0]
    worse = [(round(min((yes >= c).mean(), (no < c).mean()), 9), (yes >= c).mean() + (no < c).mean()) for c in cuts]
    return float(cuts[max(range(len(cuts)), key=worse.__getitem__)])


def load_gate(file: Path, fingerprint: str | None) -> Gate:
    """Read a gate.

    Raises:
        IndexMismatch: the file cannot be used, or was fitted with another embedding model.
    """
    remedy = f"Run charterqa eval calibrate, or remove {file} to use the gate that is shipped."
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        if stored["version"] != VERSION:
            raise ValueError("it is of another version")
        votes = {str(n): Vote(float(v["found"]), float(v["not_found"])) for n, v in stored.get("votes", {}).items()}
        gate = Gate(Logistic.from_json(stored["model"], GATING), float(stored["threshold"]), str(stored["fingerprint"]), votes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexMismatch(f"The answerability gate {file.name} cannot be used: {error}.", remedy=remedy) from None
    if not (
        0 <= gate.threshold <= 1 and all(math.isfinite(f) and f > 0 for v in votes.values() for f in (v.found, v.not_found))
    ):
        raise IndexMismatch(f"The answerability gate {file.name} has values out of range.", remedy=remedy)
    if fingerprint is not None and gate.fingerprint != fingerprint:
        raise IndexMismatch("The answerability gate was fitted with another embedding model.", remedy=remedy)
    return gate
