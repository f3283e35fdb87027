"""What can be checked exactly about a claim, whatever a model thinks of it.

A quotation is to the letter; an address, a name or a number that stands in no passage is made up; a number, date or time must
stand in the sentences that the claim rests on, in any usual form and with the same unit, or follow from two that do. Nothing
else is a guard: what needs judgement is the reader's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from rag.amounts.derived import follows
from rag.amounts.implied import implied
from rag.amounts.tabled import in_columns, totals
from rag.amounts.values import Value, values
from rag.answering.proof.quotation import edited
from rag.llm.markup import URL
from rag.localization.catalogue import speak
from rag.localization.question_language import asked_in
from rag.types import Passage, Span

_WORD = re.compile(r"[^\W\d_]+(?:[.’'-][^\W\d_]+)*\.?")
_ENDING = re.compile(r"(?:['’]s?|s)\Z")
_SENTENCE_START = re.compile(r"(?:\A|[.!?:;–—•|]\s*|\n\s*)[\"'“‘«(*]*\Z")
# One country, body or day by its usual names: a claim may use any.
_SAME = (
    (r"U\.?S\.?(?:A\.?)?(?![a-z])|United States|America", ("us", "usa", "america", "american", "united", "states")),
    (r"U\.?K\.?(?![a-z])|United Kingdom|Britain", ("uk", "britain", "british", "united", "kingdom")),
    (r"E\.?U\.?(?![a-z])|European Union", ("eu", "european", "union")),
    (r"U\.?N\.?(?![a-z])|United Nations", ("un", "united", "nations")),
    (r"31 December|December 31|1 January|January 1\b", ("new", "year", "years", "year's", "eve", "day")),
    (r"2[456] December|December 2[456]\b", ("christmas", "eve", "day", "boxing")),
)
_PREFIX = 5
"""Letters that a capitalised word must share with a word of the passages: "Azerbaijani" for "Azerbaijan" …"""
_OF_A_PLACE = re.compile(r"(?:an|ean|ese|ish|ic|i)\Z")
"""… and one fewer in a word that ends like that of a people: "Norwegian" for "Norway"."""
_LONG = 5
"""Letters of a word in lower case from which it may be meant by an initial: "AI" for "artificial intelligence"."""
_MONTH = re.compile(r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]{0,6}\.?\Z")
"""A month is a value, in any form."""
_LABEL = re.compile(r"\A[^.:;,]{1,40}:\s")


_TURKISH = re.compile(r"[ışğ]")
"""Letters of Azerbaijani and Turkish; a sentence of the former has an ə as well, which told it already."""
_FEW = frozenset("two three four five iki üç dörd dört beş два две двух три трёх четыре пять".split())
_NONE = frozenset("one first second once bir один одна одно одного одной".split())


class Guard:
    """The exact checks against one set of passages."""

    def __init__(self, passages: Sequence[Passage], lang: str | None = None) -> None:
        """``lang``: the language of the reasons, English by default."""
        self._words = speak(lang)
        self._passages = tuple(passages)
        self._text = "\n".join(part for p in passages for part in (p.title, *p.section, p.text))
        words = [_folded(m[0]) for m in _WORD.finditer(self._text)]
        self._known = frozenset(words) | frozenset(part for w in words for part in re.split(r"[-’']", w))
        self._by_stem: dict[str, list[str]] = {}
        for word in self._known:
            self._by_stem.setdefault(word[: _PREFIX - 1], []).append(word)
        self._initials = _initials(self._text)
        self._same = frozenset(w for pattern, known in _SAME if re.search(rf"\b(?:{pattern})", self._text) for w in known)
        self._short = frozenset(_folded(m[0]) for m in re.finditer(r"\b[A-Z][A-Z.]{1,5}\b", self._text))
        rows = [row for p in passages for span in p.sentences or (p.span,) if (row := row_of(p, span)) is not None]
        self._cells = {row: in_columns(row.cells, row.header, row.caption) for row in rows}
        self._values = (*values(self._text), *implied(self._text), *chain.from_iterable(self._cells.values()))

    def foreign(self, claim: str) -> str | None:
        """What in ``claim`` stands in no passage, as a reason; ``None`` where nothing does."""
        for address in URL.finditer(claim):
            if address[0].rstrip(".,;") not in self._text:
                return self._words("answer.withheld_address")
        if (quotation := edited(claim, self._passages)) is not None:
            return self._words("answer.withheld_quotation", said=quotation)
        names = self._names(claim)
        for word in names if names and not self._translated(claim) else ():
            return self._words("answer.withheld_unknown", said=word)
        for value in values(claim):
            known = _counts_nothing(claim, value) or self._states(value) or self._totalled(value)
            if not known and not any(follows(value, given) for given in self._by_passage):
                return self._words("answer.withheld_unknown", said=claim[value.start : value.end])
        return None

    def unsupported(self, claim: str, evidence: str, rows: Sequence[TableRow] = ()) -> str | None:
        """A number, date or time of ``claim`` that ``evidence`` does not have, as a reason. ``rows`` are those of tables in
        it, each a row of the passages."""
        named = (*values(evidence), *chain.from_iterable(self._cells[row] for row in rows))
        theirs = (*named, *implied(evidence))
        for value in values(claim):
            told = _counts_nothing(claim, value) or any(value.agrees(other) for other in theirs)
            if not told and (self._states(value) or not (follows(value, named) or self._totalled(value))):
                return self._words("answer.withheld_elsewhere", said=claim[value.start : value.end])
        return None

    def _translated(self, claim: str) -> bool:
        """Whether ``claim`` is in another language than the passages: it spells names otherwise, and only a reader can tell."""
        mine = asked_in(claim) or ("tr" if _TURKISH.search(claim) else None)
        return mine is not None and self._language is not None and mine != self._language

    @cached_property
    def _language(self) -> str | None:
        return asked_in(self._text)

    @cached_property
    def _by_passage(self) -> list[tuple[Value, ...]]:
        """What an amount may follow from; read only where one stands nowhere."""
        return [values(passage.text) for passage in self._passages]

    @cached_property
    def _totals(self) -> list[Value]:
        tables: dict[tuple[str, str], list[str]] = {}
        for row in self._cells:
            tables.setdefault((row.header, row.caption), []).append(row.cells)
        return [total for table, rows in tables.items() for total in totals(rows, *table)]

    def _totalled(self, value: Value) -> bool:
        """Whether a column of a table comes to it."""
        return any(value.agrees(total) for total in self._totals)

    def _states(self, value: Value) -> bool:
        """Whether a passage has the value as it is: then it is cited from there, and does not follow from others."""
        return any(value.agrees(other) for other in self._values)

    def _names(self, claim: str) -> list[str]:
        """The capitalised words of ``claim``, not at the beginning of a sentence, that no passage has in any form."""
        spelt = _spelling(claim, self._short)
        label = _LABEL.match(claim)
        found = []
        for match in _WORD.finditer(claim, label.end() if label else 0):
            word = match[0]
            if (
                not word[0].isupper()
                or _MONTH.match(word)
                or _SENTENCE_START.search(claim, 0, match.start())
                or len(word.strip(".")) < 2
            ):
                continue
            if not any(self._has(form, spelt) for form in _forms(word)):
                found.append(word.rstrip("."))
        return found

    def _has(self, form: str, spelt: frozenset[str]) -> bool:
        if form in self._known or form in self._initials:
            return True
        if len(form) >= _PREFIX and any(_akin(form, word) for word in self._by_stem.get(form[: _PREFIX - 1], ())):
            return True
        # "Financial Services Board" where the passages have "FSB": the claim's own words spell a short form that they use
        return form in self._same or form in spelt


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it stands, the header of its table, and the sentence before that: often its caption."""

    cells: str
    header: str
    caption: str


