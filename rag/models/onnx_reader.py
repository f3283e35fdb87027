"""The reader on ONNX Runtime: a folder with ``model.onnx``, ``tokenizer.json`` and ``card.json``. Never imports torch.

The folder that is shipped was made by ``training/``; ``CHARTERQA_READER_MODEL`` names another. The card says which version of
the network's inputs and outputs it is and the checksum of every file, and both are checked before anything is parsed.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from rag.errors import ModelError, first_line
from rag.models.onnx_folder import CARD, MODEL, WORDS, OnnxFolder, side_by_side
from rag.models.reader import Answerability, Floats
from rag.models.vocabulary import Vocabulary, first_of

__all__ = [
    "ARCHITECTURE",
    "CARD",
    "INPUTS",
    "MODEL",
    "MULTILINGUAL",
    "OUTPUTS",
    "SHIPPED",
    "VERSION",
    "WORDS",
    "OnnxReader",
    "fingerprint_of",
]

SHIPPED = Path(__file__).with_name("reader")
MULTILINGUAL = Path(__file__).with_name("reader-multilingual")
ARCHITECTURE = "charterqa-reader"
VERSION = 1
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUTS = ["span", "answerable", "support"]
MOST_TOKENS = 8192
STRIDE = 64
LONGEST_QUESTION = 96
"""Tokens of a question; the rest is left out, so that the text always has room."""
LONGEST_CLAIM = 160


class OnnxReader:
    """See :class:`rag.models.reader.Reader`. Each pair is run by itself, several at a time: in a batch, padding and int8 scales
    would make the figures of one depend on its neighbours, and on a CPU it gains nothing."""

    def __init__(
        self, session: onnxruntime.InferenceSession, words: Tokenizer, fingerprint: str, window: int, *, threads: int = 0
    ) -> None:
        self._session = session
        self._words = words
        self._lock = threading.Lock()
        self._window = window
        self._threads = threads
        self._vocabulary = Vocabulary.of(words)
        self._first, self._between = (first_of(words, names) or 0 for names in (("[CLS]", "<s>"), ("[SEP]", "</s>")))
        self.fingerprint = fingerprint

    @classmethod
    def load(cls, folder: Path | str | None = None, *, threads: int = 0) -> OnnxReader:
        """The reader in ``folder``; the one that is shipped for ``None``. ``threads``: how many pairs are read at
        a time; 0 is one for each core.

        Raises:
            ModelError: a file is missing, damaged, or of another architecture or version.
        """
        opened = _opened(folder)
        path, remedy = opened.path, opened.remedy
        session, words = opened.load()
        try:
            window = int(opened.card["window"])
            if not LONGEST_QUESTION + 2 * STRIDE <= window <= MOST_TOKENS:
                raise ValueError(f"a window of {window} tokens is of no use")
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"The reader in {path} cannot be loaded: {first_line(error)}.", remedy=remedy) from None
        if [i.name for i in session.get_inputs()] != INPUTS or [o.name for o in session.get_outputs()] != OUTPUTS:
            raise ModelError(f"The network in {path / MODEL} is no reader.", remedy=remedy)
        return cls(session, words, opened.fingerprint, window, threads=threads)

    def answers(self, question: str, texts: Sequence[str]) -> tuple[Answerability, ...]:
        """See :class:`rag.models.reader.Reader`."""
        asked = self._encode(question)
        return tuple(side_by_side(lambda text: self._answer(asked, text), texts, self._threads))

    def supports(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """See :class:`rag.models.reader.Reader`."""
        return np.array(side_by_side(self._support, pairs, self._threads), np.float32).reshape(len(pairs), 3)

    def knows(self, text: str) -> bool:
        """See :class:`rag.models.reader.Reader`."""
        return self._vocabulary.knows(text, self._encode(text))

    def _answer(self, asked: Encoding, text: str) -> Answerability:
        encoded = self._encode(text if text.strip() else "")  # some vocabularies have a piece for nothing but space
        question = asked.ids[:LONGEST_QUESTION]
        count = len(encoded.ids)
        begins, ends = np.full(count, -1e4, np.float32), np.full(count, -1e4, np.float32)
        answerable, nowhere = -np.inf, 0.0
        for start, end in _windows(count, self._window - len(question) - 3):
            span, logit, _ = self._run(question, encoded.ids[start:end])
            at = len(question) + 2
            inner = span[0, at : at + end - start]
            silent = float(span[0, 0].sum())
            # Each window has its own "nowhere"; its tokens are moved so that one figure serves them all.
            moved = (nowhere - silent) / 2 if answerable > -np.inf else 0.0
            nowhere = nowhere if answerable > -np.inf else silent
            begins[start:end] = np.maximum(begins[start:end], inner[:, 0] + moved)
            ends[start:end] = np.maximum(ends[start:end], inner[:, 1] + moved)
            answerable = max(answerable, float(logit[0]))
        offsets = np.array([_trimmed(text, *place) for place in encoded.offsets], np.int64).reshape(count, 2)
        return Answerability(answerable, nowhere, begins, ends, offsets)

    def _support(self, pair: tuple[str, str]) -> Floats:
        first, second = (self._encode(text) for text in pair)
        room = self._window - len(first.ids) - 3
        if len(first.ids) > LONGEST_CLAIM or room <= STRIDE:
            return np.array([0, 1, 0], np.float32)
        found = []
        for start, end in _windows(len(second.ids), room):
            logits = self._run(first.ids, second.ids[start:end])[2][0]
            shifted = np.exp(logits - logits.max())
            found.append(shifted / shifted.sum())
        best: Floats = max(found, key=lambda probabilities: float(probabilities[0]))
        return best

    def _run(self, first: Sequence[int], second: Sequence[int]) -> list[NDArray[np.float32]]:
        ids = np.array([[self._first, *first, self._between, *second, self._between]], np.int64)
        types = np.zeros_like(ids)
        types[0, len(first) + 2 :] = 1
        feed = dict(zip(INPUTS, (ids, np.ones_like(ids), types), strict=True))
        found: list[NDArray[np.float32]] = self._session.run(OUTPUTS, feed)
        return found

    def _encode(self, text: str) -> Encoding:
        with self._lock:  # a fast tokenizer is not to be used by two threads at a time
            return self._words.encode(text, add_special_tokens=False)


def _windows(count: int, room: int) -> list[tuple[int, int]]:
    """Stretches of at most ``room`` tokens that cover ``count``, each overlapping the one before; one empty one for none."""
    if count <= room:
        return [(0, count)]
    step = max(1, room - STRIDE)
    starts = range(0, count - STRIDE, step)
    return [(start, min(start + room, count)) for start in starts]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The characters of a token without the space that some vocabularies count to the word after it."""
    while start < end - 1 and text[start].isspace():
        start += 1
    return start, end


def fingerprint_of(folder: Path | str | None = None) -> str:
    """The fingerprint of the reader in ``folder`` (the one that is shipped for ``None``), without loading its network.

    Raises:
        ModelError: a file is missing, damaged, or of another architecture or version.
    """
    return _opened(folder).fingerprint


def _opened(folder: Path | str | None) -> OnnxFolder:
    remedy = "Correct CHARTERQA_READER_MODEL, or unset it to use the one shipped."
    if folder in (None, SHIPPED, MULTILINGUAL):
        remedy = "Reinstall charterqa."
    path = SHIPPED if folder is None else Path(folder).expanduser()
    return OnnxFolder.open(path, ARCHITECTURE, VERSION, noun="reader", remedy=remedy)
