"""One error tree. A face shows ``message`` and ``remedy`` on one line and never a stack trace.

CharterError
├── UsageError            the request itself is wrong (a person can correct it)
│   ├── SettingsError     a setting is unknown, out of range or contradicts another
│   ├── QuestionError     the question is empty, too long or not text
│   ├── FilterError       a filter names an unknown document or tag, or no date
│   ├── UploadError       a file cannot be taken, or a document not be changed, as it was asked
│   ├── NotAllowed        whoever asks may not do that
│   └── NotFound          no such document, answer or file
├── SourceError           one source file cannot be read (the others still are)
├── IndexingError         the index could not be built or published; the old one still serves
│   └── IndexLocked       another process is indexing this knowledge base
├── IndexUnusable         the index cannot be opened
│   ├── IndexMissing      nothing was built yet
│   ├── IndexDamaged      a checksum, count or offset is wrong
│   ├── IndexMismatch     built with another model, dimension, chunking or schema
│   └── IndexAway         the distributed engine that holds it is away; it may come back
├── ModelError            an embedding, reranking or support model cannot be loaded
├── BackendError          the LLM back end failed
│   ├── BackendMissing    the package, key, file or server is not there
│   ├── BackendTimeout    it did not answer in time
│   ├── BackendBusy       it said 429 or 503
│   └── BackendFailed     it answered with an error, a cut stream or something that is not an answer
│       └── ContextTooLong   the prompt is longer than the model reads; fewer passages may fit
└── ServiceError          the server cannot take this request now; waiting helps
    ├── ServiceLoading    the models and the index are still being loaded
    ├── ServiceBusy       as many answers as may wait are waiting
    │   └── ServiceStopping   the server is being stopped
    ├── ServiceTimeout    the answer took longer than one answer may
    ├── StorageFull       the disk has no room for what was sent
    ├── StorageUnavailable   the database is away, full or does not let us in
    └── QuotaExceeded     this client asked more often than one client may
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True, slots=True)
class Saying:
    """How a reader is told of an error: a message of the catalogues, and what completes it, a number or a name."""

    name: str
    values: Mapping[str, str | int] = field(default_factory=dict)


class CharterError(Exception):
    """The root. ``message`` is the cause in one line, ``remedy`` what mends it, ``retryable`` whether waiting can help.

    Both are in English. ``saying`` is how it is said in a reader's language, ``None`` where it reaches no reader.
    """

    retryable = False
    saying: Saying | None = None

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = " ".join(message.split())
        self.remedy = " ".join(remedy.split())

    def said(self, name: str, /, **values: str | int) -> Self:
        """This error, with how a reader is told of it."""
        self.saying = Saying(name, values)
        return self

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(CharterError):
    """The request itself is wrong."""


class SettingsError(UsageError):
    """A setting is unknown, out of range or contradicts another."""


class QuestionError(UsageError):
    """The question is empty, too long or not text."""


class FilterError(UsageError):
    """A filter names an unknown document or tag, or no date."""


class UploadError(UsageError):
    """A file cannot be taken, or a document cannot be changed, in the way that was asked for."""


class NotAllowed(UsageError):
    """Whoever asks may not do that, or not from that page."""


class NotFound(UsageError):
    """There is no such document, answer or file."""


class SourceError(CharterError):
    """One source file cannot be read; ``source`` is its path inside ``sources/``."""

    def __init__(self, source: str, message: str, *, remedy: str = "") -> None:
        super().__init__(f"{source}: {message}", remedy=remedy)
        self.source = source


class IndexingError(CharterError):
    """The index could not be built or published; whatever was published before is untouched."""


class IndexLocked(IndexingError):
    """Another process is indexing this knowledge base."""

    retryable = True


class IndexUnusable(CharterError):
    """The index cannot be opened."""

    saying = Saying("error.index")


class IndexMissing(IndexUnusable):
    """Nothing was built yet."""


class IndexDamaged(IndexUnusable):
    """A published file's checksum, count or offset is wrong."""


class IndexMismatch(IndexUnusable):
    """The index was built with another model, dimension, chunking or schema."""


class IndexAway(IndexUnusable):
    """The distributed engine that holds the index does not answer; once it does again, so does the index."""

    retryable = True


class ModelError(CharterError):
    """A local model cannot be loaded."""

    saying = Saying("error.model")


class BackendError(CharterError):
    """The LLM back end failed. Where retrieval worked, the answer falls back to extraction and says so."""

    saying = Saying("error.backend")


class BackendMissing(BackendError):
    """The package, key, file or server that the back end needs is not there."""

    saying = Saying("error.backend_unready")


class BackendTimeout(BackendError):
    """The model did not answer in time."""

    retryable = True
    saying = Saying("error.backend_slow")


class BackendBusy(BackendError):
    """The model's server said 429 or 503; ``retry_after`` is how long it asked to wait, seconds, if it said."""

    retryable = True
    saying = Saying("error.backend_busy")
    retry_after: float | None = None


class BackendFailed(BackendError):
    """The model's server answered with an error, a cut stream or something that is not an answer."""


class ContextTooLong(BackendFailed):
    """The prompt is longer than the model reads: the same question with fewer passages may fit."""

    saying = Saying("error.backend_long")


class ServiceError(CharterError):
    """The server cannot take this request now; ``retry_after`` is how many seconds to wait before the next try."""

    retryable = True

    def __init__(self, message: str, *, remedy: str = "", retry_after: int = 1) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class ServiceLoading(ServiceError):
    """The models and the index are still being loaded."""

    saying = Saying("error.loading")


class ServiceBusy(ServiceError):
    """As many answers as may wait are waiting."""

    saying = Saying("error.busy")


class ServiceStopping(ServiceBusy):
    """The server is being stopped, and waits for this answer no longer."""


class ServiceTimeout(ServiceError):
    """The answer took longer than one answer may."""

    saying = Saying("error.slow")


class StorageFull(ServiceError):
    """The disk has no room for what was sent."""

    saying = Saying("error.full")


class StorageUnavailable(ServiceError):
    """The database is away, full or does not let us in; what was sent could not be kept, what was asked for not be read."""

    saying = Saying("error.storage")


class QuotaExceeded(ServiceError):
    """This client asked more often than one client may."""


def first_line(error: BaseException) -> str:
    """What an error says first, without its full stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
