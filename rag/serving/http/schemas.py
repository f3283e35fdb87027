"""The shapes of requests and responses, for validation and for the OpenAPI document. Responses are made by ``rag.contract``."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from rag.types import Filter

Lang = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]
KbName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Text = Annotated[str, StringConstraints(min_length=1), Field(json_schema_extra={"pattern": r"\S"})]


KB_FIELD: Any = Field(None, description="which knowledge base; GET /api/v1/kbs lists them; none: the default one")


class Request(BaseModel):
    """Unknown members are errors: a misspelt ``histroy`` must not be ignored."""

    model_config = ConfigDict(extra="forbid")


class TurnBody(Request):
    """One earlier message."""

    role: Literal["user", "assistant"]
    content: str


class FilterBody(Request):
    """Which documents a question is asked of. What is left out, or empty, excludes nothing."""

    documents: list[Text] = Field(default_factory=list, max_length=1000, description="ids of documents, one of which it is")
    tags: list[Text] = Field(default_factory=list, max_length=100, description="tags, one of which it has")
    since: Text | None = Field(None, max_length=40, description="its date is this day, month or year (2024-05-31) or later")

    def filter(self) -> Filter:
        """In the vocabulary."""
        return Filter(tuple(self.documents), tuple(self.tags), self.since)


class AskBody(Request):
    """A question, with what was said before where it is a follow-up."""

    question: Text
    kb: KbName | None = KB_FIELD
    history: list[TurnBody] = Field(default_factory=list)
    filter: FilterBody = Field(default_factory=FilterBody)
    lang: Lang | None = Field(None, description="language of the refusal sentence, such as en or az")
    stream: bool = Field(False, description="answer with server-sent events")


class SearchBody(Request):
    """A question whose passages are wanted."""

    question: Text
    kb: KbName | None = KB_FIELD
    filter: FilterBody = Field(default_factory=FilterBody)
    k: int = Field(10, ge=1, le=100)


class FeedbackBody(Request):
    """What a reader says of an answer."""

    answer_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    rating: Literal["up", "down"]
    comment: Annotated[str, StringConstraints(max_length=4000)] | None = None


class RenameBody(Request):
    """What a document is to be called: its file, its title or both."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = None
    title: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None


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


class ExamplesShape(BaseModel):
    """Questions to begin with."""

    questions: list[str]


class OriginShape(BaseModel):
    """Where a document comes from, as far as it is known."""

    source: str | None
    date: str | None
    licence: str | None
    version: str | None
    supersedes: list[str]
    tags: list[str]


class EntryShape(BaseModel):
    """A document in the list."""

    id: str
    title: str
    sha256: str
    pages: int | None
    passages: int
    language: str | None
    indexed_at: str
    origin: OriginShape


class DocumentShape(BaseModel):
    """One document with its canonical text."""

    id: str
    title: str
    text: str
    sha256: str
    language: str | None
    origin: OriginShape
    sections: list[dict[str, Any]]
    pages: list[dict[str, Any]]


class KbShape(BaseModel):
    """A knowledge base that the asker may ask. ``ready``: it is open; another is opened by the first question. ``editable``:
    the asker may change its documents, and ``uploads`` says what may be sent."""

    name: str
    default: bool
    ready: bool
    editable: bool
    uploads: dict[str, Any] | None = None


class StartShape(BaseModel):
    """What to begin with."""

    suggestions: list[str]
    tags: list[str]


class NoteShape(BaseModel):
    """What of a file is not in the index."""

    message: str
    remedy: str
    loss: Literal["file", "version", "line", "part", "aside"]


class JobFileShape(BaseModel):
    """One file of a change."""

    name: str
    document: str | None
    state: Literal["waiting", "read", "partly", "refused", "removed", "renamed"]
    pages: int | None
    passages: int
    notes: list[NoteShape]


class JobShape(BaseModel):
    """A change of the documents; ``done`` of ``total`` in the ``stage`` of the build: ``read``, ``embed`` or ``publish``."""

    id: str
    kb: str
    what: Literal["upload", "delete", "rename"]
    state: Literal["queued", "running", "done", "failed"]
    stage: str | None
    done: int
    total: int
    files: list[JobFileShape]
    problem: str | None
    remedy: str | None
    generation: str | None


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


class StateShape(BaseModel):
    """The state of the server."""

    status: str


class EventShape(BaseModel):
    """One server-sent event; ``data`` is JSON: of ``meta``, ``claim``, ``citation``, ``delta``, ``done`` or ``error``."""

    event: Literal["meta", "claim", "citation", "delta", "done", "error"]
    data: str
