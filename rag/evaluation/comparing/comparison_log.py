"""A comparison as JSON, for programs that read it in a build."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.evaluation.comparing.comparison import Change, Comparison
from rag.evaluation.comparing.verdict import Loss, verdict_line


def comparison_json(comparison: Comparison, broken: Sequence[Loss]) -> dict[str, Any]:
    """The changes, overall and by kind, the flipped questions and the gate's verdict."""
    return {
        "changes": {kind: {c.metric.name: _change(c) for c in own} for kind, own in comparison.changes.items()},
        "lost": [f.new.question.id for f in comparison.flips if f.lost],
        "won": [f.new.question.id for f in comparison.flips if not f.lost],
        "only_base": list(comparison.only_base),
        "only_new": list(comparison.only_new),
        "expectations_changed": list(comparison.expectations_changed),
        "clustered_by": comparison.clustered_by,
        "confidence": comparison.confidence,
        "gate": {"passed": not broken, "line": verdict_line(tuple(broken)), "lost": [loss.line() for loss in broken]},
    }


def _change(change: Change) -> dict[str, Any]:
    gain = change.gain
    return {
        "base": round(change.base, 6),
        "new": round(change.new, 6),
        "gain": {"mean": round(gain.mean, 6), "low": round(gain.low, 6), "high": round(gain.high, 6), "n": gain.n},
        "worse": change.significant_loss,
        "better": change.significant_gain,
        "lost": list(change.lost),
        "won": list(change.won),
    }
