"""At most, at least, more than, less than: how a number bounds what it measures.

"No more than ten", "up to ten", "ten or fewer" and "not exceeding ten" are one bound; "no" and "not" in them deny nothing.
"""

from __future__ import annotations

import re
from enum import Enum


class Bound(Enum):
    """On which side of the number the thing lies, and whether the number itself is included."""

    MOST = "at most"
    LEAST = "at least"
    OVER = "more than"
    UNDER = "less than"


_UP = r"(?:more|longer|later|higher|greater|larger|older|further)"
_DOWN = r"(?:less|fewer|lower|shorter|smaller|younger|earlier|sooner)"
_BEFORE = {
    Bound.MOST: rf"(?:no|not|not be) {_UP} than|not exceed(?:ing)?|cannot exceed|up to|at (?:the )?most|maximum(?: of)?|"
    r"as \w+ as|limited to|restricted to|capped at|within",
    Bound.LEAST: rf"(?:no|not|not be) {_DOWN} than|at (?:the )?least|minimum(?: of)?|not below",
    Bound.OVER: rf"(?<!no )(?<!not )(?<!not be )(?:{_UP} than)|(?<!ed )(?<!take )over|above|"
    r"(?<!not )exceed(?:s|ed|ing)?|beyond|in excess of",
    Bound.UNDER: rf"(?<!no )(?<!not )(?<!not be )(?:{_DOWN} than)|under|below",
}
_AFTER = {
    Bound.MOST: rf"or {_DOWN}|or (?:under|below)|at (?:the )?(?:most|latest)|maximum",
    Bound.LEAST: rf"or {_UP}|or (?:over|above)|at (?:the )?(?:least|earliest)|minimum",
}
_GAP = r"(?:\s+(?:the|an?|age|about|some|approximately|end|start|of|eur|usd))*\s*[€$£₼]?\s*\Z"
_PRECEDING = {bound: re.compile(rf"\b(?:{cues}){_GAP}", re.IGNORECASE) for bound, cues in _BEFORE.items()}
_FOLLOWING = {
    bound: re.compile(rf"(?:[\s-]+[^\W\d]+|\s*[%€]){{0,4}}?\s+(?:{cues})\b", re.IGNORECASE) for bound, cues in _AFTER.items()
}
STATED_BOUND = re.compile(
    rf"\b(?:(?:no|not|not be) (?:{_UP}|{_DOWN}) than|not exceed\w*|cannot exceed|not below|{_UP} than|{_DOWN} than|up to|"
    rf"at (?:the )?(?:most|least|latest|earliest)|or (?:{_UP}|{_DOWN}))\b",
    re.IGNORECASE,
)
"""The words that bound: a "no" among them denies nothing."""
LIMIT = re.compile(
    rf"\b(?:(?:no|not|not be) (?:{_UP}|{_DOWN}) than|at (?:the )?(?:latest|earliest|most|least))\b", re.IGNORECASE
)
"""Of them those that bound a date or an event too, which no number stands for."""
_BY = re.compile(r"\b(?:by|for|until|till|before|limit\w*)\b[^,;.]{0,30}\Z", re.IGNORECASE)
_AHEAD = re.compile(r"\s+\w+\s+(?:before|ahead|in advance|prior)\b", re.IGNORECASE)
_WINDOW = 40


def bound_of(text: str, start: int, end: int) -> Bound | None:
    """How the number at ``[start, end)`` bounds what it measures."""
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW]
    for bound, cue in _PRECEDING.items():
        if cue.search(before):
            return bound
    return next((bound for bound, cue in _FOLLOWING.items() if cue.match(after)), None)


def opposed(one: Bound | None, other: Bound | None) -> bool:
    """Whether the one begins where the other ends: what is not within 21 days takes more than 21."""
    return {one, other} in ({Bound.OVER, Bound.MOST}, {Bound.UNDER, Bound.LEAST})


def ahead(text: str, end: int) -> bool:
    """Whether the time that ends at ``end`` is a notice: "six hours before", where "at least" and "no later than" are one."""
    return bool(_AHEAD.match(text, end))


def by_then(text: str, start: int) -> bool:
    """Whether the value at ``start`` is a limit in other words: "by the end of 2029", "limited by law to 30 minutes"."""
    return bool(_BY.search(text[max(0, start - _WINDOW) : start]))
