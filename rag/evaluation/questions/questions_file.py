"""Our questions file: one JSON object a line, read strictly, every complaint with its line number."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, cast

from rag.errors import UsageError
from rag.evaluation.questions.question import Expected, Question
from rag.evaluation.writing import write_atomically
from rag.types import Turn

KEYS = ("id", "question", "answerable", "evidence", "must_include", "kind", "history", "lang", "review", "note")
REMEDY = "Correct the line; charterqa eval --help shows the format."


def read_questions(path: Path) -> tuple[tuple[Question, ...], tuple[str, ...]]:
    """The questions of ``path`` and warnings about keys that mean nothing here.

    Raises:
        UsageError: the file cannot be read, or a line is not a question (the message names the line).
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", remedy="Name a questions file.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text.", remedy="Save it as UTF-8.") from error
    questions: list[Question] = []
    warnings: list[str] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path.name}, line {number}"
        fields = _object(line, where)
        warnings += _unknown(fields, where)
        question = _question(fields, where)
        if question.id in seen:
            raise UsageError(f"{where}: the id '{question.id}' is already on line {seen[question.id]}.", remedy=REMEDY)
        seen[question.id] = number
        questions.append(question)
    if not questions:
        raise UsageError(f"{path} has no questions.", remedy="Write one JSON object a line.")
    return tuple(questions), tuple(warnings)


def question_json(question: Question) -> dict[str, Any]:
    """The line that :func:`read_questions` reads back as ``question``."""
    line: dict[str, Any] = {
        "id": question.id,
        "question": question.text,
        "kind": question.kind,
        "answerable": question.answerable,
        "evidence": [e.text for e in question.evidence],
        "must_include": list(question.must_include),
    }
    if question.history:
        line["history"] = [{"role": t.role, "content": t.content} for t in question.history]
    if question.lang:
        line["lang"] = question.lang
    if not question.reviewed:
        line["review"] = "todo"
    return line


def write_questions(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Write objects as JSONL in UTF-8. Raises UsageError where the place cannot be written."""
    write_atomically(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise UsageError(f"{where}, column {error.colno}: not JSON ({error.msg}).", remedy=REMEDY) from error
    if not isinstance(fields, dict):
        raise UsageError(f"{where}: not a JSON object.", remedy=REMEDY)
    return fields


def _unknown(fields: dict[str, Any], where: str) -> list[str]:
    warnings = []
    for key in fields:
        if key in KEYS:
            continue
        near = difflib.get_close_matches(key, KEYS, n=1, cutoff=0.8)
        if near:
            raise UsageError(f"{where}: unknown key '{key}'; did you mean '{near[0]}'?", remedy=REMEDY)
        warnings.append(f"{where}: the key '{key}' is not used.")
    return warnings


def _question(fields: dict[str, Any], where: str) -> Question:
    answerable = fields.get("answerable")
    if not isinstance(answerable, bool):
        raise UsageError(f"{where}: 'answerable' must be true or false.", remedy=REMEDY)
    evidence = _strings(fields, "evidence", where)
    must_include = _strings(fields, "must_include", where)
    if answerable and not evidence:
        raise UsageError(f"{where}: an answerable question needs 'evidence'.", remedy=REMEDY)
    if not answerable and (evidence or must_include):
        raise UsageError(f"{where}: an unanswerable question has neither 'evidence' nor 'must_include'.", remedy=REMEDY)
    review = fields.get("review", "done")
    if review not in {"todo", "done"}:
        raise UsageError(f"{where}: 'review' must be 'todo' or 'done'.", remedy=REMEDY)
    lang = fields.get("lang")
    if lang is not None and not isinstance(lang, str):
        raise UsageError(f"{where}: 'lang' must be a language code.", remedy=REMEDY)
    return Question(
        id=_text(fields, "id", where),
        text=_text(fields, "question", where),
        answerable=answerable,
        kind=_text({"kind": "fact", **fields}, "kind", where),
        evidence=tuple(Expected(text) for text in evidence),
        must_include=must_include,
        history=_history(fields.get("history") or [], where),
        lang=lang,
        reviewed=review == "done",
    )


def _text(fields: dict[str, Any], key: str, where: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{where}: '{key}' must be a text that is not empty.", remedy=REMEDY)
    return value


def _strings(fields: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = fields.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise UsageError(f"{where}: '{key}' must be a list of texts, none empty.", remedy=REMEDY)
    return tuple(value)


def _history(value: Any, where: str) -> tuple[Turn, ...]:
    turns = []
    for turn in value if isinstance(value, list) else [None]:
        if (
            not isinstance(turn, dict)
            or turn.get("role") not in {"user", "assistant"}
            or not isinstance(turn.get("content"), str)
        ):
            raise UsageError(
                f"{where}: 'history' must be a list of {{'role': 'user' or 'assistant', 'content': text}}.", remedy=REMEDY
            )
        turns.append(Turn(cast("Literal['user', 'assistant']", turn["role"]), turn["content"]))
    return tuple(turns)
