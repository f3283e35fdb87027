from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from rag.errors import ModelError
from rag.models.folder import PACKAGED, find_model
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import Embedding
from tests.indexing.test_arrays import Canary


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The files of a small model: enough to be identified, not to be run."""
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    write(folder / "config.json", {"hidden_size": 24, "max_position_embeddings": 512, "model_type": "bert"})
    write(folder / "sentence_bert_config.json", {"max_seq_length": 128})
    write(folder / "1_Pooling/config.json", {"word_embedding_dimension": 24})
    types = {"": "sentence_transformers.models.Transformer", "1_Pooling": "sentence_transformers.models.Pooling"}
    write(folder / "modules.json", [{"idx": n, "name": str(n), "path": p, "type": t} for n, (p, t) in enumerate(types.items())])
    save_file({"weight": np.ones((2, 2), np.float32)}, folder / "model.safetensors")
    return folder


def write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def test_the_packaged_model_is_identified_without_loading_it() -> None:
    identity = find_model(None).identity
    assert (identity.name, identity.dimension, identity.max_tokens) == (PACKAGED, 384, 256)


def test_a_folder_is_identified_by_its_files(model: Path) -> None:
    identity = find_model(str(model)).identity
    assert (identity.name, identity.dimension, identity.max_tokens) == ("model", 24, 128)
    assert find_model(str(model)).identity == identity
    (model / "README.md").write_text("about", encoding="utf-8")
    assert find_model(str(model)).identity == identity, "a read-me decides no vector"
    save_file({"weight": np.zeros((2, 2), np.float32)}, model / "model.safetensors")
    assert find_model(str(model)).identity.fingerprint != identity.fingerprint


def test_a_dense_layer_decides_the_dimension(model: Path) -> None:
    modules = json.loads((model / "modules.json").read_text())
    (model / "2_Dense").mkdir()
    write(model / "2_Dense/config.json", {"in_features": 24, "out_features": 12})
    write(
        model / "modules.json",
        [*modules, {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}],
    )
    assert find_model(str(model)).identity.dimension == 12


def test_a_model_with_code_beside_it_is_refused(model: Path) -> None:
    (model / "modeling_own.py").write_text("raise SystemExit('it ran')", encoding="utf-8")
    with pytest.raises(ModelError, match=r"modeling_own\.py.*never run"):
        find_model(str(model))


def test_a_model_that_maps_to_its_own_classes_is_refused(model: Path) -> None:
    write(model / "config.json", {"hidden_size": 24, "auto_map": {"AutoModel": "modeling_own.Own"}})
    with pytest.raises(ModelError, match=r"auto_map.*never run"):
        find_model(str(model))


def test_a_model_with_a_module_of_its_own_is_refused(model: Path) -> None:
    write(model / "modules.json", [{"idx": 0, "name": "0", "path": "", "type": "modeling_own.Own"}])
    with pytest.raises(ModelError, match=r"modeling_own\.Own.*never run"):
        find_model(str(model))


def test_pickled_weights_are_refused_and_never_read(model: Path, tmp_path: Path) -> None:
    (model / "model.safetensors").unlink()
    (model / "pytorch_model.bin").write_bytes(pickle.dumps(Canary(tmp_path / "canary")))
    with pytest.raises(ModelError, match="safetensors"):
        find_model(str(model))
    save_file({"weight": np.ones((2, 2), np.float32)}, model / "model.safetensors")
    (model / "1_Pooling/pytorch_model.bin").write_bytes(pickle.dumps(Canary(tmp_path / "canary")))
    with pytest.raises(ModelError, match=r"pytorch_model\.bin"):
        find_model(str(model))
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("name", ["/nowhere/model", "./nowhere", "~/nowhere/at/all", "a/b/c"])
def test_a_folder_that_is_not_there_is_said_to_be_missing(name: str) -> None:
    with pytest.raises(ModelError, match="There is no model folder"):
        find_model(name)


@pytest.mark.parametrize("broken", ["config.json", "modules.json", "sentence_bert_config.json"])
def test_a_broken_configuration_is_one_clear_error(model: Path, broken: str) -> None:
    (model / broken).write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=broken):
        find_model(str(model))


@pytest.mark.model
def test_a_model_with_half_its_weights_is_refused_rather_than_filled_with_noise(model: Path) -> None:
    embedder = SentenceTransformerEmbedder.load(Embedding(model=str(model)))
    with pytest.raises(ModelError, match="weights are missing"):
        embedder.embed_query(["harbour"])
