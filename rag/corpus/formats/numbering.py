"""The numbers that Word counts itself: ``3.``, ``(b)``, ``Article 5``. They are not in the text of a paragraph and must be
counted again as Word does it (ECMA-376 part 1, 17.9), or no clause could be cited by its number."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from rag.corpus.shape.numerals import numeral

_PLACE = re.compile(r"%(\d)")
_BULLET = "•"
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


class Numbering:
    """Counts the numbered paragraphs of one document. Ask in document order, once for each paragraph.

    ``root`` is the element ``w:numbering`` or ``None``; ``styles`` is the element ``w:styles`` or ``None``.
    """

    def __init__(self, root: Any | None, styles: Any | None, qualify: Any) -> None:
        self._q = qualify
        self._levels: dict[str, dict[int, _Level]] = {}
        self._abstract: dict[str, str] = {}
        self._restart: dict[tuple[str, int], int] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._used: set[str] = set()
        if root is not None:
            self._read(root)
        self._style_numbers = self._read_styles(styles) if styles is not None else {}

    def label(self, paragraph: Any, style: str | None) -> str:
        """What Word prints before ``paragraph`` (a ``w:p``), empty where it is not numbered."""
        number, level = self._place(paragraph, style)
        abstract = self._abstract.get(number or "")
        if number is None or abstract is None:
            return ""
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        self._start(number, abstract)
        counts = self._counts[abstract]
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        here = levels[level]
        if here.form == "bullet":
            return _BULLET
        if here.form == "none":
            return ""

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            above = levels.get(at, here)
            return numeral(counts.get(at, above.start), above.form)

        return _PLACE.sub(shown, here.text).strip()

    def _start(self, number: str, abstract: str) -> None:
        """The first use of a list that restarts a level sets that level back."""
        if number in self._used:
            return
        self._used.add(number)
        for level in range(_LEVELS):
            if (number, level) in self._restart:
                self._counts[abstract][level] = self._restart[number, level] - 1

    def _place(self, paragraph: Any, style: str | None) -> tuple[str | None, int]:
        properties = paragraph.find(self._q("w:pPr"))
        found = properties.find(self._q("w:numPr")) if properties is not None else None
        inherited = self._style_numbers.get(style or "", (None, 0))
        if found is None:
            return inherited
        number, level = self._value(found, "w:numId"), self._value(found, "w:ilvl")
        return (number or inherited[0], int(level) if level and level.isdigit() else inherited[1])

    def _value(self, parent: Any, name: str) -> str | None:
        child = parent.find(self._q(name))
        value = child.get(self._q("w:val")) if child is not None else None
        return str(value) if value is not None else None

    def _read(self, root: Any) -> None:
        q = self._q
        for abstract in root.findall(q("w:abstractNum")):
            levels: dict[int, _Level] = {}
            for level in abstract.findall(q("w:lvl")):
                start = self._value(level, "w:start") or "1"
                form = self._value(level, "w:numFmt") or "decimal"
                text = self._value(level, "w:lvlText") or ""
                at = level.get(q("w:ilvl")) or "0"
                if at.isdigit():
                    levels[int(at)] = _Level(form, text, int(start) if start.isdigit() else 1)
            self._levels[str(abstract.get(q("w:abstractNumId")))] = levels
        for number in root.findall(q("w:num")):
            name = str(number.get(q("w:numId")))
            self._abstract[name] = self._value(number, "w:abstractNumId") or ""
            for override in number.findall(q("w:lvlOverride")):
                again = self._value(override, "w:startOverride") or ""
                at = override.get(q("w:ilvl")) or ""
                if again.isdigit() and at.isdigit():
                    self._restart[name, int(at)] = int(again)

    def _read_styles(self, styles: Any) -> dict[str, tuple[str | None, int]]:
        q = self._q
        own: dict[str, tuple[str | None, int]] = {}
        based: dict[str, str] = {}
        for style in styles.findall(q("w:style")):
            name = str(style.get(q("w:styleId")))
            based[name] = self._value(style, "w:basedOn") or ""
            properties = style.find(q("w:pPr"))
            numbers = properties.find(q("w:numPr")) if properties is not None else None
            if numbers is not None:
                level = self._value(numbers, "w:ilvl")
                own[name] = (self._value(numbers, "w:numId"), int(level) if level and level.isdigit() else 0)
        found: dict[str, tuple[str | None, int]] = {}
        for name in based:
            seen: set[str] = set()
            at = name
            while at and at not in own and at not in seen:
                seen.add(at)
                at = based.get(at, "")
            if at in own:
                found[name] = own[at]
        return found
