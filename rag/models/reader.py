"""What the rest of the program asks of a reader: one small network that reads a question, or a claim, together with a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SUPPORTED, UNSUPPORTED, CONTRADICTED = 0, 1, 2
"""The columns of :meth:`Reader.supports`."""
LONGEST_SPAN = 40
"""Tokens that the words of an answer take at most."""


@dataclass(frozen=True, slots=True)
class FoundWords:
    """The words of a text that answer best: ``text[start:end]``. ``score``: how far, in log odds, they are above "nowhere"."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Answerability:
    """What the reader thinks of one text against one question.

    ``answerable`` is the log odds that the text answers; ``begins[i]`` and ``ends[i]`` are the logits of token ``i`` to begin
    and to end the answer, shape (tokens,), ``offsets[i]`` its characters; ``nowhere`` is the logit of no answer, for a begin
    and an end together.
    """

    answerable: float
    nowhere: float
    begins: Floats
    ends: Floats
    offsets: NDArray[np.int64]

    def words(self, start: int = 0, end: int | None = None) -> FoundWords | None:
        """The best words inside ``[start, end)`` of the text; ``None`` where no token lies in it."""
        inside = self.offsets[:, 0] >= start
        if end is not None:
            inside &= self.offsets[:, 1] <= end
        rows = np.flatnonzero(inside)
        if not len(rows):
            return None
        begins, ends = self.begins[rows], self.ends[rows]
        best, first, last = -np.inf, 0, 0
        for length in range(min(LONGEST_SPAN, len(rows))):  # by length, not by pair: a text may have many thousand tokens
            score = begins[: len(rows) - length] + ends[length:]
            at = int(score.argmax())
            if score[at] > best:
                best, first, last = float(score[at]), at, at + length
        start, stop = self.offsets[rows[first]][0], self.offsets[rows[last]][1]
        return FoundWords(int(start), int(stop), best - self.nowhere)


class Reader(Protocol):
    """A trained reader. Safe to call from several threads; the same pair gives the same figures whatever is read beside it."""

    @property
    def fingerprint(self) -> str:
        """A hash of everything that decides a figure: what a fit on the figures belongs to."""
        ...

    def answers(self, question: str, texts: Sequence[str]) -> tuple[Answerability, ...]:
        """Each text against the question. A text longer than the window is read in overlapping windows, the best of which
        counts."""
        ...

    def supports(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """For each ``(claim, evidence)`` the probabilities that the evidence supports it, is silent, contradicts it; shape
        (pairs, 3). A claim that does not fit in the window beside its evidence is not supported."""
        ...

    def knows(self, text: str) -> bool:
        """Whether ``text`` is in a language that the reader knows. In another its figures mean nothing."""
        ...
