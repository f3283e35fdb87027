"""Intervals are wide where they must be, and the same each time."""

from __future__ import annotations

import numpy as np

from rag.evaluation.figures import metrics
from rag.evaluation.figures.intervals import Floats, Statistic, cluster, estimate, resample


def mean_of(values: list[float]) -> Statistic:
    def statistic(weights: Floats) -> Floats:
        return metrics.mean(values, weights)

    return statistic


def test_the_interval_of_a_proportion_matches_theory() -> None:
    # 400 independent questions, half right: standard error 0.025
    values = [0.0, 1.0] * 200
    found = estimate(mean_of(values), cluster([f"d{n}" for n in range(400)]))
    assert found.mean == 0.5
    assert found.n == 400
    assert abs((found.high - found.low) / 2 - 1.96 * 0.025) < 0.004


def test_questions_of_one_document_are_drawn_together_and_widen_the_interval() -> None:
    values = [float(n // 20 % 2) for n in range(400)]  # 20 documents of 20 questions, each all right or all wrong
    together = estimate(mean_of(values), cluster([f"d{n // 20}" for n in range(400)]))
    alone = estimate(mean_of(values), cluster([f"d{n}" for n in range(400)]))
    theory = 1.96 * 0.5 / np.sqrt(20)
    assert abs((together.high - together.low) / 2 - theory) < 0.03
    assert (together.high - together.low) / (alone.high - alone.low) > 4


def test_few_documents_fall_back_to_single_questions_and_say_so() -> None:
    found = cluster(["only one"] * 30)
    assert found.by == "question"
    assert found.size == 30
    assert cluster([f"d{n % 10}" for n in range(30)]).by == "document"


def test_a_question_without_a_document_stands_for_itself() -> None:
    found = cluster([*(f"d{n}" for n in range(10)), None, None])
    assert (found.by, found.size) == ("document", 12)


def test_a_seed_makes_the_same_interval_each_time() -> None:
    statistic, clusters = mean_of([0.0, 1.0, 1.0] * 10), cluster([None] * 30)
    assert resample(statistic, clusters).tolist() == resample(statistic, clusters).tolist()
    assert resample(statistic, clusters).tolist() != resample(statistic, clusters, seed=1).tolist()


def test_each_resample_draws_as_many_clusters_as_there_are() -> None:
    totals: list[float] = []

    def statistic(weights: Floats) -> Floats:
        totals.extend(weights.sum(axis=-1).tolist())
        return weights.sum(axis=-1)

    resample(statistic, cluster([None] * 17), samples=300)
    assert totals == [17.0] * 300
