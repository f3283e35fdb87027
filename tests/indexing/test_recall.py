from __future__ import annotations

from dataclasses import replace

import numpy as np

from rag.index.generation import open_current
from rag.index.inverted import InvertedVectors
from rag.index.scored import Mask, Scored
from rag.indexing.recall import Recall, current_recall, dense_recall
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import Vectors
from rag.settings import Settings
from tests.fake_embedder import FakeEmbedder


class Blind(InvertedVectors):
    """Finds every second of the nearest rows only."""

    def search(self, vector: Vectors, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        return super().search(vector, k, np.arange(self.size) % 2 == 0)


def test_an_index_that_compares_every_vector_has_nothing_to_measure(indexed: KnowledgeBase, settings: Settings) -> None:
    assert current_recall(indexed, settings) is None


def test_what_cells_find_is_measured_against_every_vector(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    generation = open_current(indexed, None, settings)
    cells = InvertedVectors.build(generation.vectors.all())
    assert dense_recall(replace(generation, vectors=cells), embedder) == Recall(1.0, 3)
    blind = Blind.build(generation.vectors.all())
    assert dense_recall(replace(generation, vectors=blind), embedder) == Recall(6 / 9, 3)
