"""One line per event on stderr, as text or JSON, with the request's id and without secrets.

Third-party loggers speak from WARNING on: at finer levels some of them repeat what they were sent.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

from rag.serving.http.problem import request_id
from rag.serving.operation.redaction import Redactor
from rag.settings import Log

FIELDS = ("method", "path", "status", "ms")


class TextLine(logging.Formatter):
    """For a person at a terminal."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")
        self._redact = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the request's id at its end; a control character in a message cannot forge a second line."""
        request = request_id()
        line = super().format(record)
        if not record.exc_info:
            line = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)
        return self._redact(f"{line} [{request}]" if request else line)


class JsonLine(logging.Formatter):
    """For a log collector: one JSON object a line."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redact = redactor

    def format(self, record: logging.LogRecord) -> str:
        """The usual members, and where they apply ``request_id``, the request's facts and ``exception``."""
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        if request := request_id():
            entry["request_id"] = request
        entry |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info:
            entry["exception"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False, default=str)


def configure_logs(settings: Log, redactor: Redactor, stream: TextIO | None = None) -> logging.Handler:
    """Send this process's log to ``stream`` (default: stderr); returns the handler, for whoever wants to take it off again."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLine(redactor) if settings.format == "json" else TextLine(redactor))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("rag").setLevel(settings.level)
    logging.getLogger("uvicorn.error").setLevel(max(logging.getLevelName(settings.level), logging.WARNING))
    logging.getLogger("asgi_correlation_id").setLevel(logging.ERROR)  # a client's odd id is no event
    logging.captureWarnings(True)
    return handler
