"""Amounts that stand in no source and follow from two that do: a sum, a difference, a share of an amount, a rate for a while,
how many times one is the other, what is left of a hundred per cent.

As exact as the amounts themselves; whether they are the right two is the reader's to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations

from rag.amounts.units import TIMES, Unit, named
from rag.amounts.values import Value

MOST_TIMES = 20
"""More than so many times as much is nothing that anyone says."""
_TIMES = Unit("occasion")
_DAY, _YEAR = Unit("minute", Fraction(1440)), Unit("month", Fraction(12))


def follows(value: Value, given: Sequence[Value]) -> bool:
    """Whether two of ``given`` make ``value``."""
    if value.kind != "number" or (value.unit is not None and value.unit.dated):
        return False
    return any(_same(value, amount, unit) for amount, unit in _made(given))


def _same(value: Value, amount: Fraction, unit: Unit | None) -> bool:
    if value.unit is None or unit is None or not value.unit.measure or not unit.measure:
        return any(Fraction(key[1:]) == amount for key in value.keys)
    return value.unit.fits(unit) and amount * unit.factor in value.amounts()


def _made(given: Sequence[Value]) -> Iterator[tuple[Fraction, Unit | None]]:
    numbers = [(value, Fraction(min(value.keys)[1:])) for value in given if value.kind in ("number", "year")]
    for value, amount in numbers:
        if value.unit is not None and value.unit.dimension == "share":
            yield 100 - amount, value.unit
    for (one, first), (other, second) in combinations(numbers, 2):
        if one.kind == other.kind == "year":
            yield abs(first - second), _YEAR
        elif one.unit is not None and one.unit.dated:
            if one.unit == other.unit:
                yield abs(first - second), _DAY
        elif one.kind == other.kind and (one.unit is None or other.unit is None or one.unit == other.unit):
            unit = one.unit or other.unit
            yield first + second, unit
            yield abs(first - second), unit
            yield from _times(first, second)
        else:
            for (value, amount), (of, whole) in permutations(((one, first), (other, second))):
                if value.unit is not None and value.unit.dimension == "share":
                    yield amount * whole / 100, of.unit
                yield from _lasting(value.unit, amount, of.unit, whole)


def _lasting(rate: Unit | None, amount: Fraction, time: Unit | None, number: Fraction) -> Iterator[tuple[Fraction, Unit]]:
    """What a rate comes to: 1,100 a month for ten months."""
    if rate is not None and time is not None and time.measure:
        for word in rate.per & TIMES - {"night"}:
            if (one := named(word)).dimension == time.dimension:
                yield amount * number * time.factor / one.factor, replace(rate, per=rate.per - {word})


def _times(first: Fraction, second: Fraction) -> Iterator[tuple[Fraction, Unit]]:
    """ "Three times as much", and no fraction of it: anything is some multiple of anything."""
    least, most = sorted((first, second))
    if least > 0 and (most / least).denominator == 1 and 2 <= most / least <= MOST_TIMES:
        yield most / least, _TIMES
