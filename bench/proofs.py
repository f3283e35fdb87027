"""How well sentences are proved: ``python -m bench.proofs [--wice FILE] [--replies FOLDER] [--reader FOLDER]``.

Always on ``tests/answering/strangers.json``: half true paraphrases, half lies that change one thing. ``--wice`` adds the
claims of WiCE, whose evidence is a whole web page; ``--replies`` a folder with ``docs/`` and ``replies.jsonl``:
statements of model replies, each marked true or false. Nothing is fitted here.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.replies import with_documents
from rag.answering.proof.prover import THRESHOLD, Evidence, Proved, Prover
from rag.corpus.loading import load
from rag.corpus.shape.passages import cut
from rag.corpus.shape.sentences import split
from rag.corpus.sources import list_sources
from rag.evaluation.figures.metrics import auroc
from rag.knowledge_base import find_knowledge_base
from rag.models.embedder import Embedder
from rag.models.onnx_reader import OnnxReader
from rag.models.opening import open_embedder
from rag.settings import Embedding, Settings
from rag.types import Passage, Span

ROOT = Path(__file__).parents[1]
STRANGERS = ROOT / "tests" / "answering" / "strangers.json"
LONGEST = 1500  # characters of one evidence sentence; some are whole pages
CUT = 900  # characters of a passage


@dataclass(frozen=True)
class Judged:
    """A claim, whether it is true, the support found for it, and whether it would be shown."""

    claim: str
    true: bool
    support: float
    shown: bool
    why: str


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wice", type=Path)
    parser.add_argument("--replies", type=Path)
    parser.add_argument("--reader", type=Path)
    parser.add_argument("--every", type=int, default=1, help="only every so many-th claim")
    parser.add_argument("-v", action="store_true", help="print what was judged wrong")
    arguments = parser.parse_args()
    embedder = open_embedder(Embedding())
    prover = Prover(OnnxReader.load(arguments.reader), embedder)
    if not arguments.replies:
        report("strangers", strangers(prover, arguments.every), arguments.v)
    if arguments.replies:
        report("replies", replies(arguments.replies, prover, embedder), arguments.v)
    if arguments.wice:
        report("WiCE dev", wice(arguments.wice, prover, arguments.every), False)


def report(name: str, found: Sequence[Judged], loud: bool) -> None:
    """AUROC of the support, what is shown at the threshold, and what could be at the share of lies that the bars name."""
    support = np.array([j.support for j in found])
    true = np.array([j.true for j in found])
    shown = np.array([j.shown for j in found])
    print(f"{name}: {true.sum()} true, {(~true).sum()} false; AUROC {auroc(support, true.astype(float)):.3f}; ", end="")
    print(f"shown at {THRESHOLD}: {shown[true].mean():.3f} of the true, {shown[~true].mean():.3f} of the false")
    passed = np.array([s if not j.why.startswith("guard") else -1.0 for s, j in zip(support, found, strict=True)])
    for share in (0.05, 0.12, 0.2):
        cut = np.quantile(passed[~true], 1 - share)
        print(f"  at {share} of the false: {(passed[true] > cut).mean():.3f} of the true (threshold {cut:.3f})")
    blocked = np.array([j.why.startswith("guard") for j in found])
    print(f"  withheld by an exact check: {blocked[true].mean():.3f} of the true, {blocked[~true].mean():.3f} of the false")
    if loud:
        for judged in found:
            if judged.true != judged.shown:
                print(f"  {'TRUE ' if judged.true else 'FALSE'} {judged.support:.2f} {judged.claim}  [{judged.why}]")


def judged(claim: str, true: bool, evidence: Evidence, prover: Prover) -> Judged:
    """One claim. The support is that of the best evidence even where an exact check withholds the claim."""
    support = prover.support(claim, evidence)
    verdict = prover.prove(claim, (), evidence)
    if isinstance(verdict, Proved):
        return Judged(claim, true, support, True, "")
    reason = verdict.withheld.reason
    return Judged(claim, true, support, False, reason if "support" in reason else f"guard: {reason}")


def strangers(prover: Prover, every: int) -> list[Judged]:
    """Each text among three others, as retrieval would give them."""
    content = json.loads(STRANGERS.read_text(encoding="utf-8"))
    documents: dict[str, str] = content["documents"]
    documents["charter"] = (find_knowledge_base(None).sources / "charter-report.txt").read_text(encoding="utf-8")
    names = list(documents)
    found = []
    for name in content["true"]:
        at = names.index(name)
        near = [names[(at + n) % len(names)] for n in (1, 2, 3)] if name != "charter" else []
        evidence = prover.prepare([p for n in (name, *near) for p in passages(documents[n], n, n.replace("_", " ").title())])
        found += [judged(text, True, evidence, prover) for text in content["true"][name][::every]]
        found += [judged(text, False, evidence, prover) for _, text in content["false"][name][::every]]
    return found


def replies(folder: Path, prover: Prover, embedder: Embedder) -> list[Judged]:
    """Every statement of every reply against its document, which is read and cut as when it is indexed."""
    rows = [json.loads(line) for line in (folder / "replies.jsonl").read_text(encoding="utf-8").splitlines()]
    prepared: dict[str, Evidence] = {}
    found = []
    with tempfile.TemporaryDirectory() as place:
        kb = with_documents(Path(place), folder, rows)
        settings = Settings()
        for source in list_sources(kb):
            (document,) = load(source, settings.parsing)
            prepared[source.id] = prover.prepare(cut(document, settings.passages, embedder.count_tokens))
    for row in rows:
        for statement in row["statements"]:
            found.append(judged(statement["text"], statement["true"], prepared[row["document"]], prover))
    return found


def wice(file: Path, prover: Prover, every: int) -> list[Judged]:
    """Every claim against all sentences of its page; partly supported is not supported."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines()[::every]:
        row = json.loads(line)
        evidence = prover.prepare([_page(row["evidence"])])
        support = prover.support(row["claim"], evidence)
        found.append(Judged(row["claim"], row["label"] == "supported", support, support >= THRESHOLD, ""))
    return found


def passages(text: str, name: str, title: str) -> list[Passage]:
    """``text`` in passages of whole sentences."""
    found: list[Passage] = []
    run: list[Span] = []
    for sentence in (*split(text), None):
        if run and (sentence is None or sentence.end - run[0].start > CUT):
            span = Span(run[0].start, run[-1].end)
            found.append(Passage(f"{name}:{len(found)}", name, "", title, (), None, span, span.of(text), tuple(run)))
            run = []
        if sentence is not None:
            run.append(sentence)
    return found


def _page(sentences: Iterable[str]) -> Passage:
    kept = [sentence[:LONGEST] for sentence in sentences if sentence.strip()]
    spans, at = [], 0
    for sentence in kept:
        spans.append(Span(at, at + len(sentence)))
        at += len(sentence) + 1
    text = "\n".join(kept)
    return Passage("page", "page", "", "", (), None, Span(0, len(text)), text, tuple(spans))


if __name__ == "__main__":
    main()
