"""A vector for each word of a text, from the vectors of its tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.answering.wording import Word
from rag.models.embedder import TokenVectors, Vectors


def word_vectors(wanted: Sequence[Word], tokens: TokenVectors) -> Vectors:
    """A unit row per word, in the order of the text: the mean of its tokens; zeros for a word without any. Shape (words, d)."""
    rows = np.zeros((len(wanted), tokens.vectors.shape[1]), dtype=np.float32)
    at = 0
    for n, word in enumerate(wanted):
        while at < len(tokens.offsets) and tokens.offsets[at][1] <= word.start:
            at += 1
        end = at
        while end < len(tokens.offsets) and tokens.offsets[end][0] < word.end:
            end += 1
        rows[n] = text_vector(tokens.vectors[at:end])
    return rows


def text_vector(vectors: Vectors) -> Vectors:
    """The direction of the mean of some token vectors, shape (d,); zeros where there are none."""
    total = vectors.sum(axis=0)
    norm = float(np.linalg.norm(total))
    return np.asarray(total / norm if norm else total, dtype=np.float32)
