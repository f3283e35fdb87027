"""Every figure against a case worked out by hand, to 1e-9."""

from __future__ import annotations

import ir_measures
import numpy as np
import pytest

from rag.evaluation.figures import metrics
from rag.evaluation.figures.calibration import reliability, risk_coverage
from rag.evaluation.runs.ranking import Ranking, measure
from rag.evaluation.runs.tokens import coverage, token_f1

EXACT = {"rel": 0, "abs": 1e-9}
YES, NO = True, False


def exactly(value: float) -> object:
    return pytest.approx(value, **EXACT)


def test_a_ratio_divides_sums_and_is_zero_where_there_is_nothing_to_divide_by() -> None:
    assert float(metrics.ratio([1, 2, 0], [2, 2, 3])) == exactly(3 / 7)
    assert float(metrics.ratio([1, 2, 0], [2, 2, 3], [2, 0, 1])) == exactly(2 / 7)
    assert float(metrics.ratio([0, 0], [0, 0])) == 0.0


def test_weights_with_two_axes_give_one_value_for_each_row() -> None:
    assert metrics.mean([1, 0, 1], [[1, 1, 1], [0, 3, 0], [2, 0, 1]]).tolist() == exactly([2 / 3, 0.0, 1.0])


def test_refusals_are_right_among_the_refused_and_complete_among_the_unanswerable() -> None:
    refused, answerable = [1, 1, 1, 0, 0], [1, 0, 0, 0, 1]
    assert float(metrics.refusal_precision(refused, answerable)) == exactly(2 / 3)
    assert float(metrics.refusal_recall(refused, answerable)) == exactly(2 / 3)
    assert float(metrics.refusal_precision([0, 0], [1, 0])) == 0.0


def test_an_error_is_neither_an_answer_nor_a_refusal_for_balanced_accuracy() -> None:
    answered, refused = [1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 0]
    answerable = [1, 1, 1, 1, 0, 0]  # of 4 answerable 2 answered; of 2 unanswerable 1 refused, 1 failed
    assert float(metrics.balanced_accuracy(answered, refused, answerable)) == exactly((2 / 4 + 1 / 2) / 2)


def test_the_brier_score_is_the_mean_squared_gap() -> None:
    assert float(metrics.brier([0.9, 0.2, 0.5], [1, 0, 1])) == exactly((0.01 + 0.04 + 0.25) / 3)


def test_the_calibration_error_weighs_each_bin_by_its_size() -> None:
    # bins of 0.1: {0.91, 0.95} with one of two answerable, {0.22} with none, {1.0} falls into the last bin too
    p, y = [0.91, 0.95, 0.22, 1.0], [1, 0, 0, 1]
    assert float(metrics.ece(p, y)) == exactly((abs(2 - 2.86) + 0.22) / 4)
    assert float(metrics.ece([0.25, 0.75], [0, 1], bins=2)) == exactly(0.25)


def test_auroc_counts_pairs_and_ties_count_half() -> None:
    # positives 0.9, 0.4, 0.4; negatives 0.4, 0.1: 0.9 beats both, each 0.4 ties once and wins once
    assert float(metrics.auroc([0.9, 0.4, 0.4, 0.4, 0.1], [1, 1, 1, 0, 0])) == exactly((2 + 1.5 + 1.5) / 6)
    assert float(metrics.auroc([0.3, 0.7], [1, 1])) == 0.5
    assert float(metrics.auroc([0.9, 0.4, 0.1], [1, 0, 1], [1, 2, 0])) == 1.0


def test_the_area_under_risk_and_coverage_is_the_mean_running_risk() -> None:
    # by confidence: right, wrong, right → risks 0, 1/2, 1/3
    assert float(metrics.aurc([0.5, 0.9, 0.7], [0, 0, 1])) == exactly((0 + 1 / 2 + 1 / 3) / 3)


