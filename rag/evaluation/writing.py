"""Files that are whole or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rag.errors import UsageError


def write_atomically(path: Path, text: str) -> None:
    """Write beside and rename, so that a reader or a killed run never sees half a file. Missing folders are made.

    Raises:
        UsageError: the place cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.", remedy="Choose another place.") from error


def pretty(fields: Any) -> str:
    """JSON for people and for ``diff``."""
    return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"
