"""What every process of ours that reads strange files has in common: how it answers, and how it is started."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO


def answer(answers: BinaryIO, said: Mapping[str, Any]) -> None:
    """Write one line of JSON, at once."""
    answers.write(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8") + b"\n")
    answers.flush()


def run(serve: Callable[[BinaryIO, BinaryIO], None]) -> None:
    """Serve what the parent asks, without a word of its own on stderr."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    serve(sys.stdin.buffer, sys.stdout.buffer)
