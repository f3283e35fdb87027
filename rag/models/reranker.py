"""An optional second look at the best hits by a cross-encoder, which reads question and passage together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from rag.errors import ModelError


class Reranker(Protocol):
    """Scores how well each passage answers a question; only the order matters."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score per passage, higher is better."""
        ...


class CrossEncoderReranker:
    """Any sentence-transformers CrossEncoder, by name or folder."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @classmethod
    def load(cls, name: str, *, threads: int = 0) -> CrossEncoderReranker:
        """Load the model: a folder, or a name that the local model cache or, once, the model hub knows.

        Raises:
            ModelError: it is not there or is no CrossEncoder.
        """
        import torch
        from sentence_transformers import CrossEncoder

        if threads:
            torch.set_num_threads(threads)
        try:
            model = CrossEncoder(name, trust_remote_code=False, model_kwargs={"use_safetensors": True})
        except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
            kind = "folder" if Path(name).exists() else "model"
            raise ModelError(
                f"The reranker {kind} '{name}' cannot be loaded: {str(error).splitlines()[0]}",
                remedy="Correct CHARTERQA_RETRIEVAL_RERANKER, or unset it to go without.",
            ) from error
        return cls(model)

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """The model's own scores."""
        pairs = [(question, passage) for passage in passages]
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]
