"""A gate is fitted on questions and judged without them."""

from __future__ import annotations

import numpy as np
import pytest

from rag.answering.reading.paragraphs import FIGURES
from rag.errors import UsageError
from rag.evaluation.judging.gate_fitting import Sample, fit_on, fitting_json


def samples(count: int, *, signal: float, documents: int | None = None, seed: int = 1) -> list[Sample]:
    """Questions of which half are answerable; the first signal tells them apart by ``signal`` standard deviations."""
    random = np.random.default_rng(seed)
    made = []
    for n in range(count):
        answerable = n % 2 == 0
        signals = random.normal(size=len(FIGURES))
        signals[0] += signal * answerable
        document = None if documents is None else f"d{n % documents}"
        made.append(Sample(f"q{n}", answerable, document, signals, 0.5))
    return made


def test_a_telling_signal_is_found_and_an_untelling_one_is_not_flattered() -> None:
    told = fitting_json(fit_on(samples(400, signal=3.0), "model"), 0.5)
    assert told["new"]["figures"]["auroc"]["mean"] > 0.95
    assert told["new"]["figures"]["balanced_accuracy"]["mean"] > 0.85
    noise = fitting_json(fit_on(samples(400, signal=0.0), "model"), 0.5)
    # In-sample, the seven figures would separate noise with an AUROC of about 0.6.
    assert abs(noise["new"]["figures"]["auroc"]["mean"] - 0.5) < 0.08
    assert told["before"]["figures"]["auroc"]["mean"] == 0.5
    assert told["before"]["figures"]["brier"]["mean"] == 0.25


def test_no_document_is_on_both_sides_of_a_fold() -> None:
    # Each document's label is known from a signal of its own: leaking documents would tell, unseen ones cannot.
    random = np.random.default_rng(3)
    made = []
    for document in range(24):
        base = random.normal(size=len(FIGURES)) * 5
        for n in range(10):
            made.append(
                Sample(
                    f"{document}-{n}", document % 2 == 0, f"d{document}", base + random.normal(size=len(FIGURES)) * 0.01, 0.5
                )
            )
    fitting = fit_on(made, "model")
    assert fitting.clusters.by == "document"
    told = fitting_json(fitting, 0.5)
    assert told["new"]["figures"]["auroc"]["mean"] < 0.85


def test_a_question_that_nothing_was_found_for_counts_as_confidence_zero() -> None:
    made = samples(60, signal=3.0)
    made[0] = Sample("none", True, None, None, 0.0)
    fitting = fit_on(made, "model")
    assert fitting.confidence[0] == 0.0
    assert fitting_json(fitting, 0.5)["questions"] == 60


def test_the_gate_keeps_the_model_it_was_fitted_for_and_a_usable_threshold() -> None:
    gate = fit_on(samples(100, signal=3.0), "abc").gate
    assert gate.fingerprint == "abc"
    assert 0.2 < gate.threshold < 0.8
    assert gate.to_json()["fingerprint"] == "abc"


def test_too_few_questions_of_a_kind_are_refused() -> None:
    few = [s for s in samples(100, signal=1.0) if s.answerable] + [s for s in samples(18, signal=1.0) if not s.answerable]
    with pytest.raises(UsageError, match="at least 10 answerable and 10 unanswerable"):
        fit_on(few, "model")
