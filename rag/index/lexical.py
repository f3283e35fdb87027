"""The lexical side: BM25, computed when an index is built and kept as columns of scores in one file that is mapped into memory.

Asking is a sum over the columns of a question's terms; nothing else of the file is touched. Opening compares no more than the
sizes of the arrays: ``charterqa check`` reads them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index import arrays
from rag.index.bm25 import Columns, columns
from rag.index.dictionary import TermDictionary
from rag.index.scored import Mask, Scored, best
from rag.index.terms import query_pairs, query_terms

ARRAYS = {"data": np.float32, "rows": np.int32, "starts": np.int64, "letters": np.uint8, "edges": np.int64}


class LexicalIndex(Protocol):
    """What a generation asks of its lexical side."""

    @property
    def size(self) -> int:
        """How many passages are in."""
        ...

    def search(self, text: str, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The best of the ``allowed`` passages, best first; a passage that shares no term with ``text`` is never among them."""
        ...

    def scores(self, text: str, rows: Sequence[int]) -> NDArray[np.float32]:
        """The score of each of ``rows``; 0 where no term is shared."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages whose stemmers made the terms."""
        ...

    def terms(self, text: str) -> tuple[str, ...]:
        """The terms that a question asks for, repeats kept."""
        ...

    def document_frequency(self, wanted: Sequence[str]) -> dict[str, int]:
        """In how many passages each term stands."""
        ...

    def faults(self) -> tuple[str, ...]:
        """What in it contradicts itself, all of it read; empty where nothing does."""
        ...

    def write(self, path: Path) -> None:
        """Write the index as a new file."""
        ...


class Bm25Index:
    """BM25 with Lucene's idf, over terms and pairs of neighbouring terms."""

    def __init__(self, stored: Columns, passages: int, languages: tuple[str, ...]) -> None:
        self._columns = stored
        self._passages = passages
        self._languages = languages

    @classmethod
    def build(cls, texts: Iterable[str], languages: Sequence[str | None], *, k1: float, b: float) -> Bm25Index:
        """An index over ``texts``, each in its language (``None``: English)."""
        spoken = tuple(sorted({language or "en" for language in languages})) or ("en",)
        return cls(columns(texts, languages, k1=k1, b=b), len(languages), spoken)

    @classmethod
    def open(cls, path: Path) -> Bm25Index:
        """Map the file that :meth:`write` wrote.

        Raises:
            IndexDamaged: it is not one, or its arrays do not fit each other.
        """
        stored, about = arrays.open_arrays(path)
        try:
            passages, languages = int(about["passages"]), tuple(map(str, json.loads(about["languages"])))
            data, rows, starts, letters, edges = (stored[name] for name in ARRAYS)
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged("cannot be read") from error
        sound = (
            all(stored[name].dtype == dtype and stored[name].ndim == 1 for name, dtype in ARRAYS.items())
            and len(starts) == len(edges) >= 1
            and (starts[0], starts[-1]) == (0, len(data))
            and (edges[0], edges[-1]) == (0, len(letters))
            and len(data) == len(rows)
            and passages >= 0
        )
        if not sound:
            raise _damaged("has arrays that do not fit each other")
        return cls(Columns(data, rows, starts, TermDictionary(letters, edges)), passages, languages)

    def faults(self) -> tuple[str, ...]:
        """What in the arrays contradicts itself, all of them read; empty where nothing does."""
        c = self._columns
        found = []
        if bool((np.diff(c.starts) < 0).any()) or bool((np.diff(c.known.edges) < 0).any()):
            found.append("columns that go backwards")
        if len(c.rows) and not (int(c.rows.min()) >= 0 and int(c.rows.max()) < self._passages):
            found.append("passages that are not there")
        return tuple(found)

    @property
    def size(self) -> int:
        """How many passages are in."""
        return self._passages

    def write(self, path: Path) -> None:
        """A file of five arrays."""
        c = self._columns
        made: dict[str, arrays.Array] = {"data": c.data, "rows": c.rows, "starts": c.starts}
        made |= {"letters": c.known.letters, "edges": c.known.edges}
        about = {"passages": str(self._passages), "languages": json.dumps(self._languages)}
        arrays.write(path, made, about)

    def search(self, text: str, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The best passages, by BM25."""
        if k < 1:
            return ()
        asked = self._asked(text)
        found = np.zeros(self.size, dtype=np.float32)
        for rows, data in asked:
            try:
                # A passage stands once in a column, so this is ``found[rows] += data``, in a fourth of the time.
                np.add.at(found, rows.astype(np.intp), data)
            except (IndexError, ValueError) as error:
                raise _damaged("names passages that it does not have") from error
        if allowed is not None:
            found[~allowed] = 0
        # At least k passages score as high as the k-th of one column alone, so only those at or above that are sorted.
        enough = min((column for column in asked if len(column[0]) >= k), key=lambda column: len(column[0]), default=None)
        edge = float(np.partition(found[enough[0]], -k)[-k]) if enough else 0.0
        met = np.flatnonzero(found >= edge if edge > 0 else found > 0)
        return tuple(Scored(int(met[s.row]), s.score) for s in best(found[met], k))

    def scores(self, text: str, rows: Sequence[int]) -> NDArray[np.float32]:
        """The BM25 score of each of ``rows``, in their order: to the bit what :meth:`search` gives it."""
        wanted = np.asarray(rows, dtype=np.int32)
        found = np.zeros(len(wanted), dtype=np.float32)
        for there, data in self._asked(text):
            if len(there):
                at = np.minimum(np.searchsorted(there, wanted), len(there) - 1)
                found += np.where(there[at] == wanted, data[at], np.float32(0))
        return found

    def terms(self, text: str) -> tuple[str, ...]:
        """The question's terms, stemmed as every language in the index would."""
        return tuple(query_terms(text, self._languages))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages whose stemmers made the terms, sorted; English where there was none."""
        return self._languages

    def document_frequency(self, wanted: Sequence[str]) -> dict[str, int]:
        """In how many passages each of these terms (as :meth:`terms` gives them) stands; 0 for an unknown one."""
        return {term: len(column[0]) if (column := self._columns.of(term)) else 0 for term in wanted}

    def _asked(self, text: str) -> list[tuple[NDArray[np.int32], NDArray[np.float32]]]:
        """The columns of a question's terms and pairs, in their order."""
        asked = (*self.terms(text), *query_pairs(text, self._languages))
        return [column for term in asked if (column := self._columns.of(term)) is not None]


def _damaged(what: str) -> IndexDamaged:
    return IndexDamaged(f"The lexical index {what}.", remedy="Run charterqa index.")
