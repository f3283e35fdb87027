"""One thing that was looked at: well, doubtful or wrong, in one line, with what mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from rag.errors import CharterError

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``check`` names what was looked at; a ``warn`` works today and may hurt, a ``fail`` does not work. It holds no secret."""

    check: str
    state: State
    message: str
    remedy: str = ""


Findings = Iterator[Finding]


def guarded(check: str, look: Callable[[], Findings]) -> Findings:
    """What ``look`` finds; an error of the program, or of the machine, is a ``fail`` and ends this look alone."""
    try:
        yield from look()
    except CharterError as error:
        yield Finding(check, "fail", error.message, error.remedy)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        yield Finding(
            check, "fail", f"{place}{error.strerror or error}.", "Give this user access to it, or name another place."
        )
