"""The date of a document: as ``sources.toml`` or a filter writes it, and as a document states it near its head."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from rag.corpus.shape.tables import BAR

_MONTHS = """
january jan yanvar января ocak
february feb fevral февраля şubat
march mar mart марта mart
april apr aprel апреля nisan
may may мая mayis
june jun iyun июня haziran
july jul iyul июля temmuz
august aug avqust августа ağustos
september sept sep sentyabr сентября eylül
october oct oktyabr октября ekim
november nov noyabr ноября kasim
december dec dekabr декабря aralik
"""
_MONTH = {name: number for number, line in enumerate(_MONTHS.strip().splitlines(), 1) for name in line.split()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_YEAR = r"(?P<y>(?:1[89]|20)\d\d)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?<![\d.]){_YEAR}-(?P<m>\d\d)-(?P<d>\d\d)(?!\d)",
        rf"(?<![\d.])(?P<d>\d{{1,2}})[./](?P<m>\d{{1,2}})[./]{_YEAR}(?!\d)",
        rf"(?<![\d.])(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<n>{_NAMES})\.?,?\s+{_YEAR}(?!\d)",
        rf"\b(?P<n>{_NAMES})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d)",
    )
)
_MONTH_OF = re.compile(rf"\b(?P<n>{_NAMES})\.?,?\s+(?:of\s+)?{_YEAR}(?!\d)")
_YEAR_ALONE = re.compile(r"(?<![\d.,/-])(?:1[89]|20)\d\d(?![\d/]|[.,]\d)")
_CUE = re.compile(
    r"\b(?:dated?|adopted|approved|signed|issued|published|effective|in force|as of|version|updated|amended|revised|done at|"
    r"tarix\w*|tarih\w*|qəbul|təsdiq|qüvvə\w*|kabul|yayim\w*|yürürlük|дата|принят\w*|утвержд\w*|в редакции|от)\b"
)
_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z")
_HEAD, _LINES = 1200, 12
_BESIDE = 8
"""Words that a line may have beside its date: more of them are a sentence about some day, not the document's date."""


def iso(text: str) -> str | None:
    """``text`` as ISO 8601: a day, a month or a year (``2024``, ``2024-05``); ``None`` where it is none of these."""
    said = text.strip()
    if found := _ISO.match(said):
        year, month, day = (int(part) if part else 1 for part in found.groups())
        return said if _day(year, month, day) else None
    return next(_dates(folded(said)), None)


def dates_in(text: str) -> tuple[str, ...]:
    """The days, months and years that a text names, each as precisely as it does."""
    left, found = folded(text), [*_dates(folded(text))]
    for form in _FORMS:
        left = form.sub(" ", left)
    found += [f"{m['y']}-{_MONTH[m['n']]:02d}" for m in _MONTH_OF.finditer(left)]
    return (*found, *_YEAR_ALONE.findall(_MONTH_OF.sub(" ", left)))


def stated_date(title: str, text: str) -> str | None:
    """The date that a document gives itself in its first lines ("Baku, 12 March 2024", "Adopted on 2024-03-12."), else the year
    in its title; ``None`` where it gives none."""
    lines = [line for line in folded(text[:_HEAD]).splitlines() if line.strip()][:_LINES]
    for line in lines:
        beside = line
        for form in _FORMS:
            beside = form.sub(" ", beside)
        if line.count(f" {BAR} ") > 1:
            continue  # a day in a table is about its row
        own = len(beside.split()) <= _BESIDE and (not re.search(r"[.;:!?]\s*\Z", line) or _CUE.search(beside))
        if own and (found := next(_dates(line), None)):
            return found
    years = set(re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", title))
    return years.pop() if len(years) == 1 else None


def _dates(line: str) -> Iterator[str]:
    for form in _FORMS:
        for found in form.finditer(line):
            parts = found.groupdict()
            month = _MONTH[parts["n"]] if parts.get("n") else int(parts["m"])
            if made := _day(int(parts["y"]), month, int(parts["d"])):
                yield made


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def folded(text: str) -> str:
    """Case folded, the Turkish i and its dot made one letter."""
    return text.casefold().replace("\u0307", "").replace("ı", "i")
