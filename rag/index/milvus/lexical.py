"""The lexical side in Milvus: its own full-text function scores; which terms there are, and in how many passages, lies here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index import arrays
from rag.index.bm25 import PAIR_WEIGHT
from rag.index.dictionary import TermDictionary
from rag.index.milvus.collection import AT_A_TIME, PAIRS, SCORED, TERMS, Collection, one_of, sent, within
from rag.index.scored import Mask, Scored
from rag.index.terms import pairs, query_pairs, query_terms, terms

AGAIN = 2
"""How many times as many rows as asked for are looked at on either field: the best sum need not be first in one of them."""
WEIGHTS = {TERMS: 1.0, PAIRS: PAIR_WEIGHT}


class TermCounter:
    """Counts, while the texts go by to Milvus, in how many of them each term stands."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def passing(self, texts: Iterable[str], languages: Sequence[str | None]) -> Iterator[tuple[str, str]]:
        """The terms and the pairs of each text in its language, as Milvus gets them."""
        for text, language in zip(texts, languages, strict=True):
            cut = terms(text, language)
            self._counts.update(set(cut))
            yield sent(cut), sent(pairs(text, language))

    def counted(self) -> tuple[TermDictionary, NDArray[np.int32]]:
        """The terms that have gone by, and the number of texts of each."""
        found = sorted((term.encode("utf-8", "surrogatepass"), count) for term, count in self._counts.items())
        return TermDictionary.of(term for term, _ in found), np.array([count for _, count in found], dtype=np.int32)


class MilvusWords:
    """BM25 over terms and pairs of neighbouring terms, computed by Milvus."""

    def __init__(
        self,
        collection: Collection,
        counted: tuple[TermDictionary, NDArray[np.int32]],
        *,
        size: int,
        languages: Sequence[str],
        k1: float,
    ) -> None:
        self.collection = collection
        self._known, self._counts = counted
        self._size = size
        self._languages = tuple(languages)
        self._k1 = k1

    @classmethod
    def open(cls, path: Path, collection: Collection, *, k1: float) -> MilvusWords:
        """Map the file that :meth:`write` wrote.

        Raises:
            IndexDamaged: it is not one.
        """
        stored, about = arrays.open_arrays(path)
        try:
            size, languages = int(about["passages"]), tuple(map(str, json.loads(about["languages"])))
            letters, edges, counts = (stored[name] for name in ("letters", "edges", "counts"))
            if len(edges) != len(counts) + 1 or (edges[0], edges[-1]) != (0, len(letters)):
                raise ValueError("arrays that do not fit each other")
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamaged("The terms of the index cannot be read.", remedy="Run charterqa index.") from error
        return cls(collection, (TermDictionary(letters, edges), counts), size=size, languages=languages, k1=k1)

    @property
    def size(self) -> int:
        """How many passages are in."""
        return self._size

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages whose stemmers made the terms, sorted; English where there was none."""
        return self._languages

    def search(self, text: str, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The best passages, by BM25; equal ones by row."""
        if k < 1 or (allowed is not None and not allowed.any()):
            return ()
        where = within(allowed)
        met = sorted({row for name in SCORED for row in self._found(name, text, AGAIN * k, where)})
        scores = self.scores(text, met)
        order = np.argsort(-scores, kind="stable")[:k]  # and so by row
        return tuple(Scored(met[n], float(scores[n])) for n in order)

    def scores(self, text: str, rows: Sequence[int]) -> NDArray[np.float32]:
        """The BM25 score of each of ``rows``, in their order."""
        found: dict[int, float] = {}
        different = sorted({int(row) for row in rows})
        for begin in range(0, len(different), AT_A_TIME):
            part = different[begin : begin + AT_A_TIME]
            for name in SCORED:
                for row, score in self._found(name, text, len(part), one_of(part)).items():
                    found[row] = found.get(row, 0.0) + score
        return np.array([found.get(int(row), 0.0) for row in rows], dtype=np.float32)

    def terms(self, text: str) -> tuple[str, ...]:
        """The question's terms, stemmed as every language in the index would."""
        return tuple(query_terms(text, self._languages))

    def document_frequency(self, wanted: Sequence[str]) -> dict[str, int]:
        """In how many passages each of these terms stands; 0 for an unknown one."""
        numbers = {term: self._known.number(term) for term in wanted}
        return {term: 0 if number is None else int(self._counts[number]) for term, number in numbers.items()}

    def faults(self) -> tuple[str, ...]:
        """What in it contradicts itself."""
        there = self.collection.count()
        return () if there == self._size else (f"{there} passages in Milvus and {self._size} here",)

    def write(self, path: Path) -> None:
        """A file of the terms and their counts."""
        made: dict[str, arrays.Array] = {"letters": self._known.letters, "edges": self._known.edges, "counts": self._counts}
        arrays.write(path, made, {"passages": str(self._size), "languages": json.dumps(self._languages)})

    def _found(self, name: str, text: str, k: int, where: str) -> dict[int, float]:
        """The best rows of one field with their share of the score."""
        asked = sent(self.terms(text) if name == TERMS else query_pairs(text, self._languages))
        if not asked or not self._size:
            return {}
        # Milvus has the constant factor k1 + 1 of the textbook; Milvus Lite gives scores as distances, which are negative.
        factor = WEIGHTS[name] / (self._k1 + 1)
        return {row: abs(score) * factor for row, score in self.collection.search(SCORED[name], asked, k, where).items()}
