"""What kind of thing a question asks for, and whether a sentence offers one that the question did not already hold.

Rules on question words, for English, Russian, Turkish and Azerbaijani; a question in another language expects nothing, which
costs the gate a signal but never makes it wrong.
"""

from __future__ import annotations

import re
from enum import Enum

from rag.answering.wording import FUNCTION, Word


class Kind(Enum):
    """What would answer the question."""

    ANYTHING = "anything"
    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    QUANTITY = "quantity"
    VERDICT = "verdict"  # yes or no
    LIST = "list"


_PERSON_NOUNS = (
    r"person|people|leader|official|politician|president|minister|ministry|author|ambassador|senator|king|queen|general|"
    r"scientist|scholar|philosopher|actor|player|singer|company|companies|organi[sz]ation|agency|parliament|court"
)
_PLACE_NOUNS = r"city|cities|country|countries|place|town|state|capital|location|continent|river|village|province"
_TIME_NOUNS = r"date|year|month|day|century|decade|period|era"
_QUANTITY_NOUNS = (
    r"number|percentage|percent|proportion|amount|population|temperature|budget|price|cost|distance|length|height|age|speed|"
    r"duration|size|rate|ratio|total"
)
_RULES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            Kind.QUANTITY,
            r"\bhow (many|much|long|old|far|tall|big|large|deep|high|fast|often|wide|heavy)\b|\bсколько\b|\bkaç\b|\bneçə\b",
        ),
        (Kind.QUANTITY, rf"\b(what|which) (is |was |are |were )?(the )?(\w+ )?({_QUANTITY_NOUNS})\b"),
        (Kind.TIME, rf"\bwhen\b|\b(what|which) (\w+ )?({_TIME_NOUNS})\b|\bкогда\b|\bne zaman\b|\bnə vaxt\b|\bnə zaman\b"),
        (Kind.PLACE, rf"\bwhere\b|\b(what|which) (\w+ )?({_PLACE_NOUNS})\b|\bгде\b|\bкуда\b|\bnerede\b|\bharada\b"),
        (Kind.PERSON, rf"\b(who|whom|whose)\b|\b(what|which) (\w+ )?({_PERSON_NOUNS})\b|\bкто\b|\bкем\b|\bkim\b"),
        (
            Kind.LIST,
            r"\b(what|which) (\w+ ){0,2}(areas|spheres|kinds|types|fields|goals|topics|members|bodies|sectors|principles|"
            r"points|conditions|requirements|duties|rights|reasons|steps|ways|examples|subjects|measures)\b|\b(list|name|enumerate)\b",
        ),
        (
            Kind.VERDICT,
            r"^\W*(is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)\b"
            r"|\bли\b|\b(mi|mı|mu|mü)(dır|dir|dur|dür)?\b\W*$",
        ),
    )
)
_MONTHS = r"January|February|March|April|May|June|July|August|September|October|November|December"
_TIME = re.compile(
    rf"\b({_MONTHS})\b|\b(1\d{{3}}|20\d\d)\b|\b\d{{1,2}}(st|nd|rd|th) centur|\bcentur(y|ies)\b|\b(today|yesterday|tomorrow|"
    r"annually|monday|tuesday|wednesday|thursday|friday|saturday|sunday|decades?|years?|months?|weeks?|days?|hours?|minutes?)\b"
    r"|\b(январ|феврал|март|апрел|ма[йя]\b|июн|июл|август|сентябр|октябр|ноябр|декабр)|\bгод",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundreds?|thousands?|millions?|billions?|half|quarter|third|dozens?|twice|once|double|several)\b",
    re.IGNORECASE,
)


