"""One sentence of a model's reply: proved by the exact source sentences that support it, or withheld with the reason.

Evidence are at most three sentences of the reply's own passages, chosen by the embedding model and by shared words. What can be
checked exactly is checked first (:mod:`rag.answering.proof.guards`); the reader decides the rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.proof.guards import Guard, row_of
from rag.answering.reading.paragraphs import heading, in_context
from rag.localization.catalogue import Words, speak
from rag.models.embedder import Embedder, Vectors
from rag.models.reader import CONTRADICTED, SUPPORTED, Reader
from rag.types import Passage, Span, Withheld

THRESHOLD = 0.7
"""The least probability of support with which a sentence is shown."""
MOST_SENTENCES = 3
AS_GOOD = 0.05
"""Fewer sentences are cited where they support a claim as well as more."""
HINT = 0.05
SHARED_WORDS = 0.6
CONTRADICTION = 0.5
_WORD = re.compile(r"\w+")


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
class Proved:
    """A claim with the one to three sentences that support it, in document order; ``support`` is in [0, 1]. ``said`` is what
    was proved where ``text`` is only the item of a list."""

    text: str
    spans: tuple[Cited, ...]
    support: float
    said: str = ""

    @property
    def cited(self) -> tuple[tuple[Passage, Span], ...]:
        """The spans with their passages."""
        return tuple((c.passage, c.span) for c in self.spans)


@dataclass(frozen=True, slots=True)
class Unproved:
    """A claim that was not proved, and the sentence that it points to, which is true whatever the model made of it. ``support``
    is 0 where an exact check withholds the claim."""

    withheld: Withheld
    source: Cited | None = None
    support: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The passages of one reply, read once for all of its sentences. Row ``n`` of ``vectors`` is ``sentences[n]``;
    ``numbers[n]`` is the number of its passage, from 1."""

    passages: tuple[Passage, ...]
    sentences: tuple[Cited, ...]
    numbers: tuple[int, ...]
    words: tuple[frozenset[str], ...]
    vectors: Vectors
    guard: Guard
    spoken: Words


