"""What a reader is trained on: question rows and claim rows, read from the data folder and from our own passages."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.corpus.shape.sentences import split

SUPPORTED, UNSUPPORTED, CONTRADICTED, NOT_SUPPORTED = 0, 1, 2, 3
"""The labels of a claim row. NOT_SUPPORTED: unsupported or contradicted, the set does not say which."""
LABELS = {"supported": SUPPORTED, "unsupported": UNSUPPORTED, "contradicted": CONTRADICTED}
EITHER = frozenset({"fever-dev", "wice-train", "cnli-tr", "terra-ru", "hans-aug", "scone", "med", "help"})
OWN = Path(__file__).with_name("own")


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """``spans`` are ``(start, end)`` into ``context``; empty where the place is unknown or there is no answer."""

    source: str
    group: str
    question: str
    context: str
    answerable: bool
    spans: tuple[tuple[int, int], ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """``label`` is one of the constants above."""

    source: str
    group: str
    claim: str
    evidence: str
    label: int


def held_out(group: str) -> bool:
    """Whether this group (title, passage, contract) is in the tenth that is kept for development. Stable between runs."""
    return hashlib.sha256(group.encode()).digest()[0] < 26


def question_rows(data: Path, name: str) -> list[QuestionRow]:
    """The rows of ``answering/NAME.jsonl.gz``."""
    rows = []
    for row in _lines(data / "answering" / f"{name}.jsonl.gz"):
        title = row["title"] or ""
        group = row["id"].rsplit("-", 2)[0] if name == "qamr" else title or row["context"][:80]
        spans = tuple((a, b) for a, b in row["spans"])
        rows.append(QuestionRow(name, f"{name}:{group}", row["question"], row["context"], row["answerable"], spans, title))
    return rows


def claim_rows(data: Path, name: str) -> list[ClaimRow]:
    """The rows of ``support/NAME.jsonl.gz``."""
    rows = []
    for row in _lines(data / "support" / f"{name}.jsonl.gz"):
        label = LABELS[row["label"]]
        if label == UNSUPPORTED and name in EITHER:
            label = NOT_SUPPORTED
        rows.append(ClaimRow(name, f"{name}:{row['evidence'][:80]}", row["claim"], row["evidence"], label))
    return rows


@dataclass(frozen=True, slots=True)
class OwnPassage:
    """A passage of ``training/own``: invented official text with claims and questions written for it by hand."""

    id: str
    title: str
    section: str
    sentences: tuple[str, ...]
    claims: tuple[tuple[str, tuple[int, ...], int], ...]
    questions: tuple[tuple[str, str | None, int | None], ...]

    @property
    def head(self) -> str:
        """Title and section, as the reader gets them before a text."""
        return " > ".join(t for t in (self.title, self.section) if t)


def own_passages(folder: Path = OWN) -> list[OwnPassage]:
    """Every passage of every ``.jsonl`` in ``folder``."""
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, row in enumerate(_lines(file)):
            claims = tuple((c["text"], tuple(c["evidence"]), LABELS[c["label"]]) for c in row["claims"])
            questions = tuple((q["q"], q.get("answer"), q.get("sentence")) for q in row["questions"])
            name = f"own:{file.stem}:{number}"
            found.append(OwnPassage(name, row["title"], row.get("section") or "", tuple(row["sentences"]), claims, questions))
    return found


def sentences_of(text: str) -> list[tuple[int, int]]:
    """``text`` cut into sentences, as ``(start, end)``."""
    return [(s.start, s.end) for s in split(text, "en") if text[s.start : s.end].strip()]


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def translated(folder: Path, originals: dict[str, OwnPassage]) -> dict[str, dict[str, OwnPassage]]:
    """The passages of ``originals`` in the languages of ``folder`` (a file each, named by it), by name and then language.

    A translation gives the number of each question and claim in the original, from which it has the sentence that answers, the
    evidence and the label.
    """
    found: dict[str, dict[str, OwnPassage]] = {}
    for file in sorted(folder.glob("*.jsonl")):
        for row in _lines(file):
            of = originals[row["of"]]
            claims = tuple((c["text"], *of.claims[c["n"]][1:]) for c in row["claims"])
            questions = tuple((q["q"], q["answer"], of.questions[q["n"]][2]) for q in row["questions"])
            name = f"{of.id}:{file.stem}"
            made = OwnPassage(name, row["title"], row["section"], tuple(row["sentences"]), claims, questions)
            same = replace(
                of,
                claims=tuple(of.claims[c["n"]] for c in row["claims"]),
                questions=tuple(of.questions[q["n"]] for q in row["questions"]),
            )
            found.setdefault(of.id, {"en": same})[file.stem] = made
    return found
