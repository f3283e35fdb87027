"""What a search is asked, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.types.documents import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage. ``score`` orders the hits of one search; ``dense`` is the cosine similarity of question and
    passage and ``lexical`` the BM25 score, each ``None`` where that side did not score the passage. ``named`` says that it
    holds a provision that the question names ("Article 5(2)"): such hits come before all others, whatever their score."""

    rank: int
    score: float
    passage: Passage
    dense: float | None = None
    lexical: float | None = None
    named: bool = False
    copies: tuple[Passage, ...] = ()
    """The same text in other documents, where a search leaves copies out."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which documents a question is asked of: one of ``documents`` (ids), with one of ``tags``, of the day ``since`` or later
    (ISO 8601, a month or a year will do). What is empty excludes nothing."""

    documents: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    since: str | None = None


UNFILTERED = Filter()


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation."""

    role: Literal["user", "assistant"]
    content: str
