"""Answers and refusals, with all that they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from rag.guidance import UNGUIDED, Guidance, Part
from rag.types.documents import Span


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A verbatim stretch of a document at its place: one of the several places of a citation."""

    document: str
    span: Span
    quote: str
    section: tuple[str, ...]
    page: int | None
    recognised: float | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of a quote's characters; ``answers`` says that they are words that answer."""

    text: str
    answers: bool


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim excerpt: ``quote == text(document)[span.start:span.end]``, to the character.

    ``highlights`` are the words in it that answer: document offsets inside ``span``, in order; empty where none were found.
    ``spans`` are all places of a citation of several (the header of a table and the row, the line that introduces a list and
    the item, the same sentence in other documents), the excerpt itself the last of them; empty where it is the only one.
    ``recognised`` is :class:`Page`'s, the least of those that the excerpt runs over.
    """

    id: int
    document: str
    document_sha256: str
    title: str
    section: tuple[str, ...]
    page: int | None
    span: Span
    quote: str
    highlights: tuple[Span, ...] = ()
    spans: tuple[Excerpt, ...] = ()
    recognised: float | None = None

    def stretches(self) -> tuple[Stretch, ...]:
        """The quote cut where the words that answer begin and end; the texts join to the quote."""
        cuts: list[Stretch] = []
        at = self.span.start
        for words in sorted(self.highlights):
            start, end = max(at, words.start), min(words.end, self.span.end)
            if start < end:
                cuts += [Stretch(self._between(at, start), False), Stretch(self._between(start, end), True)]
                at = end
        return tuple(s for s in (*cuts, Stretch(self._between(at, self.span.end), False)) if s.text)

    def _between(self, start: int, end: int) -> str:
        return self.quote[start - self.span.start : end - self.span.start]


@dataclass(frozen=True, slots=True)
class Claim:
    """One displayed sentence. ``citations`` are ids of the answer's citations, at least one; ``support`` is the calibrated
    probability that the cited spans support the sentence, in [0, 1] (1.0 for a sentence that is itself the excerpt)."""

    text: str
    citations: tuple[int, ...]
    support: float


@dataclass(frozen=True, slots=True)
class Withheld:
    """A sentence of a model's reply that its sources do not support, and why; kept for the log, never part of the answer."""

    text: str
    reason: str
    contradicted: bool = True
    """Whether the sources lack or deny something that it states; false where they only support it too weakly to be shown."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Wall-clock milliseconds by stage."""

    retrieve: float = 0.0
    generate: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an outcome came to be: enough to make it again, and to compare two runs.

    ``prompt`` reads ``name@version+hash``. ``raw`` is the model's reply as it came (for the log; never displayed).
    ``tokens_in``/``tokens_out`` are as the model's server counted them, ``None`` where it did not say.
    """

    backend: str
    index: str
    model: str | None = None
    prompt: str | None = None
    raw: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    timings: Timings = Timings()


DIRECT = 0.8
"""The probability from which an answer whose words are marked counts as directly stated."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answered question. ``text`` is the claims in order, each with its ``[n]`` markers; every claim is cited. ``parts`` is
    empty unless several questions were asked at once."""

    status: ClassVar[Literal["answered"]] = "answered"

    id: str
    question: str
    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    confidence: float
    provenance: Provenance
    standalone_question: str | None = None
    withheld: tuple[Withheld, ...] = ()
    notice: str | None = None
    parts: tuple[Part, ...] = ()
    guidance: Guidance = UNGUIDED

    @property
    def label(self) -> Literal["direct", "related"]:
        """Whether the documents state it directly: the gate is sure and the reader marked the words, or there was nothing to
        weigh (a provision asked for by its number)."""
        marked = any(citation.highlights for citation in self.citations)
        return "direct" if self.confidence == 1.0 or (marked and self.confidence >= DIRECT) else "related"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The documents do not say. ``related`` are the nearest passages, never presented as the answer."""

    status: ClassVar[Literal["refused"]] = "refused"

    id: str
    question: str
    text: str
    related: tuple[Citation, ...]
    confidence: float
    provenance: Provenance
    standalone_question: str | None = None
    withheld: tuple[Withheld, ...] = ()
    notice: str | None = None
    parts: tuple[Part, ...] = ()
    guidance: Guidance = UNGUIDED


Outcome = Answer | Refusal
