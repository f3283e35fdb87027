"""How many of the nearest passages an index with cells finds, against a comparison with every vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rag.index.generation import Generation, open_current
from rag.index.vectors import FlatVectors
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import Embedder
from rag.models.opening import open_embedder
from rag.settings import Settings

QUESTIONS = 50
NEAREST = 10


@dataclass(frozen=True, slots=True)
class Recall:
    """``share`` of the ``nearest`` passages of each of ``questions`` sampled questions that were found."""

    share: float
    questions: int
    nearest: int = NEAREST


def current_recall(kb: KnowledgeBase, settings: Settings) -> Recall | None:
    """:func:`dense_recall` of the current generation, with the model that the settings name; it is loaded only where there is
    something to measure.

    Raises:
        IndexUnusable: there is no index, or it cannot be opened.
        ModelError: the embedding model cannot be loaded.
    """
    generation = open_current(kb, None, settings)
    if generation.vectors.exact:
        return None
    return dense_recall(generation, open_embedder(settings.embedding, threads=settings.threads))


def dense_recall(generation: Generation, embedder: Embedder, questions: int = QUESTIONS) -> Recall | None:
    """Ask ``generation`` sentences of its own, taken from passages at even distances; ``None`` where it compares every vector
    anyway. A sentence without its passage lies about as far from what answers it as a question does.

    Raises:
        ModelError: the embedding model cannot be loaded.
    """
    if generation.vectors.exact:
        return None
    rows = np.unique(np.linspace(0, generation.size - 1, min(questions, generation.size)).astype(np.int64))
    every = FlatVectors.build(generation.vectors.all())
    found = 0
    for passage in generation.passages(rows.tolist()):
        sentence = passage.sentences[len(passage.sentences) // 2] if passage.sentences else passage.span
        words = passage.text[sentence.start - passage.span.start : sentence.end - passage.span.start]
        vector = embedder.embed_query([words])[0]
        nearest = {scored.row for scored in every.search(vector, NEAREST)}
        found += len(nearest & {scored.row for scored in generation.dense(vector, NEAREST)})
    return Recall(found / (len(rows) * min(NEAREST, generation.size)), len(rows))
