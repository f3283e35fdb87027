"""Amounts that a text tells without naming their number: "quarterly" is four times a year, "half the fee" 50 per cent of it.

They only let a claim stand that names the number; one that itself says "quarterly" names none, and is the reader's to judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.amounts.units import Unit, named
from rag.amounts.values import Value

_A_YEAR = Unit("occasion", per=frozenset({"year"}))
_SHARE, _TIMES, _MONTHS = Unit("share"), Unit("occasion"), named("month")
_I = re.IGNORECASE
_MEANT: tuple[tuple[re.Pattern[str], int, Unit], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b", _I), number, unit)
    for words, number, unit in (
        (r"monthly|(?:each|every) month|ежемесячно|aylıq|hər ay|her ay", 12, _A_YEAR),
        (r"quarterly|(?:each|every) (?:quarter|three months)|ежеквартально|rüblük|hər rüb|üç aylık", 4, _A_YEAR),
        (r"(?:each|every) four months", 3, _A_YEAR),
        (r"half[- ]yearly|semi-?annual(?:ly)?|(?:each|every) (?:six months|half[- ]year)", 2, _A_YEAR),
        (r"altı ayda bir|раз в полгода", 2, _A_YEAR),
        (r"biennial(?:ly)?|(?:each|every) other year|alternate years", 24, _MONTHS),
        (r"(?:first|second) half of (?:the year|[12]\d{3})", 6, _MONTHS),
        (r"half|halved|половин[аыу]|yarısı\w*|yarıya", 50, _SHARE),
        (r"(?:a|one) quarter of|четверть", 25, _SHARE),
        (r"three[- ]quarters", 75, _SHARE),
        (r"doubl(?:e|es|ed)|twice|вдвое|удво\w+|iki qat|iki katı?", 200, _SHARE),
        (r"doubl(?:e|es|ed)|вдвое|удво\w+", 2, _TIMES),
        (r"tripl(?:e|es|ed)|втрое|утро\w+", 3, _TIMES),
    )
)
_ONE = re.compile(r"\b(?:an?|one|every|each)\s+(second|minute|hour|day|week|fortnight|month|quarter|year|decade|century)\b", _I)
_HOURS = ((re.compile(r"\bnoon\b|\bmidday\b|полдень|günorta|\böğle\b", _I), 12), (re.compile(r"\bmidnight\b|полноч\w+", _I), 0))


def implied(text: str) -> tuple[Value, ...]:
    """The values that words of ``text`` stand for, at the place of the words."""
    return tuple(_meant(text))


def _meant(text: str) -> Iterator[Value]:
    for words, number, unit in _MEANT:
        for found in words.finditer(text):
            yield Value("number", frozenset({f"n{number}"}), *found.span(), unit)
    for found in _ONE.finditer(text):
        yield Value("number", frozenset({"n1"}), *found.span(), named(found[1].casefold()))
    for words, hour in _HOURS:
        for found in words.finditer(text):
            keys = {f"t{hour}:00", f"n{hour}"} | ({"t24:00"} if hour == 0 else set())
            yield Value("time", frozenset(keys), *found.span())
