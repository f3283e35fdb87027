"""The answerability gate: do the documents answer this question at all?

A logistic regression on a few figures of the reader and the search. It needs no language model; where there is one, the model's
word is one more vote, weighted by how reliable that model has proved. The gate that is shipped is used until ``charterqa eval
calibrate`` has stored one with the knowledge base; a second shipped fit serves where the reader does not know the language.
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

from rag.answering.reading.paragraphs import FIGURES, Reading
from rag.errors import IndexMismatch
from rag.models.logistic import Logistic, fit

VERSION = 2
# Of a model nobody has measured: its "not found" halves the odds, a claim of it that was proved doubles them.
UNMEASURED = 2.0
FOREIGN = ("words", "cosine", "shared", "missing")
"""What is judged where the reader does not know the language: its own figures mean nothing there."""
ACROSS = ("answerable", "words", "alone", "chosen", "second", "cosine")
"""What is judged where the passages have hardly a word of the question: shared words mean nothing there."""


@dataclass(frozen=True, slots=True)
class Vote:
    """How a language model's word has proved: the factor on the odds that each of its two words is worth."""

    found: float = UNMEASURED
    not_found: float = 1 / UNMEASURED


@dataclass(frozen=True, slots=True)
class Example:
    """A question read, for fitting: its figures, whether the documents answer it, and what it counts for."""

    figures: NDArray[np.float64]
    answerable: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Gate:
    """``model`` gives the confidence; at or above ``threshold`` the question is answered. ``fingerprint`` is of the reader and
    the embedding model whose figures it was fitted on; ``foreign`` serves where the reader does not know the language,
    ``across`` where question and passages are of two languages; ``votes`` are by back end name."""

    model: Logistic
    threshold: float
    fingerprint: str
    foreign: Logistic | None = None
    across: Logistic | None = None
    votes: Mapping[str, Vote] = field(default_factory=dict)

    def confidence(self, reading: Reading) -> float:
        """The calibrated probability, in [0, 1], that the documents answer the question."""
        if reading.figures is None:
            return 0.0
        row = reading.figures.row()
        if reading.foreign and self.foreign is not None:
            return float(self.foreign.probability(row[[FIGURES.index(name) for name in FOREIGN]])[0])
        if reading.across and self.across is not None:
            return float(self.across.probability(row[[FIGURES.index(name) for name in ACROSS]])[0])
        return float(self.model.probability(row)[0])

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
            "foreign": self.foreign.to_json() if self.foreign else None,
            "across": self.across.to_json() if self.across else None,
            "votes": {name: {"found": v.found, "not_found": v.not_found} for name, v in sorted(self.votes.items())},
        }


def fit_gate(examples: Sequence[Example], fingerprint: str, *, threshold: float | None = None) -> Gate:
    """Fit a gate. Without ``threshold``, :func:`best_threshold` of these examples is taken.

    Raises:
        ValueError: the examples are not of both kinds.
    """
    figures = np.array([e.figures for e in examples])
    labels = np.array([float(e.answerable) for e in examples])
    weights = np.array([e.weight for e in examples])
    model = fit(FIGURES, figures, labels, weights)
    if threshold is None:
        threshold = best_threshold(model.probability(figures), labels)
    return Gate(model, threshold, fingerprint)


def best_threshold(confidence: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """Where the worse of two shares, answerable questions answered and unanswerable ones refused, is as good as it gets.

    Halfway between two neighbouring confidences. The best balanced accuracy would let one share fall far below the other.
    """
    levels = np.unique(confidence)
    cuts = np.r_[levels[0] / 2, (levels[1:] + levels[:-1]) / 2, (1 + levels[-1]) / 2]
    yes, no = confidence[labels == 1], confidence[labels == 0]
    worse = [(round(min((yes >= c).mean(), (no < c).mean()), 9), (yes >= c).mean() + (no < c).mean()) for c in cuts]
    return float(cuts[max(range(len(cuts)), key=worse.__getitem__)])


def load_gate(file: Path, fingerprint: str | None) -> Gate:
    """Read a gate.

    Raises:
        IndexMismatch: the file cannot be used, or was fitted with another reader or embedding model.
    """
    remedy = f"Run charterqa eval calibrate, or remove {file} to use the gate that is shipped."
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
        if stored["version"] != VERSION:
            raise ValueError("it is of another version")
        votes = {str(n): Vote(float(v["found"]), float(v["not_found"])) for n, v in stored.get("votes", {}).items()}
        foreign = Logistic.from_json(stored["foreign"], FOREIGN) if stored.get("foreign") else None
        across = Logistic.from_json(stored["across"], ACROSS) if stored.get("across") else None
        model = Logistic.from_json(stored["model"], FIGURES)
        gate = Gate(model, float(stored["threshold"]), str(stored["fingerprint"]), foreign, across, votes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexMismatch(f"The answerability gate {file.name} cannot be used: {error}.", remedy=remedy) from None
    if not (
        0 <= gate.threshold <= 1 and all(math.isfinite(f) and f > 0 for v in votes.values() for f in (v.found, v.not_found))
    ):
        raise IndexMismatch(f"The answerability gate {file.name} has values out of range.", remedy=remedy)
    if fingerprint is not None and gate.fingerprint != fingerprint:
        raise IndexMismatch("The answerability gate was fitted with another reader or embedding model.", remedy=remedy)
    return gate
