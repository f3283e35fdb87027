"""One sentence of a model's reply: shown with the exact source sentences that bear it, or withheld with the reason.

First come checks that are exact: quotations, numbers, dates, names, negations, modal verbs, comparatives, who did what. A
sentence that fails one is withheld whatever its score. Then the support score decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.agreement import contradiction, doubt
from rag.answering.alignment import Aligned, Evidence, alignments, prepare
from rag.answering.markup import URL
from rag.answering.quotation import edited
from rag.answering.support import SupportModel
from rag.models.embedder import Embedder
from rag.types import Passage, Span, Withheld


@dataclass(frozen=True, slots=True)
class Cited:
    """A verbatim span of a passage."""

    passage: Passage
    span: Span

    @property
    def quote(self) -> str:
        """Its characters."""
        return self.passage.quote(self.span)


@dataclass(frozen=True, slots=True)
class Verified:
    """A claim that its spans bear, in plain words. ``spans`` are whole source sentences in document order, one to three;
    ``support`` is in [0, 1]."""

    text: str
    spans: tuple[Cited, ...]
    support: float

    @property
    def cited(self) -> tuple[tuple[Passage, Span], ...]:
        """The spans with their passages."""
        return tuple((c.passage, c.span) for c in self.spans)


class Verifier:
    """Aligns claims to source sentences and judges them.

    Args:
        threshold: display from this support on; ``None`` is the model's own.
    """

    def __init__(self, embedder: Embedder, support: SupportModel, *, threshold: float | None = None) -> None:
        self._embedder = embedder
        self._support = support
        self._threshold = support.threshold if threshold is None else threshold

    def prepare(self, passages: Sequence[Passage]) -> Evidence:
        """The passages that a reply may rest on, embedded once for all of its sentences."""
        return prepare(passages, self._embedder)

    def verify(self, sentence: str, hinted: Sequence[int], evidence: Evidence) -> Verified | Withheld:
        """``sentence`` in plain words, with the passage numbers that the model gave as hints."""
        if not evidence.sentences:
            return Withheld(sentence, "There is no source.")
        unknown = [n for n in hinted if not 1 <= n <= len(evidence.passages)]
        if unknown and len(unknown) == len(set(hinted)):
            hinted = ()
        if URL.search(sentence) and not any(m[0] in p.text for m in URL.finditer(sentence) for p in evidence.passages):
            return Withheld(sentence, "It has an address that the sources do not have.")
        if (quotation := edited(sentence, evidence.passages)) is not None:
            return Withheld(sentence, f"The source does not say “{quotation}” word for word.")
        refused: Withheld | None = None
        for aligned in alignments(sentence, hinted, evidence, self._embedder):
            verdict = self._judged(sentence, aligned)
            if isinstance(verdict, Verified):
                return verdict
            refused = refused or verdict
        return refused or Withheld(sentence, "It says nothing that could be checked.", contradicted=False)

    def _judged(self, sentence: str, aligned: Aligned) -> Verified | Withheld:
        if (reason := contradiction(aligned)) is not None:
            return Withheld(sentence, reason)
        if (reason := doubt(aligned)) is not None:
            return Withheld(sentence, reason, contradicted=False)
        support = self._support.score(aligned)
        if support < self._threshold:
            return Withheld(sentence, f"The sources do not bear it (support {support:.2f}).", contradicted=False)
        spans = sorted(aligned.sentences, key=lambda s: (s.passage.document, s.span))
        return Verified(sentence, tuple(Cited(s.passage, s.span) for s in spans), support)
