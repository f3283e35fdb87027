"""Numbers, dates and times in a text, in one spelling: ``60,000``, ``sixty thousand`` and ``60 000`` are the same value.

Exact by design: a value stands in a source or it does not. Number words, months and weekdays in en, az, tr and ru.
What a number measures or counts belongs to it: ``two weeks`` is 14 days, and neither ``two films`` nor ``twice``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from rag.amounts.number_words import numeral
from rag.amounts.units import DATED, Unit, unit_at

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)
_SMALL = {w: n for n, w in enumerate(_UNITS.split())}
_SMALL |= {w: n for n, w in enumerate(_ORDINALS.split())}
_SMALL |= {"once": 1, "twice": 2, "thrice": 3, "dozen": 12}
_TEN = {w: 10 * n for n, w in enumerate(_TENS.split(), 2)} | {w[:-1] + "ieth": 10 * n for n, w in enumerate(_TENS.split(), 2)}
_SCALE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALE |= {"mn": 10**6, "bn": 10**9, "milyon": 10**6, "milyar": 10**9, "milyard": 10**9, "min": 1, "bin": 1000}
_SCALE |= {"тысяч": 1000, "тысячи": 1000, "миллион": 10**6, "миллиона": 10**6, "миллионов": 10**6, "миллиардов": 10**9}
_MONTHS = (
    "jan yan oca янв",
    "feb fev şub фев",
    "mar март",
    "apr nis апр",
    "may мая май",
    "jun iyn haz июн",
    "jul iyl tem июл",
    "aug avq ağu авг",
    "sep sen eyl сен",
    "oct okt eki окт",
    "nov noy kas ноя",
    "dec dek ara дек",
)
_MONTH = re.compile(
    r"january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|"
    r"nov|dec|yanvar|fevral|mart|aprel|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr|ocak|şubat|nisan|mayıs|haziran|temmuz|ağustos|"
    r"eylül|ekim|kasım|aralık|январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр"
)
_FOREIGN = re.compile(r"yanvar|fevral|aprel|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr|ocak|nisan|haziran|temmuz")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TOKEN = re.compile(
    r"(?P<time>\b\d{1,2}[:.]\d{2}(?=\s*(?:[ap]\.?m\b|o'clock|h\b))|\b\d{1,2}:\d{2}\b)|"
    r"(?P<iso>\b(?:1\d|20)\d\d-\d\d-\d\d\b)|(?P<dotted>\b\d{1,2}[./]\d{1,2}[./](?:1\d|20)\d\d\b)|"
    r"(?P<number>\d{1,3}(?:[ ,.\u00a0\u202f]\d{3})+(?:[.,]\d+)?(?![\d])|\d+(?:[.,]\d+)?)(?P<suffix>st|nd|rd|th)?|"
    r"(?P<word>[^\W\d_]+)"
)
_HALF = re.compile(
    r"half an?(?=\s+(?:second|minute|hour|day|week|month|year|million|billion|kilo|metre|meter|litre|mile)s?)", re.I
)
_PARTS = frozenset({"fourth", "fifth", "tenth"})
_A_PART = re.compile(r"\b(?:a|one)[ -]\Z", re.IGNORECASE)
"""Before "fifth of", which is 20 per cent; thirds and sevenths are none to the letter."""
_OF = re.compile(r"\s+(?:(?:to|and|or|until|[-–])\s+\d{1,2}(?:st|nd|rd|th)?\s+)?(?:of\s+)?", re.IGNORECASE)
_HALF_DAY = re.compile(r"\s*(?:([ap])\.?\s?m\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Value:
    """One value at ``[start, end)``. ``kind`` is ``number``, ``year``, ``time``, ``month`` or ``weekday``; ``keys`` are the
    readings it can have (``1.250`` is 1250 or 1.25); ``unit`` is what a number measures or counts, where that is told."""

    kind: str
    keys: frozenset[str]
    start: int
    end: int
    unit: Unit | None = None

    def agrees(self, other: Value) -> bool:
        """Whether the two share a reading of the same unit, whatever their kinds' names."""
        if self.unit is None or other.unit is None:
            strict = self.kind == other.kind == "number" and any(v.unit is not None and v.unit.dated for v in (self, other))
            return bool(self.keys & other.keys) and not strict
        if self.kind == "month":
            return self.unit == other.unit and bool(self.keys & other.keys)
        return self.unit.fits(other.unit) and bool(self.amounts() & other.amounts())

    def amounts(self) -> set[Fraction]:
        """The readings in the first unit of the dimension."""
        factor = self.unit.factor if self.unit else 1
        return {Fraction(key[1:]) * factor for key in self.keys if key[0] == "n"}


