"""Which sentences answer: no more than a fact needs, all of what a list needs, in document order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.answering.expectation import Kind
from rag.answering.logistic import Logistic
from rag.answering.signals import SIGNALS, Candidate, Reading
from rag.types import Passage, Span

# More signals of the passage were tried and choose worse on questions that were not fitted: a sentence answers on its own.
CHOOSING = ("cosine", "aligned", "shared", "offered", "lacking")
SHIPPED = Path(__file__).with_name("selector.json")
NEAR = {Kind.LIST: 1.2, Kind.ANYTHING: 0.6}  # in log odds below the best: how close a further sentence must come
NEAR_ELSE = 0.5
AT_MOST = {Kind.LIST: 6}
AT_MOST_ELSE = 2
# Log odds below the best from which a model's sentence, true as it is, is about something else. On own questions 1.2 keeps 97
# of 100 sentences with the answer and drops 89 of 100 without it.
ASIDE = {Kind.LIST: 3.0}
ASIDE_ELSE = 1.2
ITEMS = 30  # of one enumeration
_ITEM = re.compile(r"^\s*(?:[-*•–]|\(?(?:\d{1,3}|[a-z]{1,2}|[ivx]+)[.)])\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The chosen candidates in document order, and the best of them. ``odds`` are the log odds of every candidate."""

    best: int | None
    chosen: tuple[Candidate, ...]
    odds: NDArray[np.float64]


def bears_on(reading: Reading, selection: Selection, cited: Iterable[tuple[Passage, Span]]) -> bool:
    """Whether one of the cited sentences may answer the question at all: it is not far below the best candidate, or
    none of the candidates, so that nothing is known of it. True sentences about something else are what small models add."""
    if selection.best is None:
        return True
    odds = {(c.hit.passage.id, c.span): odd for c, odd in zip(reading.candidates, selection.odds, strict=True)}
    least = float(selection.odds[selection.best]) - ASIDE.get(reading.kind, ASIDE_ELSE)
    return any(odds.get((passage.id, span), least) >= least for passage, span in cited)


class Selector:
    """Chooses by a logistic regression on :data:`CHOOSING`."""

    def __init__(self, model: Logistic) -> None:
        self._model = model
        self._columns = [SIGNALS.index(name) for name in CHOOSING]

    @classmethod
    def shipped(cls) -> Selector:
        """The coefficients beside this module, made by ``bench/fit_answering.py``."""
        return cls(Logistic.from_json(json.loads(SHIPPED.read_text(encoding="utf-8")), CHOOSING))

    def select(self, reading: Reading) -> Selection:
        """The sentences that answer, were the question answerable; none where there is nothing to read."""
        if not reading.candidates:
            return Selection(None, (), np.zeros(0))
        odds = self._model.logit(reading.signals[:, self._columns])
        odds = odds - np.array([0.0 if _is_statement(c.text) else 20.0 for c in reading.candidates])
        order = [int(n) for n in np.argsort(-odds, kind="stable")]
        best = order[0]
        near = NEAR.get(reading.kind, NEAR_ELSE)
        kept = [n for n in order[: AT_MOST.get(reading.kind, AT_MOST_ELSE)] if odds[n] >= odds[best] - near]
        if reading.kind not in AT_MOST:
            kept = _without_idle(kept, reading)
        chosen = {n for first in kept for n in (first, *_items(first, reading.candidates))}
        rank = {c.hit.passage.document: c.hit.rank for c in reversed(reading.candidates)}
        in_order = sorted(
            (reading.candidates[n] for n in chosen),
            key=lambda c: (rank[c.hit.passage.document], c.hit.passage.document, c.span),
        )
        return Selection(best, tuple(in_order), odds)


def _without_idle(kept: list[int], reading: Reading) -> list[int]:
    """The best sentence, and a further one only where it bears words of the question that the best does not, or its equal."""
    shared, aligned = reading.column("shared"), reading.column("aligned")
    best = kept[0]
    return [n for n in kept if n == best or shared[n] >= shared[best] - 0.05 or aligned[n] >= aligned[best]]


def _items(first: int, candidates: tuple[Candidate, ...]) -> list[int]:
    """The items of the list that a sentence ending in a colon introduces."""
    lead = candidates[first]
    if not lead.text.rstrip().endswith(":"):
        return []
    document = lead.hit.passage.document
    after = sorted(
        (c.span.start, n)
        for n, c in enumerate(candidates)
        if c.hit.passage.document == document and c.span.start >= lead.span.end
    )
    items: list[int] = []
    for _, n in after[:ITEMS]:
        if candidates[n].hit.passage.section != lead.hit.passage.section and not _ITEM.match(candidates[n].text):
            break
        if (
            items
            and not _ITEM.match(candidates[n].text)
            and not candidates[items[-1]].text.rstrip().endswith((";", ",", "and", "or"))
        ):
            break
        items.append(n)
    return items


def _is_statement(text: str) -> bool:
    """Whether it is long enough to state anything, and no heading: those are read with the sentences below them."""
    count = len(re.findall(r"\w+", text))
    return count >= 4 and (count >= 9 or text.rstrip()[-1:] in '.!?;:"”»)' or bool(_ITEM.match(text)))
