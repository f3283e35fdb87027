"""How well passages are found: a test set's queries through a searcher, measured by ir-measures with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import ir_measures
import numpy as np
from ir_measures import RR, R, nDCG

from rag.evaluation.figures import metrics
from rag.evaluation.figures.intervals import Clusters, Estimate, Floats, Statistic, cluster, estimate
from rag.evaluation.questions.retrieval_set import RetrievalSet
from rag.types import Hit

DEPTH = 100
"""Passages asked for: enough for ten documents, however finely they are cut, and no more than a question fuses anyway."""
MEASURES = {"nDCG@10": nDCG @ 10, "R@5": R @ 5, "R@10": R @ 10, "MRR@10": RR @ 10}


class Searcher(Protocol):
    """Anything that ranks passages for a question."""

    def search(self, question: str, k: int, /) -> tuple[Hit, ...]:
        """The k best passages, best first."""
        ...


@dataclass(frozen=True, slots=True)
class SearchQuality:
    """``figures`` by measure; ``values`` has one value a query, in the order of ``queries``."""

    figures: Mapping[str, Estimate]
    values: Mapping[str, Floats]
    queries: tuple[str, ...]
    documents: int


def ranked_documents(hits: tuple[Hit, ...]) -> tuple[str, ...]:
    """The ``_id`` of each document, once, at the place of its best passage."""
    return tuple(dict.fromkeys(hit.passage.document.partition("#")[2] or hit.passage.document for hit in hits))


def measure_search(
    test: RetrievalSet, searcher: Searcher, documents: int, *, progress: Callable[[int, int], None] | None = None
) -> SearchQuality:
    """Search every query and measure. A query that finds nothing counts as 0."""
    run: list[ir_measures.ScoredDoc] = []
    for done, (query, text) in enumerate(test.queries.items(), 1):
        found = ranked_documents(searcher.search(text, DEPTH)) if text.strip() else ()
        run += [ir_measures.ScoredDoc(query, document, -float(place)) for place, document in enumerate(found)]
        if progress is not None:
            progress(done, len(test.queries))
    return score(test, run, documents)


def score(test: RetrievalSet, run: list[ir_measures.ScoredDoc], documents: int) -> SearchQuality:
    """Measure a run against the judgements, each query in the denominator whether the run has it or not."""
    queries = tuple(test.queries)
    row = {query: n for n, query in enumerate(queries)}
    names = {measure: name for name, measure in MEASURES.items()}
    values = {name: np.zeros(len(queries)) for name in MEASURES}
    qrels = [ir_measures.Qrel(q, d, grade) for q, grades in test.qrels.items() for d, grade in grades.items()]
    if run:
        for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
            values[names[metric.measure]][row[metric.query_id]] = metric.value
    clusters = _clusters(test, queries)
    figures = {name: estimate(_mean(column), clusters) for name, column in values.items()}
    return SearchQuality(figures, values, queries, documents)


def quality_json(quality: SearchQuality) -> dict[str, object]:
    """The JSON of ``eval retrieval``."""
    figures: dict[str, object] = {
        name: {"mean": round(e.mean, 6), "low": round(e.low, 6), "high": round(e.high, 6)}
        for name, e in quality.figures.items()
    }
    return figures | {"queries": len(quality.queries), "documents": quality.documents}


def _mean(column: Floats) -> Statistic:
    return lambda weights: metrics.mean(column, weights)


def _clusters(test: RetrievalSet, queries: tuple[str, ...]) -> Clusters:
    """Queries about one and the same document are drawn together; a query about several stands for itself."""
    about = (tuple(d for d, grade in test.qrels[q].items() if grade > 0) for q in queries)
    return cluster([documents[0] if len(documents) == 1 else None for documents in about])