def test_no_weighting_makes_a_nan() -> None:
    nothing = np.zeros((1, 3))
    y, p = [1, 0, 1], [0.1, 0.5, 0.9]
    for value in (
        metrics.mean(p, nothing),
        metrics.refusal_precision(y, y, nothing),
        metrics.balanced_accuracy(y, y, y, nothing),
        metrics.brier(p, y, nothing),
        metrics.ece(p, y, nothing),
        metrics.auroc(p, y, nothing),
        metrics.aurc(p, y, nothing),
    ):
        assert np.isfinite(value).all()


def test_the_reliability_curve_leaves_out_empty_bins() -> None:
    bins = reliability([0.05, 0.91, 0.99, 1.0], [0, 1, 0, 1])
    assert [(b.low, b.n) for b in bins] == [(0.0, 1), (0.9, 3)]
    assert bins[1].confidence == exactly(2.9 / 3)
    assert bins[1].observed == exactly(2 / 3)


def test_the_risk_coverage_curve_has_a_point_for_each_distinct_confidence() -> None:
    points = risk_coverage([0.9, 0.8, 0.8, 0.1], [0, 1, 0, 1])
    assert [(p.covered, p.threshold) for p in points] == [(1, 0.9), (3, 0.8), (4, 0.1)]
    assert [p.risk for p in points] == exactly([0.0, 1 / 3, 1 / 2])
    assert risk_coverage([], []) == ()


def test_token_f1_ignores_case_punctuation_and_articles() -> None:
    assert token_f1("The lighthouse, 40 metres.", "a LIGHTHOUSE of 40 metres") == exactly(2 * 3 / (3 + 4))
    assert token_f1("40 40", "40") == exactly(2 / 3)
    assert token_f1("", "word") == 0.0
    assert token_f1("the", "a") == 1.0


def test_coverage_is_the_share_of_words_that_the_source_holds() -> None:
    assert coverage("signed on 3.5 May", "It was signed on 3.5 June.") == exactly(3 / 4)
    assert coverage("signed on 35 May", "It was signed on 3.5 June.") == exactly(2 / 4)


def test_ranking_figures_are_those_of_a_hand_computed_case() -> None:
    # relevant at ranks 2 and 4, and one excerpt never retrieved
    values = measure({"q": Ranking(("a", "b", "c", "d"), (NO, YES, NO, YES), 1)})["q"]
    ideal = 1 + 1 / np.log2(3) + 1 / np.log2(4)
    assert values["recall@1"] == 0.0
    assert values["recall@5"] == exactly(2 / 3)
    assert values["mrr@10"] == exactly(1 / 2)
    assert values["ndcg@10"] == exactly((1 / np.log2(3) + 1 / np.log2(5)) / ideal)


def test_ranking_figures_agree_with_trec_eval_on_random_rankings() -> None:
    random = np.random.default_rng(7)
    rankings = {}
    for number in range(40):
        relevant = tuple(bool(x) for x in random.random(20) < 0.2)
        rankings[f"q{number}"] = Ranking(tuple(f"p{i}" for i in range(20)), relevant, int(random.integers(0, 3)))
    ours = measure(rankings)
    provider = ir_measures.pytrec_eval
    for question, ranking in rankings.items():
        items = [p for p, r in zip(ranking.passages, ranking.relevant, strict=True) if r] + [
            f"u{n}" for n in range(ranking.unseen)
        ]
        if not items:
            continue
        theirs = provider.calc_aggregate(
            [ir_measures.nDCG @ 10, ir_measures.R @ 5],
            [ir_measures.Qrel(question, item, 1) for item in items],
            [ir_measures.ScoredDoc(question, p, float(20 - n)) for n, p in enumerate(ranking.passages)],
        )
        assert ours[question]["ndcg@10"] == exactly(theirs[ir_measures.nDCG @ 10])
        assert ours[question]["recall@5"] == exactly(theirs[ir_measures.R @ 5])


def test_a_question_without_a_single_hit_counts_as_zero() -> None:
    assert set(measure({"q": Ranking((), (), 1), "r": Ranking(("a",), (YES,), 0)})["q"].values()) == {0.0}
    assert set(measure({"q": Ranking((), (), 1)})["q"].values()) == {0.0}
