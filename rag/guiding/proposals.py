"""Questions proposed from the sentences of documents, each with its evidence.

The rules read English sentences of plain shapes and keep quiet about the others: a proposal that has to be thrown away
costs more than one that was never made. Every question is built from the sentence's own words around its auxiliary, so it
needs no conjugation: "X was signed in P on D" asks "When was X signed?", "X has three Y" asks "How many Y does X have?".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rag.types import Document, Span

MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DATE = rf"(?:{MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {MONTH} \d{{4}}|{MONTH} \d{{4}}|(?:1[5-9]|20)\d\d)"
NUMBER = r"(?:\d+(?:[.,]\d+)*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty|hundred)"
NAME = r"(?:[A-Z][\w'’.-]*(?: (?:of|and|for|the|de|von) (?=(?:the )?[A-Z])| (?=[A-Z]))?)+"
SUBJECT = r"(?P<subject>(?:The|A|An|Each|Every|[A-Z][\w'’-]*)(?: [\w'’-]+){0,9}?)"
ACTIVE = r"(?!(?:died|lived|existed|appeared|occurred|happened|remained)\b)"
ENDING = r"(?:ed|own|awn|ought|aught|ept|uilt|ent|aid|old|ade|eld|ritten|ven|aken|osen|ound)"
PARTICIPLE = rf"(?P<verb>{ACTIVE}[a-z]\w*{ENDING})"
END = r"[.,;)]|$| (?:in|on|at|to|for|from|during|after|before|with|when|where|who|which|as)\b"
"""What may follow a whole name: another word would mean that only half of it was read."""
AUXILIARIES = r"is|was|are|were|has|have|must|shall|should|does|do"
QUANTIFIERS = frozenset("most many some several few other others all none each more less two three".split())
PRONOUNS = frozenset("it they he she this that these those such there here both we you i one".split())
OPENERS = frozenset(
    "however moreover also further in on at by for with when where if while although after before since as".split()
)
MOST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question drawn from ``sentence`` by ``rule``. ``must`` are the words that answer it, verbatim from the sentence.
    ``span`` is where that stands, ``None`` where it was not said."""

    text: str
    kind: str
    sentence: str
    must: tuple[str, ...]
    rule: str
    document: str
    span: Span | None = None


def propose(documents: Iterable[Document]) -> tuple[Proposal, ...]:
    """Every proposal of every rule, in document order, no question twice."""
    found: dict[str, Proposal] = {}
    for document in documents:
        for span in document.sentences:
            sentence = span.of(document.text).strip()
            if not 4 <= len(sentence.split()) <= MOST_WORDS:
                continue
            flat = " ".join(sentence.split())
            for name, rule in RULES.items():
                for text, kind, must in rule(flat):
                    if _usable(text) and all(m in flat for m in must):
                        found.setdefault(text.casefold(), Proposal(text, kind, sentence, must, name, document.id, span))
    return tuple(found.values())


Found = Iterator[tuple[str, str, tuple[str, ...]]]


def _passive(sentence: str) -> Found:
    """X was signed (in P) (on D) (by A)."""
    for m in re.finditer(rf"^{SUBJECT} (?P<be>was|were|is|are) (?P<adverb>\w+ly )?{PARTICIPLE}\b(?P<rest>[^;:]*)", sentence):
        yield from _circumstances(_lowered(m["subject"]), m["be"], f"{m['adverb'] or ''}{m['verb']}", m["rest"])


def _reduced(sentence: str) -> Found:
    """… the Memorandum of Understanding, signed in P on D, …"""
    noun = rf"(?P<subject>(?:the|The) (?:{NAME}|[a-z]+))"
    # Without a comma, "the board rejected in 1990" may be the main clause; before "by" it cannot be.
    bare = PARTICIPLE.replace("<verb>", "<bare>")
    after = rf"(?:, {PARTICIPLE}(?P<rest> (?:in|on|by|at) [^;:]*)| {bare}(?: today| yesterday)?(?P<by> by [^;:]*))"
    for m in re.finditer(rf"\b{noun}{after}", sentence):
        yield from _circumstances(_lowered(m["subject"]).strip(), "was", m["verb"] or m["bare"], m["rest"] or m["by"])


def _fronted(sentence: str) -> Found:
    """In 1911, X was built by A."""
    subject = SUBJECT.replace("(?:The|A|An", "(?:the|a|an")
    for m in re.finditer(rf"^(?:In|On) (?P<date>{DATE}),? {subject} (?P<be>was|were) {PARTICIPLE}\b", sentence):
        yield f"When {m['be']} {m['subject']} {m['verb']}?", "fact", (m["date"],)


