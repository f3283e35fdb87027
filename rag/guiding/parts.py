"""A question of several parts, cut where another one begins, each part made whole so that it can be asked by itself.

Sentences are told apart by their question marks, in any language. Inside an English sentence a part begins after a comma or
"and" with a question word that stands alone ("and when?") or is followed by an inverted verb ("which areas does it cover"), as
no list and no relative clause does. What may be read either way is not cut. The words below are the closed classes of English
grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.answering.followup import standalone
from rag.answering.writing.wording import capitalised, content_words
from rag.corpus.shape.sentences import split as sentences_of
from rag.types import Turn

_BE = r"(?:is|are|was|were|isn['’]t|aren['’]t|wasn['’]t|weren['’]t)"
_DO = r"(?:does|did|do|don['’]t|doesn['’]t|didn['’]t)"
_MODAL = r"(?:can|could|will|would|shall|should|may|might|must|cannot|can['’]t|won['’]t)"
_AUXILIARY = rf"(?:{_BE}|{_DO}|{_MODAL}|has|have|had)"
_PREPOSITION = r"(?:in|on|at|by|to|from|for|with|of|since|until|under|about|through|within|after|before|over|into|against)"
_PERSON = r"(?:it|they|he|she|we|you|i|there)"
_OWN = r"(?:its|their|his|her|our|your|my)"
_DETERMINER = rf"(?:the|a|an|this|that|these|those|each|every|any|all|both|some|no|{_OWN})"
_DEGREE = r"(?:many|much|long|often|far|old|big|large|high|soon|fast|late|early|wide|deep|tall|heavy|likely|\w+ly)"
_WORD = r"[\w’'-]+"
_CLOSED = rf"(?:{_DETERMINER}|{_PERSON}|{_AUXILIARY}|{_PREPOSITION}|if|whether|and|or|not)"
_NOUNS = rf"(?!{_CLOSED}\b){_WORD}(?:\s+(?:of\s+)?(?!{_CLOSED}\b){_WORD}){{0,3}}?"
_SIMPLE = r"(?:who|whom|when|where|why)(?:\s+(?:else|exactly))?"
_HOW = rf"how(?:\s+{_DEGREE}(?:\s+{_NOUNS})?)?"
_WH = r"(?:who|whom|whose|what|which|when|where|why|how)"

_LEAD = re.compile(r"^[\W_]*(?:(?:and|but|so|also|then|please|ok|okay|if so|if not)\b[\s,]*)+", re.IGNORECASE)
_FRAME = re.compile(
    r"^(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?(?:tell|explain|show|say)|(?:please\s+)?(?:tell|explain|show)"
    r"|(?:i|we)\s+(?:want|need|would\s+like)\s+to\s+know|(?:i|we)['’]d\s+like\s+to\s+know|do\s+you\s+know|(?:i|we)\s+wonder)"
    rf"(?:\s+(?:to\s+)?(?:me|us))?(?:\s+about)?\s*:?\s+(?=(?:{_PREPOSITION}\s+)?{_WH}\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"^(?:{_PREPOSITION}\s+)?{_WH}\b|^{_AUXILIARY}\b", re.IGNORECASE)
_FRONTED = re.compile(
    rf"^(?:when|where)\s+(?!{_AUXILIARY}\b|and\b|&)[^,].*?,\s+(?=(?:{_PREPOSITION}\s+)?{_WH}\b|{_AUXILIARY}\b)", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"(?P<comma>\s*[,;]\s*)?(?P<and>\b(?:and|but)\b,?\s+(?:also\s+|then\s+|if\s+so,?\s+)?|&\s+)?", re.IGNORECASE
)
_AT = re.compile(r"\s*[,;]\s*|\s+(?=(?:and|but)\b|&\s)", re.IGNORECASE)
_PHRASE = rf"(?:{_PREPOSITION}\s+)?(?:{_SIMPLE}|{_HOW}|(?:which|what|whose)\s+{_NOUNS}|what)"
_BARE = re.compile(rf"^{_PHRASE}(?=\s*(?:[,;?.!]|$)|\s+(?:and|&)\s+(?:{_PREPOSITION}\s+)?{_WH}\b)", re.IGNORECASE)
_INVERTED = re.compile(
    rf"^(?:{_PREPOSITION}\s+)?(?:{_SIMPLE}|{_HOW}|(?:what|which|whose)(?:\s+{_NOUNS})?)\s+{_AUXILIARY}\b", re.I
)
_RELATIVE = re.compile(rf"^(?:which|whom?)\s+{_AUXILIARY}\s+(?!{_PERSON}\b)", re.IGNORECASE)
_OF_WHICH = re.compile(rf"^{_PREPOSITION}\s+(?:which|whom)\s+(?!{_AUXILIARY}\b)", re.IGNORECASE)
_SUBJECT = re.compile(
    rf"^(?:who\s+(?!{_DETERMINER}\b|{_PERSON}\b)[a-z]{_WORD}\b"
    rf"|what\s+[a-z]+(?:s|ed)\s*(?=\?|$|\b(?:if|when|to|in|on|at|after|before|{_DETERMINER})\b)"
    rf"|which\s+{_NOUNS}\s+{_WORD}\b|how\s+to\s+\w)",
    re.IGNORECASE,
)
_EMBEDDED = re.compile(rf"^{_PHRASE}\s+\S", re.IGNORECASE)
_YES_NO = re.compile(
    rf"^(?:(?:{_BE}|does|did|has|{_MODAL})\s+{_PERSON}\b|(?:do|have)\s+(?:they|we|you|i)\b|(?:{_MODAL}|does|did)\s+{_DETERMINER}\b"
    rf"|{_BE}\s+(?P<noun>{_DETERMINER})\b)",
    re.IGNORECASE,
)
_WHO_DID = re.compile(rf"^(?:{_PREPOSITION}\s+)?(?:who|which\s+{_NOUNS}|what)\s+(?!{_AUXILIARY}\b)", re.IGNORECASE)
_ENDS_OPEN = re.compile(rf"(?:\b(?:and|or|not|between|than|whether|if)|,|^{_PHRASE}\s+{_AUXILIARY})\s*$", re.IGNORECASE)
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|„[^“”]*[“”]|‘[^’]*’(?!\w)|\([^)]*\)")
_MARK = re.compile(r"[?？؟]+[\s)”»\"]*")
_OPEN = re.compile(rf"\b(?:{_PERSON.replace('|there', '')}|them|him|{_OWN})\b", re.IGNORECASE)
_CLAUSE = re.compile(rf"^(?P<wh>{_PHRASE}|which)\s+(?P<rest>{_AUXILIARY}\b.+)$", re.IGNORECASE)
_SUBJECT_CLAUSE = re.compile(rf"^(?P<wh>{_PHRASE}|which)\s+(?P<rest>.+)$", re.IGNORECASE)
_COPULA = re.compile(rf"^{_BE}\s", re.IGNORECASE)
_WHO_MAY = re.compile(rf"^(?P<modal>{_MODAL})\s+(?=(?!{_CLOSED}\b)[a-z])")
_PAUSED = re.compile(rf"^(?P<phrase>{_PHRASE})\s*,\s+(?={_AUXILIARY}\b)", re.IGNORECASE)
_PAST = re.compile(
    r"^(?P<verb>[a-z]+ed)\s+(?P<object>(?:(?!(?:in|on|at|by|to|from|for|with|under)\b)\S+\s*)+)(?P<after>.*)$", re.I
)
_COMPLEMENT = re.compile(
    r"\b(?:for|about|regarding|to\s+get)\s+(?P<topic>(?:a|an|the|my)\s+[^?,.;]+?)\s*[?.!]*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PartAsked:
    """``text`` is the part as a reader sees it, ``asked`` what is searched for and read: with what it leans on put in."""

    text: str
    asked: str


def parts_of(question: str) -> tuple[PartAsked, ...]:
    """The parts of a question in their order, none of them twice; empty where it is a single one."""
    flat = " ".join(question.split())
    pieces = [piece for sentence in _sentences(flat) for piece in _pieces(sentence)]
    whole = [*_whole(pieces)]
    found = [p for n, p in enumerate(whole) if p.text.casefold() not in {q.text.casefold() for q in whole[:n]}]
    return tuple(found) if len(found) > 1 else ()


def _sentences(question: str) -> Iterator[str]:
    """The questions in it, each up to its mark, with the statements before it; a last statement goes with the last one."""
    masked = _masked(question)
    cuts = [m.end() for m in _MARK.finditer(masked)]
    pieces = [question[a:b].strip() for a, b in zip([0, *cuts], [*cuts, len(question)], strict=True)]
    pieces = [p for p in pieces if re.search(r"\w", p)]
    if len(pieces) > 1 and not _MARK.search(pieces[-1]) and not _ASKS.match(_LEAD.sub("", pieces[-1])):
        last = pieces.pop()
        pieces[-1] = f"{pieces[-1]} {last}"
    yield from pieces


def _masked(text: str) -> str:
    """``text`` with what stands in quotation marks and brackets blotted out, of the same length."""
    return _QUOTED.sub(lambda m: "x" * len(m[0]), text)


def _pieces(sentence: str) -> list[str]:
    """One sentence cut where another part begins."""
    masked = _masked(sentence)
    statements = [*sentences_of(masked.rstrip("?!. "))]
    at = statements[-1].start if len(statements) > 1 else 0
    opening = _LEAD.match(masked[at:])
    at += opening.end() if opening and opening.end() < len(masked[at:]) else 0
    framed = _FRAME.match(masked[at:])
    if framed is None and not _ASKS.match(masked[at:]):
        return [sentence]
    before = framed or _FRONTED.match(masked[at:])
    cuts, begin = [], at + (before.end() if before else 0)
    for gap in _AT.finditer(masked, begin):
        between = _BETWEEN.match(masked, gap.start() if gap[0].strip() else gap.end())
        if between is None or between.end() <= begin:
            continue
        known, rest = masked[begin : gap.start()], masked[between.end() :]
        if _begins(known, rest, joined=bool(between["and"]), framed=framed is not None):
            cuts.append((gap.start(), between.end()))
            begin = between.end()
    edges = [0, *(end for _, end in cuts)]
    return [sentence[a:b] for a, b in zip(edges, [*(start for start, _ in cuts), len(sentence)], strict=True)]


def _begins(before: str, rest: str, *, joined: bool, framed: bool) -> bool:
    """Whether ``rest`` is another question after ``before``; ``joined``: with "and". A question word inside of ``before`` may
    have a sister in ``rest``, so that of what follows only an inverted verb tells."""
    if _ENDS_OPEN.search(before) and not _BARE.match(before):
        return False
    inner = re.search(rf"(?<=\w)\s+(?:{_WH}|that)\b", before[_first(before) :], re.IGNORECASE) is not None
    if _INVERTED.match(rest):
        if _RELATIVE.match(rest):
            return joined and not inner
        return not (inner and _same_word(before, rest))
    if inner:
        return False
    if _BARE.match(rest):
        return True
    if _OF_WHICH.match(rest) or not joined:
        return False
    if yes_no := _YES_NO.match(rest):
        return not (yes_no["noun"] and _WHO_DID.match(before))
    return bool(_SUBJECT.match(rest)) or (framed and bool(_EMBEDDED.match(rest)))


def _first(before: str) -> int:
    """Where the question word that opens ``before`` ends."""
    opening = _ASKS.match(before)
    return opening.end() if opening else 0


def _same_word(before: str, rest: str) -> bool:
    """Whether the question word of ``rest`` also stands inside of ``before``, followed by a verb as it is there."""
    word = re.search(rf"\b{_WH}\b", rest, re.IGNORECASE)
    return word is not None and bool(re.search(rf"\b{word[0]}\s+{_AUXILIARY}\b", before[_first(before) :], re.IGNORECASE))


def _whole(pieces: list[str]) -> Iterator[PartAsked]:
    """Each piece with what it leaves out taken from the others; a piece that asks for nothing is left out."""
    bare = [_stem(piece) for piece in pieces]
    clauses = [stem for stem in bare if not _BARE.fullmatch(stem)]
    topic = next((stem for stem in clauses if content_words(stem)), "")
    for n, stem in enumerate(bare):
        if not _BARE.fullmatch(stem):
            if content_words(stem) or _ASKS.match(stem):
                yield _leaning(stem, topic if n else "")
            continue
        full = next((s for s in [*reversed(bare[:n]), *bare[n:]] if not _BARE.fullmatch(s)), None)
        if full is not None:
            yield _spread(stem, full, topic)


def _stem(piece: str) -> str:
    """A piece without its mark, what led to it, and "tell me"."""
    text = piece.strip().rstrip("?？؟!.,; ")
    text = _FRAME.sub("", _LEAD.sub("", text) or text).strip()
    return _PAUSED.sub(r"\g<phrase> ", text)


def _leaning(stem: str, topic: str) -> PartAsked:
    """A part with a pronoun, or "what about", read with what the first one is about."""
    text = f"{capitalised(stem)}?"
    if topic and not content_words(stem) and not _ASKS.match(stem):
        return PartAsked(text, f"{capitalised(topic)}? {text}")  # "Nə vaxt?" leans on all of it
    if not topic or topic == stem or not (_OPEN.search(stem) or not _ASKS.match(stem)):
        return PartAsked(text, text)
    about = _COMPLEMENT.search(topic)
    before = f"What about {about['topic']}?" if about else f"{topic}?"
    return PartAsked(text, standalone(text, [Turn("user", before)], at_most=1) or f"{capitalised(topic)}? {text}")


def _spread(phrase: str, full: str, topic: str) -> PartAsked:
    """A question word alone, with the clause of another part: "who signed the charter, when" asks "When was the charter
    signed?"."""
    opening = _CLAUSE.match(full) or _SUBJECT_CLAUSE.match(full)
    if opening is None:  # a yes-or-no question
        there = re.match(rf"^(?P<be>{_BE})\s+there\s+(?:an?\s+|any\s+)?(?P<thing>.+)$", full, re.IGNORECASE)
        clause = f"{there['be'].lower()} the {there['thing']}" if there else f"{full[:1].lower()}{full[1:]}"
        return _leaning(f"{phrase} {clause}", topic)
    rest, subject = opening["rest"], opening["wh"].casefold() in {"who", "what", "which"}
    if past := _PAST.match(rest):
        return _leaning(f"{phrase} was {past['object'].strip()} {past['verb']} {past['after']}".strip(), "")
    if opening["wh"].casefold() == "who" and (may := _WHO_MAY.match(rest)):
        return _leaning(f"{phrase} {may['modal']} they {rest[may.end() :]}", "")
    if re.match(rf"{_AUXILIARY}\b", rest, re.IGNORECASE) and not (subject and _COPULA.match(rest)):
        return _leaning(f"{phrase} {rest}", topic)
    return PartAsked(f"{capitalised(full)}, and {phrase.lower()}?", f"{capitalised(phrase)} {rest}?")
