"""Fits the support score on one half of WiCE dev and measures it on the other half.

    python bench/support_wice.py CLAIM_DEV.jsonl            measure the coefficients that are shipped
    python bench/support_wice.py CLAIM_DEV.jsonl --write    fit, store them in rag/answering/support.json, measure

A claim counts as supported only where WiCE says ``supported``; ``partially_supported`` counts as not. The halves are made by a
hash of the claim, the same for everyone. No label of the reported half is used to fit. Takes about five minutes on two cores.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rag.answering.alignment import align, prepare  # noqa: E402
from rag.answering.logistic import Logistic, fit  # noqa: E402
from rag.answering.support import SIGNALS, LogisticSupport, signals  # noqa: E402
from rag.evaluation.metrics import auroc  # noqa: E402
from rag.models.embedder import Embedder  # noqa: E402
from rag.models.sentence_transformer import SentenceTransformerEmbedder  # noqa: E402
from rag.settings import Embedding  # noqa: E402
from rag.types import Passage, Span  # noqa: E402

SHIPPED = ROOT / "rag" / "answering" / "support.json"
THRESHOLD = 0.5
"""Chosen on sentences of tests/answering/statements.py and test_frames.py: every true one that passes the exact checks scores
above .5, the one false one .37."""
PENALTY = 10.0
LONGEST = 1500  # characters of one evidence sentence; some are whole pages


@dataclass(frozen=True)
class Table:
    """The signals of every claim, whether it is supported, and whether it is in the half that is reported."""

    signals: NDArray[np.float64]
    supported: NDArray[np.bool_]
    reported: NDArray[np.bool_]


def table(file: Path, embedder: Embedder) -> Table:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    measured = []
    for row in rows:
        aligned = align(row["claim"], (), prepare([passage(row["evidence"])], embedder), embedder)
        assert aligned is not None, row["claim"]
        measured.append(signals(aligned))
    halves = [hashlib.sha256(("wice/" + row["claim"]).encode()).digest()[0] % 2 == 1 for row in rows]
    return Table(np.array(measured), np.array([r["label"] == "supported" for r in rows]), np.array(halves))


def passage(evidence: list[str]) -> Passage:
    """The evidence sentences as one passage."""
    kept = [sentence[:LONGEST] for sentence in evidence if sentence.strip()]
    spans, at = [], 0
    for sentence in kept:
        spans.append(Span(at, at + len(sentence)))
        at += len(sentence) + 1
    text = "\n".join(kept)
    return Passage("wice", "wice", "", "", (), None, Span(0, len(text)), text, tuple(spans))


def fitted(data: Table) -> LogisticSupport:
    """The coefficients of the half that is not reported."""
    kept = ~data.reported
    model = fit(SIGNALS, data.signals[kept], data.supported[kept].astype(np.float64), ridge=PENALTY)
    return LogisticSupport(model, THRESHOLD)


def store(support: LogisticSupport, file: Path) -> None:
    content = {"made_by": "bench/support_wice.py", "threshold": support.threshold, "model": support.model.to_json()}
    file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def balanced_accuracy(score: NDArray[np.float64], positive: NDArray[np.bool_], threshold: float) -> float:
    return float(((score[positive] >= threshold).mean() + (score[~positive] < threshold).mean()) / 2)


def calibration_error(score: NDArray[np.float64], positive: NDArray[np.bool_], bins: int = 5) -> float:
    """Expected calibration error over bins of equal size."""
    parts = np.array_split(np.argsort(score), bins)
    return float(sum(len(p) * abs(score[p].mean() - positive[p].mean()) for p in parts) / len(score))


def report(model: Logistic, data: Table) -> dict[str, float]:
    fitted, reported = model.probability(data.signals[~data.reported]), model.probability(data.signals[data.reported])
    y_fitted, y = data.supported[~data.reported], data.supported[data.reported]
    best = max(np.unique(fitted), key=lambda t: balanced_accuracy(fitted, y_fitted, float(t)))
    rng = np.random.default_rng(0)
    samples = [rng.integers(0, len(y), len(y)) for _ in range(1000)]
    spread = [float(auroc(reported[s], y[s])) for s in samples if 0 < y[s].sum() < len(s)]
    return {
        "claims reported": float(len(y)),
        "supported among them": float(y.sum()),
        "AUROC": float(auroc(reported, y)),
        "AUROC low (95 %)": float(np.percentile(spread, 2.5)),
        "AUROC high (95 %)": float(np.percentile(spread, 97.5)),
        "balanced accuracy (threshold from the fitted half)": balanced_accuracy(reported, y, float(best)),
        "calibration error (5 bins)": calibration_error(reported, y),
        "AUROC of the fitted half": float(auroc(fitted, y_fitted)),
        "AUROC of MiniLM's best sentence cosine alone": float(
            auroc(data.signals[data.reported][:, SIGNALS.index("cosine")], y)
        ),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    data = table(arguments.file, SentenceTransformerEmbedder.load(Embedding(), threads=2))
    support = fitted(data) if arguments.write else LogisticSupport.fitted(SHIPPED)
    if arguments.write:
        store(support, SHIPPED)
    for name, value in report(support.model, data).items():
        print(f"{name:55} {value:.3f}")


if __name__ == "__main__":
    main()
