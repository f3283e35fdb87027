"""Which documents of an index a question is asked of: a mask over the rows before anything is ranked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from rag.corpus.shape.dates import iso
from rag.errors import FilterError
from rag.retrieval.versions import Versions
from rag.types import DocumentEntry, Filter


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """``documents`` may answer (``None``: all), ``rows`` is the mask of their passages, shape (passages,). ``excluded`` is the
    part of the filter after which no document is left, empty where one is. ``newer`` names, for each older version among them,
    the document that stands in its place."""

    documents: frozenset[str] | None = None
    rows: NDArray[np.bool_] | None = None
    excluded: str = ""
    newer: Mapping[str, DocumentEntry] = field(default_factory=dict)


EVERYTHING = Scope()


class Catalogue:
    """The documents of one index in the order of their passages."""

    def __init__(self, entries: Sequence[DocumentEntry]) -> None:
        self._entries = tuple(entries)
        self._ends = np.cumsum([entry.passages for entry in entries], dtype=np.int64)
        self._versions = Versions(entries)
        self._tags = {tag for entry in entries for tag in entry.origin.tags}

    def scope(self, wanted: Filter, question: str = "") -> Scope:
        """What ``wanted`` leaves, without the older versions that ``question`` does not ask for.

        Raises:
            FilterError: it names an unknown document or tag, or ``since`` is no date.
        """
        tests = self._tests(wanted)
        if not tests and not self._versions.replaced:
            return EVERYTHING  # as in most libraries, where a look at each document would be felt
        left = list(range(len(self._entries)))
        told: list[str] = []
        for said, passes in tests:
            told.append(said)
            left = [n for n in left if passes(self._entries[n])]
            if not left:
                return Scope(frozenset(), self._mask(()), ", ".join(told))
        named = wanted.documents
        chosen = {n for n in left if any(_is(self._entries[n], name) for name in named)} if named else set()
        left = self._versions.left(left, question, chosen)
        replaced = self._versions.replaced
        newer = {self._entries[n].id: self._entries[replaced[n][-1]] for n in left if n in replaced}
        if len(left) == len(self._entries):
            return Scope(newer=newer) if newer else EVERYTHING
        return Scope(frozenset(self._entries[n].id for n in left), self._mask(left), newer=newer)

    def languages(self, scope: Scope) -> tuple[str, ...]:
        """The languages of the documents in ``scope``, sorted; those that could not be told are left out."""
        return tuple(sorted({e.language for e in self._entries if e.language and _in(e, scope)}))

    def among(self, scope: Scope, language: str) -> Scope:
        """What of ``scope`` is in ``language``."""
        left = [n for n, entry in enumerate(self._entries) if entry.language == language and _in(entry, scope)]
        return replace(scope, documents=frozenset(self._entries[n].id for n in left), rows=self._mask(left))

    def _tests(self, wanted: Filter) -> list[tuple[str, Callable[[DocumentEntry], bool]]]:
        tests: list[tuple[str, Callable[[DocumentEntry], bool]]] = []
        if wanted.documents:
            for name in wanted.documents:
                if not any(_is(entry, name) for entry in self._entries):
                    unknown = FilterError(f"There is no document '{name}'.", remedy="See charterqa documents.")
                    raise unknown.said("error.no_document", name=name)
            said = "document=" + ",".join(wanted.documents)
            tests.append((said, lambda entry: any(_is(entry, name) for name in wanted.documents)))
        if wanted.tags:
            for tag in wanted.tags:
                if tag not in self._tags:
                    known = f"The tags are {', '.join(sorted(self._tags))}." if self._tags else "No document has a tag."
                    raise FilterError(f"There is no tag '{tag}'.", remedy=known).said("error.no_tag", name=tag)
            tests.append(("tag=" + ",".join(wanted.tags), lambda entry: not set(wanted.tags).isdisjoint(entry.origin.tags)))
        if wanted.since is not None:
            since = iso(wanted.since)
            if since is None:
                raise FilterError(f"'{wanted.since}' is not a date.", remedy="Write 2024, 2024-05 or 2024-05-31.")
            tests.append((f"since={since}", lambda entry: _since(entry, since)))
        return tests

    def _mask(self, documents: Sequence[int]) -> NDArray[np.bool_]:
        mask = np.zeros(int(self._ends[-1]) if len(self._ends) else 0, dtype=np.bool_)
        for n in documents:
            mask[self._ends[n] - self._entries[n].passages : self._ends[n]] = True
        return mask


def _is(entry: DocumentEntry, name: str) -> bool:
    """Whether ``name`` is the document, or the file of lines that it is one of."""
    return entry.id == name or entry.id.startswith(f"{name}#")


def _since(entry: DocumentEntry, since: str) -> bool:
    """Whether the document is of ``since`` or later; one that gives only its year is compared by the year. An unknown date is
    not later than anything."""
    dated = iso(entry.origin.date) if entry.origin.date else None
    return dated is not None and dated >= since[: len(dated)]


def _in(entry: DocumentEntry, scope: Scope) -> bool:
    return scope.documents is None or entry.id in scope.documents
