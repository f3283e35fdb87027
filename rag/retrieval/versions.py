"""Versions of one document: the newest answers, an older one only where the question asks for its time or its version."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from rag.corpus.shape.dates import dates_in, folded, iso
from rag.types import DocumentEntry

_VERSION = r"(?:versions?|v\.?|edition|revision|rev\.?|versiya\w*|redaksiya\w*|верси\w*|редакци\w*|sürüm\w*|baski\w*)"
_AFTER_ALL = "~"
"""Sorts after every digit: the end of the year or month before it."""


class Versions:
    """Which documents are versions of each other, by ``supersedes``. Documents are numbered in the order of ``entries``."""

    def __init__(self, entries: Sequence[DocumentEntry]) -> None:
        self._entries = tuple(entries)
        self._dates = [iso(e.origin.date) if e.origin.date else None for e in entries]
        self._older = self._closed()
        self.replaced = self._newer()
        """The documents that stand in the place of another, by its number, the newest last."""

    def left(self, among: Sequence[int], question: str, chosen: Collection[int] = ()) -> list[int]:
        """``among`` without the versions that are not asked for; those ``chosen`` by name stay."""
        inside = set(among)
        dropped: set[int] = set()
        for family in self._families(inside):
            wanted = set(self._asked(question, family))
            current = {n for n in family if not any(newer in inside for newer in self.replaced.get(n, ()))}
            dropped |= set(family) - (wanted or current)
        return [n for n in among if n not in dropped or n in chosen]

    def _families(self, inside: set[int]) -> Iterator[list[int]]:
        """The documents ``inside`` that are versions of one another, two of them at least."""
        told: set[int] = set()
        for number in self._older:
            if number in told:
                continue
            family, waiting = set[int](), [number]
            while waiting:
                if (one := waiting.pop()) not in family:
                    family.add(one)
                    waiting += [*self._older.get(one, ()), *self.replaced.get(one, ())]
            told |= family
            if len(present := sorted(family & inside)) > 1:
                yield present

    def _asked(self, question: str, family: Sequence[int]) -> Iterator[int]:
        """The versions that the question names: by version, by date, or as what was in force at a time that it names."""
        for number in family:
            version = self._entries[number].origin.version
            if version and _says(question, version):
                yield number
        dated = sorted((date, n) for n in family if (date := self._dates[n]) is not None)
        if not dated:
            return
        for moment in dates_in(question):
            same = [n for date, n in dated if date.startswith(moment) or moment.startswith(date)]
            before = [n for date, n in dated if date <= moment + _AFTER_ALL]
            if same or (before and before[-1] != dated[-1][1]):
                yield from same or before[-1:]

    def _closed(self) -> dict[int, set[int]]:
        """All that each document stands in the place of, by however many steps."""
        of = {
            n: {m for m, other in enumerate(self._entries) if m != n and any(_is(other.id, old) for old in e.origin.supersedes)}
            for n, e in enumerate(self._entries)
            if e.origin.supersedes
        }
        for number, older in of.items():
            waiting = list(older)
            while waiting:
                more = of.get(waiting.pop(), set()) - older - {number}
                older |= more
                waiting += more
        return of

    def _newer(self) -> dict[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for newer in sorted(self._older, key=lambda n: (len(self._older[n]), n)):
            for older in self._older[newer]:
                found.setdefault(older, []).append(newer)
        return {older: tuple(newer) for older, newer in found.items()}


def _says(question: str, version: str) -> bool:
    """Whether a question names a version: "version 2", "the 2nd edition", or one that is like nothing else ("2.1", "rev-b")."""
    text, said = folded(question), re.escape(folded(version))
    forms = [
        rf"\b{_VERSION}\s*(?:no\.?|№)?\s*{said}(?!\w|\.\d)",
        rf"(?<![\w.]){said}(?:st|nd|rd|th|-?\w{{1,4}}|\.)?\s+{_VERSION}",
    ]
    if re.search(r"[^\W\d_]|\d\W+\d", version):
        forms.append(rf"(?<![\w.]){said}(?!\w|\.\d)")
    return any(re.search(form, text) for form in forms)


def _is(document: str, name: str) -> bool:
    return document == name or document.startswith(f"{name}#")
