"""Which of the interface's languages a browser prefers."""

from __future__ import annotations

LANGUAGES = ("en", "az", "ru", "tr")


def choose(accepted: str, default: str = "en") -> str:
    """The best of ours for an ``Accept-Language`` header."""
    wishes: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        name, _, parameter = part.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        wishes.append((-weight, name.strip().lower().partition("-")[0]))
    wishes.sort(key=lambda wish: wish[0])
    return next((name for weight, name in wishes if weight < 0 and name in LANGUAGES), default)
