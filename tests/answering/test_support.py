"""The support score, its coefficients, and a cross-encoder in its place."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rag.answering.alignment import Aligned, align, prepare
from rag.answering.support import SIGNALS, CrossEncoderSupport, LogisticSupport, signals
from rag.errors import ModelError
from tests.answering.scene import embedder, passage

pytestmark = pytest.mark.model

SHIPPED = Path(__file__).parents[2] / "rag" / "answering" / "support.json"


def aligned(claim: str, text: str = "The harbour opens at six. Dogs travel free on the ferry.") -> Aligned:
    found = align(claim, (), prepare([passage(text)], embedder()), embedder())
    assert found is not None
    return found


def test_a_sentence_scores_above_its_paraphrase_and_that_above_another_topic() -> None:
    model = LogisticSupport.fitted()
    same, near, far = (
        model.score(aligned(c)) for c in ("The harbour opens at six.", "At six the harbour is opened.", "Tea is sold in tins.")
    )
    assert same >= 0.8
    assert same >= near > model.threshold > far


def test_the_score_is_the_regression_on_the_signals() -> None:
    support, case = LogisticSupport.fitted(), aligned("The harbour opens at six.")
    m = support.model
    z = m.bias + float(np.sum(np.array(m.weights) * (signals(case) - np.array(m.mean)) / np.array(m.scale)))
    assert support.score(case) == pytest.approx(1 / (1 + np.exp(-z)))


def test_the_shipped_coefficients_are_for_the_signals_of_this_version() -> None:
    stored = json.loads(SHIPPED.read_text(encoding="utf-8"))
    assert tuple(stored["model"]["names"]) == SIGNALS
    assert 0 < stored["threshold"] < 1


@pytest.mark.parametrize("change", [{"names": ["other"]}, {"weights": [1.0]}, {"bias": None}])
def test_coefficients_of_another_shape_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    file = tmp_path / "support.json"
    stored = json.loads(SHIPPED.read_text(encoding="utf-8"))
    file.write_text(json.dumps(stored | {"model": stored["model"] | change}), encoding="utf-8")
    with pytest.raises(ModelError, match="Fit them again"):
        LogisticSupport.fitted(file)


def cross_encoder(folder: Path, labels: dict[int, str]) -> Path:
    """A BERT of 2 layers with random weights and a vocabulary of letters: enough to be loaded and to answer."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    letters = [chr(c) for c in range(33, 127)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *("##" + x for x in letters)]
    (folder / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        num_labels=len(labels), id2label=labels, label2id={v: k for k, v in labels.items()},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder, safe_serialization=True)
    return folder


@pytest.mark.parametrize(
    "labels",
    [{0: "LABEL_0"}, {0: "contradiction", 1: "entailment", 2: "neutral"}, {0: "not_entailment", 1: "entailment"}],
    ids=["one output", "three classes", "two classes"],
)
def test_a_cross_encoder_judges_in_the_place_of_the_coefficients(tmp_path: Path, labels: dict[int, str]) -> None:
    base = LogisticSupport.fitted()
    judge = CrossEncoderSupport(str(cross_encoder(tmp_path / "model", labels)), base)
    case, stranger = aligned("The harbour opens at six."), aligned("Tea is sold in tins.")
    assert 0.0 <= judge.score(case) <= 1.0
    assert judge.score(case) != base.score(case)
    assert judge.score(case) == judge.score(case)
    assert judge.score(stranger) <= base.score(stranger)


def test_a_model_whose_outputs_mean_nothing_here_is_refused(tmp_path: Path) -> None:
    folder = cross_encoder(tmp_path / "model", {0: "cat", 1: "dog"})
    with pytest.raises(ModelError, match="entailment"):
        CrossEncoderSupport(str(folder), LogisticSupport.fitted())


def test_a_model_that_is_not_there_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        CrossEncoderSupport(str(tmp_path / "nothing"), LogisticSupport.fitted())
