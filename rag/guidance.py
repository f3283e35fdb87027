"""What an outcome says beside its answer: the parts of the question, and what helps a reader on. Part of the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Marks = tuple[tuple[int, int, int], ...]
"""Words of citations: the id of each and document offsets."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of several questions that were asked at once, made whole. ``claims`` counts from 0 which claims of the answer answer
    it; ``not_mentioned`` are its words that no document has. Of many parts only the first few are asked. ``highlights`` are the
    words that answer this part, each as the id of a citation, whose own are those of every part, and document offsets."""

    text: str
    status: Literal["answered", "refused", "not_asked"]
    claims: tuple[int, ...] = ()
    not_mentioned: tuple[str, ...] = ()
    highlights: Marks = ()


def quoted(parts: Sequence[Part], status: str) -> str:
    """The parts with a status as a notice names them: each between quotation marks."""
    return " ".join(f"“{part.text}”" for part in parts if part.status == status)


@dataclass(frozen=True, slots=True)
class Guidance:
    """What helps a reader on. ``suggestions`` are questions that the documents answer; ``topics`` are what they cover;
    ``not_mentioned`` are words of the question, as they stand in it, that no document has. ``card`` names an outcome that is
    no answer to a question: ``welcome`` (to a greeting, thanks, a goodbye or "what can you do?") or ``outline`` (a document in
    short)."""

    suggestions: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    not_mentioned: tuple[str, ...] = ()
    card: Literal["welcome", "outline"] | None = None


UNGUIDED = Guidance()
