"""What every embedder must do: the packaged model on both of its runtimes, and the fake that the quick tests use instead."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from rag.models.embedder import Embedder
from rag.models.onnx_embedder import OnnxEmbedder
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import Embedding
from tests.fake_embedder import FakeEmbedder

TEXTS = ["The harbour opens at six.", "Dogs travel free.", "", "A naïve café — 100 €.", "harbour " * 700]


def _onnx() -> Embedder:
    return OnnxEmbedder.load(threads=2)


def _torch() -> Embedder:
    return SentenceTransformerEmbedder.load(Embedding())


@pytest.fixture(
    scope="module",
    params=[FakeEmbedder, pytest.param(_onnx, marks=pytest.mark.model), pytest.param(_torch, marks=pytest.mark.model)],
)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    made: Embedder = request.param()
    return made


def test_vectors_are_unit_rows_of_the_stated_dimension(embedder: Embedder) -> None:
    for rows in (embedder.embed_query(TEXTS), embedder.embed_passages(TEXTS)):
        assert rows.shape == (len(TEXTS), embedder.identity.dimension)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)


def test_rows_come_in_the_order_of_the_texts(embedder: Embedder) -> None:
    together = embedder.embed_passages(TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(embedder.embed_passages([text])[0], row, atol=1e-4)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_query([]).shape == (0, embedder.identity.dimension)
    assert embedder.embed_passages([]).shape == (0, embedder.identity.dimension)


def test_a_question_is_nearest_to_the_passage_that_shares_its_words(embedder: Embedder) -> None:
    passages = embedder.embed_passages(["The ferry leaves on Mondays.", "The harbour opens at six.", "Dogs travel free."])
    query = embedder.embed_query(["When does the harbour open?"])
    assert int(np.argmax(passages @ query[0])) == 1


def test_tokens_are_counted_without_truncation(embedder: Embedder) -> None:
    assert embedder.count_tokens("") == 0
    assert embedder.count_tokens("harbour") == 1
    assert embedder.count_tokens("harbour " * 700) == 700


def test_threads_get_the_same_vectors(embedder: Embedder) -> None:
    expected = embedder.embed_query(TEXTS)
    found: list[float] = []

    def ask() -> None:
        for n, text in enumerate(TEXTS):
            found.append(float(np.abs(embedder.embed_query([text])[0] - expected[n]).max()))
            embedder.count_tokens(text)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 * len(TEXTS)
    assert max(found) < 1e-4


def test_the_identity_stays_as_it_is_whatever_is_embedded(embedder: Embedder) -> None:
    before = embedder.identity
    embedder.embed_passages([*TEXTS])
    embedder.embed_query(["When does the ferry leave?"])
    assert embedder.identity == before
    assert len(embedder.identity.fingerprint) == 64
    assert embedder.identity.max_tokens >= 32