def row_of(passage: Passage, sentence: Span) -> TableRow | None:
    """The row of a table that a sentence is; ``None`` where it is none."""
    header = next((c for c in passage.context_of(sentence) if c.kind == "header"), None)
    if header is None:
        return None
    before = [span for span in passage.sentences if span.end <= header.span.start]
    return TableRow(passage.quote(sentence), header.text, passage.quote(before[-1]) if before else "")


def _akin(form: str, word: str) -> bool:
    """Whether one is made of the other by its ending. Two that end alike as well are two names: Austria and Australia."""
    shared = next((n for n, (a, b) in enumerate(zip(form, word, strict=False)) if a != b), min(len(form), len(word)))
    if shared < (_PREFIX - 1 if _OF_A_PLACE.search(form) else _PREFIX):
        return False
    mine, other = form[shared:], word[shared:]
    return len(mine) < 2 or mine[-2:] != other[-2:] or mine[1:] == other[1:]  # the last: "organise", "organize"


def _forms(word: str) -> tuple[str, ...]:
    folded = _folded(word)
    return tuple(
        dict.fromkeys((folded, _ENDING.sub("", folded), *(part for part in re.split(r"[-’']", folded) if len(part) > 2)))
    )


def _folded(word: str) -> str:
    return word.replace(".", "").casefold()


def _initials(text: str) -> frozenset[str]:
    """What runs of two to five capitalised or long words are called for short, small words between them left out."""
    found: set[str] = set()
    run = ""
    for match in re.finditer(r"[^\W\d_][\w’'-]*|[.;:!?\n]", text):
        word = match[0]
        if word[0].isupper() or (len(word) >= _LONG and word[0].isalpha()):
            run = (run + word[0].casefold())[-5:]
            found |= {run[-n:] for n in range(2, len(run) + 1)}
        elif word not in {"of", "the", "and", "for", "on", "de"}:
            run = ""
    return frozenset(found)


def _spelling(text: str, short: frozenset[str]) -> frozenset[str]:
    """The words of ``text`` that, in a run of capitalised ones, spell one of the ``short`` forms."""
    words = [m[0] for m in _WORD.finditer(text)]
    capitals = [(n, w) for n, w in enumerate(words) if w[0].isupper()]
    found: set[str] = set()
    for at in range(len(capitals)):
        for length in range(2, 6):
            run = capitals[at : at + length]
            if (
                len(run) == length
                and run[-1][0] - run[0][0] <= length + 1
                and "".join(w[0] for _, w in run).casefold() in short
            ):
                found |= {form for _, w in run for form in _forms(w)}
    return frozenset(found)


def _counts_nothing(claim: str, value: Value) -> bool:
    """A number word that is no number there ("one of them", "first of all"), or that only counts what the sources name ("the
    two countries"); and the number of a list item."""
    word = claim[value.start : value.end].casefold()
    if re.match(r"\s*\(\w{1,3}\)\s", claim) and value.start < 3:
        return True
    counts = word in _FEW and (value.unit is None or not value.unit.measure)
    return counts or word in _NONE or (value.start < 2 and bool(re.match(r"\s*\d{1,2}[.)]\s", claim)))
