"""Documents, what is where in them, and the passages that they are cut into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


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
