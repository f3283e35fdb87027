"""From a claim to the exact source sentences that it rests on.

Every content word of a claim is laid against every content word of every sentence of the passages: equal words and values
count fully, other words by the similarity of their vectors in context (as in ColBERT's MaxSim). The sentence that covers the
claim best comes first; a second and a third are added only where they cover what the ones before left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.clauses import Analysis, Marked, analyse, matches
from rag.answering.cues import DOCUMENTS
from rag.answering.injection import speaks_to_model
from rag.answering.word_vectors import text_vector, word_vectors
from rag.answering.wording import initials
from rag.models.embedder import Embedder
from rag.types import Passage, Span

MOST_SENTENCES = 3
STARTS = 3
_NEARLY = 0.8  # a sentence may begin another way of bearing the claim from this share of the best one's score
_EXACT_BONUS = 0.25  # a vector's similarity is worth at most this much less than the word itself
_WORTH_ADDING = 0.34  # a further sentence must close this share of the claim's open weight
_HINT = 0.04
_HEADED = 0.9  # a word that a title or heading has
_FRAME = re.compile(
    rf"\A(?:the|this)\s+(?:[\w-]+\s+){{0,2}}?(?:letter|rule|{'|'.join(sorted(DOCUMENTS))})\s+(?:also\s+)?"
    r"(?:says?|states?|notes?|provides?|specif(?:y|ies)|mentions?|indicates?|explains?|stipulates?)\s*(?:that\b|:)\s*",
    re.IGNORECASE,
)
"""Who says it is the citation's business: "The notice says that …" is verified without its frame."""
LIGHT = frozenset(
    "get gets getting got make makes made making take takes taken taking took give gives given giving go goes going gone went "
    "put puts set sets come comes came bring brings brought carry carries carried hold holds held keep keeps kept let lets "
    "leave leaves left stand stands stood run runs running turn turns turned bear bears lie lies "
    "provide provides contain contains include includes including state states stated say says said mention mentions mentioned "
    "note notes noted accord regard regarding called well document text use uses used other another "
    "responsible effect place part kind way case cases time order favour right itself themselves own nothing anyone someone "
    "everyone nobody single further already also number amount total case means respect account result "
    "pass passes passed aside due numbers charge interval".split()
)
"""Say hardly anything on their own: "take place", "in favour", "the number of"."""
_WEIGHTS = {"value": 1.6, "name": 1.4}

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """One sentence of the passages. ``vectors`` has a unit row for each content word; ``vector`` is the mean of all tokens."""

    passage: Passage
    number: int
    span: Span
    analysis: Analysis
    vectors: Floats
    vector: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The passages of one question, prepared once for all claims. ``terms`` are those of all content words;
    ``headings`` are the titles and section paths, which may lend a word and are never quoted."""

    passages: tuple[Passage, ...]
    sentences: tuple[Sentence, ...]
    terms: frozenset[str]
    headings: Analysis


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A claim laid against its sentences, best first.

    ``soft[i]`` is how well content word ``i`` of the claim is covered by them, in [0, 1]; ``exact[i]`` whether by the same word
    or value; ``best[i]`` the (sentence, content word) that covers it best; ``same[s][i, j]`` whether it is word ``j`` of
    sentence ``s``. ``cosine`` is the best sentence's similarity; ``evidence`` is what the sentences were taken from.
    """

    claim: Analysis
    claim_vectors: Floats
    sentences: tuple[Sentence, ...]
    soft: Floats
    exact: NDArray[np.bool_]
    best: tuple[tuple[int, int], ...]
    same: tuple[NDArray[np.bool_], ...]
    cosine: float
    weights: Floats
    evidence: Evidence

    @property
    def weighty(self) -> tuple[bool, ...]:
        """For each content word, whether it says something: "use" or "contain" hardly do."""
        return tuple(w.folded not in LIGHT for w in self.claim.content)


def prepare(passages: Sequence[Passage], embedder: Embedder) -> Evidence:
    """Embed the sentences of ``passages``: one pass of the model over each word of them."""
    places = [(n, p, span) for n, p in enumerate(passages, 1) for span in (p.sentences or (p.span,))]
    places = [place for place in places if not speaks_to_model(place[1].quote(place[2]))]
    texts = [p.quote(span) for _, p, span in places]
    inner = embedder.embed_tokens(texts) if texts else []
    sentences = []
    for (number, passage, span), text, tokens in zip(places, texts, inner, strict=True):
        analysis = analyse(text)
        vectors = word_vectors([w.word for w in analysis.content], tokens)
        sentences.append(Sentence(passage, number, span, analysis, vectors, text_vector(tokens.vectors)))
    terms = frozenset(term for s in sentences for w in s.analysis.content for term in w.word.terms)
    headings = dict.fromkeys(part for p in passages for part in (p.title, *p.section) if part)
    return Evidence(tuple(passages), tuple(sentences), terms, analyse(". ".join(headings)))


def align(claim: str, hinted: Sequence[int], evidence: Evidence, embedder: Embedder) -> Aligned | None:
    """The sentences that ``claim`` rests on best, or ``None`` where it has no word to lay against anything."""
    return next(alignments(claim, hinted, evidence, embedder), None)


