"""Which sentences are shown: no more than a fact needs, all of what a list needs, in document order.

The best sentence is shown, and every other one that the reader finds nearly as good, both in its context and on its own. How
near is near was fitted on questions whose evidence is marked (``bench/fit_answering.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.answering.reading.paragraphs import Candidate, Reading
from rag.types import Passage, Span

NEAR = 1.0
"""In log odds below the best sentence: how close a further one must come in its context …"""
ALONE = 0.0
"""… and what it must reach by itself."""
AT_MOST = 3
ASIDE = 6.0
"""Log odds below the best from which a model's sentence, true as it is, is about something else …"""
POINTED_TO = 3.0
"""… and from which the document's sentence that an invention points to is not shown in its place."""
ITEMS = 30
SMALL_WORD, SHORT_MEMBER = 3, 5
"""Letters of a word that a name may have in small letters; words of the last member of a list."""
_AND = r"(?:and|or|as well as|и|или|а также|və|və ya|habelə|ve|veya|ile)"
_LAST_MEMBER = re.compile(rf",? {_AND} (?P<member>[^.;:()]{{2,80}}?)\s*[.;]?\s*\Z")
_SEPARATOR = re.compile(rf",|\b{_AND}\b")
_ITEM = re.compile(r"^\s*(?:[-*•–]|\(?(?:\d{1,3}|[a-z]{1,2}|[ivx]+)[.)])\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Selection:
    """``best`` is the sentence that answers best; ``chosen`` are those to show, in document order."""

    best: Candidate | None
    chosen: tuple[Candidate, ...]


def select(reading: Reading) -> Selection:
    """The sentences that answer, were the question answerable; none where there was nothing to read."""
    if not reading.candidates:
        return Selection(None, ())
    best = reading.candidates[0]
    kept = [best]
    texts = {_plain(best.text)}
    for other in reading.candidates[1:]:
        near = other.score >= best.score - NEAR and other.alone is not None and other.alone >= ALONE
        if near and len(kept) < AT_MOST and _plain(other.text) not in texts:
            kept.append(other)
            texts.add(_plain(other.text))
    everything = dict.fromkeys(c for first in kept for c in (first, *_items(first, reading.candidates)))
    rank = {c.hit.passage.document: c.hit.rank for c in reversed(reading.candidates)}
    order = sorted(everything, key=lambda c: (rank[c.hit.passage.document], c.hit.passage.document, c.span))
    return Selection(best, tuple(order))


def answers(reading: Reading, cited: Iterable[tuple[Passage, Span]], within: float = ASIDE) -> bool:
    """Whether one of the cited sentences may answer the question: it is not far below the best one, or was not read, so that
    nothing is known of it. What small models add is true and about something else."""
    if not reading.candidates:
        return True
    scores = {(c.hit.passage.document, c.span): c.score for c in reading.candidates}
    least = reading.candidates[0].score - within
    return any(scores.get((passage.document, span), least) >= least for passage, span in cited)


def highlights(reading: Reading) -> dict[tuple[str, Span], tuple[Span, ...]]:
    """The words that answer in each sentence that may be shown, by document and sentence."""
    if not reading.candidates:
        return {}
    least = reading.candidates[0].score - ASIDE
    return {
        (c.hit.passage.document, c.span): (_whole(c, c.words),)
        for c in reading.candidates
        if c.words is not None and c.score >= least
    }


def _whole(candidate: Candidate, words: Span) -> Span:
    """``words`` with the last members of a list that they begin: who signed is "Ada Varga and Bela Nagy", not the first.
    Only what ends the sentence counts, and there only names, or a short member of a list of several."""
    start, end = words.start - candidate.span.start, words.end - candidate.span.start
    more = _LAST_MEMBER.match(candidate.text, end)
    if more is None or start < 0:
        return words
    members = more["member"].split()
    named = all(word[0].isupper() or len(word) <= SMALL_WORD for word in members) and any(word[0].isupper() for word in members)
    listed = len(_SEPARATOR.findall(candidate.text[start:end])) > 1 and len(members) <= SHORT_MEMBER
    return Span(words.start, candidate.span.start + more.end("member")) if named or listed else words


def _items(first: Candidate, candidates: tuple[Candidate, ...]) -> list[Candidate]:
    """The items of the list that a sentence ending in a colon introduces."""
    if not first.text.rstrip().endswith(":"):
        return []
    passage = first.hit.passage
    after = sorted(
        (c for c in candidates if c.hit.passage.document == passage.document and c.span.start >= first.span.end),
        key=lambda c: c.span,
    )
    items: list[Candidate] = []
    for candidate in after[:ITEMS]:
        item = bool(_ITEM.match(candidate.text))
        if candidate.hit.passage.section != passage.section and not item:
            break
        if items and not item and not items[-1].text.rstrip().endswith((";", ",", "and", "or")):
            break
        items.append(candidate)
    return items


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
