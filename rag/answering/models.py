"""The models that answer, loaded once for however many knowledge bases a program opens."""

from __future__ import annotations

from dataclasses import dataclass

from rag.llm.backend import Backend
from rag.llm.registry import EXTRACTIVE, open_backend
from rag.models.embedder import Embedder
from rag.models.opening import open_embedder, open_reader
from rag.models.reader import Reader
from rag.models.reranker import CrossEncoderReranker, Reranker
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Models:
    """What the settings name; each may be used from several threads at a time."""

    embedder: Embedder
    reader: Reader
    backend: Backend | None = None
    reranker: Reranker | None = None

    @classmethod
    def load(cls, settings: Settings) -> Models:
        """Load them.

        Raises:
            ModelError: a model is not there.
            BackendMissing: the language model's package, key or file is not there.
        """
        reranker = settings.retrieval.reranker
        return cls(
            open_embedder(settings.embedding, threads=settings.threads),
            open_reader(settings),
            None if settings.backend == EXTRACTIVE else open_backend(settings),
            CrossEncoderReranker.load(reranker, threads=settings.threads) if reranker else None,
        )

    def close(self) -> None:
        """Give back what the language model holds."""
        if self.backend is not None:
            self.backend.close()
