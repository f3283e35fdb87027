"""Fit what answers without a language model: the coefficients of the sentence selector and of the shipped answerability gate.

    python bench/fit_answering.py SQUAD.json OWN.jsonl [--held-out DEV.jsonl] [--write]

SQUAD.json is SQuAD v2: its paragraphs are indexed together, its questions are asked with all of them, with their own paragraph
removed, and with their own article removed. OWN.jsonl are questions on the default knowledge base; they weigh little in the
fit and set the threshold. What is reported on SQuAD is out of sample: the gate for one half of the articles is fitted on the
other half. DEV.jsonl takes no part in anything. --write stores coefficients fitted on everything but DEV.jsonl.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answering.engine import READ_HITS, SHIPPED_GATE, Engine
from rag.answering.gate import Example, Gate, best_threshold, fit_gate, gate_signals
from rag.answering.logistic import Logistic, fit
from rag.answering.selection import CHOOSING, SHIPPED, Selector
from rag.answering.signals import SIGNALS, Reader, Reading
from rag.evaluation.metrics import auroc
from rag.indexing.build import build
from rag.indexing.generation import open_current
from rag.indexing.live import LiveIndex
from rag.knowledge_base import KnowledgeBase, find_knowledge_base
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.types import Hit

MODES = ("answerable", "adversarial", "paragraph removed", "article removed")
WEIGHTS = {"answerable": 1.0, "adversarial": 0.5, "paragraph removed": 1.0, "article removed": 0.6}
OWN_WEIGHT = 2.0
FOLDS = 5
EVERY = {"paragraph removed": 2, "article removed": 3}  # of the answerable questions, to keep the run short


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One question in one mode. ``right[i]`` says whether candidate ``i`` holds the answer."""

    half: int
    mode: str
    reading: Reading
    right: NDArray[np.float64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("squad", type=Path)
    parser.add_argument("own", type=Path)
    parser.add_argument("--held-out", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    embedder = SentenceTransformerEmbedder.load(Settings().embedding)
    rows = squad_rows(args.squad, embedder)
    for half in (0, 1):
        report(f"SQuAD v2, fitted on articles {1 - half}::2, reported on {half}::2", rows, half)
    selector = fit_selector(rows)
    own = charter_rows(args.own, embedder)
    gate = fit_final(rows, own, selector, embedder.identity.fingerprint)
    print(f"threshold {gate.threshold:.3f}")
    print("own questions (fitted on)", operating(own, selector, gate))
    if args.held_out:
        print("held-out questions", operating(charter_rows(args.held_out, embedder), selector, gate))
    if args.write:
        SHIPPED.write_text(json.dumps(selector.to_json(), indent=1) + "\n", encoding="utf-8")
        SHIPPED_GATE.write_text(json.dumps(gate.to_json(), indent=1) + "\n", encoding="utf-8")


def squad_rows(file: Path, embedder: SentenceTransformerEmbedder) -> list[Row]:
    """Every question read in every mode that applies to it."""
    articles = json.loads(file.read_text(encoding="utf-8"))["data"]
    with tempfile.TemporaryDirectory() as folder:
        kb = KnowledgeBase(Path(folder))
        kb.sources.mkdir()
        for a, article in enumerate(articles):
            lines = [
                json.dumps({"_id": str(p), "title": article["title"], "text": paragraph["context"]})
                for p, paragraph in enumerate(article["paragraphs"])
            ]
            (kb.sources / f"{a:03}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        build(kb, Settings(), embedder)
        index = open_current(kb, embedder.identity, Settings())
        retriever, reader = Retriever(index, embedder), Reader(embedder, index)
        rows = []
        asked = [
            (a, f"{a:03}.jsonl#{p}", question)
            for a, article in enumerate(articles)
            for p, paragraph in enumerate(article["paragraphs"])
            for question in paragraph["qas"]
        ]
        for n, (a, home, question) in enumerate(asked):
            impossible = question.get("is_impossible", False)
            hits = retriever.search(question["question"], 100)
            starts = {answer["answer_start"] for answer in question["answers"]}
            for mode in ("adversarial",) if impossible else ("answerable", "paragraph removed", "article removed"):
                if n % EVERY.get(mode, 1):
                    continue
                kept = [hit for hit in hits if allowed(hit, mode, home)][:READ_HITS]
                reading = reader.read(question["question"], kept)
                right = [
                    float(c.hit.passage.document == home and any(c.span.start <= s < c.span.end for s in starts))
                    for c in reading.candidates
                ]
                rows.append(Row(a % 2, mode, reading, np.array(right)))
        return rows


def allowed(hit: Hit, mode: str, home: str) -> bool:
    if mode == "paragraph removed":
        return hit.passage.document != home
    if mode == "article removed":
        return hit.passage.document.split("#")[0] != home.split("#")[0]
    return True


def charter_rows(file: Path, embedder: SentenceTransformerEmbedder) -> list[Row]:
    """The questions of a file, read in the default knowledge base. ``Engine.open`` would ask for the gate made here."""
    kb = find_knowledge_base(None)
    engine = Engine(kb, Settings(), LiveIndex(kb, embedder.identity, Settings()), embedder)
    rows = []
    for line in file.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        reading, _ = engine.read(question["question"])
        right = np.array([float(c.text in question["evidence"]) for c in reading.candidates])
        rows.append(Row(0, "answerable" if question["answerable"] else question["kind"], reading, right))
    return rows


def fit_selector(rows: Sequence[Row]) -> Logistic:
    """A regression on the sentences of answerable questions whose answer was among the candidates."""
    used = [row for row in rows if row.mode == "answerable" and row.right.any()]
    columns = [SIGNALS.index(name) for name in CHOOSING]
    signals = np.vstack([row.reading.signals[:, columns] for row in used])
    return fit(CHOOSING, signals, np.concatenate([row.right for row in used]))


def examples(rows: Sequence[Row], selector: Logistic, weights: dict[str, float], default: float) -> list[Example]:
    made = []
    for row in rows:
        selection = Selector(selector).select(row.reading)
        if selection.best is not None:
            signals = gate_signals(row.reading, selection)
            made.append(Example(signals, row.mode == "answerable", weights.get(row.mode, default)))
    return made


def fit_final(rows: Sequence[Row], own: Sequence[Row], selector: Logistic, fingerprint: str) -> Gate:
    both = examples(rows, selector, WEIGHTS, 1.0) + examples(own, selector, {}, OWN_WEIGHT)
    gate = fit_gate(both, fingerprint, threshold=0.5)
    # The threshold comes from confidences of gates that were fitted without the question at hand.
    fold = np.random.default_rng(0).integers(0, FOLDS, len(own))
    confidence = np.zeros(len(own))
    for held in range(FOLDS):
        others = [row for row, f in zip(own, fold, strict=True) if f != held]
        without = fit_gate(
            examples(rows, selector, WEIGHTS, 1.0) + examples(others, selector, {}, OWN_WEIGHT), "", threshold=0.5
        )
        confidence[fold == held] = confidences([own[n] for n in np.flatnonzero(fold == held)], selector, without)
    labels = np.array([float(row.mode == "answerable") for row in own])
    return calibrated(Gate(gate.model, best_threshold(confidence, labels), fingerprint), confidence, labels)


def calibrated(gate: Gate, confidence: NDArray[np.float64], labels: NDArray[np.float64]) -> Gate:
    """The gate with its log odds moved and stretched (Platt 1999) so that its confidence is a probability on the own questions:
    SQuAD mixed as it is here has another share of answerable ones. No decision changes."""
    odds = np.log(np.clip(confidence, 1e-9, 1 - 1e-9) / (1 - np.clip(confidence, 1e-9, 1 - 1e-9)))
    line = fit(("odds",), odds[:, None], labels, ridge=0.0)
    slope = line.weights[0] / line.scale[0]
    shift = line.bias - slope * line.mean[0]
    model = replace(gate.model, weights=tuple(w * slope for w in gate.model.weights), bias=gate.model.bias * slope + shift)
    threshold = 1 / (1 + np.exp(-(slope * np.log(gate.threshold / (1 - gate.threshold)) + shift)))
    return Gate(model, float(threshold), gate.fingerprint)


def confidences(rows: Sequence[Row], selector: Logistic, gate: Gate) -> NDArray[np.float64]:
    chosen = Selector(selector)
    return np.array([gate.confidence(row.reading, chosen.select(row.reading)) for row in rows])


def report(name: str, rows: Sequence[Row], half: int) -> None:
    fitted = [row for row in rows if row.half != half]
    tested = [row for row in rows if row.half == half]
    selector = fit_selector(fitted)
    gate = fit_gate(examples(fitted, selector, WEIGHTS, 1.0), "", threshold=0.5)
    confidence = confidences(tested, selector, gate)
    modes = np.array([row.mode for row in tested])
    yes = confidence[modes == "answerable"]
    print(name)
    print("  first choice holds the answer", round(firsts([r for r in tested if r.mode == "answerable"], selector), 3))
    for mode in MODES[1:]:
        no = confidence[modes == mode]
        both, labels = np.r_[yes, no], np.r_[np.ones(len(yes)), np.zeros(len(no))]
        cut = best_threshold(both, labels)
        balanced = ((yes >= cut).mean() + (no < cut).mean()) / 2
        area = float(auroc(both, labels))
        print(f"  {mode:18} AUROC {area:.3f}  best balanced accuracy {balanced:.3f}  ({len(yes)} against {len(no)})")


def firsts(rows: Sequence[Row], selector: Logistic) -> float:
    chosen = Selector(selector)
    best = [(row, chosen.select(row.reading).best) for row in rows]
    return float(np.mean([n is not None and row.right[n] for row, n in best]))


def operating(rows: Sequence[Row], selector: Logistic, gate: Gate) -> dict[str, float]:
    confidence = confidences(rows, selector, gate)
    answerable = np.array([row.mode == "answerable" for row in rows])
    return {
        "AUROC": round(float(auroc(confidence, answerable)), 3),
        "answered": round(float((confidence[answerable] >= gate.threshold).mean()), 3),
        "refused": round(float((confidence[~answerable] < gate.threshold).mean()), 3),
        "Brier": round(float(np.mean((confidence - answerable) ** 2)), 3),
        "first choice right": round(firsts([r for r in rows if r.mode == "answerable"], selector), 3),
    }


if __name__ == "__main__":
    main()