def values(text: str) -> tuple[Value, ...]:
    """The values of ``text``, in order."""
    found = [*_read(text)]
    return tuple(_measured(value, found[max(0, n - 1) : n], found[n + 1 : n + 3], text) for n, value in enumerate(found))


def _measured(value: Value, before: list[Value], after: list[Value], text: str) -> Value:
    if value.unit is not None or value.kind not in {"number", "year", "month"}:
        return value
    if value.kind == "month":
        year = next((v for v in after[:1] if v.kind == "year" and text[value.end : v.start].strip(" ,") == ""), None)
        return replace(value, unit=Unit(f"{DATED}year {min(year.keys)}")) if year else value
    if value.kind == "number":
        months = [v for v in after if v.kind == "month" and _OF.fullmatch(text, value.end, v.start)]
        months += [v for v in before if v.kind == "month" and not text[v.end : value.start].strip(" .\n")]
        if months:
            return replace(value, unit=Unit(f"{DATED}month {min(months[0].keys)}"))
    unit = unit_at(text, value.start, value.end)
    kind = "number" if unit is not None and unit.measure else value.kind  # "2000 euros" is no year
    if kind == "year":
        return replace(value, unit=unit)
    return replace(value, kind=kind, unit=unit)


def _read(text: str) -> Iterator[Value]:
    tokens = [*_TOKEN.finditer(text)]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        kind = token.lastgroup if token.lastgroup != "suffix" else "number"
        start, end = token.span()
        if kind == "time":
            hour, minute = re.split(r"[:.]", token["time"])
            yield _time(text, int(hour), int(minute), start, end)
        elif kind in {"iso", "dotted"}:
            parts = [int(p) for p in re.split(r"\D", token[0])]
            year, month, day = parts if kind == "iso" else (parts[2], parts[1], parts[0])
            if month > 12 >= day:
                month, day = day, month  # 08/30/2025
            yield Value("year", frozenset({f"n{year}"}), start, end)
            yield Value("month", frozenset({f"month{month}"}), start, end, Unit(f"{DATED}year n{year}"))
            yield Value("number", frozenset({f"n{day}"}), start, end, Unit(f"{DATED}month month{month}"))
        elif kind == "number":
            numbers = _decimals(token["number"])
            half = _HALF_DAY.match(text, end)
            if half and len(numbers) == 1 and numbers[0] <= 12:
                yield _time(text, int(numbers[0]), 0, start, end)
            else:
                scale, used = _scale(tokens, at + 1, text)
                end = tokens[at + used].end() if used else end
                year = not used and len(token["number"]) == 4 and 1000 <= numbers[0] <= 2199
                yield Value("year" if year else "number", frozenset(key_of(n * scale) for n in numbers), start, end)
                at += used
        else:
            yielded, used = _worded(tokens, at, text)
            yield from yielded
            at += used
        at += 1


