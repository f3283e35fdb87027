"""Edits of a sentence that leave it true and edits that make it false: what real data has too little of.

A reader that meets changed words only in lies learns that changed means false, so there is a harmless edit for every lie, and
either kind may come alone or on top of a harmless one. The edits are rough on purpose: there are many of them over many texts.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from training.edit_words import ADDED, IRREGULAR, LABELS, MONTHS, NUMERALS, OPENINGS, OPPOSITE, STARTERS, SYNONYMS, UNITS

Rule = tuple[str, Callable[[re.Match[str]], str]]

_MONTH = "|".join(MONTHS)
_NAME = re.compile(r"(?<=[a-z,;] )(?:(?:the )?[A-Z][\w’'-]+)(?: (?:of |the |and |for )?[A-Z][\w’'-]+)*")
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?!\w)")
_FAULTS: tuple[Rule, ...] = (
    (r"\b(is|was|are|were|can|will|did|does|has|have|should|could) (?!not)", lambda m: m[1] + " not "),
    (r"\b(?:must|shall|has to|is required to|have to|are required to) (?!not)", lambda m: _pick("may ", "need not ", "can ")),
    (r"\b(?:may|can|is allowed to|are allowed to) (?!not)", lambda m: _pick("must ", "is required to ", "may not ", "cannot ")),
    (r"\b(is|are|was|were|do|does|did|may|must|shall|can|has|have|will) not\b", lambda m: m[1]),
    (r"\bmay be\b", lambda m: _pick("has been", "must be", "is")),
    (r"\bmay (establish|create|set|form|appoint|extend|adopt)\b", lambda m: f"has {_past(m[1])}"),
    (r"\b(?:will|shall) (\w+)\b", lambda m: f"has already {_past(m[1])}"),
    (r"\b(?:intends?|plans?|aims?|seeks?|wants?|hopes?) to (\w+)", lambda m: f"has already {_past(m[1])}"),
    (r"\bonly\b", lambda m: _pick("not only", "also")),
    (r"\b(?:all|every|each)\b", lambda m: _pick("some", "a few", "no")),
    (r"\b(?:some|several|many|most)\b", lambda m: _pick("all", "no")),
    (r"\bmore than\b", lambda m: "less than"),
    (r"\bless than\b", lambda m: "more than"),
    (r"\bbefore\b", lambda m: "after"),
    (r"\bafter\b", lambda m: "before"),
    (r"\bfirst\b", lambda m: _pick("last", "second", "third")),
    (r"\bat least\b", lambda m: "at most"),
    (r"\bat most\b|\bup to\b|\bno more than\b", lambda m: "at least"),
    (r"\bincreas", lambda m: "decreas"),
    (r"\bdecreas", lambda m: "increas"),
    (r"\brose\b", lambda m: "fell"),
    (r"\bfell\b", lambda m: "rose"),
    (r"\bunless\b", lambda m: "if"),
    (r"\bif\b", lambda m: _pick("even if", "unless")),
    (r"\b(largest|biggest|highest|most|oldest|earliest)\b", lambda m: OPPOSITE[m[1]]),
    (r"\bnorth", lambda m: "south"),
    (r"\beast", lambda m: "west"),
    (r"\b(days|weeks|months|years|hours)\b", lambda m: _pick(*(u for u in UNITS if u != m[1]))),
    (r"\bwith\b", lambda m: "without"),
    (r"\bwithout\b", lambda m: "with"),
    (r"\bexcept\b", lambda m: "including"),
    (r"\bstrengthen", lambda m: "weaken"),
    (r"\bsupport", lambda m: "oppos"),
    (r"\bfree\b", lambda m: "paid"),
    (r"\bpermitted|allowed\b", lambda m: _pick("forbidden", "required")),
    (r"\bprohibited|forbidden\b", lambda m: "permitted"),
    (r"\baccept", lambda m: "reject"),
    (r"\bapproved\b", lambda m: "rejected"),
    (r"\bpublic\b", lambda m: "private"),
    (r"\bnational\b", lambda m: "local"),
    (r"\bopened\b", lambda m: "closed"),
    (r"\bbuyer\b", lambda m: "seller"),
    (r"\bemployer\b", lambda m: "employee"),
    (r"\btenant\b", lambda m: "landlord"),
    (r"\bapplicant\b", lambda m: "authority"),
)

random_source = random.Random(0)


def _pick(*options: str) -> str:
    return random_source.choice(options)


def _past(verb: str) -> str:
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if verb.endswith("e"):
        return verb + "d"
    return verb[:-1] + "ied" if re.search(r"[^aeiou]y\Z", verb) else verb + "ed"


def lowered(sentence: str) -> str:
    """``sentence`` as it goes on after an opening: small where its first word is no name."""
    first = sentence.split(maxsplit=1)[0] if sentence.split() else ""
    return sentence[0].lower() + sentence[1:] if first in STARTERS else sentence


def raised(sentence: str) -> str:
    """``sentence`` with a capital."""
    return sentence[:1].upper() + sentence[1:]


def harmless(sentence: str) -> str:
    """``sentence`` in other words, still true where it was."""
    text = sentence.strip()
    if len(text.split()) < 4:
        return text

    def sub(pattern: str, with_: Callable[[re.Match[str]], str], chance: float = 0.6) -> None:
        nonlocal text
        if random_source.random() < chance:
            text = re.sub(pattern, with_, text, count=1)

    sub(rf"\b(\d{{1,2}}) ({_MONTH}) (\d{{4}})\b", lambda m: f"{m[2]} {m[1]}, {m[3]}")
    sub(rf"\b({_MONTH}) (\d{{1,2}}), (\d{{4}})\b", lambda m: f"{m[2]} {m[1]} {m[3]}")
    sub(rf"\b({'|'.join(NUMERALS[2:])})\b", lambda m: str(NUMERALS.index(m[1])), 0.5)
    sub(r"(?<![\d.,$€])\b([2-9]|1[0-2])\b(?![\d.,%:])", lambda m: NUMERALS[int(m[1])], 0.5)
    sub(r"\b(\d{1,3}),(\d{3})\b", lambda m: m[1] + m[2], 0.4)
    sub(r"\b14 days\b", lambda m: "two weeks")
    sub(r"\btwo weeks\b", lambda m: "14 days")
    sub(r"\b(?:the )?United States(?: of America)?\b", lambda m: _pick("the US", "the U.S.", "the United States", "America"))
    sub(r"\b(?:the )?United Kingdom\b", lambda m: _pick("the UK", "Britain"))
    sub(r"\b(?:the )?European Union\b", lambda m: "the EU")
    sub(r"\bthe the\b", lambda m: "the", 1)
    sub(r"\bU\.S\.", lambda m: "US")
    sub(r" ?(?:percent|per cent)\b", lambda m: "%")
    sub(r"\b(\d+)%", lambda m: m[1] + _pick(" percent", " per cent"), 0.4)
    sub(r"\b(?:must|shall)\b(?! not)", lambda m: _pick("has to", "is required to", "must", "is obliged to", "needs to"))
    sub(r"\bmay\b(?! not| be)", lambda m: _pick("can", "is allowed to", "is permitted to", "has the option to"))
    sub(r"\b(?:shall|must) not\b", lambda m: _pick("may not", "is not allowed to", "must not", "is prohibited from being"))
    for old, new in random_source.sample(SYNONYMS, len(SYNONYMS) // 2):
        text = re.sub(rf"\b{re.escape(old)}", new, text, count=1)
    if random_source.random() < 0.5:
        text = re.sub(r"\s*\([^)]*\)", "", text, count=1)
    text = _reordered(text)
    text = _shortened(text)
    if random_source.random() < 0.12:
        text = _pick(*OPENINGS) + lowered(text)
    elif random_source.random() < 0.08:
        text = _pick(*LABELS) + text
    return raised(text.strip()) if text.strip() else sentence


def _reordered(text: str) -> str:
    front = re.match(
        r"^((?:In|On|After|Before|During|By|At|Since|For|Under|Within|From|If|When|Until)\b[^,]{3,60}),\s+(.*)$", text
    )
    if front and random_source.random() < 0.6:
        return f"{raised(front[2]).rstrip('.')} {front[1][0].lower()}{front[1][1:]}."
    back = re.match(r"^([A-Z].{25,}?),? ((?:in|on|since|during|until|before|after|within|under|if|when) [^,.]{4,45})\.$", text)
    if back and random_source.random() < 0.35:
        return f"{raised(back[2])}, {lowered(back[1])}."
    passive = re.match(
        r"^(.{4,80}?) (was|were|is|are) (\w+(?:ed|en|wn|de|ld|nt)) by ((?:the |an? )?[A-Z]?[\w’' -]{3,50})\.$", text
    )
    if passive and random_source.random() < 0.7 and passive[2] in ("was", "were"):
        return f"{raised(passive[4])} {passive[3]} {lowered(passive[1])}."
    active = re.match(
        r"^((?:The |An? )?[A-Z][\w’'-]*(?: [\w’'-]+){0,4}) (\w{3,}ed) (the [\w’' -]{4,60}|[A-Z][\w’' -]{4,60})\.$", text
    )
    if active and random_source.random() < 0.7:
        return f"{raised(active[3])} was {active[2]} by {lowered(active[1])}."
    return text


def _shortened(text: str) -> str:
    chance = random_source.random()
    if chance < 0.25:
        parts = re.split(r",\s+(?:which|who|and|but|while|where|although|whereas|including|with)\s|;\s", text)
        if len(parts) > 1 and len(parts[0]) > 35:
            return parts[0].rstrip(",.;") + "."
    elif chance < 0.4:
        apposition = re.match(r"^(.*?), ((?:an?|the) [^,]{5,60}), (.*)$", text)
        if apposition and len(apposition[1].split()) < 6:
            return random_source.choice(
                (
                    f"{apposition[1]} is {apposition[2]}.",
                    f"{apposition[1]} {apposition[3]}",
                    f"{raised(apposition[2])} {apposition[3]}",
                )
            )
    elif chance < 0.5:
        listed = re.match(r"^(.*\b\w+), ([\w ]+),? and ([\w ]+)\.$", text)
        if listed:
            return random_source.choice(
                (f"{listed[1]} and {listed[2]}.", f"{listed[1]} and {listed[3]}.", f"{listed[1]}, {listed[3]} and {listed[2]}.")
            )
    return text


def lie(sentence: str, neighbours: Sequence[str], elsewhere: Sequence[str]) -> str | None:
    """``sentence`` with one thing made false, or ``None`` where nothing in it can be.

    ``neighbours`` are the sentences of the same text, whose names and numbers are the best lies; ``elsewhere`` are names of
    other texts.
    """
    options: list[str] = []
    weights: list[float] = []

    def option(text: str, weight: float) -> None:
        if text != sentence:
            options.append(text)
            weights.append(weight)

    _wrong_names(sentence, neighbours, elsewhere, option)
    _exchanged(sentence, option)
    _wrong_numbers(sentence, neighbours, option)
    _wrong_words(sentence, neighbours, option)
    for pattern, fault in _FAULTS:
        if re.search(pattern, sentence):
            option(re.sub(pattern, fault, sentence, count=1), 1.0)
    if random_source.random() < 0.4:
        option(sentence.rstrip(".") + _pick(*ADDED) + ".", 1.5)
    return random_source.choices(options, weights)[0] if options else None


Option = Callable[[str, float], None]


def _wrong_names(sentence: str, neighbours: Sequence[str], elsewhere: Sequence[str], option: Option) -> None:
    near = sorted({m[0] for text in neighbours for m in _NAME.finditer(text)})
    for match in _NAME.finditer(sentence):
        others = [n for n in near if n not in sentence and match[0] not in n]
        pool = others or (list(elsewhere) if random_source.random() < 0.4 else [])
        if pool:
            option(sentence[: match.start()] + random_source.choice(pool) + sentence[match.end() :], 2.0)


def _exchanged(sentence: str, option: Option) -> None:
    """Two names, or two numbers, of one sentence in each other's place; subject and object turned round."""
    for pattern, weight in ((_NAME, 4.0), (_NUMBER, 3.0)):
        found = list(pattern.finditer(sentence))
        if len(found) < 2:
            continue
        a, b = sorted(random_source.sample(found, 2), key=lambda m: m.start())
        between = sentence[a.end() : b.start()]
        if a[0] != b[0] and not re.fullmatch(r",?\s*(?:and|or|to|,|-|–)?\s*", between):
            option(sentence[: a.start()] + b[0] + between + a[0] + sentence[b.end() :], weight)
    turned = re.match(
        r"^((?:The |An? )?[A-Z]?[\w’'-]+(?: [\w’'-]+){0,3}) "
        r"(\w+ed|(?:is|was|are|were|shall be|must be|may be) \w+ed by|owns|leads|supports|gives|sends|provides|governs|contains|"
        r"pays|informs|appoints|(?:must|shall|may|will) \w+) "
        r"((?:the |an? )[\w’'-]+(?: [A-Z][\w’'-]+)*|[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*)\b(.*)$",
        sentence,
    )
    if turned:
        option(f"{raised(turned[3])} {turned[2]} {lowered(turned[1])}{turned[4]}", 4.0)


