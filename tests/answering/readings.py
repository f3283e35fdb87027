"""Passages made by hand, and a reader over the fake embedder."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.signals import Reader
from rag.corpus.sentences import split
from rag.types import Hit, Passage, Span
from tests.fake_embedder import FakeEmbedder


class Counts:
    """Document frequencies given by hand; what is not named stands in no passage."""

    languages = ("en",)

    def __init__(self, size: int = 10, **frequency: int) -> None:
        self.size = size
        self.frequency = frequency

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        return {term: self.frequency.get(term, 0) for term in terms}


def hit(text: str, *, rank: int = 1, document: str = "treaty.md", start: int = 0, section: tuple[str, ...] = ()) -> Hit:
    """A hit whose passage begins at ``start`` of its document."""
    sentences = tuple(Span(s.start + start, s.end + start) for s in split(text, "en"))
    span = Span(start, start + len(text))
    passage = Passage(f"{document}:{start}", document, "0" * 64, "Treaty", section, None, span, text, sentences)
    return Hit(rank, 1.0 / rank, passage, 0.5, 2.0)


def reader(counts: Counts | None = None) -> Reader:
    return Reader(FakeEmbedder(), counts or Counts())
