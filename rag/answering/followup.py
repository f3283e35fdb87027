"""A follow-up question made whole by rule, so that it can be searched for alone.

Only questions that lean on what was said are touched: fragments ("And where?", "What about energy?") and pronouns without
anything in the question to stand for. A question about something new is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.fragments import whole
from rag.answering.writing.wording import FUNCTION, capitalised, content_words
from rag.localization.question_language import asked_in
from rag.types import Turn

_LEAD = re.compile(r"^\W*(?:and|but|so|ok|okay|then|also|well)\b[\s,]*", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how)\s+about\s+(?P<topic>.+?)\W*$", re.IGNORECASE)
_QUESTION_WORD = re.compile(
    r"^(?P<phrase>(?:(?:in|on|at|by|to|from|for|with|of|since|until)\s+)?"
    r"(?:when|where|why|who|whom|how(?:\s+(?:many|much|long|often|far))?|(?:which|what)\s+\w+|what))\W*$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:(?:in|on|at|by|to|from|for|with|of|since|until)\s+)?(?:when|where|why|who|whom|what|which|how)\b.*?"
    r"(?=\b(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)\b)",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\b(?P<their>its|their|his|her)\b|\b(?:it|they|them|he|she|him)\b"
    r"|(?<=\bis )(?:this|that)\b|(?<=\bwas )(?:this|that)\b"
    r"|\b(?:this|that|these|those)\b(?=\s*(?:[?.!,]|$|\b(?:is|was|do)))",
    re.IGNORECASE,
)
# "Is it raining?": nothing that was spoken of before.
_EXPLETIVE = re.compile(
    r"\b(?:is|was|will)\s+it\s+(?:be\s+)?(?:raining|snowing|possible|true|likely|necessary)\b", re.IGNORECASE
)
_ASKS = re.compile(r"^(?:when|where|why|who|whom|what|which|how)\b", re.IGNORECASE)
_PHRASE = re.compile(r"\b(?:the|a|an)\s+(?P<head>[^\W\d_][\w’'-]*(?:\s+(?:of\s+(?:the\s+)?)?[^\W\d_][\w’'-]*)*)", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)\b(?:[A-Z][\w’'-]+)(?:\s+(?:of\s+)?[A-Z][\w’'-]+)*")
_VERB_END = re.compile(r"(?:ed|ing)$")


def standalone(question: str, history: Sequence[Turn], *, at_most: int) -> str | None:
    """``question`` made whole from the last ``at_most`` turns, or ``None`` where it already stands alone."""
    told: str | None = None
    for turn in [*history][-at_most:] if at_most else ():
        if turn.role == "user" and turn.content.strip():
            text = " ".join(turn.content.split())
            told = (told and _joined(text, told)) or text
    if told is None:
        return None
    return _joined(" ".join(question.split()), told)


def _joined(question: str, before: str) -> str | None:
    """``question`` with what it leaves out taken from ``before``, or ``None``."""
    spoken = asked_in(question) or asked_in(before)
    if spoken is not None and spoken != "en":
        return whole(question, before, spoken)
    bare = _LEAD.sub("", question).strip()
    stem = before.rstrip(" ?.!")
    if fragment := _QUESTION_WORD.match(bare):
        phrase = fragment["phrase"]
        opening = _OPENING.match(before)
        if opening and opening.end() < len(before):
            return f"{capitalised(phrase)} {before[opening.end() :].lstrip()}"
        return f"{stem} and {phrase.lower()}?"
    if bare != question.strip() and _ASKS.match(bare) and not _ABOUT.match(bare) and not _has_verb(bare):
        place = _topic(before)
        return f"{capitalised(bare.rstrip(' ?.!'))} {before[place[0] : place[1]]}?" if place else None
    if (about := _ABOUT.match(bare)) or (bare != question.strip() and len(content_words(bare)) <= 3 and not _has_verb(bare)):
        topic = about["topic"] if about else bare.rstrip(" ?.!")
        place = _topic(before)
        return f"{before[: place[0]]}{topic}{before[place[1] :]}" if place and topic else f"{stem}: {topic}?"
    if pronoun := _open_pronoun(question):
        place = _topic(before)
        if place is None:
            return None
        topic = before[place[0] : place[1]]
        replacement = f"{topic}'s" if pronoun["their"] else topic
        return capitalised(question[: pronoun.start()] + replacement + question[pronoun.end() :])
    if len(content_words(question)) == 0 and re.search(r"\w", question):
        return f"{stem}: {bare}" if bare else None
    return None


def _topic(question: str) -> tuple[int, int] | None:
    """Where the thing that a question is about stands in it: after "about" if it says so, else its first noun phrase."""
    subject = re.search(r"\b(?:about|on|regarding|concerning)\s+(?P<topic>[^?.!,]+?)\s*[?.!]*$", question, re.IGNORECASE)
    if subject and len(content_words(subject["topic"])) <= 6:
        return subject.span("topic")
    helped = re.search(r"\b(?:do|does|did|can|could|will|would|shall|should|may|might|must)\b", question, re.IGNORECASE)
    for phrase in _PHRASE.finditer(question):
        words = [*re.finditer(r"\S+", phrase.group())]
        kept = 1
        for word in words[1:]:
            if word.group().lower() in FUNCTION - {"of", "the"}:
                break
            kept += 1
        while kept > 2 and (
            words[kept - 1].group().lower() in {"of", "the"} or _is_verb(words[kept - 1].group(), bool(helped))
        ):
            kept -= 1
            helped = None
        if kept > 1:
            return phrase.start(), phrase.start() + words[kept - 1].end()
    name = _NAME.search(question)
    return name.span() if name else None


def _is_verb(word: str, helped: bool) -> bool:
    return word[0].islower() and (helped or bool(_VERB_END.search(word)))


def _has_verb(text: str) -> bool:
    return bool(re.search(r"\b(?:is|are|was|were|do|does|did|has|have|had|can|will|shall|may|must)\b", text, re.IGNORECASE))


def _open_pronoun(question: str) -> re.Match[str] | None:
    """The first pronoun, unless a name or noun phrase before it in the question is there for it to stand for."""
    found = _PRONOUN.search(question)
    if found is None or _EXPLETIVE.search(question):
        return None
    lead = question[: found.start()]
    return None if _PHRASE.search(lead) or _NAME.search(lead) else found
