"""Which of the shipped languages a person reads."""

from __future__ import annotations

from typing import Literal, get_args

Language = Literal["en", "az", "ru", "tr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def language(code: str | None) -> Language | None:
    """The shipped language that ``code`` (such as ``az-Latn-AZ``) means, or ``None``."""
    base = (code or "").strip().lower().replace("_", "-").split("-")[0]
    return next((known for known in LANGUAGES if known == base), None)


def preferred(accept_language: str) -> Language:
    """The first shipped language of an ``Accept-Language`` header, by its weights (RFC 9110, 12.5.4); English if none is."""
    wishes: list[tuple[float, int, Language]] = []
    for position, part in enumerate(accept_language.split(",")):
        code, _, parameter = part.partition(";")
        found = language(code)
        weight = _weight(parameter)
        if found is not None and weight > 0:
            wishes.append((-weight, position, found))
    return min(wishes)[2] if wishes else "en"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
