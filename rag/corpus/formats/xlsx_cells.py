"""A cell as Excel shows it: percentages, units and decimals by the cell's format; dates in ISO form, whose order is plain."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]\-]*)[^\]]*\]|\[[^\]]*\]|_.|\*.')
_CORE = re.compile(r"[#0?](?:[#0?,]*[#0?])?(?:\.(?P<decimals>[#0?]+))?")
_UNREAD = re.compile(r"[eE][+-]|/|@|General|[dmyhs]|%.*%|[#0?],(?![#0?])", re.IGNORECASE)
"""Powers, fractions, dates, thousands cut off: such a number is shown whole."""
_PLAIN = frozenset(("", "General"))
_STAND_IN = "\x00"
"""For what stands beside the number as it is."""
_MOST_DIGITS = 15
"""What Excel keeps of a number."""


def shown(value: object, number_format: str) -> str:
    """The text of a cell with this value and this number format; empty for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime.datetime):
        if value.time() == datetime.time():
            return _date(value.date(), number_format)
        return value.isoformat(" ", "minutes")
    if isinstance(value, datetime.date):
        return _date(value, number_format)
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    return " ".join(str(value).split())


def _date(value: datetime.date, number_format: str) -> str:
    """No more of a date than its format shows: "March 2026" names no day."""
    letters = _LITERAL.sub("", number_format).lower()
    if "y" in letters and "d" not in letters:
        return value.isoformat()[: 7 if "m" in letters else 4]
    return value.isoformat()


def _number(value: float, number_format: str) -> str:
    plain = format(value, f".{_MOST_DIGITS}g") if isinstance(value, float) else str(value)
    if number_format in _PLAIN:
        return plain
    literals: list[str] = []

    def keep(found: re.Match[str]) -> str:
        words = found[1] or found[2] or found[3]
        literals.extend([words] if words else [])
        return _STAND_IN if words else ""

    # a section for negative numbers says how they are marked, and the minus sign always does
    pattern = _LITERAL.sub(keep, number_format.split(";", 1)[0])
    core = _CORE.search(pattern)
    if core is None or _UNREAD.search(pattern.replace(_STAND_IN, "")) or len(plain) > _MOST_DIGITS + 5 or "e" in plain:
        return plain
    before, after = pattern[: core.start()], pattern[core.end() :]
    percent = "%" in pattern
    most = core["decimals"] or ""
    figure = Decimal(plain) * (100 if percent else 1)
    text = f"{abs(figure).quantize(Decimal(1).scaleb(-len(most)), ROUND_HALF_UP):{',' if ',' in core[0] else ''}f}"
    optional = len(most) - len(most.rstrip("#?"))
    if optional:
        cut = len(text) - optional
        text = (text[:cut] + text[cut:].rstrip("0")).rstrip(".")
    whole, point, rest = text.partition(".")
    text = whole.rjust(core[0].partition(".")[0].count("0"), "0") + point + rest
    sign = "-" if figure < 0 and text.strip("0.,") else ""
    left = iter(literals)
    written = ["".join(next(left) if c == _STAND_IN else c for c in part) for part in (before, after)]
    return " ".join(f"{sign}{written[0]}{text}{written[1]}".split())
