"""Follow-ups in Azerbaijani, Russian and Turkish made whole: fragments ("və harada?", "а где?", "peki nerede?"), another topic
("bəs enerji?"), and pronouns without anything in the question to stand for.

Case endings make it wrong to put a noun where the pronoun stood; what it stands for is put before the question instead, which
serves search and reader as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answering.writing.wording import FUNCTION, content_words
from rag.localization.languages import Language

MOST_WORDS = 3
"""Words of a topic that is named in place of another."""


@dataclass(frozen=True, slots=True)
class _Grammar:
    """How a language asks on. ``lead`` opens a follow-up, ``asking`` is a phrase with a question word, ``who`` one for
    the subject, ``about`` names another topic, ``verb`` is a word that makes a clause; ``also`` joins two question words."""

    lead: re.Pattern[str]
    asking: re.Pattern[str]
    who: re.Pattern[str]
    about: re.Pattern[str]
    pronoun: re.Pattern[str]
    verb: re.Pattern[str]
    also: str


def _any(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_TURKIC_PRONOUN = r"\b(?:(?:o|bu)n(?:u|un|a|dan|unla|la)|(?:on|bun)lar(?:ı|i|ın|in|a|dan|la)?|{place})\b"
_GRAMMARS: Mapping[Language, _Grammar] = {
    "az": _Grammar(
        lead=_any(r"^\W*(?:və|ve|bəs|bes|ya|amma|lakin|yaxşı|onda|elə\s+isə)\b[\s,]*"),
        asking=_any(
            r"\b(?:n[əe]\s+(?:vaxt\w*|zaman|üçün|ucun|qədər|qeder|ilə|cür)|ne[cç]ə\s*(?!dir)\w*|neç[əe]\s*\w*|hans[ıi]\s+\w+"
            r"|kim\w*(?:\s+(?:tərəfindən|terefinden|üçün|ilə))?|har[ad]a?\w*|haray?a|niy[əe]|nec[əe]\w*|n[əe](?:yi|yə|yin|dən|dir)?)\b"
        ),
        who=_any(r"^(?:kim|kimlər|kimler)$"),
        about=_any(r"^(?P<topic>.+?)\s+(?:barədə|barəsində|haqqında|haqda|ilə\s+bağlı)(?:\s+nə(?:\s+\w+)?)?\W*$"),
        pronoun=_any(_TURKIC_PRONOUN.format(place="orada|burada")),
        verb=_any(
            r"\w(?:[ıiuü]b(?:dır|dir|dur|dür|lar|lər)?|[ıiuü]r|[aə]c[aə]q\w*|[aə]c[aə]k\w*|d[ıiuü]|m[ıiuü]ş\w*|[aə]r|m[aə]l[ıi]d[ıi]r|yoxdur|vardır)$"
        ),
        also="və",
    ),
    "tr": _Grammar(
        lead=_any(r"^\W*(?:ve|peki|ya|ama|fakat|tamam|öyleyse|o\s+zaman|o\s+halde)\b[\s,]*(?:ya\b\s*)?"),
        asking=_any(
            r"\b(?:ne\s+(?:zaman|kadar|için|ile|şekilde)|hangi\s+\w+|kaç\s*\w*|kim\w*(?:\s+(?:tarafından|için|ile))?"
            r"|nere\w+|neden|niçin|niye|nasıl\w*|ne(?:yi|ye|yin|dir|ydi|ler|leri)?)\b"
        ),
        who=_any(r"^(?:kim|kimler)$"),
        about=_any(r"^(?P<topic>.+?)\s+(?:hakkında|konusunda|ile\s+ilgili)(?:\s+ne(?:\s+\w+)?)?\W*$"),
        pronoun=_any(_TURKIC_PRONOUN.format(place="orada|burada")),
        verb=_any(r"\w(?:[ıiuü]yor\w*|d[ıiuü]|t[ıiuü]|m[ıiuü]ş\w*|[ae]cak\w*|[ae]cek\w*|[aeıiuü]r|m[ae]l[ıi]|yok|var)$"),
        also="ve",
    ),
    "ru": _Grammar(
        lead=_any(r"^\W*(?:а|и|но|ну|хорошо|тогда)\b[\s,]*"),
        asking=_any(
            r"\b(?:(?:в|во|на|с|со|к|по|до|от|из|у|о|об|для|за)\s+)?(?:когда|где|куда|откуда|почему|зачем|сколько(?:\s+\w+)?"
            r"|как(?:ой|ая|ое|ие|ого|ому|ом|ую|им|их|ими)\s+\w+|как(?:\s+(?:долго|часто|именно))?|кто|кого|кому|кем|ком|что|чего|чему|чем|ч[её]м)\b"
        ),
        who=_any(r"^кто$"),
        about=_any(
            r"^(?:(?:что|как)\s+)?(?:насч[её]т|по\s+поводу|касательно|относительно|(?:что|как)\s+(?:с|со|об?))\s+(?P<topic>.+?)\W*$"
        ),
        pronoun=_any(
            r"\b(?:он|она|оно|они|его|е[её]|их|ему|ей|им|н[её]м|ней|них|него|неё|нему|ним|там)\b|\bэт(?:о|ого|ому|им|ом)\b(?=\W*$)"
        ),
        verb=_any(
            r"\w(?:ла?сь|лось|лись|тся|ться|[аяиеу]л[аио]?|[ауеи]ет|[яи]т|[ую]т|[аея]н[аоы]?)$|^(?:есть|был[аио]?|будет)$"
        ),
        also="и",
    ),
}


def whole(question: str, before: str, language: Language) -> str | None:
    """``question`` with what it leaves out taken from ``before``, or ``None`` where it stands alone, or is in English."""
    grammar = _GRAMMARS.get(language)
    if grammar is None:
        return None
    bare = grammar.lead.sub("", question).strip()
    led = bare != question.strip()
    stem = before.rstrip(" ?.!")
    core = bare.rstrip(" ?.!…")
    asking = grammar.asking.match(core)
    if asking and asking.end() == len(core):
        return _asked_else(core, before, stem, grammar)
    if about := grammar.about.match(bare) if led or language == "ru" else None:
        return f"{stem}: {about['topic']}?"
    if led and not grammar.asking.search(core) and 0 < len(content_words(core)) <= MOST_WORDS and not _has_verb(core, grammar):
        return f"{stem}: {core}?"
    if grammar.pronoun.search(core) and not _names(core):
        topic = _topic(stem, grammar)
        return f"{topic}: {question}" if topic else None
    return None


def _asked_else(phrase: str, before: str, stem: str, grammar: _Grammar) -> str:
    """``before`` with another question word in the place of its own, or beside it where that one asks for the subject."""
    own = grammar.asking.search(before)
    if own is None:
        return f"{stem}: {phrase}?"
    if grammar.who.match(own.group()) and not grammar.who.match(phrase):
        return f"{stem} {grammar.also} {_lower(phrase)}?"
    phrase = phrase[:1].upper() + phrase[1:] if own.start() == 0 else _lower(phrase)
    return before[: own.start()] + phrase + before[own.end() :]


def _topic(stem: str, grammar: _Grammar) -> str:
    """What a question is about: its words without those that ask, that only frame it, and without its verb."""
    words = grammar.asking.sub(" ", stem).split()
    return " ".join(w for w in words if w.casefold().strip(",.") not in FUNCTION and not grammar.verb.search(w.strip(",.")))


def _has_verb(text: str, grammar: _Grammar) -> bool:
    return any(grammar.verb.search(word) for word in text.split())


def _names(text: str) -> bool:
    """Whether a name stands in a question after its first word, for which a pronoun may stand."""
    return any(word[:1].isupper() for word in text.split()[1:])


def _lower(phrase: str) -> str:
    return phrase[:1].lower() + phrase[1:]
