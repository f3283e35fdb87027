"""The answerability gate: fitting, storing, voting."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rag.answering.engine import SHIPPED_GATE
from rag.answering.gate import GATING, Example, Gate, Vote, best_threshold, fit_gate, load_gate
from rag.errors import IndexMismatch


def example(aligned: float, answerable: bool) -> Example:
    return Example(np.array([aligned * (name == "aligned") for name in GATING]), answerable)


@pytest.fixture
def gate() -> Gate:
    return fit_gate(
        [*(example(0.7 + 0.01 * n, True) for n in range(9)), *(example(0.3 + 0.01 * n, False) for n in range(9))], "f" * 64
    )


def test_the_threshold_parts_what_was_answerable_from_what_was_not(gate: Gate) -> None:
    confidence = gate.model.probability(np.array([example(v, True).signals for v in (0.7, 0.38)]))
    assert confidence[0] > gate.threshold > confidence[1]


def test_the_best_threshold_lies_halfway() -> None:
    assert best_threshold(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(0.5)


def test_a_model_nobody_measured_doubles_or_halves_the_odds(gate: Gate) -> None:
    assert gate.with_vote(0.5, "openai:x", found=True) == pytest.approx(2 / 3)
    assert gate.with_vote(0.5, "openai:x", found=False) == pytest.approx(1 / 3)


def test_a_measured_model_counts_as_it_has_proved(gate: Gate) -> None:
    measured = Gate(gate.model, gate.threshold, gate.fingerprint, {"openai:x": Vote(found=9.0, not_found=0.9)})
    assert measured.with_vote(0.5, "openai:x", found=True) == pytest.approx(0.9)
    assert measured.with_vote(0.5, "openai:x", found=False) == pytest.approx(0.9 / 1.9)


def test_it_is_stored_and_read_again(gate: Gate, tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    file.write_text(json.dumps(gate.to_json()), encoding="utf-8")
    again = load_gate(file, "f" * 64)
    rows = np.array([example(v, True).signals for v in (0.2, 0.5, 0.8)])
    np.testing.assert_allclose(again.model.probability(rows), gate.model.probability(rows), atol=1e-4)
    assert again.threshold == pytest.approx(gate.threshold, abs=1e-6)


def test_a_gate_of_another_embedding_model_is_refused_with_the_remedy(gate: Gate, tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    file.write_text(json.dumps(gate.to_json()), encoding="utf-8")
    with pytest.raises(IndexMismatch, match=r"another embedding model.*eval calibrate"):
        load_gate(file, "e" * 64)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"version": 99}', "\x00"])
def test_a_damaged_gate_is_one_clear_error(text: str, tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(IndexMismatch, match=r"gate\.json cannot be used"):
        load_gate(file, None)


def test_the_shipped_gate_can_be_used_with_any_model() -> None:
    assert 0 < load_gate(SHIPPED_GATE, None).threshold < 1
