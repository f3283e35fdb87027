"""Every answer with the model's reply as it came, one JSON object a line, where the settings name a file for it."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from rag.contract import outcome_json
from rag.errors import SettingsError
from rag.types import Outcome


class AnswerLog:
    """Appends to one file, which its owner alone may read. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            with path.open("a", encoding="utf-8"):
                pass
        except OSError as error:
            raise SettingsError(
                f"Answers cannot be logged to {path}: {error.strerror}.", remedy="Set CHARTERQA_LOG_ANSWERS to another file."
            ) from error

    def write(self, outcome: Outcome, kb: str | None = None) -> None:
        """Append one line. Raises ``OSError``, such as on a full disk."""
        line = json.dumps({**outcome_json(outcome, kb), "raw": outcome.provenance.raw}, ensure_ascii=False)
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
