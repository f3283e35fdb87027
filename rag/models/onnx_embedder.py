"""The embedder on ONNX Runtime: a folder that :mod:`rag.models.exporting` wrote. Never imports torch. The one of the packaged
model is shipped.

Texts are run one by one, each on one thread: a vector then depends on nothing that is embedded beside it (in a batch, padding
and the int8 scales of the inputs would make it), no padding is computed, and several texts are several threads.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from rag.errors import ModelError
from rag.models.embedder import ModelIdentity, Vectors
from rag.models.onnx_folder import CARD, MODEL, SLOW_FUSION, WORDS, OnnxFolder, side_by_side
from rag.models.vocabulary import Vocabulary

__all__ = ["ARCHITECTURE", "CARD", "INPUTS", "MODEL", "OUTPUT", "SHIPPED", "VERSION", "WORDS", "OnnxEmbedder"]

SHIPPED = Path(__file__).with_name("embedder")
ARCHITECTURE = "charterqa-embedder"
VERSION = 1
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUT = "vector"
REMEMBERED = 1024
LONGEST_TOKEN = 200
"""Characters of a token at most: what lies beyond the window is not even cut into tokens."""


class OnnxEmbedder:
    """See :class:`rag.models.embedder.Embedder`."""

    def __init__(
        self, session: onnxruntime.InferenceSession, words: Tokenizer, card: dict[str, Any], *, threads: int = 0
    ) -> None:
        self._session = session
        self._words = words
        self._lock = threading.Lock()
        self._threads = threads
        self._vocabulary = Vocabulary.of(words)
        self._inputs = [i.name for i in session.get_inputs()]
        # The int8 weights follow from the source; two exports of it, made on two machines, are one model.
        fingerprint = hashlib.sha256(f"{card['source']}\0{ARCHITECTURE}\0{VERSION}".encode()).hexdigest()
        self._identity = ModelIdentity(str(card["name"]), int(card["dimension"]), fingerprint, int(card["max_tokens"]))
        self._prompts = {kind: str(card["prompts"][kind]) for kind in ("query", "passage")}
        self._remembered: OrderedDict[str, Vectors] = OrderedDict()

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 0) -> OnnxEmbedder:
        """The embedder in ``folder``; the one that is shipped for ``None``. ``threads``: how many passages are embedded at a
        time; 0 is one for each core.

        Raises:
            ModelError: a file is missing, damaged, or of another architecture or version.
        """
        remedy = "Reinstall charterqa." if folder is None else "Run charterqa index: it is exported again."
        opened = OnnxFolder.open(folder or SHIPPED, ARCHITECTURE, VERSION, noun="embedding model", remedy=remedy)
        session, words = opened.load(without=[SLOW_FUSION])
        try:
            made = cls(session, words, opened.card, threads=threads)
        except (KeyError, TypeError, ValueError):
            raise ModelError(f"The {CARD} of the embedding model in {opened.path} is incomplete.", remedy=remedy) from None
        if not set(made._inputs) <= set(INPUTS) or [o.name for o in session.get_outputs()] != [OUTPUT]:
            raise ModelError(f"The network in {opened.path / MODEL} is no embedding model.", remedy=remedy)
        return made

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is: its source, exported by this version of the exporter."""
        return self._identity

    def embed_query(self, texts: Sequence[str]) -> Vectors:
        """Questions to unit rows; the last thousand questions are remembered."""
        found: dict[str, Vectors] = {}
        for text in dict.fromkeys(texts):
            with self._lock:
                row = self._remembered.get(text)
            found[text] = self._vector(self._prompts["query"] + text) if row is None else row
        with self._lock:
            for text, row in found.items():
                self._remembered[text] = row
                self._remembered.move_to_end(text)
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        return self._stack([found[text] for text in texts])

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Passages to unit rows, several at a time."""
        return self._stack(side_by_side(self._vector, [self._prompts["passage"] + text for text in texts], self._threads))

    def count_tokens(self, text: str) -> int:
        """Tokens of ``text`` without the special ones."""
        with self._lock:
            return len(self._words.encode(text, add_special_tokens=False).ids)

    def knows(self, text: str) -> bool:
        """Whether the vocabulary has the words of ``text``."""
        with self._lock:
            encoded = self._words.encode(text, add_special_tokens=False)
        return self._vocabulary.knows(text, encoded)

    def _vector(self, text: str) -> Vectors:
        ids = self._ids(text)
        feed: dict[str, NDArray[np.int64]] = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros_like(ids)
        row = np.asarray(self._session.run([OUTPUT], feed)[0][0], dtype=np.float32)
        norm = float(np.linalg.norm(row))
        return row / np.float32(norm) if norm > 0 else row

    def _ids(self, text: str) -> NDArray[np.int64]:
        """The numbers of the text's tokens between the special ones, cut to the window, shape (1, tokens)."""
        with self._lock:  # a fast tokenizer is not to be used by two threads at a time
            encoded = self._words.encode(text[: self._identity.max_tokens * LONGEST_TOKEN])
        cut = len(encoded.ids) - self._identity.max_tokens
        if cut <= 0:
            return np.array([encoded.ids], np.int64)
        special = encoded.special_tokens_mask
        last = next((n for n, kind in enumerate(reversed(special)) if not kind), 0)
        kept = len(encoded.ids) - last
        return np.array([encoded.ids[: kept - cut] + encoded.ids[kept:]], np.int64)

    def _stack(self, rows: Sequence[Vectors]) -> Vectors:
        return np.stack(rows) if rows else np.zeros((0, self._identity.dimension), dtype=np.float32)
