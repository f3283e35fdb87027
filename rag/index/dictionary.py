"""The terms of a lexical index, sorted, as two mapped arrays: a question's dozen terms are looked up and no other is loaded."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

REMEMBERED = 4096
ABSENT = -1


class TermDictionary:
    """Numbers terms from 0 in the order of their UTF-8 bytes, by which they are sorted."""

    def __init__(self, letters: NDArray[np.uint8], edges: NDArray[np.int64]) -> None:
        """``letters`` has the terms one behind the other; ``edges``, shape (terms + 1,), where each begins."""
        self.letters = letters
        self.edges = edges
        self._met: dict[str, int] = {}

    @classmethod
    def of(cls, terms: Iterable[bytes]) -> TermDictionary:
        """A dictionary of sorted, different terms."""
        listed = list(terms)
        lengths = np.fromiter(map(len, listed), dtype=np.int64, count=len(listed))
        return cls(np.frombuffer(b"".join(listed), dtype=np.uint8), np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

    def __len__(self) -> int:
        return len(self.edges) - 1

    def __getitem__(self, number: int) -> bytes:
        if not 0 <= number < len(self):
            raise IndexError(number)
        return self.letters[int(self.edges[number]) : int(self.edges[number + 1])].tobytes()

    def number(self, term: str) -> int | None:
        """The number of ``term``; ``None`` where no passage has it. A question asks for its terms several times: those of the
        last ones are remembered."""
        known = self._met.get(term)
        if known is None:
            wanted = term.encode("utf-8", "surrogatepass")
            at = bisect_left(self, wanted)
            known = at if at < len(self) and self[at] == wanted else ABSENT
            if len(self._met) >= REMEMBERED:
                self._met.clear()
            self._met[term] = known
        return None if known == ABSENT else known
