"""Another sentence-transformers model than the packaged one: exported once, compared, or run by its own library."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from rag.models.onnx_embedder import OnnxEmbedder
from rag.models.opening import REFUSED, open_embedder, open_for_indexing
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import Embedding

pytestmark = pytest.mark.model
WORDS = "[PAD] [UNK] [CLS] [SEP] the ferry leaves on mondays harbour opens at six dogs travel free query passage".split()
SAMPLE = ["The ferry leaves on Mondays.", "The harbour opens at six.", "Dogs travel free."]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers with weights at random, which pools the first token and does not normalise."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model")
    words = Tokenizer(models.WordPiece({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.normalizer, words.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    words.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=words, model_max_length=64, **special).save_pretrained(folder / "bare")
    shape = {"hidden_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 256}
    BertModel(BertConfig(vocab_size=len(WORDS), max_position_embeddings=64, **shape)).save_pretrained(folder / "bare")
    inner = Transformer(str(folder / "bare"), max_seq_length=32)
    made = SentenceTransformer(modules=[inner, Pooling(128, pooling_mode="cls")], prompts={"query": "query ", "document": ""})
    made.save(str(folder / "whole"))
    return folder / "whole"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.usefixtures("cache")
def test_a_model_is_exported_at_the_first_index_and_found_again(model: Path) -> None:
    settings, said = Embedding(model=str(model)), list[str]()
    before = open_embedder(settings)
    assert isinstance(before, SentenceTransformerEmbedder), "asking exports nothing"

    made = open_for_indexing(settings, sample=lambda: SAMPLE, say=said.append)

    assert isinstance(made, OnnxEmbedder)
    assert [line.split()[0] for line in said] == ["Exporting", "Exported;"]
    assert (made.identity.name, made.identity.dimension, made.identity.max_tokens) == ("whole", 128, 32)
    assert made.identity.fingerprint != before.identity.fingerprint
    for one, other in ((made.embed_passages, before.embed_passages), (made.embed_query, before.embed_query)):
        assert (one(SAMPLE) * other(SAMPLE)).sum(axis=1).min() > 0.99
    assert not np.allclose(made.embed_query(SAMPLE), made.embed_passages(SAMPLE)), "a question has a prompt of its own"
    again = open_embedder(settings)
    assert isinstance(again, OnnxEmbedder)
    assert again.identity == made.identity
    assert open_for_indexing(settings, sample=list, say=said.append).identity == made.identity
    assert len(said) == 2, "it is exported once"


def test_a_model_that_cannot_be_exported_is_run_by_its_own_library_and_one_line_says_so(
    model: Path, cache: Path, tmp_path: Path
) -> None:
    odd = Path(shutil.copytree(model, tmp_path / "odd"))
    about = json.loads((odd / "1_Pooling/config.json").read_text(encoding="utf-8"))
    (odd / "1_Pooling/config.json").write_text(json.dumps(about | {"include_prompt": False}), encoding="utf-8")
    settings, said = Embedding(model=str(odd)), list[str]()

    made = open_for_indexing(settings, sample=lambda: SAMPLE, say=said.append)

    assert isinstance(made, SentenceTransformerEmbedder)
    assert "leaves its prompt out of the pooling" in said[-1]
    assert "run by sentence-transformers" in said[-1]
    assert len(list(cache.rglob(REFUSED))) == 1
    assert open_for_indexing(settings, sample=lambda: SAMPLE, say=said.append).identity == made.identity
    assert len(said) == 2, "it is not tried again"
    assert open_embedder(settings).identity == made.identity
