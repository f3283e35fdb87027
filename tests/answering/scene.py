"""Passages, an index's statistics and provers for the tests of answering."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from rag.answering.proof.prover import Prover
from rag.corpus.shape.sentences import split
from rag.models.embedder import Embedder
from rag.models.onnx_reader import OnnxReader
from rag.models.opening import open_embedder
from rag.settings import Embedding
from rag.types import Hit, Passage, Span
from tests.fake_embedder import FakeEmbedder
from tests.fake_reader import STOP, FakeReader


def passage(text: str, name: str = "note", *, title: str = "", section: tuple[str, ...] = (), at: int = 0) -> Passage:
    """``text`` as a passage that begins at ``at`` in its document."""
    sentences = tuple(Span(s.start + at, s.end + at) for s in split(text))
    return Passage(f"{name}:{at}", f"{name}.txt", "0" * 64, title, section, None, Span(at, at + len(text)), text, sentences)


def hits(*passages: Passage) -> tuple[Hit, ...]:
    """The passages as hits in this order."""
    return tuple(Hit(n, 1.0 / n, p, 0.5, 1.0) for n, p in enumerate(passages, 1))


@dataclass
class Statistics:
    """How common terms are, given by hand; what is not named stands in no passage. A term is a folded word."""

    size: int = 10
    frequency: dict[str, int] = field(default_factory=dict)

    def terms(self, text: str) -> tuple[str, ...]:
        return tuple(w for w in re.findall(r"\w+", text.casefold()) if w not in STOP)

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        return {term: self.frequency.get(term, 0) for term in terms}


def fake_prover(reader: FakeReader | None = None, *, threshold: float | None = None) -> Prover:
    """Judges by shared words, and finds evidence by them."""
    return Prover(reader or FakeReader(), FakeEmbedder(), threshold=threshold)


@cache
def embedder() -> Embedder:
    """The packaged MiniLM, loaded once."""
    return open_embedder(Embedding(), threads=2)


@cache
def prover() -> Prover:
    """As the engine builds it, with the reader that is shipped."""
    return Prover(OnnxReader.load(threads=2), embedder())