def _worded(tokens: list[re.Match[str]], at: int, text: str) -> tuple[list[Value], int]:
    """The value that begins with the word at ``at``, if one does, and how many more tokens it takes."""
    token = tokens[at]
    word = token[0].casefold()
    if word in _WEEKDAYS or word.removesuffix("s") in _WEEKDAYS:
        return [Value("weekday", frozenset({word.removesuffix("s")}), token.start(), token.end())], 0
    if (token[0][0].isupper() or not word.isascii() or _FOREIGN.match(word)) and (month := _month(word)) is not None:
        return [Value("month", frozenset({f"month{month}"}), token.start(), token.end())], 0
    if word == "half" and (measured := _HALF.match(text, token.start())):
        return [Value("number", frozenset({"n0.5"}), token.start(), measured.end())], 1
    if word in _PARTS and _A_PART.search(text, 0, token.start()) and text.startswith(" of ", token.end()):
        share = Decimal(100) / _SMALL[word]
        return [Value("number", frozenset({key_of(share)}), token.start(), token.end(), Unit("share"))], 0
    if word in _TEN or word in _SMALL:
        total, used = Decimal(_TEN.get(word, _SMALL.get(word, 0))), 0
        follower = tokens[at + 1] if at + 1 < len(tokens) else None
        if word in _TEN and follower is not None and 0 < _SMALL.get(follower[0].casefold(), 0) < 10:
            gap = text[token.end() : follower.start()]
            if gap in {"-", " "}:
                total, used = total + _SMALL[follower[0].casefold()], 1
        scale, more = _scale(tokens, at + used + 1, text)
        last = tokens[at + used + more]
        return [Value("number", frozenset({key_of(total * scale)}), token.start(), last.end())], used + more
    if (number := numeral(word, text)) is not None:
        total, used = Decimal(number), 0
        while total and total % 10 == 0 and at + used + 1 < len(tokens):  # "iyirmi beş", "сто двадцать пять"
            last, following = tokens[at + used], tokens[at + used + 1]
            added = numeral(following[0].casefold(), text)
            if not added or added >= total or text[last.end() : following.start()] != " ":
                break
            total, used = total + added, used + 1
        scale, scaled = _scale(tokens, at + used + 1, text)
        last = tokens[at + used + scaled]
        return [Value("number", frozenset({key_of(total * scale)}), token.start(), last.end())], used + scaled
    return [], 0


def _scale(tokens: list[re.Match[str]], at: int, text: str) -> tuple[int, int]:
    scale, used = 1, 0
    while at + used < len(tokens) and (word := tokens[at + used][0].casefold()) in _SCALE:
        if text[tokens[at + used - 1].end() : tokens[at + used].start()].strip():
            break
        scale *= _SCALE[word]
        used += 1
    return scale, used


def _month(word: str) -> int | None:
    found = _MONTH.match(word)
    if found is None or len(word) - len(found[0]) > 4:
        return None
    stem = word[:3]
    return next(
        (n for n, stems in enumerate(_MONTHS, 1) if any(word.startswith(s) or s.startswith(stem) for s in stems.split())), None
    )


def _time(text: str, hour: int, minute: int, start: int, end: int) -> Value:
    half = _HALF_DAY.match(text, end)
    if half is None:
        keys = {f"t{hour}:{minute:02}"} | ({f"n{hour}"} if minute == 0 else set())
        return Value("time", frozenset(keys), start, end)
    hour = hour % 12 + (12 if half[1].casefold() == "p" else 0)
    return Value("time", frozenset({f"t{hour}:{minute:02}"}), start, half.end())


def _decimals(text: str) -> list[Decimal]:
    """The readings of a numeral: a point or comma before exactly three digits can group or divide."""
    compact = re.sub(r"[ \u00a0\u202f]", "", text)
    if re.fullmatch(r"\d{1,3}(?:[,.]\d{3})+", compact):
        grouped = Decimal(re.sub(r"[,.]", "", compact))
        one_point = compact.count(".") == 1 and "," not in compact
        return [grouped, Decimal(compact)] if one_point else [grouped]
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+\.\d+", compact):
        return [Decimal(compact.replace(",", ""))]
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+", compact):
        return [Decimal(compact.replace(".", "").replace(",", "."))]
    if len(re.findall(r"[,.]", compact)) > 1:
        return [Decimal(re.sub(r"[,.]", "", compact))]
    return [Decimal(compact.replace(",", "."))]


def key_of(number: Decimal) -> str:
    """The reading that a number is, among the ``keys`` of a value."""
    return f"n{number.normalize():f}"
