"""The embedder on ONNX Runtime beside torch's, and its folder when something is wrong with it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models.folder import PACKAGED, find_model
from rag.models.onnx_embedder import CARD, MODEL, SHIPPED, WORDS, OnnxEmbedder
from rag.models.opening import open_embedder
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import Embedding

TEXTS = [
    "The Charter of the Council was signed in Baku on 3 October 2009 by both presidents.",
    "Article 12. The Secretariat shall report to the Council every year, and at the request of any member state.",
    "Dogs travel free.",
    "Where a person fails to comply with a notice, the Authority may impose a penalty of up to $10,000 for each day.",
    "Şuşa şəhəri və Qarabağ",
    "word " * 600,
]


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return OnnxEmbedder.load(threads=2)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "embedder"))


def test_the_shipped_one_is_made_of_the_packaged_model(embedder: OnnxEmbedder) -> None:
    source = find_model(None).identity
    card = json.loads((SHIPPED / CARD).read_text(encoding="utf-8"))
    assert card["source"] == source.fingerprint
    assert (embedder.identity.name, embedder.identity.dimension, embedder.identity.max_tokens) == (PACKAGED, 384, 256)
    assert embedder.identity.fingerprint != source.fingerprint, "int8 vectors are never compared with float ones"


def test_it_is_small_enough_to_ship() -> None:
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 25_000_000


def test_a_vector_depends_on_nothing_that_is_embedded_beside_it(embedder: OnnxEmbedder) -> None:
    together = embedder.embed_passages(TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        assert np.array_equal(embedder.embed_passages([text])[0], row)


def test_what_lies_beyond_the_window_is_not_read(embedder: OnnxEmbedder) -> None:
    one, two = embedder.embed_passages(["word " * 254, "word " * 254 + "Dogs travel free."])
    assert np.array_equal(one, two)
    assert not np.array_equal(one, embedder.embed_passages(["word " * 253])[0])


@pytest.mark.model
def test_its_vectors_are_those_of_torch_within_a_cosine_of_99_percent(embedder: OnnxEmbedder) -> None:
    reference = SentenceTransformerEmbedder.load(Embedding())
    cosines = (embedder.embed_passages(TEXTS) * reference.embed_passages(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.99
    assert (embedder.embed_query(TEXTS) * reference.embed_query(TEXTS)).sum(axis=1).min() > 0.99


@pytest.mark.parametrize("name", [MODEL, WORDS])
def test_a_changed_byte_is_found_before_anything_is_parsed(folder: Path, name: str) -> None:
    stored = bytearray((folder / name).read_bytes())
    stored[len(stored) // 2] ^= 1
    (folder / name).write_bytes(stored)
    with pytest.raises(ModelError, match=rf"damaged: {name} has an unexpected checksum"):
        OnnxEmbedder.load(folder)


@pytest.mark.parametrize(
    ("card", "message"),
    [
        ("{", "no usable card.json"),
        ('{"architecture": "charterqa-reader", "version": 1, "files": {}}', "is charterqa-reader version 1"),
        ('{"architecture": "charterqa-embedder", "version": 99, "files": {}}', "version 99"),
    ],
)
def test_a_card_of_something_else_is_one_clear_error(folder: Path, card: str, message: str) -> None:
    (folder / CARD).write_text(card, encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        OnnxEmbedder.load(folder)


def test_a_card_without_a_dimension_is_one_clear_error(folder: Path) -> None:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    del card["dimension"]
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match="incomplete"):
        OnnxEmbedder.load(folder)


def test_the_settings_choose_the_runtime() -> None:
    assert isinstance(open_embedder(Embedding()), OnnxEmbedder)
    assert isinstance(open_embedder(Embedding(runtime="torch")), SentenceTransformerEmbedder)


def test_indexing_asking_and_serving_never_import_torch(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources/ferry.txt").write_text("The ferry leaves on Mondays. The harbour opens at six.", encoding="utf-8")
    code = f"""
import sys
from pathlib import Path
from rag.cli.base import settings_of, knowledge_base
from rag.cli.building import build_index
from rag.answering.engine import Engine
settings = settings_of(Path({str(tmp_path)!r}))
build_index(settings, knowledge_base(settings))
engine = Engine.open(settings)
assert engine.ask("When does the ferry leave?").text
import rag.serving.serve, rag.indexing.check  # all that serve imports before its chat
never = ("torch", "transformers", "sentence_transformers", "onnx")
late = ("gradio", "plotly", "ir_measures", "langchain", "langchain_core", "pdfplumber", "trafilatura", "lingua")
print([name for name in never + late if name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("[]\n", 0), ran.stderr
