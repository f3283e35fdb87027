"""What the rest of the program asks of an embedding model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """Which model made a vector. Vectors of two identities are never compared.

    ``fingerprint`` is a hash of everything that decides a vector (weights, vocabulary, configuration); ``max_tokens`` is the
    length of the model's window, special tokens included.
    """

    name: str
    dimension: int
    fingerprint: str
    max_tokens: int


class Embedder(Protocol):
    """Turns text into unit vectors, so that an inner product is a cosine. Safe to call from several threads.

    Questions and passages are embedded by different methods: many models want a different prompt before each.
    """

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is. Cheap: it does not load the weights."""
        ...

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        """Questions to unit rows, shape (texts, dimension)."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Passages to unit rows, shape (texts, dimension), in the order given."""
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens ``text`` takes, without the special ones and without truncation."""
        ...

    def knows(self, text: str) -> bool:
        """Whether ``text`` is in a language that the model knows."""
        ...
