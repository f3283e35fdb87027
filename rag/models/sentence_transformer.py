"""The embedder over sentence-transformers: the one module that knows that library and torch."""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from rag.errors import ModelError
from rag.models.embedder import ModelIdentity, Vectors
from rag.models.folder import ModelFolder, find_model
from rag.models.vocabulary import Vocabulary
from rag.settings import Embedding

REMEMBERED = 1024
_E5 = re.compile(r"(?:^|[/-])e5-")
E5_PROMPTS = {"query": "query: ", "document": "passage: "}
"""What the models of this family were trained with; the hub's configuration of them leaves it to their description."""
AGAIN = "Fetch the model again or choose another."


class SentenceTransformerEmbedder:
    """A sentence-transformers model. The weights are loaded at the first text that is embedded, not before.

    One lock covers the model: a fast tokenizer keeps its truncation state in itself and fails with "Already borrowed" when two
    threads use it, and torch already spreads one batch over all cores.
    """

    def __init__(self, folder: ModelFolder, *, batch_size: int = 32, threads: int = 0) -> None:
        self.folder = folder
        self._batch_size = batch_size
        self._threads = threads
        self._lock = threading.RLock()
        self._loaded: Any = None
        self._counter = _token_counter(folder.path)
        self._vocabulary = None if self._counter is None else Vocabulary.of(self._counter)
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    @classmethod
    def load(cls, settings: Embedding, *, threads: int = 0) -> SentenceTransformerEmbedder:
        """Find the model that the settings name. ``threads`` is for torch; 0 leaves its default.

        Raises:
            ModelError: the model is not there, not whole or not safe to load.
        """
        return cls(find_model(settings.model), batch_size=settings.batch_size, threads=threads)

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is, as read from its files."""
        return self.folder.identity

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        """Questions to unit rows; the last thousand questions are remembered."""
        with self._lock:
            found = {t: self._remembered[t] for t in texts if t in self._remembered}
            missing = [t for t in dict.fromkeys(texts) if t not in found]
            if missing:
                rows = self._unit(self.model().encode_query(missing, batch_size=self._batch_size, show_progress_bar=False))
                found |= dict(zip(missing, rows, strict=True))
            for text in texts:
                self._remembered[text] = found[text]
                self._remembered.move_to_end(text)
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return self._stack([found[t] for t in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Passages to unit rows. The library itself sorts by length, so that a batch carries little padding."""
        if not texts:
            return self._stack([])
        with self._lock:
            return self._unit(self.model().encode_document(list(texts), batch_size=self._batch_size, show_progress_bar=False))

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text`` without the special ones."""
        if self._counter is not None:
            return len(self._counter.encode(text, add_special_tokens=False).ids)
        with self._lock:
            return len(self.model().tokenizer.encode(text, add_special_tokens=False, truncation=False, verbose=False))

    def knows(self, text: str) -> bool:
        """Whether the vocabulary has the words of ``text``; taken for granted of a tokenizer in a form of its own."""
        if self._counter is None or self._vocabulary is None:
            return True
        return self._vocabulary.knows(text, self._counter.encode(text, add_special_tokens=False))

    def model(self) -> Any:
        """The library's own model, loaded at the first call."""
        if self._loaded is None:
            self._loaded = _load(self.folder.path, self._threads)
            self._loaded.max_seq_length = self.identity.max_tokens
            if _E5.search(self.identity.name) and not any(self._loaded.prompts.values()):
                self._loaded.prompts |= E5_PROMPTS
            width = self._loaded.get_embedding_dimension()
            if width != self.identity.dimension:
                raise ModelError(
                    f"The model {self.identity.name} gives {width} dimensions, not {self.identity.dimension}.",
                    remedy="Use another embedding model.",
                )
        return self._loaded

    def _unit(self, rows: Any) -> Vectors:
        made = np.asarray(rows, dtype=np.float32)
        norms = np.linalg.norm(made, axis=1, keepdims=True)
        return np.asarray(made / np.where(norms > 0, norms, 1.0), dtype=np.float32)

    def _stack(self, rows: list[Vectors]) -> Vectors:
        return np.stack(rows) if rows else np.zeros((0, self.identity.dimension), dtype=np.float32)


def _token_counter(path: Path) -> Tokenizer | None:
    """A tokenizer that only counts and never truncates: passages are cut before, and often without, loading the model."""
    file = path / "tokenizer.json"
    if not file.is_file():
        return None
    try:
        counter = Tokenizer.from_file(str(file))
    except Exception as error:  # the binding raises a bare Exception for a file it cannot read
        raise ModelError(f"{file} cannot be read: {error}.", remedy="Fetch the model again.") from error
    counter.no_truncation()
    counter.no_padding()
    return counter


def _load(path: Path, threads: int) -> Any:
    import torch
    import transformers
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    if threads:
        torch.set_num_threads(threads)
    transformers.utils.logging.disable_progress_bar()
    report, speaker = _LoadReport(), logging.getLogger("transformers.modeling_utils")
    speaker.addFilter(report)
    try:
        made = SentenceTransformer(
            str(path), local_files_only=True, trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError, SafetensorError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"The embedding model in {path} cannot be loaded: {reason}", remedy=AGAIN) from error
    finally:
        speaker.removeFilter(report)
    if report.missing:
        what = f"{len(report.missing)} of its weights are missing, such as {report.missing[0]}"
        raise ModelError(f"The embedding model in {path} cannot be used: {what}.", remedy=AGAIN)
    return made


class _LoadReport(logging.Filter):
    """Catches the table in which transformers says which weights it did not find and has made up at random: it only warns,
    and the vectors of such a model mean nothing. The pooler is left out, for sentence embeddings do not use it."""

    def __init__(self) -> None:
        super().__init__()
        self.missing: list[str] = []

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "LOAD REPORT" not in text:
            return True
        cells = [line.split("|") for line in text.splitlines()]
        names = [row[0].strip() for row in cells if len(row) > 1 and "MISSING" in row[1]]
        self.missing += [name for name in names if not name.startswith("pooler.")]
        return False
