"""Passages and an embedder for the tests of answering."""

from __future__ import annotations

from functools import cache

from rag.answering.support import LogisticSupport
from rag.answering.verification import Verifier
from rag.corpus.sentences import split
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import Embedding
from rag.types import Hit, Passage, Span


def passage(text: str, name: str = "note", *, title: str = "", section: tuple[str, ...] = (), at: int = 0) -> Passage:
    """``text`` as a passage that begins at ``at`` in its document."""
    sentences = tuple(Span(s.start + at, s.end + at) for s in split(text))
    return Passage(f"{name}:0", f"{name}.txt", "0" * 64, title, section, None, Span(at, at + len(text)), text, sentences)


def hits(*passages: Passage) -> tuple[Hit, ...]:
    """The passages as hits in this order."""
    return tuple(Hit(n, 1.0 / n, p, 0.5, 1.0) for n, p in enumerate(passages, 1))


@cache
def embedder() -> SentenceTransformerEmbedder:
    """The packaged MiniLM, loaded once."""
    return SentenceTransformerEmbedder.load(Embedding(), threads=2)


@cache
def verifier() -> Verifier:
    """As the engine builds it."""
    return Verifier(embedder(), LogisticSupport.fitted())
