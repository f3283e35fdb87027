"""A comparison as JSON, for programs that read it in a build."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rag.evaluation.comparing.comparison import Change, Comparison
from rag.evaluation.comparing.differences import Difference
from rag.evaluation.comparing.verdict import Loss, headline, verdict_line


def comparison_json(comparison: Comparison, broken: Sequence[Loss], differing: Sequence[Difference] = ()) -> dict[str, Any]:
    """The verdict, what the runs differ in, the changes (overall, by kind, by language) and the flipped questions."""
    return {
        "verdict": headline(comparison, broken),
        "changed": [asdict(difference) for difference in differing],
        "changes": {kind: {c.metric.name: _change(c) for c in own} for kind, own in comparison.changes.items()},
        "languages": {code: {c.metric.name: _change(c) for c in own} for code, own in comparison.languages.items()},
        "lost": [f.new.question.id for f in comparison.flips if f.lost],
        "won": [f.new.question.id for f in comparison.flips if not f.lost],
        "only_base": list(comparison.only_base),
        "only_new": list(comparison.only_new),
        "expectations_changed": list(comparison.expectations_changed),
        "clustered_by": comparison.clustered_by,
        "confidence": comparison.confidence,
        "gate": {"passed": not broken, "line": verdict_line(comparison, broken), "lost": [loss.line() for loss in broken]},
    }


def _change(change: Change) -> dict[str, Any]:
    gain = change.gain
    return {
        "base": _six(change.base),
        "new": _six(change.new),
        "gain": {"mean": _six(gain.mean), "low": _six(gain.low), "high": _six(gain.high), "n": gain.n},
        "worse": change.significant_loss,
        "better": change.significant_gain,
        "lost": list(change.lost),
        "won": list(change.won),
    }


def _six(figure: float) -> float:
    """Six decimals; nothing is not less than nothing (``-0.0``)."""
    return round(figure, 6) + 0.0
