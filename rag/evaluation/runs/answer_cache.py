"""Answers remembered by everything that they depend on, so that only what changed is asked again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.evaluation.questions.question import Question
from rag.evaluation.runs.response import Response, read_response, response_json
from rag.evaluation.runs.setup import Setup
from rag.evaluation.writing import write_atomically


@dataclass(frozen=True, slots=True)
class Circumstances:
    """All that an answer depends on besides the question: ``settings`` names what else counts (settings, prompts,
    models, code), each by value or hash. ``setup`` says the same to people and is not part of it."""

    index: str
    backend: str
    settings: Mapping[str, str]
    setup: Setup | None = None

    @property
    def digest(self) -> str:
        """Hash of all of it."""
        return _hash({"index": self.index, "backend": self.backend, **{f"settings.{k}": v for k, v in self.settings.items()}})

    def key(self, question: Question) -> str:
        """Hash of all of it and of what is asked. What is *expected* of the answer is not part of it."""
        asked = {"question": question.text, "lang": question.lang, "history": [asdict(t) for t in question.history]}
        return _hash({"asked": asked, "circumstances": self.digest})


class AnswerCache:
    """Responses in files under ``root``. Errors are never remembered; an unreadable file counts as absent."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def get(self, key: str) -> Response | None:
        """The response for ``key``, if one is remembered."""
        try:
            return read_response(json.loads(self._path(key).read_text(encoding="utf-8")))
        except (OSError, KeyError, TypeError, ValueError):
            return None

    def put(self, key: str, response: Response) -> None:
        """Remember ``response``."""
        write_atomically(self._path(key), json.dumps(response_json(response), ensure_ascii=False))

    def _path(self, key: str) -> Path:
        return self._root / key[:2] / f"{key}.json"


def _hash(fields: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