def _wrong_numbers(sentence: str, neighbours: Sequence[str], option: Option) -> None:
    near = sorted({n for text in neighbours for n in _NUMBER.findall(text)})
    for match in _NUMBER.finditer(sentence):
        number = match[0]
        before, after = sentence[: match.start()], sentence[match.end() :]
        if number.isdigit():
            value = int(number)
            wrong = value + random_source.choice([1, 2, -1, 10, 5, -3, 20] if value > 3 else [1, 2, 3])
            if wrong >= 0:
                option(f"{before}{wrong}{after}", 1.0)
        others = [n for n in near if n != number and n not in sentence]
        if others:
            option(f"{before}{random_source.choice(others)}{after}", 2.0)
    for match in re.finditer(rf"\b({'|'.join(NUMERALS[2:])})\b", sentence):
        option(sentence[: match.start()] + _pick(*(n for n in NUMERALS[2:] if n != match[0])) + sentence[match.end() :], 1.0)
    for match in re.finditer(rf"\b({_MONTH})\b", sentence):
        option(sentence[: match.start()] + _pick(*(n for n in MONTHS if n != match[0])) + sentence[match.end() :], 1.0)


def _wrong_words(sentence: str, neighbours: Sequence[str], option: Option) -> None:
    """A noun or an -ing, -ion word of another sentence in the place of one of the same ending here."""
    pattern = re.compile(r"\b[a-z]{3,}(?:ion|ment|ity|ers|ors|ing|ance|ence|ies|ure|ship|ics|ist)\b")
    here = list(pattern.finditer(sentence))
    if not here:
        return
    match = random_source.choice(here)
    others = sorted({w for text in neighbours for w in pattern.findall(text) if w not in sentence and w[-3:] == match[0][-3:]})
    if others:
        option(sentence[: match.start()] + random_source.choice(others) + sentence[match.end() :], 2.0)


def names_in(text: str) -> list[str]:
    """The capitalised names inside ``text``."""
    return [m[0] for m in _NAME.finditer(text)]
