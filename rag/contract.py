"""The outside contract, version 1: how the vocabulary reads as JSON, said once.

Each shape reads its fields from a value of the vocabulary, and is at the same time what the OpenAPI document and the tools of
MCP say of it. Used alike by the command line (``--json``), HTTP, the SSE ``done`` event and evaluation logs.
"""

from __future__ import annotations

from operator import not_
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasPath, BaseModel, BeforeValidator, ConfigDict, Field

from rag.types import Citation, Claim, Document, DocumentEntry, Hit, Outcome, Span

Json = dict[str, Any]


def _rounded(digits: int) -> AfterValidator:
    return AfterValidator(lambda number: round(number, digits))


def _pair(span: Any) -> Any:
    return [span.start, span.end] if isinstance(span, Span) else span


def at(*path: str) -> Any:
    """A field that stands elsewhere in the value than in its JSON."""
    return Field(validation_alias=AliasPath(*path))


Probability = Annotated[float, _rounded(4)]
Score = Annotated[float, _rounded(6)]
Milliseconds = Annotated[float, _rounded(2)]
Pair = Annotated[list[int], Field(min_length=2, max_length=2), BeforeValidator(_pair)]
Start = Annotated[int, at("span", "start")]
End = Annotated[int, at("span", "end")]
Recognised = Annotated[Probability | None, Field(exclude_if=lambda confidence: confidence is None)]


class Shape(BaseModel):
    """What a value of the vocabulary says to the outside."""

    model_config = ConfigDict(
        from_attributes=True, validate_by_name=True, validate_by_alias=True, json_schema_serialization_defaults_required=True
    )

    @classmethod
    def of(cls, value: object) -> Json:
        """``value`` as JSON."""
        return cls.model_validate(value).model_dump()


class ExcerptShape(Shape):
    """One place of a citation of several places, such as a table's header and the row."""

    document: str
    start: Start
    end: End
    quote: str
    section: list[str]
    page: int | None
    recognised: Recognised = None


class CitationShape(Shape):
    """A verbatim excerpt: ``text(document)[start:end] == quote``, in Unicode code points. ``highlights`` are the words in it
    that answer, ``[start, end)`` inside the excerpt, counted as these are. ``recognised`` is the confidence of the text
    recognition that read the page, where it is a scan."""

    id: int
    document: str
    title: str
    section: list[str]
    page: int | None
    start: Start
    end: End
    quote: str
    document_sha256: str
    highlights: list[Pair]
    spans: list[ExcerptShape] = Field([], exclude_if=not_)
    recognised: Recognised = None


class ClaimShape(Shape):
    """One displayed sentence."""

    text: str
    citations: list[int]
    support: Probability


class WithheldShape(Shape):
    """A sentence of a model that the sources do not support."""

    text: str
    reason: str


class PartShape(Shape):
    """One of several questions asked at once; ``claims`` counts from 0 which claims of the answer answer it."""

    text: str
    status: Literal["answered", "refused", "not_asked"]
    claims: list[int]
    not_mentioned: list[str]


class TimingsShape(Shape):
    """Milliseconds by stage."""

    retrieve: Milliseconds
    generate: Milliseconds
    verify: Milliseconds
    total: Milliseconds


class AnswerShape(Shape):
    """An answer or a refusal, version 1. ``label`` says of an answer whether the documents state it directly; ``not_mentioned``
    are words of a refused question that no document has; ``topics`` is what the documents cover, ``suggestions`` are questions
    that they answer. A greeting is refused with the card ``welcome``; the card ``outline`` is a document in short."""

    id: str
    question: str
    standalone_question: str | None
    status: Literal["answered", "refused"]
    answer: str = at("text")
    claims: list[ClaimShape] = []
    citations: list[CitationShape] = []
    related: list[CitationShape] = []
    withheld: list[WithheldShape]
    notice: str | None
    parts: list[PartShape]
    label: Literal["direct", "related"] | None = None
    topics: list[str] = at("guidance", "topics")
    suggestions: list[str] = at("guidance", "suggestions")
    not_mentioned: list[str] = at("guidance", "not_mentioned")
    card: Literal["welcome", "outline"] | None = at("guidance", "card")
    confidence: Probability
    backend: str = at("provenance", "backend")
    model: str | None = at("provenance", "model")
    prompt: str | None = at("provenance", "prompt")
    index: str = at("provenance", "index")
    timings_ms: TimingsShape = at("provenance", "timings")
    kb: str | None = Field(None, exclude_if=not_)


class PassageShape(Shape):
    """A retrieved passage."""

    id: str
    document: str
    title: str
    section: list[str]
    page: int | None
    start: Start
    end: End
    text: str


class HitShape(Shape):
    """A passage with its rank and both of its scores. ``named``: it holds a provision that the question names."""

    rank: int
    score: Score
    dense: Score | None
    lexical: Score | None
    named: bool
    passage: PassageShape


class HitsShape(Shape):
    """The result of a search."""

    question: str
    hits: list[HitShape]


class OriginShape(Shape):
    """Where a document comes from, as far as it is known."""

    source: str | None
    date: str | None
    licence: str | None
    version: str | None
    supersedes: list[str]
    tags: list[str]


class EntryShape(Shape):
    """A document in the list."""

    id: str
    title: str
    sha256: str
    pages: int | None
    passages: int
    language: str | None
    indexed_at: str
    origin: OriginShape


class SectionShape(Shape):
    """A stretch of a document under one heading path."""

    path: list[str]
    start: Start
    end: End


class PageShape(Shape):
    """A page of a document; numbers begin at 1."""

    number: int
    start: Start
    end: End


class DocumentShape(Shape):
    """One document with its canonical text."""

    id: str
    title: str
    text: str
    sha256: str
    language: str | None
    origin: OriginShape
    sections: list[SectionShape]
    pages: list[PageShape]


def outcome_json(outcome: Outcome, kb: str | None = None) -> Json:
    """The Answer of the contract, for an answer and for a refusal alike. The model's raw reply is not part of it.

    ``kb`` names the knowledge base where it is not the default one.
    """
    return AnswerShape.of(outcome) | ({"kb": kb} if kb else {})


def citation_json(citation: Citation) -> Json:
    """A citation or, in ``related``, a nearest passage."""
    return CitationShape.of(citation)


def claim_json(claim: Claim) -> Json:
    """One displayed sentence with the ids of its citations."""
    return ClaimShape.of(claim)


def search_json(question: str, hits: tuple[Hit, ...]) -> Json:
    """The result of ``search``."""
    return {"question": question, "hits": [HitShape.of(hit) for hit in hits]}


def document_json(document: Document) -> Json:
    """A whole document, as the source viewer needs it."""
    return DocumentShape.of(document)


def entry_json(entry: DocumentEntry) -> Json:
    """A document as ``documents`` lists it."""
    return EntryShape.of(entry)
