"""What the faces need of an engine. ``rag.guiding.engine.GuidedEngine`` has this shape; the core behind it is synchronous."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from rag.errors import CharterError
from rag.events import Event
from rag.types import Document, DocumentEntry, Filter, Hit, Turn


class ServedEngine(Protocol):
    """Answers questions about one knowledge base; every method may be called from several threads at a time."""

    @property
    def index(self) -> str:
        """The id of the generation that answers now."""

    @property
    def backend(self) -> str:
        """Which back end writes the answers."""

    def problem(self) -> CharterError | None:
        """Why no question can be answered at the moment, if that is so."""

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Filter = ...,
        lang: str | None = None,
        cancelled: Callable[[], bool] = ...,
    ) -> Iterator[Event]:
        """The events of one answer; ends early, without ``Finished``, only after ``cancelled()`` turned true."""

    def search(self, question: str, k: int = 10, *, filter: Filter = ...) -> tuple[Hit, ...]:
        """The ``k`` best passages of the documents that ``filter`` leaves."""

    def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document, without its text."""

    def document(self, document_id: str) -> Document:
        """One document. Raises ``NotFound``."""

    def examples(self, lang: str | None = None) -> tuple[str, ...]:
        """Questions to begin with, for an interface in ``lang``."""

    def close(self) -> None:
        """Give back models and files."""
