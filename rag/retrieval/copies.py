"""The same text in several documents: found once, with all of its places.

The same words are not always the same text: "The fee is 20 euro." says one thing in the rules of Ankara and another in those of
Baku. A short passage is a copy only where the title is the same, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.types import Hit, Passage, Span

LONG = 25
"""Words from which the same passage is the same text whatever its document is called."""


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of a passage."""

    passage: Passage
    span: Span


class Copies:
    """The sentences of some hits and their copies, by their words."""

    def __init__(self, hits: Sequence[Hit] = ()) -> None:
        self._places: dict[str, list[Place]] = defaultdict(list)
        for passage in dict.fromkeys(p for hit in hits for p in (hit.passage, *hit.copies)):
            for span in passage.sentences:
                self._places[plain(passage.quote(span) if passage.span.contains(span) else "")].append(Place(passage, span))

    def of(self, passage: Passage, words: str) -> tuple[Place, ...]:
        """Where the sentence ``words`` of ``passage`` stands in other documents, one place in each."""
        found: dict[str, Place] = {}
        for place in self._places.get(plain(words), ()):
            if place.passage.document != passage.document and _same(passage, place.passage, sentence=True):
                found.setdefault(place.passage.document, place)
        return tuple(found.values())


def distinct(hits: Sequence[Hit], wanted: int) -> tuple[Hit, ...]:
    """The first ``wanted`` hits that are no copies of one another, each with its copies; ranked anew."""
    kept: list[Hit] = []
    by_words: dict[str, list[int]] = defaultdict(list)
    for hit in hits:
        alike = by_words[plain(hit.passage.text)]
        first = next((n for n in alike if _same(kept[n].passage, hit.passage)), None)
        if first is not None:
            kept[first] = replace(kept[first], copies=(*kept[first].copies, hit.passage))
        elif len(kept) < wanted:
            alike.append(len(kept))
            kept.append(replace(hit, rank=len(kept) + 1))
    return tuple(kept)


def plain(text: str) -> str:
    """``text`` without what a format makes of it: white space and case."""
    return " ".join(text.split()).casefold()


def _same(one: Passage, other: Passage, *, sentence: bool = False) -> bool:
    if plain(one.title) == plain(other.title):
        return sentence or plain(one.text) == plain(other.text)
    return plain(one.text) == plain(other.text) and len(one.text.split()) >= LONG
