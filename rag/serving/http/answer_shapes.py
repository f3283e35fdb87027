"""The shapes of answers, hits, events and problems in the OpenAPI document. ``rag.contract`` makes the responses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field


class ExcerptShape(BaseModel):
    """One place of a citation of several places, such as a table's header and the row."""

    document: str
    start: int
    end: int
    quote: str
    section: list[str]
    page: int | None
    recognised: float | None = None


class CitationShape(BaseModel):
    """A verbatim excerpt: ``text(document)[start:end] == quote``, in Unicode code points. ``highlights`` are the words in it
    that answer, ``[start, end)`` inside the excerpt, counted as these are. ``recognised`` is the confidence of the text
    recognition that read the page, where it is a scan."""

    id: int
    document: str
    title: str
    section: list[str]
    page: int | None
    start: int
    end: int
    quote: str
    document_sha256: str
    highlights: list[Annotated[list[int], Field(min_length=2, max_length=2)]]
    spans: list[ExcerptShape] | None = None
    recognised: float | None = None


class ClaimShape(BaseModel):
    """One displayed sentence."""

    text: str
    citations: list[int]
    support: float


class WithheldShape(BaseModel):
    """A sentence of a model that the sources do not bear."""

    text: str
    reason: str


class PartShape(BaseModel):
    """One of several questions asked at once; ``claims`` counts from 0 which claims of the answer answer it."""

    text: str
    status: Literal["answered", "refused", "not_asked"]
    claims: list[int]
    not_mentioned: list[str]


class TimingsShape(BaseModel):
    """Milliseconds by stage."""

    retrieve: float
    generate: float
    verify: float
    total: float


class AnswerShape(BaseModel):
    """An answer or a refusal, version 1. ``label`` says of an answer whether the documents state it directly; ``not_mentioned``
    are words of a refused question that no document has; ``topics`` is what the documents cover, ``suggestions`` are questions
    that they answer. A greeting is refused with the card ``welcome``; the card ``outline`` is a document in short."""

    id: str
    question: str
    standalone_question: str | None
    status: Literal["answered", "refused"]
    answer: str
    claims: list[ClaimShape]
    citations: list[CitationShape]
    related: list[CitationShape]
    withheld: list[WithheldShape]
    notice: str | None
    parts: list[PartShape]
    label: Literal["direct", "related"] | None
    topics: list[str]
    suggestions: list[str]
    not_mentioned: list[str]
    card: Literal["welcome", "outline"] | None
    confidence: float
    backend: str
    model: str | None
    prompt: str | None
    index: str
    timings_ms: TimingsShape
    kb: str | None = None


class PassageShape(BaseModel):
    """A retrieved passage."""

    id: str
    document: str
    title: str
    section: list[str]
    page: int | None
    start: int
    end: int
    text: str


class HitShape(BaseModel):
    """A passage with its rank and scores."""

    rank: int
    score: float
    dense: float | None
    lexical: float | None
    named: bool = False
    passage: PassageShape


class HitsShape(BaseModel):
    """The result of a search."""

    question: str
    hits: list[HitShape]


class ProblemShape(BaseModel):
    """RFC 9457, with what mends it and the request's id."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    instance: str
    request_id: str
    errors: list[dict[str, Any]] | None = None


class EventShape(BaseModel):
    """One server-sent event; ``data`` is JSON: of ``meta``, ``claim``, ``citation``, ``delta``, ``done`` or ``error``."""

    event: Literal["meta", "claim", "citation", "delta", "done", "error"]
    data: str
