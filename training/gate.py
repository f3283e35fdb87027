"""Fit the gate that is shipped: ``python -m training.gate --broad FILE … --own FILE … [--foreign FILE …] [--report FILE …] [--multilingual] [--write]``.

With ``--multilingual`` it is the gate of that profile, and what words cannot tell, between two languages, is fitted by itself.

The files are what ``training.readings`` wrote. The broad ones (texts by other hands, held out of the training) teach what a figure
is worth; the own ones (official texts) set the threshold and the calibration, out of fold. Reported files take no part.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.answering.engine import shipped_gate
from rag.answering.reading.answerability import ACROSS, FOREIGN, Example, Gate, best_threshold, fit_gate
from rag.answering.reading.paragraphs import CHOICE, FIGURES, MARKS
from rag.evaluation.figures.metrics import auroc, ece
from rag.models.logistic import Logistic, fit
from rag.settings import MULTILINGUAL, Embedding

WEIGHTS = {"answerable": 1.0, "no": 1.0, "paragraph removed": 0.7, "article removed": 0.4}
OWN_WEIGHT = 2.0
FOLDS = 6
RIDGE = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """The rows of some files: ``figures`` of shape (n, figures), ``answerable`` and ``mode`` of length n."""

    figures: NDArray[np.float64]
    answerable: NDArray[np.float64]
    mode: list[str]
    rows: list[dict[str, Any]]


def load(files: Sequence[Path]) -> Read:
    """All rows of ``files``, in order."""
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    figures = np.array([row["figures"] for row in rows], dtype=np.float64).reshape(len(rows), len(FIGURES))
    return Read(figures, np.array([float(row["mode"] == "answerable") for row in rows]), [row["mode"] for row in rows], rows)


def examples(read: Read, weight: float = 1.0, keep: NDArray[np.bool_] | None = None) -> list[Example]:
    """The rows as examples; a removed paragraph or article counts for less, since there are so many."""
    chosen = range(len(read.rows)) if keep is None else np.flatnonzero(keep)
    return [Example(read.figures[n], bool(read.answerable[n]), weight * WEIGHTS[read.mode[n]]) for n in chosen]


def fitted(broad: Read, own: Read) -> Gate:
    """The gate on both, its threshold and calibration from confidences of gates that were fitted without the question."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(own.rows))
    confidence = np.zeros(len(own.rows))
    for held in range(FOLDS):
        without = fit_gate([*examples(broad), *examples(own, OWN_WEIGHT, fold != held)], "", threshold=0.5)
        confidence[fold == held] = without.model.probability(own.figures[fold == held])
    gate = fit_gate([*examples(broad), *examples(own, OWN_WEIGHT)], "", threshold=best_threshold(confidence, own.answerable))
    return calibrated(gate, confidence, own.answerable)


def calibrated(gate: Gate, confidence: NDArray[np.float64], labels: NDArray[np.float64]) -> Gate:
    """The gate with its log odds moved and stretched (Platt 1999) so that its confidence is a probability on the own questions:
    the broad sets mixed as they are here have another share of answerable ones. No decision changes."""
    odds = np.log(np.clip(confidence, 1e-9, 1 - 1e-9) / (1 - np.clip(confidence, 1e-9, 1 - 1e-9)))
    line = fit(("odds",), odds[:, None], labels, ridge=0.0)
    slope = line.weights[0] / line.scale[0]
    shift = line.bias - slope * line.mean[0]
    model = replace(gate.model, weights=tuple(w * slope for w in gate.model.weights), bias=gate.model.bias * slope + shift)
    threshold = 1 / (1 + np.exp(-(slope * np.log(gate.threshold / (1 - gate.threshold)) + shift)))
    return replace(gate, model=model, threshold=float(threshold))


def fitted_apart(names: tuple[str, ...], read: Read, threshold: float) -> Logistic:
    """A fit on some of the figures (:data:`FOREIGN`, :data:`ACROSS`), moved so that one threshold serves all."""
    columns = [FIGURES.index(name) for name in names]
    weights = np.array([WEIGHTS[mode] for mode in read.mode])
    model = fit(names, read.figures[:, columns], read.answerable, weights, ridge=RIDGE)
    cut = best_threshold(model.probability(read.figures[:, columns]), read.answerable)
    moved = np.log(threshold / (1 - threshold)) - np.log(cut / (1 - cut))
    return replace(model, bias=model.bias + float(moved))


