"""Amounts of a table's cells, which are said half in the cell and half in the header of its column: "640" below
"Cost (million florins)"; and what a column comes to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from rag.amounts.units import Unit
from rag.amounts.values import Value, key_of, values
from rag.corpus.shape.tables import cells_of

_TOLD = re.compile(r"\(([^)]*)\)|,\s*([^,]+)\Z|\b(?:in|of)\s+(.+)\Z|\A([%€£$₼₺₽])")
_OF_ALL = re.compile(r"\(([^)]*)\)[\s*.:]*\Z")
_PLURAL = re.compile(r"\b(thousand|million|billion)s\b", re.IGNORECASE)
_SIGN = re.compile(r"[€£$₼₺₽]")


def in_columns(row: str, header: str, caption: str = "") -> tuple[Value, ...]:
    """The values of the cells of ``row`` in the unit that ``header`` gives their columns, or ``caption`` all of them between
    brackets; none where neither gives one."""
    return tuple(value for _, value in _placed(header, row, caption))


def totals(rows: Sequence[str], header: str, caption: str = "") -> tuple[Value, ...]:
    """What each column of numbers comes to, in the unit of the column."""
    columns: dict[int, list[tuple[Decimal, Unit | None]]] = {}
    for row in rows:
        told = dict(_placed(header, row, caption))
        for column, cell in enumerate(cells_of(row)):
            found = [told[column]] if column in told else values(cell)
            if len(found) == 1 and found[0].kind == "number":
                columns.setdefault(column, []).append((Decimal(min(found[0].keys)[1:]), found[0].unit))
    return tuple(
        Value("number", frozenset({key_of(sum((amount for amount, _ in cells), Decimal()))}), 0, 0, cells[0][1])
        for cells in columns.values()
        if len(cells) > 1 and len({unit for _, unit in cells}) == 1
    )


def _placed(header: str, row: str, caption: str) -> Iterator[tuple[int, Value]]:
    of_all = _OF_ALL.search(caption)
    for column, (name, cell) in enumerate(zip(cells_of(header), cells_of(row), strict=False)):
        told = _TOLD.search(name) or of_all
        if told is None:
            continue
        unit = _PLURAL.sub(lambda m: m[1], next(group for group in told.groups() if group is not None)).strip()
        sign = _SIGN.search(unit)
        said = f"{sign[0] if sign else ''}{cell} {_SIGN.sub('', unit)}"
        amounts = [value for value in values(said) if value.start <= 1 and value.kind == "number"]
        yield from ((column, replace(value, start=0, end=0)) for value in amounts[:1])