class Prover:
    """Finds evidence and judges. ``threshold`` is the least support that is shown."""

    def __init__(self, reader: Reader, embedder: Embedder, *, threshold: float | None = None) -> None:
        self._reader = reader
        self._embedder = embedder
        self._threshold = THRESHOLD if threshold is None else threshold

    def prepare(self, passages: Sequence[Passage], lang: str | None = None) -> Evidence:
        """The passages that a reply may rest on; ``lang`` is the language of the reasons for what is withheld."""
        spoken = speak(lang)
        placed = [(n, Cited(p, span)) for n, p in enumerate(passages, 1) for span in (p.sentences or (p.span,))]
        quotes = [in_context(cited.passage, cited.span).removeprefix(heading(cited.passage)) for _, cited in placed]
        return Evidence(
            tuple(passages),
            tuple(cited for _, cited in placed),
            tuple(n for n, _ in placed),
            tuple(telling_words(q) for q in quotes),
            self._embedder.embed_passages(quotes),
            Guard(passages, lang),
            spoken,
        )

    def prove(self, claim: str, hinted: Sequence[int], evidence: Evidence) -> Proved | Unproved:
        """``claim`` in plain words, with the passage numbers that the model gave as hints."""
        if not evidence.sentences:
            return Unproved(Withheld(claim, evidence.spoken("answer.withheld_no_source")))
        order = self._ranked(claim, hinted, evidence)
        source = evidence.sentences[order[0]]
        if (reason := evidence.guard.foreign(claim)) is not None:
            return Unproved(Withheld(claim, reason), source)
        best, support, contradicted = self._best(claim, order, evidence)
        cited = tuple(evidence.sentences[n] for n in best)
        if (reason := _unsupported(claim, cited, evidence)) is not None:
            return Unproved(Withheld(claim, reason), cited[0])
        if support < self._threshold:
            reason = evidence.spoken("answer.withheld_unsupported", support=f"{support:.2f}")
            return Unproved(Withheld(claim, reason, contradicted > CONTRADICTION), cited[0], support)
        return Proved(claim, cited, support)

    def support(self, claim: str, evidence: Evidence) -> float:
        """The probability, in [0, 1], that the best sentences support ``claim``, whatever the exact checks say."""
        return self._best(claim, self._ranked(claim, (), evidence), evidence)[1] if evidence.sentences else 0.0

    def _best(self, claim: str, order: Sequence[int], evidence: Evidence) -> tuple[tuple[int, ...], float, float]:
        """The sentences that support ``claim`` (in document order), how far they do, and how far the likeliest contradicts it.

        The likeliest sentence is judged alone and with the next likeliest, and the log odds are averaged: the better of two
        judgements would be the one that errs. More of them, with neighbours or fewer of the likeliest, cost time and tell no
        more (AUROC .929 with four, .928 with these two on ``strangers.json``; .920 and .914 on other replies)."""
        first, wider = (order[0],), tuple(sorted(order[:MOST_SENTENCES]))
        every = list(dict.fromkeys([first, wider]))
        # What lacks a number of the claim cannot support it, and has no say where something else has the number.
        tried = [chosen for chosen in every if not self._lacks(claim, chosen, evidence)] or every
        judged = self._judged(claim, tried, evidence)
        yes = np.clip(judged[:, SUPPORTED].astype(np.float64), 1e-6, 1 - 1e-6)
        support = float(1 / (1 + np.exp(-np.mean(np.log(yes / (1 - yes))))))
        cited = next(chosen for chosen, one in zip(tried, yes, strict=True) if one >= yes.max() - AS_GOOD)
        if support >= self._threshold and len(cited) == MOST_SENTENCES:
            cited = self._fewer(claim, tuple(sorted(order[: MOST_SENTENCES - 1])), cited, float(yes.max()), evidence)
        return cited, support, float(judged[0, CONTRADICTED])

    def _fewer(
        self, claim: str, fewer: tuple[int, ...], cited: tuple[int, ...], support: float, evidence: Evidence
    ) -> tuple[int, ...]:
        """``fewer`` where they support a claim that is shown as well as ``cited``, which are more."""
        if self._lacks(claim, fewer, evidence):
            return cited
        return fewer if self._judged(claim, [fewer], evidence)[0, SUPPORTED] >= support - AS_GOOD else cited

    def _judged(self, claim: str, chosen: Sequence[tuple[int, ...]], evidence: Evidence) -> NDArray[np.float32]:
        return self._reader.supports([(claim, cited_text([evidence.sentences[n] for n in ns])) for ns in chosen])

    def _lacks(self, claim: str, chosen: Sequence[int], evidence: Evidence) -> bool:
        return _unsupported(claim, [evidence.sentences[n] for n in chosen], evidence) is not None

    def _ranked(self, claim: str, hinted: Sequence[int], evidence: Evidence) -> list[int]:
        """The sentences by likeness to the claim, the likeliest first."""
        vector = self._embedder.embed_passages([claim])[0]
        wanted = telling_words(claim)
        shared = np.array([len(wanted & words) / max(1, len(wanted)) for words in evidence.words])
        hint = np.array([HINT * (number in hinted) for number in evidence.numbers])
        return [int(n) for n in np.argsort(-(evidence.vectors @ vector + SHARED_WORDS * shared + hint), kind="stable")]


def _unsupported(claim: str, cited: Sequence[Cited], evidence: Evidence) -> str | None:
    rows = [row for one in cited if (row := row_of(one.passage, one.span)) is not None]
    return evidence.guard.unsupported(claim, cited_text(cited), rows)


def cited_text(cited: Sequence[Cited]) -> str:
    """The sentences as the reader gets them: in order, each document's title and section before its first one, and what a
    sentence cannot be understood without before it."""
    parts: list[str] = []
    for one in cited:
        head = heading(one.passage)
        contexts = [context.text for context in one.passage.context_of(one.span)]
        parts += [part for part in (head.rstrip(), *contexts, one.quote) if part and part not in parts]
    return " ".join(parts)


def telling_words(text: str) -> frozenset[str]:
    """The words by which a sentence is known again: the longer ones, and numbers."""
    return frozenset(w for w in (m[0].casefold() for m in _WORD.finditer(text)) if len(w) > 3 or w.isdigit())
