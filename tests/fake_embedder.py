"""An embedder without a model: words are hashed into a small space. Deterministic, instant, and cosine means word overlap."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from rag.models.embedder import ModelIdentity, Vectors

WORD = re.compile(r"\w+|[^\w\s]")


@lru_cache(maxsize=50_000)
def row(token: str, dimension: int) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(token.casefold().encode()).digest()[:8], "big")
    made = np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made), dtype=np.float32)


@dataclass
class FakeEmbedder:
    """``embedded`` records every passage that was embedded, so that a test can say what was not embedded again."""

    dimension: int = 32
    name: str = "fake"
    max_tokens: int = 256
    embedded: list[str] = field(default_factory=list)
    before_passages: Callable[[Sequence[str]], None] = lambda texts: None

    @property
    def identity(self) -> ModelIdentity:
        fingerprint = hashlib.sha256(f"{self.name}/{self.dimension}".encode()).hexdigest()
        return ModelIdentity(self.name, self.dimension, fingerprint, self.max_tokens)

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._embed(t) for t in texts]) if texts else np.zeros((0, self.dimension), np.float32)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.before_passages(texts)
        self.embedded += texts
        return self.embed_query(texts)

    def count_tokens(self, text: str) -> int:
        return len(WORD.findall(text))

    def knows(self, text: str) -> bool:
        """It knows one alphabet."""
        return not any("\u0400" <= letter <= "\u04ff" for letter in text)

    def _embed(self, text: str) -> Vectors:
        words = re.findall(r"\w+", text)
        total = np.sum([row(w, self.dimension) for w in words], axis=0) if words else row("", self.dimension)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)
