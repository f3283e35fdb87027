"""Whose titles a question says: all documents at a time, for a library may have a hundred thousand."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.index.terms import words

Words = tuple[frozenset[str], ...]
"""The index terms of each word of a text; two words are one where they share a term."""


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What of every title a question says. ``counts``, shape (documents,): how many words of the title."""

    counts: NDArray[np.int64]
    home: NDArray[np.int32]
    kinds: NDArray[np.int32]
    """The document and the word (:class:`Titles` numbers them) of each such place."""


class Titles:
    """The words of all titles, numbered; where each word stands is known, so a question looks at no other title."""

    def __init__(self, titles: Iterable[str], terms: Callable[[str], Sequence[str]]) -> None:
        """``terms``: the index terms of a word; one without any is left out."""
        known: dict[str, int] = {}
        self._words: list[frozenset[str]] = []
        kinds, home, lengths = array("i"), array("i"), array("q")
        for number, title in enumerate(titles):
            before = len(kinds)
            for word in words(title):
                if word not in known:
                    found = frozenset(terms(word))
                    known[word] = len(self._words) if found else -1
                    self._words += [found] if found else []
                if known[word] >= 0:
                    kinds.append(known[word])
                    home.append(number)
            lengths.append(len(kinds) - before)
        self.lengths: NDArray[np.int64] = np.array(lengths, dtype=np.int64)
        unsorted = np.array(kinds, dtype=np.int32)
        order = np.argsort(unsorted, kind="stable")
        self._home = np.array(home, dtype=np.int32)[order]
        self._edges = np.concatenate([[0], np.cumsum(np.bincount(unsorted, minlength=len(self._words)))]).astype(np.int64)
        self._having: dict[str, list[int]] = {}
        for kind, found in enumerate(self._words):
            for term in found:
                self._having.setdefault(term, []).append(kind)

    def __len__(self) -> int:
        return len(self.lengths)

    def said(self, others: Words) -> Said:
        """What the words ``others`` of a question say of every title."""
        asked = frozenset().union(*others)
        kinds = sorted({kind for term in asked for kind in self._having.get(term, ())})
        parts = [self._home[self._edges[kind] : self._edges[kind + 1]] for kind in kinds]
        home = np.concatenate([np.zeros(0, dtype=np.int32), *parts])
        many = np.array([len(part) for part in parts], dtype=np.int64)
        return Said(np.bincount(home, minlength=len(self)), home, np.repeat(np.array(kinds, dtype=np.int32), many))

    def terms(self, said: Said, documents: NDArray[np.bool_]) -> frozenset[str]:
        """The terms of the words that were said of the titles of ``documents``."""
        return frozenset().union(*(self._words[kind] for kind in np.unique(said.kinds[documents[said.home]])))
