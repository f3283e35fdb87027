"""The vocabulary of the whole program. Values only: frozen, comparable, free of behaviour beyond arithmetic on offsets.

Every offset counts Unicode code points in a document's canonical text (see ``rag.corpus.shape.canonical``) and every range is
half-open, so ``text[start:end]`` is the excerpt itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rag.guidance import UNGUIDED, Guidance, Part


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range ``[start, end)`` of code points in one document's canonical text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def of(self, text: str) -> str:
        """The characters of ``text`` that this span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share at least one code point."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether ``other`` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document under one heading path, such as ``("Section II", "Article 5", "(b)")``."""

    path: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Page:
    """One page; ``number`` starts at 1 and never decreases with the offset. ``recognised`` is the confidence (0 to 1) of the
    text recognition (OCR) that read it, ``None`` where the file has its text."""

    number: int
    span: Span
    recognised: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a document, one line a row, its cells between `` | `` (:mod:`rag.corpus.shape.tables` writes and reads them).

    ``header`` are the lines that name the columns, empty where the table has none; ``rows`` are all other lines, in order.
    """

    span: Span
    header: tuple[Span, ...]
    rows: tuple[Span, ...]


ContextKind = Literal["header", "group", "row", "lead", "note"]


@dataclass(frozen=True, slots=True)
class Context:
    """Words without which other words of the same document say little: they are searched and judged with those, and cited
    beside them as an excerpt of their own.

    ``kind`` is ``header`` (the line that names a table's columns), ``group`` (a line inside a table that names the rows below
    it), ``row`` (the first cell of a row too long for one passage), ``lead`` (what introduces the items of a list) or ``note``
    (the sentence that a footnote is about). ``span`` is where the words stand, ``text`` the words, ``over`` what they belong
    to.
    """

    kind: ContextKind
    span: Span
    text: str
    over: Span


def contexts_of(contexts: tuple[Context, ...], span: Span) -> tuple[Context, ...]:
    """Those of ``contexts`` that belong to all of ``span``, in the order of the text: the outermost introduction first."""
    return tuple(sorted((c for c in contexts if c.over.contains(span)), key=lambda c: c.span))


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of where a document comes from; ``None`` means unknown, and unknown is said, never filled in.

    ``date`` is what ``sources.toml`` says, else what the document states near its head. ``supersedes`` are the ids of the older
    documents in whose place it stands.
    """

    source: str | None = None
    date: str | None = None
    licence: str | None = None
    version: str | None = None
    supersedes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A source file (or one line of a ``.jsonl``) whose canonical text never changes again.

    ``id`` is the path inside ``sources/`` with ``/``, or ``FILE#_id`` for a line of a ``.jsonl``. ``sha256`` is the hash of
    the canonical text in UTF-8. ``sections``, ``sentences`` and ``tables`` are in document order and do not overlap; ``pages``
    is empty where the format has none. Every row of a table is a sentence. ``contexts`` say which sentences need other words
    beside them. ``language`` is an ISO 639-1 code, or ``None`` where it could not be told.
    """

    id: str
    title: str
    text: str
    sha256: str
    sections: tuple[Section, ...] = ()
    sentences: tuple[Span, ...] = ()
    pages: tuple[Page, ...] = ()
    language: str | None = None
    origin: Origin = Origin()
    tables: tuple[Table, ...] = ()
    contexts: tuple[Context, ...] = ()

    def context_of(self, span: Span) -> tuple[Context, ...]:
        """What ``span`` cannot be understood without, the outermost first."""
        return contexts_of(self.contexts, span)


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences from one section of one document: the unit that is indexed and retrieved.

    ``text`` is exactly ``document.text[span.start:span.end]``; ``sentences`` are document offsets inside ``span``.
    ``title``, ``section`` and ``context`` are embedded and searched with the text but never quoted as if they stood in it:
    ``context`` is what of ``contexts`` stands outside this passage, cut to fit the model's window. To quote a context, cite its
    own ``span``.
    """

    id: str
    document: str
    document_sha256: str
    title: str
    section: tuple[str, ...]
    page: int | None
    span: Span
    text: str
    sentences: tuple[Span, ...]
    contexts: tuple[Context, ...] = ()
    context: str = ""

    def context_of(self, sentence: Span) -> tuple[Context, ...]:
        """What a sentence of this passage cannot be understood without, the outermost first."""
        return contexts_of(self.contexts, sentence)

    def quote(self, span: Span) -> str:
        """The characters of the document that ``span`` (inside this passage) covers."""
        if not self.span.contains(span):
            raise ValueError(f"{span} is not inside passage {self.id}")
        return self.text[span.start - self.span.start : span.end - self.span.start]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a document is called and what is where in it, without its text."""

    document: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. ``score`` orders the hits of one search; ``dense`` is the cosine similarity of question and
    passage and ``lexical`` the BM25 score, each ``None`` where that side did not score the passage. ``named`` says that it
    holds a provision that the question names ("Article 5(2)"): such hits come before all others, whatever their score."""

    rank: int
    score: float
    passage: Passage
    dense: float | None = None
    lexical: float | None = None
    named: bool = False
    copies: tuple[Passage, ...] = ()
    """The same text in other documents, where a search leaves copies out."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents a question is asked of: one of ``documents`` (ids), with one of ``tags``, of the day ``since`` or later
    (ISO 8601, a month or a year will do). What is empty excludes nothing."""

    documents: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: str | None = None


UNFILTERED = Filter()


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


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
    probability that the cited spans bear the sentence, in [0, 1] (1.0 for a sentence that is itself the excerpt)."""

    text: str
    citations: tuple[int, ...]
    support: float


@dataclass(frozen=True, slots=True)
class Withheld:
    """A sentence of a model's reply that its sources do not bear, and why; kept for the log, never part of the answer."""

    text: str
    reason: str
    contradicted: bool = True
    """Whether the sources lack or deny something that it states; false where they merely do not bear it well enough to show."""


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
Loss = Literal["file", "version", "line", "part", "aside"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """What of a source is not in the index, and what mends that; ``cause`` names the page or place.

    ``loss`` says what it means: the ``file`` is not in, or its last readable ``version`` still is, or one ``line`` or ``part``
    of it is missing; an ``aside`` (a comment, a letterhead) is left out by rule, and nothing needs to be done about it.
    """

    source: str
    cause: str
    remedy: str
    loss: Loss

    def __str__(self) -> str:
        return f"{self.source}: {self.cause} {self.remedy}".strip()


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """A document as a list shows it: everything but its text."""

    id: str
    title: str
    sha256: str
    pages: int | None
    passages: int
    language: str | None
    indexed_at: str
    origin: Origin = field(default_factory=Origin)
