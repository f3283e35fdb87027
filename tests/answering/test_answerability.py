"""The answerability gate: fitting, storing, voting, and the second fit for languages that the reader does not know."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.answering.engine import shipped_gate
from rag.answering.reading.answerability import FOREIGN, VERSION, Example, Gate, Vote, best_threshold, fit_gate, load_gate
from rag.answering.reading.paragraphs import FIGURES, Figures, Reading
from rag.errors import IndexMismatch
from rag.models.logistic import Logistic
from rag.settings import Embedding

NONE, ONE = (0.0,) * len(FOREIGN), (1.0,) * len(FOREIGN)
FLAT = Figures(*(0.0,) * len(FIGURES))


def example(alone: float, answerable: bool) -> Example:
    return Example(replace(FLAT, alone=alone).row(), answerable)


def read(figures: Figures | None, *, foreign: bool = False) -> Reading:
    return Reading("?", (), figures, foreign)


def stored(gate: Gate, folder: Path, **changes: object) -> Path:
    file = folder / "gate.json"
    file.write_text(json.dumps(gate.to_json() | changes), encoding="utf-8")
    return file


@pytest.fixture
def gate() -> Gate:
    return fit_gate(
        [*(example(2 + 0.1 * n, True) for n in range(9)), *(example(-2 + 0.1 * n, False) for n in range(9))], "f" * 64
    )


def test_a_row_has_every_figure_in_the_order_of_its_name() -> None:
    counted = [float(n) for n in range(len(FIGURES))]
    figures = Figures(**dict(zip(FIGURES, counted, strict=True)))
    assert figures.row().tolist() == counted


def test_a_foreign_language_is_judged_by_what_a_reader_that_does_not_know_it_can_still_tell() -> None:
    assert FOREIGN == ("words", "cosine", "shared", "missing")


def test_the_threshold_parts_what_was_answerable_from_what_was_not(gate: Gate) -> None:
    assert gate.confidence(read(replace(FLAT, alone=2.0))) > gate.threshold > gate.confidence(read(replace(FLAT, alone=-1.2)))


def test_where_nothing_could_be_read_the_confidence_is_zero(gate: Gate) -> None:
    assert gate.confidence(read(None)) == 0.0
    assert gate.confidence(read(None, foreign=True)) == 0.0


def test_the_best_threshold_lies_halfway() -> None:
    assert best_threshold(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(0.5)


def test_questions_of_one_kind_alone_fit_no_gate() -> None:
    with pytest.raises(ValueError, match="both kinds"):
        fit_gate([example(1.0, True), example(2.0, True)], "f")


def test_in_a_language_that_the_reader_does_not_know_its_own_figures_count_for_nothing(gate: Gate) -> None:
    by_words = Logistic(FOREIGN, NONE, ONE, tuple(8.0 * (name == "shared") for name in FOREIGN), -4.0)
    two = replace(gate, foreign=by_words)
    sure_of_nothing = replace(FLAT, alone=40.0, answerable=40.0)
    assert two.confidence(read(sure_of_nothing, foreign=True)) == pytest.approx(1 / (1 + np.exp(4)))
    assert two.confidence(read(replace(FLAT, shared=1.0), foreign=True)) == pytest.approx(1 / (1 + np.exp(-4)))
    assert two.confidence(read(sure_of_nothing)) == gate.confidence(read(sure_of_nothing)), "it serves foreign ones alone"
    assert gate.confidence(read(sure_of_nothing, foreign=True)) == gate.confidence(read(sure_of_nothing)), "no second fit"


def test_a_model_nobody_measured_doubles_or_halves_the_odds(gate: Gate) -> None:
    assert gate.with_vote(0.5, "openai:x", found=True) == pytest.approx(2 / 3)
    assert gate.with_vote(0.5, "openai:x", found=False) == pytest.approx(1 / 3)


def test_a_measured_model_counts_as_it_has_proved(gate: Gate) -> None:
    measured = replace(gate, votes={"openai:x": Vote(found=9.0, not_found=0.9)})
    assert measured.with_vote(0.5, "openai:x", found=True) == pytest.approx(0.9)
    assert measured.with_vote(0.5, "openai:x", found=False) == pytest.approx(0.9 / 1.9)


@pytest.mark.parametrize("found", [True, False])
def test_no_vote_leads_out_of_zero_and_one(gate: Gate, found: bool) -> None:
    assert gate.with_vote(0.0, "x", found=found) == 0.0
    assert gate.with_vote(1.0, "x", found=found) == pytest.approx(1.0)


def test_it_is_stored_and_read_again(gate: Gate, tmp_path: Path) -> None:
    by_words = Logistic(FOREIGN, NONE, ONE, ONE, 0.5)
    whole = replace(gate, foreign=by_words, votes={"openai:x": Vote(3.0, 0.25)})
    again = load_gate(stored(whole, tmp_path), "f" * 64)
    rows = np.array([example(v, True).figures for v in (-2.0, 0.0, 2.0)])
    np.testing.assert_allclose(again.model.probability(rows), gate.model.probability(rows), atol=1e-4)
    assert again.threshold == pytest.approx(gate.threshold, abs=1e-6)
    assert (again.foreign, again.votes) == (whole.foreign, whole.votes)


def test_a_gate_of_another_reader_or_embedding_model_is_refused_with_the_remedy(gate: Gate, tmp_path: Path) -> None:
    with pytest.raises(IndexMismatch, match=r"another reader or embedding model.*eval calibrate"):
        load_gate(stored(gate, tmp_path), "e" * 64)


def test_a_gate_of_the_version_before_is_refused_with_the_remedy(gate: Gate, tmp_path: Path) -> None:
    assert VERSION == 2
    with pytest.raises(IndexMismatch, match=r"another version.*eval calibrate"):
        load_gate(stored(gate, tmp_path, version=1), None)


@pytest.mark.parametrize("text", ["", "{}", "[]", "7", '"x"', '{"version": 99}', '{"version": 2}', "\x00"])
def test_a_damaged_gate_is_one_clear_error(text: str, tmp_path: Path) -> None:
    file = tmp_path / "gate.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(IndexMismatch, match=r"gate\.json cannot be used") as caught:
        load_gate(file, None)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"threshold": 1.5},
        {"threshold": -0.1},
        {"threshold": "half"},
        {"votes": {"x": {"found": 0.0, "not_found": 0.5}}},
        {"votes": {"x": {"found": 2.0}}},
        {"votes": []},
        {"foreign": {"names": ["cosine"]}},
        {"model": {"names": ["aligned"], "mean": [0], "scale": [1], "weights": [1], "bias": 0}},
    ],
)
def test_a_gate_with_values_that_mean_nothing_is_refused(gate: Gate, tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(IndexMismatch, match="gate"):
        load_gate(stored(gate, tmp_path, **changes), None)


@pytest.mark.parametrize("model", [None, "multilingual"])
def test_the_shipped_gates_can_be_used_with_any_models(model: str | None) -> None:
    assert 0 < load_gate(shipped_gate(Embedding(model=model)), None).threshold < 1
