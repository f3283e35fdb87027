"""What the harness asks of an engine, and no more: any object of this shape can be evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.types import Document, DocumentEntry, Hit, Outcome, Turn


class DocumentSource(Protocol):
    """The documents behind the answers: where evidence is looked for and quotes are checked."""

    def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document, without its text."""
        ...

    def document(self, document_id: str, /) -> Document:
        """One document with its canonical text. Raises NotFound."""
        ...


class Asker(DocumentSource, Protocol):
    """An engine under evaluation."""

    @property
    def index(self) -> str:
        """Id of the index generation that answers."""
        ...

    @property
    def backend(self) -> str:
        """Name of the back end that answers."""
        ...

    def ask(self, question: str, *, history: Sequence[Turn] = (), lang: str | None = None) -> Outcome:
        """One answer or refusal. Raises a CharterError where it can give neither."""
        ...

    def search(self, question: str, k: int, /) -> tuple[Hit, ...]:
        """The k best passages."""
        ...

    def close(self) -> None:
        """Let go of files and models."""
        ...
