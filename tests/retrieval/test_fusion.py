"""Two scales into one."""

from __future__ import annotations

import numpy as np

from rag.retrieval.fusion import fused, scaled


def test_scores_are_stretched_to_the_unit_interval() -> None:
    np.testing.assert_allclose(scaled(np.array([2.0, 6.0, 4.0])), [0.0, 1.0, 0.5])


def test_scores_that_do_not_differ_say_nothing() -> None:
    np.testing.assert_allclose(scaled(np.array([3.0, 3.0])), [0.0, 0.0])
    assert scaled(np.zeros(0)).shape == (0,)


def test_the_share_weighs_the_dense_side() -> None:
    dense, lexical = np.array([0.2, 0.4, 0.3]), np.array([9.0, 0.0, 3.0])
    np.testing.assert_allclose(fused(dense, lexical, 0.65), [0.35, 0.65, 0.65 * 0.5 + 0.35 / 3])
    np.testing.assert_allclose(fused(dense, lexical, 0.0), [1.0, 0.0, 1 / 3])
    np.testing.assert_allclose(fused(dense, lexical, 1.0), [0.0, 1.0, 0.5])
