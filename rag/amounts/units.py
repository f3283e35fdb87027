"""What a number measures or counts: ``two weeks``, ``€12``, ``30 per cent``, ``twice``, ``ten books``.

A closed table of the units that official texts use in English. A library of physical quantities would know a thousand more, and
none of "working days", "twice" or "the third".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from rag.amounts.number_words import POWERS, unit_name

_TABLE = """
second sec secs: minute 1/60
minute mins: minute 1
hour hr hrs: minute 60
day: minute 1440
week: minute 10080
fortnight: minute 20160
month: month 1
quarter: month 3
year yr yrs: month 12
decade: month 120
century centuries: month 1200
euro eur €: euro 1
dollar usd $: dollar 1
pound gbp £: pound 1
manat azn ₼: manat 1
lira try ₺: lira 1
rouble ruble rub ₽: rouble 1
cent: cent 1
percent pct %: share 1
percentage pp: point 1
basis bp: point 1/100
millimetre millimeter mm: metre 0.001
centimetre centimeter cm: metre 0.01
metre meter m: metre 1
kilometre kilometer km: metre 1000
mile: mile 1
gram gramme g: gram 1
kilogram kilogramme kilo kg: gram 1000
tonne ton: gram 1000000
litre liter: litre 1
hectare ha: hectare 1
megawatt mw: watt 1
gigawatt gw: watt 1000
degree °: degree 1
time: occasion 1
"""
_POWERS = {"cubic": "3", "square": "2", "working": " at work", "business": " at work"}
_ALONE = {"once", "twice", "thrice"}
_ORDINAL = re.compile(
    r"(?:[a-z]+[ -])?(?:first|second|third|[a-z]+th)\Z|\d+(?:st|nd|rd|th)\Z",
    re.IGNORECASE,
)
_NEXT = re.compile(r"[\s\u00a0-]*(?:([%°€£$₼₺₽])|(per\s+cent)|([^\W\d_]+(?:['’][^\W\d_]+)?))")
_BEFORE = re.compile(r"(?:([€£$₼₺₽])|\b(EUR|USD|GBP|AZN|TRY|RUB))\s?\Z")
_TURKISH_PERCENT = re.compile(r"\byüzde\s\Z", re.IGNORECASE)
DATED = "of the "
_STOPS = frozenset(
    "a an and are as at be before but by can cannot could did do does during each every for from had has have if in is may "
    "must need nor not of on or over per shall should than that the their they to under unless until was were when which "
    "who will with within would".split()
)
_MONTHS = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|"
    r"Nov|Dec)\b"
)
_OF_SOME = frozenset({"by", "of", "from"})  # "five appointed by the city and four by the county"
_REACH = 3  # words between a number and its unit: "thirty full calendar days"
_PER = re.compile(
    r"\s*(?:/|\b(?:per|each|every)\s+)([^\W\d_]+)|\s*\ban?\s+(year|month|week|day|hour|minute|night|quarter|head|item|person|piece|visit)\b|"
    r"\s*\b(dai|week|month|quarter|year|annual)ly\b",
    re.IGNORECASE,
)


TIMES = frozenset({"minute", "hour", "day", "night", "week", "month", "quarter", "year"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A measure with its size in the first unit of its dimension; or, with ``measure`` false, any noun that is counted.
    ``per`` is what it is a rate of: "18 pounds a night", "twice a year"."""

    dimension: str
    factor: Fraction = Fraction(1)
    measure: bool = True
    per: frozenset[str] = frozenset()

    @property
    def dated(self) -> bool:
        """Whether it says of which month a day is, or of which year a month."""
        return self.dimension.startswith(DATED)

    def fits(self, other: Unit) -> bool:
        """Whether amounts in the two can be compared."""
        if {self.dimension, other.dimension} == {"", "occasion"}:  # "two meetings a year", "meets twice a year"
            return bool(self.per & other.per)
        return self.dimension == other.dimension and _compatible(self.per, other.per)


def _compatible(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two rates can be the same: "900 a month" and "900 per head" can, "900 a month" and "900 a year" cannot."""
    return all(not a or not b or bool(a & b) for a, b in ((one & TIMES, other & TIMES), (one - TIMES, other - TIMES)))


def _known() -> dict[str, Unit]:
    known: dict[str, Unit] = {}
    for line in _TABLE.strip().splitlines():
        spellings, meaning = line.split(": ")
        dimension, factor = meaning.split()
        over, _, under = factor.partition("/")
        unit = Unit(dimension, Fraction(over) / int(under or 1))
        known |= dict.fromkeys(spellings.split(), unit)
    return known


_UNITS = _known()


def named(word: str) -> Unit:
    """The unit of a word of the table.

    :raises KeyError: there is none.
    """
    return _UNITS[word]


COUNTED = Unit("", measure=False)
"""Something is counted; what, is for the words around to tell."""


def unit_at(text: str, start: int, end: int) -> Unit | None:
    """The unit of the number at ``[start, end)``, or ``None`` where none is told."""
    number = text[start:end]
    if number.casefold() in _ALONE:
        return replace(_UNITS["time"], per=_rate(text, end))
    if _ORDINAL.match(number):
        return Unit("place in a row")
    if _TURKISH_PERCENT.search(text, max(0, start - 7), start):
        return _UNITS["percent"]
    if found := _BEFORE.search(text, max(0, start - 5), start):
        return replace(_UNITS[(found[1] or found[2]).casefold()], per=_rate(text, end))
    power = ""
    counted: Unit | None = None
    for _ in range(_REACH):
        found = _NEXT.match(text, end)
        if found is None:
            break
        if found[2]:
            return _UNITS["percent"]
        word = (found[1] or found[3]).casefold()
        if word in _STOPS:
            return counted or (COUNTED if word in _OF_SOME else None)
        unit = _UNITS.get(word) or _UNITS.get(re.sub(r"['’]s?\Z|s['’]?\Z", "", word)) or _UNITS.get(unit_name(word) or "")
        if unit is not None:
            return Unit(unit.dimension + power, unit.factor, per=_rate(text, found.end()))
        if _MONTHS.match(found[3] or ""):
            break
        power = _POWERS.get(word) or POWERS.get(word, power)
        end = found.end()
        counted = replace(COUNTED, per=(counted.per if counted else frozenset()) | _rate(text, end))
    return counted


def _rate(text: str, end: int) -> frozenset[str]:
    """What follows as "a day per item", in the singular."""
    found = []
    while rate := _PER.match(text, end):
        word = (rate[1] or rate[2] or rate[3]).casefold()
        found.append({"dai": "day", "annual": "year"}.get(word, word.removesuffix("s")))
        end = rate.end()
    return frozenset(found)
