"""A network as a folder: ``model.onnx``, ``tokenizer.json`` and a ``card.json`` that says what it is and the checksum of both.

Everything is checked before anything is parsed. A network runs on one thread, several inputs on several: one input at a time
over all cores would leave them waiting for each other in every layer.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import onnxruntime
from tokenizers import Tokenizer

from rag.errors import ModelError, first_line

MODEL, WORDS, CARD = "model.onnx", "tokenizer.json", "card.json"
MOST_BYTES = 2 << 30
SLOW_FUSION = "SkipLayerNormFusion"
"""An optimisation of ONNX Runtime (1.32) that slows a processor down: its sum and normalisation in one go are computed value by
value, in a fifth of the time of a small network; the two by themselves take a tenth of that. The figures differ by rounding."""
Given = TypeVar("Given")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class OnnxFolder:
    """A folder that was found whole. ``noun`` and ``remedy`` are for its errors."""

    path: Path
    card: dict[str, Any]
    noun: str
    remedy: str

    @classmethod
    def open(cls, path: Path, architecture: str, version: int, *, noun: str, remedy: str) -> OnnxFolder:
        """Read the card and compare both files with it.

        Raises:
            ModelError: a file is missing, damaged, or of another architecture or version.
        """
        if not path.is_dir():
            raise ModelError(f"There is no {noun} folder {path}.", remedy=remedy)
        try:
            card: dict[str, Any] = json.loads((path / CARD).read_text(encoding="utf-8"))
            found, its_version, files = card["architecture"], card["version"], dict(card["files"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"The {noun} in {path} has no usable {CARD}: {first_line(error)}.", remedy=remedy) from None
        if found != architecture or its_version != version:
            raise ModelError(
                f"The {noun} in {path} is {found} version {its_version}; this program reads {architecture} version {version}.",
                remedy=remedy,
            )
        for name in (MODEL, WORDS):
            file = path / name
            if not file.is_file() or file.stat().st_size > MOST_BYTES:
                raise ModelError(f"The {noun} in {path} has no usable {name}.", remedy=remedy)
            with file.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != files.get(name):
                    raise ModelError(f"The {noun} in {path} is damaged: {name} has an unexpected checksum.", remedy=remedy)
        return cls(path, card, noun, remedy)

    def load(self, *, without: Sequence[str] = ()) -> tuple[onnxruntime.InferenceSession, Tokenizer]:
        """The network, on one thread and ``without`` these optimisations, and its tokenizer, which neither pads nor truncates.

        Raises:
            ModelError: one of them is not what its name says.
        """
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        try:
            words = Tokenizer.from_file(str(self.path / WORDS))
            session = onnxruntime.InferenceSession(
                str(self.path / MODEL), options, providers=["CPUExecutionProvider"], disabled_optimizers=list(without)
            )
        except Exception as error:  # noqa: BLE001 - both libraries raise bare exceptions of their own for a bad file
            raise ModelError(
                f"The {self.noun} in {self.path} cannot be loaded: {first_line(error)}.", remedy=self.remedy
            ) from None
        words.no_padding()
        words.no_truncation()
        return session, words

    @property
    def fingerprint(self) -> str:
        """A hash of the checksums of both files."""
        listed = "\n".join(f"{name}\0{digest}" for name, digest in sorted(self.card["files"].items()))
        return hashlib.sha256(listed.encode()).hexdigest()


def side_by_side(work: Callable[[Given], Found], given: Sequence[Given], threads: int) -> list[Found]:
    """``work`` over all that is ``given``, in its order, ``threads`` at a time; 0 is one for each core."""
    if min(threads or os.cpu_count() or 1, len(given)) < 2:
        return [work(one) for one in given]
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        return list(pool.map(work, given))