def of_two_languages(read: Read) -> Read:
    """The rows whose words tell nothing."""
    kept = [n for n, row in enumerate(read.rows) if row["across"]]
    return Read(read.figures[kept], read.answerable[kept], [read.mode[n] for n in kept], [read.rows[n] for n in kept])


def report_choice(read: Read, *, steps: int = 400, rate: float = 0.3, ridge: float = 0.02) -> None:
    """Print what each mark should count for in choosing the sentence (``rag.answering.reading.paragraphs.CHOICE``): the weights
    under which a softmax over the candidates gives the right ones the greatest probability. By gradient ascent, from nothing."""
    of = [(np.array(row["marks"]), np.array(row["right"])) for row in read.rows if row["mode"] == "answerable"]
    whole = [(m, r) for m, r in ((m, r[: len(m)]) for m, r in of if len({len(x) for x in m}) == 1) if 0 < r.sum() < len(r)]
    weights = np.zeros(len(MARKS))
    for _ in range(steps):
        slope = -ridge * weights
        for marks, right in whole:
            scores = np.exp(marks @ weights - (marks @ weights).max())
            all_, of_right = scores / scores.sum(), scores * right / (scores * right).sum()
            slope += (of_right - all_) @ marks / len(whole)
        weights += rate * slope
    today, then = (np.mean([right[int(np.argmax(marks @ np.array(w)))] for marks, right in whole]) for w in (CHOICE, weights))
    print(f"  choice, {len(whole)} questions: first right {today:.3f}, with {np.round(weights, 2).tolist()} {then:.3f}")


def report(name: str, read: Read, gate: Gate) -> None:
    """What the gate does on one file."""
    confidence = gate.model.probability(read.figures)
    for names, kind, model in ((ACROSS, "across", gate.across), (FOREIGN, "foreign", gate.foreign)):
        if model is not None:
            of_kind = np.array([row[kind] for row in read.rows])
            columns = [FIGURES.index(f) for f in names]
            confidence = np.where(of_kind, model.probability(read.figures[:, columns]), confidence)
    yes = read.answerable == 1
    print(f"{name}: {yes.sum()} answerable, {(~yes).sum()} not")
    for mode in sorted({m for m in read.mode if m != "answerable"}):
        of = np.array([m == mode for m in read.mode])
        both = yes | of
        print(
            f"  {mode:18} AUROC {float(auroc(confidence[both], read.answerable[both])):.3f}"
            f"  refused {(confidence[of] < gate.threshold).mean():.3f}"
        )
    right = [row["right"][0] for row, y in zip(read.rows, yes, strict=True) if y]
    shown = [any(row["right"][: len(row["chosen"])]) for row, y in zip(read.rows, yes, strict=True) if y]
    marked = [row["marked"] for row, y in zip(read.rows, yes, strict=True) if y]
    sizes = [len(row["chosen"]) for row, y in zip(read.rows, yes, strict=True) if y]
    answered = confidence[yes] >= gate.threshold
    print(
        f"  answered {answered.mean():.3f}, best sentence right {np.mean(right):.3f}, both {np.mean(answered & np.array(right)):.3f}, "
        f"among the first shown {np.mean(shown):.3f}, sentences shown {np.mean(sizes):.2f}, words overlap {np.mean(marked):.3f}, "
        f"ECE {float(ece(confidence, read.answerable)):.3f}"
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("broad", "own", "foreign", "report"):
        parser.add_argument(f"--{name}", type=Path, nargs="*", default=[])
    parser.add_argument("--multilingual", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    broad, own = load(arguments.broad), load(arguments.own)
    gate = fitted(broad, own)
    if arguments.foreign:
        gate = replace(gate, foreign=fitted_apart(FOREIGN, load(arguments.foreign), gate.threshold))
    if arguments.multilingual:
        gate = replace(gate, across=fitted_apart(ACROSS, of_two_languages(own), gate.threshold))
    for name, read in (("broad", broad), ("own", own)):
        print(name)
        report_choice(read)
    print(f"threshold {gate.threshold:.3f}")
    for name, weight in zip(FIGURES, gate.model.weights, strict=True):
        print(f"  {name:12} {weight:+.3f}")
    for file in (*arguments.broad, *arguments.own, *arguments.foreign, *arguments.report):
        report(file.stem, load([file]), gate)
    if arguments.write:
        file = shipped_gate(Embedding(model=MULTILINGUAL if arguments.multilingual else None))
        file.write_text(json.dumps(gate.to_json(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
