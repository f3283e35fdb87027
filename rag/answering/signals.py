"""What can be measured, without a language model, about whether one sentence answers one question.

The strongest single signal is late interaction (ColBERT's MaxSim, Khattab & Zaharia 2020) on the embedding model's own token
vectors: every content word of the question looks for its nearest word in the sentence. A paraphrase finds a neighbour for each
of its words; a near-miss leaves one of them, usually the one that matters, alone. Of some thirty others that were tried (of the
passage as a whole, of ranks, of words that no document holds), and of a random forest over all of them, only "ahead" refused
better on questions that were not fitted.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answering.expectation import Kind, expected_kind, offers
from rag.answering.word_vectors import text_vector, word_vectors
from rag.answering.wording import Word, initials, is_content, words
from rag.models.embedder import Embedder, TokenVectors
from rag.types import Hit, Passage, Span

Vectors = NDArray[np.float32]

SIGNALS = (
    "cosine",  # question and sentence
    "aligned",  # idf-weighted mean over the question's content words of the nearest word's cosine
    "worst",  # the same of the content word that fares worst
    "shared",  # idf-weighted share of content words that stand in the sentence
    "complete",  # 1 where all of them do
    "names_missing",  # share of the question's names and numbers that the whole passage does not hold
    "offered",  # 1 where the sentence offers the kind of thing asked for
    "lacking",  # 1 where it does not
    "distant",  # how far the cosine is below DISTANT, times what is not shared: one word may have a neighbour anywhere
    "ahead",  # the lead of the best hit's BM25 score over the second's, in the idf of the question: one for all candidates
)
DISTANT = 0.2
REMEMBERED = 4096
HELD = 0.85
"""The least similarity of a word that the sentence has, whatever its neighbours do to its vector: a question of one word would
else be a stranger to the sentence it stands in. AUROC on folds of own questions .930 → .937; .75 and .95 give .934, .936."""


class TermStatistics(Protocol):
    """How common a term is among the passages."""

    @property
    def size(self) -> int:
        """How many passages there are."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages whose stemmers made the terms."""
        ...

    def document_frequency(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that might answer, with the hit it comes from."""

    hit: Hit
    span: Span
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A question read against its hits: ``signals[i]`` are the :data:`SIGNALS` of ``candidates[i]``."""

    question: str
    kind: Kind
    asked: tuple[Word, ...]
    candidates: tuple[Candidate, ...]
    signals: NDArray[np.float64]

    def column(self, name: str) -> NDArray[np.float64]:
        """One signal of every candidate."""
        return self.signals[:, SIGNALS.index(name)]


@dataclass(frozen=True, slots=True, eq=False)
class _Text:
    """A text as the signals need it: its content words, their vectors and its own."""

    words: tuple[Word, ...]
    content: tuple[Word, ...]
    vectors: Vectors
    mean: Vectors
    terms: frozenset[str]
    initials: frozenset[str]


class Reader:
    """Measures :data:`SIGNALS`. Remembers the vectors of the sentences it has seen; safe to call from several threads."""

    def __init__(self, embedder: Embedder, statistics: TermStatistics) -> None:
        self._embedder = embedder
        self._statistics = statistics
        self._known: OrderedDict[str, _Text] = OrderedDict()

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """Every sentence of every hit against the question. No hits, or a question without a word in it, give no candidates."""
        kind = expected_kind(question)
        candidates = tuple(Candidate(hit, span, hit.passage.quote(span)) for hit in hits for span in _sentences(hit.passage))
        asked_text, *texts = self._texts([question, *(c.text for c in candidates)])
        asked = asked_text.content
        if not asked:
            return Reading(question, kind, (), (), np.zeros((0, len(SIGNALS)), dtype=np.float64))
        idf = self._idf(asked)
        weights = idf / idf.sum() if idf.any() else idf
        ahead = _lead([hit.lexical for hit in hits if hit.lexical is not None]) / max(float(idf.sum()), 1.0)
        asked_terms = frozenset(t for w in asked_text.words for t in w.terms)
        names = [n for n, w in enumerate(asked) if w.capitalised and (w.start > 0 or w.text.isupper() or w.text[0].isdigit())]
        held = np.array([[_holds(t, w) for w in asked] for t in texts], dtype=np.float64).reshape(len(texts), len(asked))
        nearest = np.array([_nearest(asked_text.vectors, t.vectors) for t in texts]).reshape(len(texts), len(asked))
        nearest = np.maximum(nearest, HELD * held)
        rows = []
        for n, (candidate, text) in enumerate(zip(candidates, texts, strict=True)):
            passage = held[[m for m, other in enumerate(candidates) if other.hit is candidate.hit]].max(axis=0)
            offered = offers(question, kind, candidate.text, text.words, asked_terms)
            cosine, shared = float(asked_text.mean @ text.mean), float(weights @ held[n])
            rows.append(
                (
                    cosine,
                    float(weights @ nearest[n]),
                    float(nearest[n].min()),
                    shared,
                    float(held[n].all()),
                    float(np.mean(1 - passage[names])) if names else 0.0,
                    float(offered is True),
                    float(offered is False),
                    max(DISTANT - cosine, 0.0) * (1 - shared),
                    ahead,
                )
            )
        return Reading(question, kind, asked, candidates, np.array(rows, dtype=np.float64).reshape(-1, len(SIGNALS)))

    def _idf(self, asked: Sequence[Word]) -> NDArray[np.float64]:
        """The idf of each word, in Lucene's form."""
        terms = sorted({t for w in asked for t in w.terms})
        frequency = self._statistics.document_frequency(terms)
        size = self._statistics.size
        common = [max((frequency[t] for t in w.terms), default=0) for w in asked]
        return np.array([math.log(1 + (size - n + 0.5) / (n + 0.5)) for n in common], dtype=np.float64)

    def _texts(self, wanted: Sequence[str]) -> list[_Text]:
        found = {t: self._known[t] for t in dict.fromkeys(wanted) if t in self._known}
        missing = [t for t in dict.fromkeys(wanted) if t not in found]
        for text, tokens in zip(missing, self._embedder.embed_tokens(missing) if missing else [], strict=True):
            found[text] = self._known[text] = self._measure(text, tokens)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return [found[t] for t in wanted]

    def _measure(self, text: str, tokens: TokenVectors) -> _Text:
        all_words = words(text, self._statistics.languages)
        content = tuple(w for w in all_words if is_content(w)) or all_words
        return _Text(
            all_words,
            content,
            word_vectors(content, tokens),
            text_vector(tokens.vectors),
            frozenset(t for w in all_words for t in w.terms),
            initials(content),
        )


def _sentences(passage: Passage) -> tuple[Span, ...]:
    return passage.sentences or (passage.span,)


def _holds(text: _Text, word: Word) -> bool:
    folded = word.text.casefold()
    return bool(word.terms & text.terms) or (2 <= len(folded) <= 5 and folded in text.initials)


def _nearest(asked: Vectors, offered: Vectors) -> NDArray[np.float64]:
    if not len(offered) or not len(asked):
        return np.zeros(len(asked), dtype=np.float64)
    return np.asarray((asked @ offered.T).max(axis=1), dtype=np.float64)


def _lead(scores: Sequence[float]) -> float:
    best, second, *_ = [*sorted(scores, reverse=True), 0.0, 0.0]
    return best - second
