"""The lexical side: BM25 as bm25s computes it when an index is built, kept in one file of plain arrays. The one module that
knows bm25s' retriever, and only where it builds: asking is a sum over columns, and the library brings scipy.

The format is ours rather than the library's folder of files, so that exactly the bytes whose checksum was verified are parsed,
and ``allow_pickle`` is off on both ways.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamaged
from rag.index.scored import Mask, Scored, best
from rag.index.terms import pairs, query_pairs, query_terms, terms

ARRAYS = ("data", "indices", "indptr")
# What a pair of neighbouring terms counts for beside the terms themselves (the ordered part of Metzler and Croft's sequential
# dependence model, 2005). nDCG@10 after fusion, 0 → 0.2: legal clauses .691 → .705, questions on articles .986 → .987,
# abstracts .460 → .460; at 0.5 the abstracts lose .02.
PAIR_WEIGHT = 0.2


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

    def to_bytes(self) -> bytes:
        """The index as it is stored."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """A sparse matrix by columns: the scores of term ``n = at[term]`` are ``data[indptr[n]:indptr[n + 1]]``, for the passages
    in the same stretch of ``indices``."""

    data: NDArray[np.float32]
    indices: NDArray[np.int32]
    indptr: NDArray[np.int64]
    at: dict[str, int]


class Bm25Index:
    """BM25 with Lucene's idf, ``log(1 + (N - n + 0.5) / (n + 0.5))``, as bm25s computes it ahead of time."""

    def __init__(self, columns: _Columns, passages: int, languages: tuple[str, ...], *, k1: float, b: float) -> None:
        self._columns = columns
        self._passages = passages
        self._languages = languages
        self._k1, self._b = k1, b

    @classmethod
    def build(cls, texts: Sequence[str], languages: Sequence[str | None], *, k1: float, b: float) -> Bm25Index:
        """An index over ``texts``, each in its language (``None``: English)."""
        both = [*zip(texts, languages, strict=True)]
        one = _indexed([terms(text, language) for text, language in both], k1, b, empty="")
        two = _indexed([pairs(text, language) for text, language in both], k1, b, empty=" ")
        offset = len(one.at)
        joined = _Columns(
            np.concatenate([one.data, (PAIR_WEIGHT * two.data).astype(np.float32)]),
            np.concatenate([one.indices, two.indices]).astype(np.int32),
            np.concatenate([one.indptr, two.indptr[1:] + one.indptr[-1]]).astype(np.int64),
            one.at | {pair: offset + n for pair, n in two.at.items()},
        )
        known = tuple(sorted({language or "en" for language in languages})) or ("en",)
        return cls(joined, len(texts), known, k1=k1, b=b)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Bm25Index:
        """Read what :meth:`to_bytes` wrote. The caller has verified the checksum.

        Raises:
            IndexDamaged: the arrays do not fit each other.
        """
        try:
            with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
                data, indices, indptr = (arrays[name] for name in ARRAYS)
                about = json.loads(arrays["about"].tobytes().decode("utf-8"))
            words, passages = about["terms"], about["passages"]
            k1, b, languages = float(about["k1"]), float(about["b"]), tuple(map(str, about["languages"]))
        except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as error:
            raise _damaged("cannot be read") from error
        sound = (
            isinstance(words, list)
            and isinstance(passages, int)
            and (data.dtype, data.ndim, indices.ndim, indptr.ndim) == (np.float32, 1, 1, 1)
            and np.issubdtype(indices.dtype, np.integer)
            and np.issubdtype(indptr.dtype, np.integer)
            and len(indptr) == len(words) + 1
            and len(data) == len(indices) == indptr[-1]
            and indptr[0] == 0
            and bool((np.diff(indptr) >= 0).all())
            and (not len(indices) or (int(indices.min()) >= 0 and int(indices.max()) < passages))
        )
        if not sound:
            raise _damaged("has arrays that do not fit each other")
        columns = _Columns(data, indices, indptr, {word: n for n, word in enumerate(words)})
        return cls(columns, passages, languages, k1=k1, b=b)

    @property
    def size(self) -> int:
        """How many passages are in."""
        return self._passages

    def to_bytes(self) -> bytes:
        """One ``.npz`` of three arrays and a JSON of the rest."""
        about = {
            "k1": self._k1,
            "b": self._b,
            "languages": self._languages,
            "passages": self.size,
            "terms": sorted(self._columns.at, key=self._columns.at.__getitem__),
        }
        arrays = {name: np.asarray(getattr(self._columns, name)) for name in ARRAYS}
        packed = np.frombuffer(json.dumps(about, ensure_ascii=False).encode("utf-8"), dtype=np.uint8)
        stream = io.BytesIO()
        np.savez(stream, allow_pickle=False, about=packed, **arrays)
        return stream.getvalue()

    def search(self, text: str, k: int, allowed: Mask | None = None) -> tuple[Scored, ...]:
        """The best passages, by BM25."""
        scores = self._all_scores(text)
        return best(scores if allowed is None else np.where(allowed, scores, np.float32(0)), k, above=0.0)

    def scores(self, text: str, rows: Sequence[int]) -> NDArray[np.float32]:
        """The BM25 score of each of ``rows``, in their order."""
        return np.asarray(self._all_scores(text)[np.asarray(rows, dtype=np.int64)], dtype=np.float32)

    def terms(self, text: str) -> tuple[str, ...]:
        """The question's terms, stemmed as every language in the index would."""
        return tuple(query_terms(text, self._languages))

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages whose stemmers made the terms, sorted; English where there was none."""
        return self._languages

    def document_frequency(self, wanted: Sequence[str]) -> dict[str, int]:
        """In how many passages each of these terms (as :meth:`terms` gives them) stands; 0 for an unknown one."""
        at, indptr = self._columns.at, self._columns.indptr
        return {term: int(indptr[at[term] + 1] - indptr[at[term]]) if term in at else 0 for term in wanted}

    def _all_scores(self, text: str) -> NDArray[np.float32]:
        found = np.zeros(self.size, dtype=np.float32)
        data, indices, indptr, at = self._columns.data, self._columns.indices, self._columns.indptr, self._columns.at
        for term in [*self.terms(text), *query_pairs(text, self._languages)]:
            if term in at:  # a passage stands once in a column, so nothing is added twice
                start, end = indptr[at[term]], indptr[at[term] + 1]
                found[indices[start:end]] += data[start:end]
        return found


def _indexed(rows: Sequence[Sequence[str]], k1: float, b: float, *, empty: str) -> _Columns:
    """The columns of rows of terms; without any term a single column, ``empty``, that nothing is in."""
    vocabulary: dict[str, int] = {}
    ids = [[vocabulary.setdefault(term, len(vocabulary)) for term in row] for row in rows]
    if not any(ids):
        return _Columns(np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(2, np.int64), {empty: 0})
    import bm25s

    retriever = bm25s.BM25(k1=k1, b=b, method="lucene", dtype="float32", int_dtype="int32")
    retriever.index((ids, vocabulary), create_empty_token=False, show_progress=False)
    data, indices, indptr = (np.asarray(retriever.scores[name]) for name in ARRAYS)
    return _Columns(data, indices, indptr, dict(retriever.vocab_dict))


def _damaged(what: str) -> IndexDamaged:
    return IndexDamaged(f"The lexical index {what}.", remedy="Run charterqa index.")
