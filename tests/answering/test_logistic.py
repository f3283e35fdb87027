"""The regression under gate and selector."""

from __future__ import annotations

import numpy as np
import pytest

from rag.models.logistic import Logistic, fit


def test_without_a_penalty_it_finds_the_log_odds_of_counts() -> None:
    # 8 of 10 with the signal are true, 2 of 10 without: the odds ratio is 16.
    signals = np.array([[1.0]] * 10 + [[0.0]] * 10)
    labels = np.array([1.0] * 8 + [0.0] * 2 + [1.0] * 2 + [0.0] * 8)
    model = fit(["signal"], signals, labels, ridge=0.0)
    np.testing.assert_allclose(model.probability(np.array([[1.0], [0.0]])), [0.8, 0.2], atol=1e-9)


def test_a_weight_counts_like_repetition() -> None:
    signals, labels = np.array([[0.0], [1.0], [1.0]]), np.array([0.0, 1.0, 0.0])
    weighted = fit(["s"], signals, labels, np.array([1.0, 3.0, 1.0]), ridge=0.0)
    assert weighted.probability(np.array([[1.0]]))[0] == pytest.approx(0.75, abs=1e-6)


def test_json_round_trip_keeps_the_probabilities() -> None:
    model = Logistic(("a", "b"), (0.5, 1.0), (0.25, 2.0), (1.5, -0.75), 0.125)
    again = Logistic.from_json(model.to_json(), ("a", "b"))
    assert again == model
    assert again.probability(np.array([[0.75, 3.0]]))[0] == pytest.approx(1 / (1 + np.exp(-(1.5 - 0.75 + 0.125))), abs=1e-12)


@pytest.mark.parametrize("spoil", [{"names": ["a", "c"]}, {"weights": [1.0]}, {"scale": [1.0, 0.0]}, {"bias": float("nan")}])
def test_coefficients_for_something_else_are_refused(spoil: dict[str, object]) -> None:
    stored = Logistic(("a", "b"), (0.5, 1.0), (0.25, 2.0), (1.5, -0.75), 0.125).to_json() | spoil
    with pytest.raises(ValueError):
        Logistic.from_json(stored, ("a", "b"))


def test_one_kind_alone_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        fit(["s"], np.zeros((3, 1)), np.ones(3))
