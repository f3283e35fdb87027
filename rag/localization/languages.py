"""Which of the languages that the program speaks a reader wants, and which way a language is written."""

from __future__ import annotations

from html import escape
from typing import Literal, get_args

Language = Literal["en", "az", "ru", "tr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
MOST_WISHES = 20
"""Languages of an ``Accept-Language`` header that are looked at."""


def language(code: str | None) -> Language | None:
    """The language of ours that ``code`` (such as ``az-Latn-AZ``) means, or ``None``."""
    base = (code or "").strip().lower().replace("_", "-").split("-")[0]
    return next((known for known in LANGUAGES if known == base), None)


def preferred(accept_language: str) -> Language:
    """The first language of ours in an ``Accept-Language`` header, by its weights (RFC 9110, 12.5.4); English if none is. A
    plain code is such a header too."""
    wishes: list[tuple[float, int, Language]] = []
    for position, part in enumerate(accept_language.split(",")[:MOST_WISHES]):
        code, _, parameter = part.partition(";")
        found = language(code)
        weight = _weight(parameter)
        if found is not None and weight > 0:
            wishes.append((-weight, position, found))
    return min(wishes)[2] if wishes else "en"


def direction(code: str) -> Literal["ltr", "rtl"]:
    """The way a language is written, for the attribute ``dir``."""
    return "rtl" if code.lower().split("-")[0] in RIGHT_TO_LEFT else "ltr"


def attributes(code: str | None) -> str:
    """The attributes ``lang`` and ``dir`` of an element whose text is in ``code``, after a space; where the language is not
    known, the first letter decides the direction."""
    return f' lang="{escape(code)}" dir="{direction(code)}"' if code else ' dir="auto"'


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
