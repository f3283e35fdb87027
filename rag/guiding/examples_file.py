"""Questions to begin with that people gave by hand, in the folder ``questions/`` of a knowledge base."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from rag.errors import SettingsError
from rag.knowledge_base import KnowledgeBase

EXAMPLES = "examples.toml"
AT_MOST = 4
"""Of the question files together, and of ``examples.toml`` in each language."""
KINDS = ("fact", "list", "paraphrase")
"""What reads as a reader would ask it; other kinds try a misspelling or a fragment."""
SHORTEST, LONGEST = 12, 90
"""Characters of a question that serves as an example."""


@dataclass(frozen=True, slots=True)
class GivenQuestion:
    """``lang`` is the language of the interface that it is meant for, ``None`` for any."""

    text: str
    lang: str | None


def given(kb: KnowledgeBase) -> tuple[GivenQuestion, ...]:
    """Those of ``examples.toml`` (``en = ["…", …]``, a list a language), then answerable ones of the question files.

    Raises:
        SettingsError: ``examples.toml`` is not such a file.
    """
    found = [*_stated(kb), *_evaluated(kb)]
    return tuple(
        {q.text.casefold(): q for q in reversed(found)}[text] for text in dict.fromkeys(q.text.casefold() for q in found)
    )


def _stated(kb: KnowledgeBase) -> Iterator[GivenQuestion]:
    file = kb.questions / EXAMPLES
    if not file.is_file():
        return
    remedy = 'Write a list of questions for each language: en = ["Who signed it?"].'
    try:
        lists = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read: {error}.", remedy=remedy) from error
    for lang, questions in lists.items():
        if not isinstance(questions, list) or not all(isinstance(q, str) and q.strip() for q in questions):
            raise SettingsError(f"'{lang}' in {file} is not a list of questions.", remedy=remedy)
        yield from (GivenQuestion(" ".join(q.split()), lang) for q in questions[:AT_MOST])


def _evaluated(kb: KnowledgeBase) -> list[GivenQuestion]:
    """Of each kind the first few in turn."""
    by_kind: dict[str, list[GivenQuestion]] = {kind: [] for kind in KINDS}
    for file in sorted(kb.questions.glob("*.jsonl")) if kb.questions.is_dir() else ():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                row = json.loads(line)
                usable = row["answerable"] and not row.get("history") and row.get("review") != "todo"
                kind, question, lang = str(row.get("kind", "")), str(row["question"]), row.get("lang")
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # the harness says what is wrong with a question file; a chat has no use for it
            if usable and kind in KINDS and SHORTEST <= len(question) <= LONGEST:
                by_kind[kind].append(GivenQuestion(question, str(lang) if lang else None))
    turns = range(max(map(len, by_kind.values())))
    return [questions[n] for n in turns for questions in by_kind.values() if n < len(questions)][:AT_MOST]
