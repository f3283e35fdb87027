"""Two runs, question by question: what changed, by how much, for which kinds and languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.errors import UsageError
from rag.evaluation.figures.intervals import Estimate, Floats, cluster, estimate
from rag.evaluation.figures.named import CATALOGUE, FigureTable, Mask, Metric, rows, table_of
from rag.evaluation.questions.languages import languages_of
from rag.evaluation.runs.record import Record

OVERALL = "overall"
FEWEST = 5
"""Resampling fewer questions than this says nothing: one lost question of one would always be significant."""


@dataclass(frozen=True, slots=True)
class Change:
    """One metric in both runs on the same questions.

    ``gain`` is the paired difference NEW − BASE with its interval, its sign turned where lower is better, so that below zero
    is always a loss. ``lost`` and ``won`` are the questions whose own value fell or rose, worst first (empty for figures that
    are not a mean over questions).
    """

    metric: Metric
    base: float
    new: float
    gain: Estimate
    lost: tuple[str, ...]
    won: tuple[str, ...]

    @property
    def significant_loss(self) -> bool:
        """The whole interval is a loss, on enough questions to say so."""
        return self.gain.high < 0 and self.gain.n >= FEWEST

    @property
    def significant_gain(self) -> bool:
        """The whole interval is a gain, on enough questions to say so."""
        return self.gain.low > 0 and self.gain.n >= FEWEST


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that was right in one run and is not in the other."""

    base: Record
    new: Record

    @property
    def lost(self) -> bool:
        """It was right before."""
        return self.base.verdict.right


def signed(difference: float) -> str:
    """Three decimals with a sign; ``0`` for what rounds to nothing, whichever side it comes from."""
    return f"{difference:+.3f}" if round(difference, 3) else "0"


@dataclass(frozen=True, slots=True)
class Comparison:
    """``changes`` has ``overall`` first, then each kind; ``languages`` has each language of the questions. Ids that only one
    side has are not compared."""

    changes: dict[str, tuple[Change, ...]]
    languages: dict[str, tuple[Change, ...]]
    flips: tuple[Flip, ...]
    only_base: tuple[str, ...]
    only_new: tuple[str, ...]
    clustered_by: str
    confidence: float
    expectations_changed: tuple[str, ...]


def compare(base: Sequence[Record], new: Sequence[Record], *, confidence: float = 0.95) -> Comparison:
    """Pair two runs by question id.

    Raises:
        UsageError: they have no question in common.
    """
    before, after = {r.question.id: r for r in base}, {r.question.id: r for r in new}
    ids = [i for i in before if i in after]
    if not ids:
        raise UsageError("The two runs have no question in common.", remedy="Compare runs of the same questions.")
    old, now = [before[i] for i in ids], [after[i] for i in ids]
    clusters = cluster([r.cluster for r in old])
    tables = table_of(old, clusters), table_of(now, clusters)
    everything = np.ones(len(ids), dtype=bool)
    masks: dict[str, Mask] = {OVERALL: everything}
    masks |= {k: np.array([r.question.kind == k for r in now]) for k in sorted({r.question.kind for r in now})}
    changes = {name: _changes(tables, mask, confidence) for name, mask in masks.items()}
    spoken = languages_of([r.question for r in now])
    if len(set(spoken)) > 1:
        by_language = {code: np.array([own == code for own in spoken]) for code in sorted(set(spoken))}
        languages = {code: _changes(tables, mask, confidence) for code, mask in by_language.items()}
    else:
        languages = {spoken[0]: changes[OVERALL]}
    return Comparison(
        changes=changes,
        languages=languages,
        flips=tuple(Flip(a, b) for a, b in zip(old, now, strict=True) if a.verdict.right != b.verdict.right),
        only_base=tuple(i for i in before if i not in after),
        only_new=tuple(i for i in after if i not in before),
        clustered_by=clusters.by,
        confidence=confidence,
        expectations_changed=tuple(a.question.id for a, b in zip(old, now, strict=True) if a.question != b.question),
    )


def _changes(tables: tuple[FigureTable, FigureTable], mask: Mask, confidence: float) -> tuple[Change, ...]:
    base, new = (rows(t, mask) for t in tables)
    changes = []
    for metric in CATALOGUE:
        carriers = metric.carriers(base) & metric.carriers(new)
        if carriers.any():
            changes.append(_change(metric, rows(base, carriers), rows(new, carriers), confidence))
    return tuple(changes)


def _same(base: FigureTable, new: FigureTable) -> bool:
    """Nothing differs, so no resample can differ either."""
    flags = (base.answered, new.answered), (base.refused, new.refused)
    return all(np.array_equal(a, b) for a, b in (*flags, *((base.columns[c], new.columns[c]) for c in base.columns)))


def _change(metric: Metric, base: FigureTable, new: FigureTable, confidence: float) -> Change:
    sign = 1.0 if metric.higher_is_better else -1.0
    before, after = metric.statistic(base), metric.statistic(new)

    def gained(weights: Floats) -> Floats:
        return sign * (after(weights) - before(weights))

    one = np.ones((1, len(base.ids)))
    lost: tuple[str, ...] = ()
    won: tuple[str, ...] = ()
    if metric.values is not None:
        steps = sign * (metric.values(new) - metric.values(base))
        order = np.argsort(steps, kind="stable")
        lost = tuple(base.ids[i] for i in order if steps[i] < -1e-12)
        won = tuple(base.ids[i] for i in order[::-1] if steps[i] > 1e-12)
    if _same(base, new):
        gain = Estimate(0.0, 0.0, 0.0, len(base.ids))
    else:
        gain = estimate(gained, base.clusters, confidence=confidence)
    return Change(metric, float(before(one)[0]), float(after(one)[0]), gain, lost, won)