_Pair = tuple[re.Pattern[str], re.Pattern[str]]
# What a quantity is measured in: a question that names the measure is not answered by a number of something else.
_MEASURES = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(held, re.IGNORECASE))
    for asked, held in (
        (
            r"\b(dollars?|euros?|pounds?|manats?|roubles?|lira|money|cost|costs|price|budget|salary|fee|pay)\b",
            r"[$€£₼₺₽]|\b(dollars?|euros?|pounds?|manats?|roubles?|lira|usd|eur|azn|cents?|free of charge)\b",
        ),
        (
            r"\b(kilomet(?:re|er)s?|met(?:re|er)s?|miles?|km|feet|how (?:far|tall|high|wide|deep))\b",
            r"\b(kilomet(?:re|er)s?|met(?:re|er)s?|miles?|km|m|feet|foot|ft|inch(?:es)?)\b",
        ),
        (r"\b(percent|percentage|per cent|proportion|share)\b", r"%|\b(percent|per cent|half|third|quarter|fifths?|tenths?)\b"),
        (r"\b(tonnes?|tons?|kilograms?|kg|how heavy)\b", r"\b(tonnes?|tons?|kilograms?|kg|grams?|pounds?)\b"),
        (
            r"\bduration\b|\bhow many (?:years|months|weeks|days|hours|minutes)\b",
            r"\b(year|month|week|day|hour|minute|decade|centur)\w*",
        ),
    )
)
# A date of something else is no answer to when a thing ends or when people meet.
_EVENTS = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(held, re.IGNORECASE))
    for asked, held in (
        (
            r"\b(expir\w*|ends?|ended|terminat\w*|laps\w*|ceas\w*|run out|finish\w*)\b",
            r"\b(expir\w*|end(?:s|ed|ing)?|terminat\w*|laps\w*|ceas\w*|finish\w*|conclu\w*|clos\w*|until|till|through|valid|lasts?|lasted|"
            r"surrender\w*|dissol\w*|collaps\w*|stop\w*|withdr\w*|years?|months?)\b",
        ),
        (r"\b(meets?|conven\w*)\b", r"\b(meets?|met|meetings?|conven\w*|sessions?|gather\w*|assembl\w*|held)\b"),
    )
)
# Those who act in official documents without a name of their own.
_ACTORS = re.compile(
    r"\b(governments?|ministr(?:y|ies)|sectors?|institutions?|part(?:y|ies)|sides|states|countries|citizens|companies|agenc(?:y|ies)|"
    r"authorit(?:y|ies)|committees?|councils?|groups?|persons?|people|members)\b",
    re.IGNORECASE,
)


def expected_kind(question: str) -> Kind:
    """What the question asks for, by its question word."""
    return next((kind for kind, pattern in _RULES if pattern.search(question)), Kind.ANYTHING)


def offers(question: str, kind: Kind, sentence: str, sentence_words: tuple[Word, ...], asked: frozenset[str]) -> bool | None:
    """Whether ``sentence`` holds something of this kind that is not already among the question's terms ``asked``.

    ``None`` where the kind cannot be told from the surface (anything, a verdict, a list).
    """
    if kind is Kind.TIME:
        if _of_something_else(_EVENTS, question, sentence):
            return False
        return any(not _folded(m.group()) & asked for m in _TIME.finditer(sentence))
    if kind is Kind.QUANTITY:
        if _of_something_else(_MEASURES, question, sentence):
            return False
        return any(not _folded(m.group()) & asked for m in _QUANTITY.finditer(sentence))
    if kind is Kind.PERSON and any(not _folded(m.group()) & asked for m in _ACTORS.finditer(sentence)):
        return True
    if kind in (Kind.PERSON, Kind.PLACE):
        return any(
            w.text[0].isupper() and w.text.casefold() not in FUNCTION and not w.terms & asked and (n or len(w.text) > 1)
            for n, w in enumerate(sentence_words)
            if n or (len(sentence_words) > 1 and sentence_words[1].text[0].isupper())
        )
    return None


def _of_something_else(pairs: tuple[_Pair, ...], question: str, sentence: str) -> bool:
    """Whether the question names what ``sentence`` does not hold, by pairs of what is asked and what then must be held."""
    return any(asked.search(question) and not held.search(sentence) for asked, held in pairs)


def _folded(text: str) -> set[str]:
    return {part.casefold() for part in re.findall(r"\w+", text)}
