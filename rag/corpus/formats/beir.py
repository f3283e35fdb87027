"""BEIR ``.jsonl``: one document a line, ``{"_id", "title", "text"}``. A broken line is named and the others are loaded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.corpus.shape.canonical import canonical
from rag.corpus.shape.draft import Block, Draft
from rag.corpus.shape.lines import blocks

_LONGEST_ID = 500


@dataclass(frozen=True, slots=True)
class BeirLine:
    """One line that is a document; ``id`` is its ``_id``."""

    number: int
    id: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """One line that is none. ``cause`` is one line of text."""

    number: int
    cause: str


def lines(data: Iterable[bytes]) -> Iterator[BeirLine | BrokenLine]:
    """Every line of the file that is not blank, as a document or as what is wrong with it. Memory: one line at a time."""
    seen: set[str] = set()
    for number, raw in enumerate(data, 1):
        if not raw.strip():
            continue
        read = _line(number, raw.removeprefix(b"\xef\xbb\xbf"))
        if isinstance(read, BeirLine):
            if read.id in seen:
                read = BrokenLine(number, f"the _id '{read.id[:60]}' was used before.")
            else:
                seen.add(read.id)
        yield read


def sample(path: Path, count: int = 60) -> list[str]:
    """Texts of some ``count`` lines from all over the file."""
    size = path.stat().st_size
    found: list[str] = []
    with path.open("rb") as file:
        for place in range(0, size, max(1, size // count)):
            file.seek(place)
            if place:
                file.readline()
            read = _line(0, file.readline())
            if isinstance(read, BeirLine):
                found.append(read.draft.text)
    return found


def _line(number: int, raw: bytes) -> BeirLine | BrokenLine:
    try:
        record: Any = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return BrokenLine(number, "it is not UTF-8.")
    except (ValueError, RecursionError):
        return BrokenLine(number, "it is not JSON.")
    if not isinstance(record, dict):
        return BrokenLine(number, "it is not a JSON object.")
    identity, title, text = record.get("_id"), record.get("title") or "", record.get("text")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str) or not canonical(identity).strip() or len(identity) > _LONGEST_ID:
        return BrokenLine(number, f"'_id' is missing, empty, longer than {_LONGEST_ID} characters or not a text.")
    if not isinstance(text, str) or not isinstance(title, str):
        return BrokenLine(number, "'text' is missing, or 'text' or 'title' is not a text.")
    body = canonical(text)
    name = " ".join(canonical(title).split())
    return BeirLine(number, canonical(identity).strip(), Draft(body, tuple(Block(s) for s in blocks(body)), title=name or None))
