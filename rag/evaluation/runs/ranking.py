"""How far up the passages that hold the evidence stand, by ir-measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, R, nDCG

from rag.evaluation.questions.evidence import EvidencePlace
from rag.evaluation.runs.response import Retrieved

FIELD = {"recall@1": "R@1", "recall@5": "R@5", "recall@10": "R@10", "mrr@10": "MRR@10", "ndcg@10": "nDCG@10"}
"""What the field calls them; run folders keep the names that they began with."""
MEASURES = {"recall@1": R @ 1, "recall@5": R @ 5, "recall@10": R @ 10, "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10}


@dataclass(frozen=True, slots=True)
class Ranking:
    """The retrieved passages of one question, best first, and whether each overlaps the evidence.

    ``unseen`` counts evidence excerpts that no retrieved passage overlaps (including those that no document holds); each
    is one more relevant item that was not found.
    """

    passages: tuple[str, ...]
    relevant: tuple[bool, ...]
    unseen: int


def rank_evidence(retrieved: Sequence[Retrieved], places: Sequence[EvidencePlace], excerpts: int) -> Ranking:
    """Mark what of ``retrieved`` overlaps a place of one of the question's ``excerpts`` evidence excerpts."""
    relevant: list[bool] = []
    seen: set[int] = set()
    for hit in retrieved:
        own = {p.excerpt for p in places if p.document == hit.document and p.span.overlaps(hit.span)}
        relevant.append(bool(own))
        seen |= own
    return Ranking(tuple(r.passage for r in retrieved), tuple(relevant), excerpts - len(seen))


def measure(rankings: Mapping[str, Ranking]) -> dict[str, dict[str, float]]:
    """Question id → measure → value in [0, 1], for every question given; a question with no hits has 0 everywhere."""
    values = {question: dict.fromkeys(MEASURES, 0.0) for question in rankings}
    qrels = [
        ir_measures.Qrel(question, item, 1)
        for question, ranking in rankings.items()
        for item in [
            *(p for p, r in zip(ranking.passages, ranking.relevant, strict=True) if r),
            *(f"unseen {n}" for n in range(ranking.unseen)),
        ]
    ]
    run = [
        ir_measures.ScoredDoc(question, passage, -float(place))
        for question, ranking in rankings.items()
        for place, passage in enumerate(ranking.passages)
    ]
    names = {measure: name for name, measure in MEASURES.items()}
    if qrels and run:
        for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
            values[metric.query_id][names[metric.measure]] = metric.value
    return values
