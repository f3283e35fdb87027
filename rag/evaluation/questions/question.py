"""A question with what is expected of its answer."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Turn

LIST = "list"
MOST_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class Expected:
    """A verbatim piece of a document that proves an answer.

    ``document`` is the id of the one document it stands in, or ``None``: any document. ``occurrence`` counts from 0 which of
    several places in that document is meant; ``None``: every place counts.
    """

    text: str
    document: str | None = None
    occurrence: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a questions file.

    Any one of ``evidence`` is enough; every string of ``must_include`` has to stand in the cited quotes; where ``answers`` are
    given (SQuAD), so has one of them. ``about`` names the document that a question belongs to where its file says so.
    ``reviewed`` is false for a proposal that no person has accepted.
    """

    id: str
    text: str
    answerable: bool
    kind: str = "fact"
    evidence: tuple[Expected, ...] = ()
    must_include: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    lang: str | None = None
    about: str | None = None
    reviewed: bool = True

    @property
    def most_sentences(self) -> int | None:
        """How many cited sentences a right answer may have; ``None``: as many as it needs."""
        return None if self.kind == LIST else MOST_SENTENCES
