"""Not, may, must, only, more than: the small words that turn a sentence round.

Each check compares a claim with its source sentences and returns why they disagree, or ``None``. The scope of a negation is the
next few content words of its clause, after Chapman's NegEx.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.clauses import Analysis, Marked
from rag.answering.cues import (
    BEARS,
    BETWEEN,
    CONDITIONS,
    DENYING,
    FORCE_NAMES,
    FORCES,
    NEED_TO,
    NEGATIONS,
    NOMINAL,
    OPPOSITES,
    STRENGTHS,
)

_COORDINATED = 16  # words that "seek to" reaches back over, where its verbs are listed
_SCOPE = 4  # content words that a negation reaches


def negation(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A claim that denies what its sources say, or says what they deny."""
    denied = [scope for s in sources for scope in _scopes(s)]
    denied_terms = {t for scope in denied for w in scope for t in w.word.terms}
    own = _scopes(claim)
    own_terms = {t for scope in own for w in scope for t in w.word.terms}
    asserted = {t for s in sources for w in s.content for t in w.word.terms} - denied_terms
    affirmed = claim.terms - own_terms
    for scope in own:
        if any(w.word.terms & denied_terms for w in scope[:3]):
            continue
        if scope[0].word.terms & asserted:
            return f"The source does not deny “{scope[0].word.text}”."
        if not denied and not any(_denies(s) for s in sources):
            return "The source says nothing of the kind in the negative."
    conditional = bool(CONDITIONS & set(claim.folded))
    if conditional or _denies(claim):
        return None
    for scope in denied:
        shared = [w for w in scope if w.word.terms & affirmed]
        head = scope[0].word.terms
        if head & own_terms or head & asserted:
            continue
        if head & affirmed or (len(shared) >= 2 and 2 * len(shared) >= len(scope) and not own):
            return f"The source says “{' '.join(w.word.text for w in scope[:2])}” in the negative."
    return None


def modality(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A claim that makes a duty of a permission, a fact of a plan, or the other way round."""
    for word in claim.content:
        if word.value is not None or word.name:
            continue
        same = [
            (s, n) for s in sources for n, other in enumerate(s.words) if other.content and word.word.terms & other.word.terms
        ]
        forces = [_force(s, n) for s, n in same]
        if not forces:
            continue
        stated = _force(claim, next(n for n, w in enumerate(claim.words) if w is word))
        governed = {force for force in forces if force not in {"fact", "noun"}}
        if stated == "noun" or (stated == "fact" and not governed) or "noun" in forces:
            continue
        if not any(stated in BEARS[force] for force in forces):
            source = sorted(governed)[0] if governed else "fact"
            return f"The source says that it {FORCE_NAMES[source]}, not that it {FORCE_NAMES[stated]} (“{word.word.text}”)."
    return None


def poles(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A claim with the opposite of a word of its sources: more for less, closed for open, weekly for monthly."""
    mine = set(claim.folded)
    theirs = {w for s in sources for w in s.folded}
    for group in OPPOSITES:
        for pole in group:
            said = mine & pole
            others = [other for other in group if other is not pole]
            if said and not theirs & pole and (found := {w for other in others for w in theirs & other}):
                if any(mine & other for other in others) or _turned_round(claim):
                    continue
                return f"The source says “{sorted(found)[0]}”, not “{sorted(said)[0]}”."
    return None


def strength(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A claim with a quantifier, comparative or superlative that no source has."""
    text = " ".join(s.text for s in sources)
    for said, borne in STRENGTHS:
        if (found := said.search(claim.text)) and not borne.search(text):
            return f"The source does not say “{found[0].lower()}”."
    return None


def _turned_round(claim: Analysis) -> bool:
    return any(w.folded in NEGATIONS or w.folded.endswith("n't") for w in claim.words)


def _scopes(text: Analysis) -> list[tuple[Marked, ...]]:
    """For each negation, the content words that it turns, nearest first."""
    found = []
    for n, word in enumerate(text.words):
        if not (word.folded in NEGATIONS or word.folded.endswith(("n't", "n’t"))):
            continue
        following = [w.folded for w in text.words[n + 1 : n + 3]]
        clause = [w for w in text.words[n + 1 :] if w.clause == word.clause]
        rest = {w.folded for w in text.words[n + 1 : n + 9]}
        if word.folded == "not" and ("until" in rest or following[:1] == ["only"]):
            continue  # "not until 1979" and "not only" affirm
        if following[:1] and following[0] in {"more", "less", "later", "fewer", "earlier"} and word.folded in {"no", "not"}:
            continue  # "no more than"
        scope = [w for w in clause if w.content or w.value is not None][:_SCOPE]
        if following[:1] == ["longer"] or not scope:
            scope = [w for w in clause if w.content and w.folded != "longer"][:_SCOPE] or scope
        if word.folded == "without" and scope:
            scope = scope[:2]
        if scope:
            found.append(tuple(scope))
    return found


def _denies(text: Analysis) -> bool:
    """Whether a word denies by its meaning: "exempt", "closed", "off limits"."""
    return any(DENYING.match(w.folded) for w in text.words) or "off limits" in " ".join(text.folded)


def _force(text: Analysis, position: int) -> str:
    """How strongly ``text`` puts the word at ``position``: by the modal that governs it, ``fact`` without one.

    ``noun`` where it is not the verb of its clause: an infinitive, a noun after an article or preposition, the first word.
    """
    word = text.words[position]
    coordinated = position > 0 and text.words[position - 1].folded in {"and", "or"}
    for n in range(position - 1, max(-1, position - (_COORDINATED if coordinated else 6)), -1):
        other = text.words[n]
        if other.clause != word.clause and other.folded != "and" and not coordinated:
            break
        force = _cue(text, n)
        # "may close and opens": only "seek to build, widen and keep" reaches over objects
        if force and (not coordinated or n + 2 >= position or _governs_a_list(text, n)):
            return force
        if not coordinated and not (other.folded in BETWEEN or other.folded.endswith("ly")):
            break
    before = text.words[position - 1].folded if position else ""
    return "noun" if not position or before in NOMINAL or word.word.text[0].isupper() else "fact"


def _cue(text: Analysis, position: int) -> str | None:
    """The force of the modal word at ``position``, if it is one."""
    word = text.words[position]
    if word.word.text == "May" or (word.folded in NEED_TO and not _before_to(text, position)):
        return None
    return next((force for force, cues in FORCES.items() if word.folded in cues), None)


def _governs_a_list(text: Analysis, position: int) -> bool:
    return _before_to(text, position) and text.words[position].folded in NEED_TO | FORCES["plan"]


def _before_to(text: Analysis, position: int) -> bool:
    return position + 1 < len(text.words) and text.words[position + 1].folded == "to"
