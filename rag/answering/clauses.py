"""A text's words with what the verifier needs to know of them: which clause each stands in, and what kind of word it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.cues import CONNECTIVES, GENERIC
from rag.answering.values import Value, values
from rag.answering.wording import Word, is_content, words

_BREAK = re.compile(
    r"[;!?]|[:.](?=\s|\Z)(?<![ap]\.m\.)|,(?!\d)(?!\s+(?:between|in|on|of|with|for|to|from|including|as|at|by|such|under|through|within|during|according|or|and|\w+ed|\d{4})\b)|"
    r"(?<=\s)(?:but|while|whereas|although|though|unless|if|when|because|until|"
    r"and(?=\s+[a-zа-яəıöüçşğ])(?!\s+the\s+[A-Z]))(?=\s)"
)
_APPOSITION = re.compile(
    r",\s+(?:the\s+)?[A-ZА-ЯƏÖÜÇŞĞİ][^,;.:]{0,60},|,\s+(?:which|who)\s[^,;.:]{0,60},|,\s+(?:the|a|an)\s[^,;.:]{0,40},"
)
_CONNECTORS = {"of", "the", "for", "de", "von", "van", "al", "del", "di"}


@dataclass(frozen=True, slots=True)
class Marked:
    """One word. ``clause`` numbers its clause, ``run`` its run of capitalised words (−1: not in one), ``value`` is what it
    counts or dates; ``content`` words carry meaning; ``name`` words are capitalised where grammar does not ask for it."""

    word: Word
    clause: int
    run: int
    value: Value | None
    content: bool
    name: bool

    @property
    def folded(self) -> str:
        """The word in lower case, without a possessive."""
        return re.sub(r"['’]s?\Z", "", self.word.text.casefold())


@dataclass(frozen=True, slots=True)
class Analysis:
    """The words of one text."""

    text: str
    words: tuple[Marked, ...]

    @property
    def content(self) -> tuple[Marked, ...]:
        """The words that carry meaning, values included."""
        return tuple(w for w in self.words if w.content or w.value is not None)

    @property
    def runs(self) -> tuple[tuple[Marked, ...], ...]:
        """The runs of capitalised words, in order: a person with the title, a body with its name."""
        numbers = dict.fromkeys(w.run for w in self.words if w.run >= 0)
        return tuple(tuple(w for w in self.words if w.run == number) for number in numbers)

    @property
    def terms(self) -> frozenset[str]:
        """Every index term of every word."""
        return frozenset(term for w in self.words for term in w.word.terms)

    @property
    def folded(self) -> tuple[str, ...]:
        """Every word in lower case, in order."""
        return tuple(w.folded for w in self.words)


@lru_cache(maxsize=4096)
def analyse(text: str) -> Analysis:
    """The words of ``text``. Short texts only: a claim, or a sentence of a source."""
    found = words(text)
    asides = [m.span() for m in _APPOSITION.finditer(text)]
    breaks = [m.start() for m in _BREAK.finditer(text) if not any(m.start() in (a, b - 1) for a, b in asides)]
    counted = values(text)
    marked: list[Marked] = []
    run, in_run, run_begun_initially = -1, False, False
    for n, word in enumerate(found):
        clause = sum(b < word.start or (b == word.start) for b in breaks)
        value = next((v for v in counted if v.start <= word.start < v.end), None)
        capital = word.text[0].isupper()
        initial = n == 0 or text[: word.start].rstrip(" \"'“”«»(").endswith((".", ":", "!", "?"))
        content = is_content(word) and word.text.casefold() not in CONNECTIVES
        if value is not None and _stands_for_others(found, n):
            value, content = None, False
        name = capital and content and value is None and (not initial or word.text[1:2].isupper())
        adjacent = n > 0 and not text[found[n - 1].end : word.start].strip()
        if capital and content and value is None:
            if not (in_run and adjacent):
                run += 1
            in_run = not word.text.endswith(("'s", "’s"))
            run_begun_initially = initial
            place = run
        else:
            # "Decisions of the Joint Committee" is no name because its first word is a capital's
            in_run = in_run and adjacent and word.text.casefold() in _CONNECTORS and not (n == 1 and run_begun_initially)
            place = -1
        marked.append(Marked(word, clause, place, value, content, name))
    return Analysis(text, tuple(marked))


def _stands_for_others(found: tuple[Word, ...], position: int) -> bool:
    """Whether "two" only points at who was named: "the two countries", "both" of them."""
    after = found[position + 1].text.casefold() if position + 1 < len(found) else ""
    return found[position].text.casefold() == "two" and after in GENERIC


_SAME = (
    "allow allows allowed permit permits permitted",
    "start starts started begin begins began begun commence commences",
    "end ends ended finish finishes finished conclude concluded",
    "aim aims aiming aimed seek seeks seeking intend intends",
    "emphasize emphasizes emphasise emphasises emphasized stress stresses highlight highlights underscore underscores "
    "underline underlines",
    "must shall required",
    "agree agrees agreement consent",
    "set established establish establishes created create creates founded",
    "buy purchase purchases bought",
    "get receive receives obtain obtains",
    "km kilometre kilometres kilometer kilometers",
    "kg kilogram kilograms",
    "m metre metres meter meters",
    "percent cent pct",
    "year annual annually yearly years",
    "month monthly months",
    "week weekly weeks",
    "day daily days",
    "cooperation collaboration co-operation",
    "country countries nation nations state states side sides party parties",
    "area areas field fields sphere spheres",
    "contain contains include includes including comprise comprises",
    "because due caused cause owing",
    "free charge",
    "also too",
)
_GROUPS = {word: n for n, line in enumerate(_SAME) for word in line.split()}


def matches(word: Marked, other: Marked) -> bool:
    """Whether two words are forms of the same word, or the same value."""
    if word.value is not None and other.value is not None:
        return word.value.agrees(other.value)
    if (group := _GROUPS.get(word.folded)) is not None and group == _GROUPS.get(other.folded):
        return True
    return bool(word.word.terms & other.word.terms) or word.folded == other.folded or same_name(word.folded, other.folded)


def same_name(one: str, other: str) -> bool:
    """Whether one is the other with an ending: a country and its people (``azerbaijan``, ``azerbaijani``)."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 5 and long.startswith(short) and len(long) - len(short) <= 3
