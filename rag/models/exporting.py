"""From a sentence-transformers model to a folder that :mod:`rag.models.onnx_embedder` runs, by torch's own exporter.

The whole model goes into the graph, pooling and normalisation included, so nothing of it has to be understood again when it
is run; one text at a time, without padding. What the graph cannot hold (prompts that are left out of the pooling, routes of a
model that differ for questions and passages) is refused, and the model is run by its own library.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import ModelError, first_line
from rag.models.folder import ModelFolder
from rag.models.onnx_embedder import ARCHITECTURE, CARD, INPUTS, MODEL, OUTPUT, VERSION, WORDS, OnnxEmbedder
from rag.models.quantizing import quantize
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.models.whole_folder import whole_folder

NEAREST = 0.985
"""Mean cosine of a vector with torch's from which the export is used; the packaged model has .99."""
FARTHEST = 0.95
EXAMPLE = "The charter was signed by both presidents."
KINDS = {"Transformer", "Pooling", "Dense", "Normalize", "LayerNorm", "Dropout"}


def export(source: ModelFolder, reference: SentenceTransformerEmbedder, sample: Sequence[str], out: Path) -> float:
    """Write the folder ``out`` for the model in ``source`` and give the mean cosine of its vectors of ``sample`` with those of
    ``reference``. ``out`` appears whole or not at all.

    Raises:
        ModelError: the model cannot be exported, or its export differs; the cause is in the message.
    """
    try:
        with whole_folder(out, replacing=True) as made:
            _write(source, reference.model(), made)
            near = _compared(OnnxEmbedder.load(made), reference, sample)
    except ModelError:
        raise
    except Exception as error:  # an exporter fails in as many ways as there are networks
        raise ModelError(f"The model {source.identity.name} cannot be exported: {first_line(error)}.") from error
    return near


def _write(source: ModelFolder, model: Any, out: Path) -> None:
    import torch

    if odd := [type(part).__name__ for part in model if type(part).__name__ not in KINDS]:
        raise ModelError(f"The model {source.identity.name} cannot be exported: it has a module {odd[0]}.")
    if any(not getattr(part, "include_prompt", True) for part in model):
        raise ModelError(f"The model {source.identity.name} cannot be exported: it leaves its prompt out of the pooling.")
    words = source.path / "tokenizer.json"
    if not words.is_file():
        raise ModelError(f"The model {source.identity.name} cannot be exported: it has no tokenizer.json.")
    features = model.preprocess([EXAMPLE])
    names = [name for name in INPUTS if name in features]
    tokens = torch.export.Dim("tokens", min=2, max=source.identity.max_tokens)
    with tempfile.TemporaryDirectory() as folder, _quiet(), torch.no_grad():
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            _whole(model.eval(), names),
            tuple(features[name] for name in names),
            plain,
            input_names=names,
            output_names=[OUTPUT],
            dynamic_shapes=(tuple({1: tokens} for _ in names),),
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        quantize(plain, out / MODEL)
    loose = json.loads(words.read_text(encoding="utf-8"))
    loose["truncation"] = loose["padding"] = None
    (out / WORDS).write_text(json.dumps(loose, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    identity = source.identity
    card = {
        "architecture": ARCHITECTURE,
        "version": VERSION,
        "files": {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in (MODEL, WORDS)},
        "name": identity.name,
        "dimension": identity.dimension,
        "max_tokens": identity.max_tokens,
        "source": identity.fingerprint,
        "prompts": {"query": _prompt(model, "query"), "passage": _prompt(model, "document", "passage", "corpus")},
    }
    (out / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _whole(model: Any, names: Sequence[str]) -> Any:
    """The model as a function of tensors."""
    import torch

    class Whole(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> Any:
            return self.model(dict(zip(names, inputs, strict=True)))["sentence_embedding"]

    return Whole()


def _prompt(model: Any, *names: str) -> str:
    """What the model wants before a text, as ``encode_query`` and ``encode_document`` choose it."""
    found = next((model.prompts[name] for name in names if model.prompts.get(name)), None)
    return str(found or model.prompts.get(model.default_prompt_name or "") or "")


def _compared(made: OnnxEmbedder, reference: SentenceTransformerEmbedder, sample: Sequence[str]) -> float:
    texts = [EXAMPLE, *sample]
    cosines = np.concatenate(
        [
            (made.embed_passages(texts) * reference.embed_passages(texts)).sum(axis=1),
            (made.embed_query(texts[:8]) * reference.embed_query(texts[:8])).sum(axis=1),
        ]
    )
    mean, least = float(cosines.mean()), float(cosines.min())
    if not (mean >= NEAREST and least >= FARTHEST):
        raise ModelError(
            f"The export of the model {made.identity.name} differs from it: its vectors have a cosine of {mean:.3f} in the "
            f"mean and {least:.3f} at the least with the model's own."
        )
    return mean


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter speaks of torchvision, of axes and of its own progress; what matters it raises."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