def _circumstances(subject: str, be: str, verb: str, rest: str) -> Found:
    date = re.search(rf"\b(?:on|in) (?P<date>{DATE})", rest)
    place = re.search(rf"^ ?(?:[a-z]+ )?(?:in|at) (?P<place>{NAME})", rest)
    agents = re.search(rf"\bby (?P<agent>(?:the )?{NAME}(?:(?:,| and|, and) (?:the )?{NAME})*)(?={END})", rest)
    if date:
        yield f"When {be} {subject} {verb}?", "fact", (date["date"],)
    if place and not re.match(MONTH, place["place"]):
        yield f"Where {be} {subject} {verb}?", "fact", (place["place"].strip(),)
    if agents:
        yield f"By whom {be} {subject} {verb}?", "fact", (agents["agent"].strip().rstrip("."),)


def _count(sentence: str) -> Found:
    """X has outlined five main goals; X has three Y; X is 40 metres high."""
    things = rf"(?P<number>{NUMBER}) (?P<things>(?:[a-z-]+ ){{0,2}}[a-z]+s)\b"
    for m in re.finditer(rf"^{SUBJECT} (?P<have>has|have|must|shall|may|will) (?P<verb>\w+) {things}", sentence):
        yield f"How many {m['things']} {m['have']} {_lowered(m['subject'])} {m['verb']}?", "fact", (m["number"],)
    for m in re.finditer(rf"^{SUBJECT} (?P<have>has|have) {things}", sentence):
        do = "does" if m["have"] == "has" else "do"
        yield f"How many {m['things']} {do} {_lowered(m['subject'])} have?", "fact", (m["number"],)
    size = r"(?P<unit>[a-z]+) (?P<size>high|long|wide|deep|old|tall|thick)\b"
    for m in re.finditer(rf"^{SUBJECT} (?P<be>is|was|are|were) (?P<number>{NUMBER}) {size}", sentence):
        yield f"How {m['size']} {m['be']} {_lowered(m['subject'])}?", "fact", (f"{m['number']} {m['unit']}",)


def _listing(sentence: str) -> Found:
    """… areas of mutual interest, including A, B and C."""
    plural = r"(?P<head>(?:[a-z]+ ){0,1}[a-z]+s(?: of(?: [a-z]+){1,5}| in(?: [A-Za-z]+){1,3})?)"
    before = r"\b(?:in|of|on|for|to|with|across|following|these|several|key|other)"
    pattern = rf"{before} {plural},? (?:including|such as) (?P<items>[^.;:]+)"
    for m in re.finditer(pattern, sentence):
        items = [re.sub(r"^(?:and|or|as well as) ", "", i.strip()) for i in re.split(r",| and | or ", m["items"]) if i.strip()]
        if len(items) >= 3 and all(1 <= len(i.split()) <= 6 for i in (items[0], items[1])):
            yield f"Which {m['head']} are named?", "list", (items[0], items[1])


def _duty(sentence: str) -> Found:
    """The operator must not … / shall …"""
    duty = r"(?P<modal>must|shall|should)(?P<negated> not)? (?P<verb>(?!be\b)[a-z]+) (?P<rest>[^.;:]+)"
    for m in re.finditer(rf"^{SUBJECT} {duty}", sentence):
        words = m["rest"].split()
        text = f"What {m['modal']} {_lowered(m['subject'])}{m['negated'] or ''} {m['verb']}?"
        if len(words) >= 2:
            yield text, "fact", (" ".join(words[:3]).rstrip(",;"),)


def _definition(sentence: str) -> Found:
    """“X” means …"""
    for m in re.finditer(r"^[\"“‘'](?P<term>[^\"”’']{2,60})[\"”’'] (?:means|refers to) (?P<rest>[^.;:]+)", sentence):
        yield f"What does “{m['term']}” mean?", "fact", (" ".join(m["rest"].split()[:4]).rstrip(",;"),)


RULES: dict[str, Callable[[str], Found]] = {
    "passive": _passive,
    "participle": _reduced,
    "fronted": _fronted,
    "number": _count,
    "list": _listing,
    "duty": _duty,
    "definition": _definition,
}


def _lowered(subject: str) -> str:
    """The subject as it stands inside a question: an article or common opening word loses its capital."""
    first, _, rest = subject.partition(" ")
    small = first in {"The", "A", "An", "Each", "Every", "All", "Any", "No"}
    return f"{first.lower() if small else first} {rest}".strip()


def _usable(question: str) -> bool:
    """No pronoun that lost what it stands for, no clause in front of the subject, of readable length."""
    words = re.findall(r"[\w'’]+", question.casefold())
    asked = rf"(?:by whom|when|where|what|which|how \w+)(?: (?:{AUXILIARIES}))? "
    subject = re.sub(rf"^{asked}", "", question.casefold()).split()[:2]
    if not 4 <= len(words) <= 28 or "(" in question:
        return False
    return not PRONOUNS & set(words[1:]) and not OPENERS & set(subject) and not QUANTIFIERS & set(subject[:1])
