"""Questions to begin with, taken from the knowledge base itself."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rag.knowledge_base import KnowledgeBase
from rag.types import DocumentEntry

AT_MOST = 4


def examples(kb: KnowledgeBase, documents: Sequence[DocumentEntry]) -> tuple[str, ...]:
    """Up to four questions: answerable ones of its own question files, of different kinds first, else about its documents."""
    by_kind: dict[str, list[str]] = {}
    for file in sorted(kb.questions.glob("*.jsonl")) if kb.questions.is_dir() else ():
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                row = json.loads(line)
                usable = row["answerable"] and not row.get("history") and row.get("review") != "todo"
                kind, question = str(row.get("kind", "")), str(row["question"])
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # the harness says what is wrong with a question file; a chat has no use for it
            if usable and 12 <= len(question) <= 90:
                by_kind.setdefault(kind, []).append(question)
    found = [question for kind in ("fact", "list") for question in by_kind.get(kind, ())[: 2 if kind == "fact" else 1]]
    found += [question for kind, questions in by_kind.items() if kind not in {"fact", "list"} for question in questions[:1]]
    found += [f"What is “{entry.title}” about?" for entry in documents] if not found else []
    return tuple(dict.fromkeys(found))[:AT_MOST]
