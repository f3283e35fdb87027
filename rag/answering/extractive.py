"""The answer in the documents' own sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.reading.paragraphs import Reading
from rag.answering.reading.selection import Selection
from rag.answering.writing.asked import Asked
from rag.answering.writing.composition import Composition
from rag.events import Event
from rag.types import Provenance, Withheld


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A question as it reads: what would be shown, how sure the gate is, and from where on it is open."""

    reading: Reading
    selection: Selection
    confidence: float
    threshold: float

    @property
    def shown(self) -> bool:
        """Whether the documents' own sentences are an answer."""
        return bool(self.selection.chosen) and self.confidence >= self.threshold


def extractive(
    asked: Asked, read: Read, provenance: Provenance, withheld: Sequence[Withheld] = (), notice: str | None = None
) -> Iterator[Event]:
    """The documents' own sentences, or a refusal where the gate is shut."""
    if not read.shown:
        yield from asked.refused(read.confidence, provenance, withheld, notice)
        return
    draft = Composition(asked.citer, asked.highlights)
    for chosen in read.selection.chosen:
        yield from draft.add(chosen.text, ((chosen.hit.passage, chosen.span),), 1.0)
    yield asked.answered(draft, read.confidence, provenance, withheld, notice)