def alignments(claim: str, hinted: Sequence[int], evidence: Evidence, embedder: Embedder) -> Iterator[Aligned]:
    """The ways in which ``claim`` may rest on sentences, the best first: each begins with another sentence.

    ``hinted`` passages are preferred only among sentences that cover the claim equally well.
    """
    claim = _FRAME.sub("", claim)
    analysis = analyse(claim)
    if not analysis.content or not evidence.sentences:
        return
    tokens = embedder.embed_tokens([claim])[0]
    vectors = word_vectors([w.word for w in analysis.content], tokens)
    whole = text_vector(tokens.vectors)
    weights = np.array([_weight(w) for w in analysis.content], dtype=np.float32)
    weights /= weights.sum()
    tables = [_laid(analysis, vectors, s) for s in evidence.sentences]
    soft = np.stack([t.soft for t in tables])
    headed = [w.value is None and any(matches(w, h) for h in evidence.headings.content) for w in analysis.content]
    soft[:, headed] = np.maximum(soft[:, headed], _HEADED)
    cosines = np.array([float(s.vector @ whole) for s in evidence.sentences])
    score = soft @ weights + 0.3 * cosines
    score += np.array([_HINT * (s.number in hinted) for s in evidence.sentences])
    seen: set[frozenset[int]] = set()
    best, *others = np.argsort(-score, kind="stable")[:STARTS]
    for first in (best, *(n for n in others if score[n] >= _NEARLY * score[best])):
        chosen = _grown(int(first), analysis, tables, soft, weights, cosines, score)
        if frozenset(chosen) in seen:
            continue
        seen.add(frozenset(chosen))
        stacked = np.stack([soft[c] for c in chosen])
        owner = np.argmax(stacked, axis=0)
        yield Aligned(
            claim=analysis,
            claim_vectors=vectors,
            sentences=tuple(evidence.sentences[c] for c in chosen),
            soft=stacked.max(axis=0),
            exact=np.any(np.stack([tables[c].exact for c in chosen]), axis=0, keepdims=True)[0],
            best=tuple((int(o), int(tables[chosen[o]].best[i])) for i, o in enumerate(owner)),
            same=tuple(tables[c].same for c in chosen),
            cosine=float(cosines[chosen].max()),
            weights=weights,
            evidence=evidence,
        )


def _grown(
    first: int,
    claim: Analysis,
    tables: Sequence[_Laid],
    soft: Floats,
    weights: Floats,
    cosines: NDArray[np.float64],
    score: NDArray[np.float64],
) -> list[int]:
    """``first`` and what must be added to it."""
    chosen = [first]
    covered = soft[first].copy()
    while len(chosen) < MOST_SENTENCES:
        open_weight = float(weights @ (1.0 - covered))
        gains = np.maximum(soft - covered, 0.0) @ weights + 0.02 * cosines + (score - soft @ weights - 0.3 * cosines)
        gains[chosen] = -1.0
        nearest = int(np.argmax(gains))
        gain = float(np.maximum(soft[nearest] - covered, 0.0) @ weights)
        closes = _closes_a_hard_word(claim, tables, chosen, nearest)
        if not (closes or (gain > _WORTH_ADDING * open_weight and gain > 0.12)):
            break
        chosen.append(nearest)
        covered = np.maximum(covered, soft[nearest])
    return chosen


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    soft: Floats
    exact: NDArray[np.bool_]
    best: NDArray[np.int64]
    same: NDArray[np.bool_]


def _laid(claim: Analysis, vectors: Floats, sentence: Sentence) -> _Laid:
    """Every content word of the claim against one sentence."""
    mine, theirs = claim.content, sentence.analysis.content
    if not theirs:
        empty = np.zeros(len(mine), np.float32)
        return _Laid(empty, empty.astype(bool), np.zeros(len(mine), np.int64), np.zeros((len(mine), 0), np.bool_))
    near = np.clip(vectors @ sentence.vectors.T, 0.0, 1.0) - _EXACT_BONUS
    same = np.array([[matches(word, other) for other in theirs] for word in mine], dtype=np.bool_)
    for i, word in enumerate(mine):
        for j in range(len(theirs)):
            if same[i, j]:
                near[i, j] = 1.0
            elif word.value is not None or word.name:
                near[i, j] = min(near[i, j], 0.2)  # a number or a name is borne or it is not
    short = initials(tuple(w.word for w in sentence.analysis.words))
    for i, word in enumerate(mine):
        if word.word.text.isupper() and word.folded.replace(".", "") in short:
            near[i, int(np.argmax(near[i]))] = 1.0
    _expansions(mine, theirs, near)
    soft = np.clip(near.max(axis=1), 0.0, 1.0)
    return _Laid(soft.astype(np.float32), soft >= 0.999, near.argmax(axis=1), same)


def _expansions(mine: Sequence[Marked], theirs: Sequence[Marked], near: Floats) -> None:
    """``United States`` in the claim against ``US`` in the source."""
    acronyms = {w.folded: j for j, w in enumerate(theirs) if w.word.text.isupper() and 2 <= len(w.folded) <= 5}
    if not acronyms:
        return
    for length in range(2, 6):
        for i in range(len(mine) - length + 1):
            letters = "".join(w.folded[0] for w in mine[i : i + length])
            if letters in acronyms:
                near[i : i + length, acronyms[letters]] = 1.0


def _closes_a_hard_word(claim: Analysis, tables: Sequence[_Laid], chosen: Sequence[int], candidate: int) -> bool:
    """Whether the candidate bears a number or a name that none of the chosen sentences bears, and not this word alone: a
    number that stands in a sentence about something else is not lent."""
    return int(tables[candidate].exact.sum()) > 1 and any(
        tables[candidate].exact[i] and not any(tables[c].exact[i] for c in chosen)
        for i, word in enumerate(claim.content)
        if word.value is not None or word.name
    )


def _weight(word: Marked) -> float:
    if word.folded in LIGHT:
        return 0.3
    return _WEIGHTS["value"] if word.value is not None else _WEIGHTS["name"] if word.name else 1.0
