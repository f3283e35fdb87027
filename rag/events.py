"""The events of a streamed answer, in order: one Started; per proved claim its new citations (CitationReady), the claim
(ClaimReady) and the words to append (Delta); one Finished. In between, PassagesFound and Checking say what is being done.
Text is proved before it is ever an event."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Citation, Claim, Outcome, Passage


@dataclass(frozen=True, slots=True)
class Started:
    """The first event: what the answer will be known by."""

    id: str
    index: str
    backend: str


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """The passages that are read now, the best first. Whether the answer stands in them is not known yet."""

    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Checking:
    """A sentence of a language model is being proved: the ``number``-th of its reply, from 1. Its words are not said yet."""

    number: int


@dataclass(frozen=True, slots=True)
class ClaimReady:
    """A verified claim."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class CitationReady:
    """A citation that the claims so far have not used before."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Delta:
    """Words to append to the displayed text. The deltas of an answer join to ``Answer.text``."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event: the whole outcome."""

    outcome: Outcome


Event = Started | PassagesFound | Checking | ClaimReady | CitationReady | Delta | Finished
