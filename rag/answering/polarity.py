"""Not, may, must, only, more than: the small words that turn a sentence round.

Each check compares a claim with its source sentences and returns why they disagree, or ``None``. The scope of a negation is the
next few content words of its clause, after Chapman's NegEx.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.bounds import LIMIT, STATED_BOUND, Bound, ahead, by_then, opposed
from rag.answering.clauses import Analysis, Marked, matches
from rag.answering.cues import (
    BEARS,
    BETWEEN,
    CAUSE,
    CAUSED,
    CONDITIONS,
    DENYING,
    FORCE_NAMES,
    FORCES,
    NEED_TO,
    NEGATIONS,
    NOMINAL,
    OPPOSITES,
    PENDING,
    RELATIONS,
    STRENGTHS,
    TIMED,
)
from rag.answering.frames import verbs_of
from rag.answering.values import Value

_COORDINATED = 16  # words that "seek to" reaches back over, where its verbs are listed
_SCOPE = 4  # content words that a negation reaches
_ADVERB = re.compile(r"(?<!\Aapp)(?<!\Arep)(?<!\Asupp)(?<!\Acomp)(?<!\Are)(?<!mult)(?<!\Aimp)ly\Z")
_ADVERBS = {"yet", "even", "necessarily", "always", "fully"}
_BE = {"is", "are", "was", "were"}
_NOUN = re.compile(r"(?:al|tion|sion|ment|ance|ence|ity|logy|ness|ship)s?\Z")


def negation(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A claim that denies what its sources say, or says what they deny."""
    denied = [scope for s in sources for scope in _scopes(s)]
    in_scope = {id(w) for scope in denied for w in scope}
    denied_terms = {t for scope in denied for w in scope for t in w.word.terms}
    asserted = {t for s in sources for w in s.content if id(w) not in in_scope for t in w.word.terms}
    by_meaning = {t for s in sources for w in _denied_by_meaning(s) for t in w.word.terms}
    own = _scopes(claim)
    own_words = {id(w) for scope in own for w in scope}
    own_terms = {t for scope in own for w in scope for t in w.word.terms}
    affirmed = {t for w in claim.words if id(w) not in own_words for t in w.word.terms}
    for scope in own:
        if DENYING.match(scope[0].folded) and scope[0].word.terms & asserted:
            return f"The source does not deny “{scope[0].word.text}”."  # "not exempt"
        if scope[0].word.terms & by_meaning or any(w.word.terms & denied_terms for w in scope[:3]):
            continue
        if scope[0].word.terms & asserted:
            return f"The source does not deny “{scope[0].word.text}”."
        if not denied and not by_meaning:
            return "The source says nothing of the kind in the negative."
    said = set(claim.folded)
    theirs = {w for s in sources for w in s.folded}
    if (CONDITIONS & said) - theirs or PENDING & said or "off limits" in claim.text.casefold():
        return None
    denying = {w.clause for w in claim.words if DENYING.match(w.folded)}
    for scope in denied:
        shared = [w for w in scope if w.word.terms & affirmed]
        head = scope[0].word.terms
        if not DENYING.match(scope[0].folded) and any(w.word.terms & head and w.clause in denying for w in claim.words):
            continue
        if head & own_terms or head & asserted or any(f"un{t}" in claim.terms for t in head):
            continue
        if head & affirmed or (len(shared) >= 2 and 2 * len(shared) >= len(scope) and not own):
            return f"The source says “{' '.join(w.word.text for w in scope[:2])}” in the negative."
    return None


def bound(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A number that the claim bounds otherwise than its sources do: "at most ten" for "at least ten", "ten" for "over ten"."""
    for value in (w.value for w in claim.content if w.value is not None):
        same = [(s, o.value) for s in sources for o in s.content if o.value is not None and value.agrees(o.value)]
        if not same or any(_bounds_alike(value, other, claim, s) for s, other in same):
            continue
        said = f"{value.bound.value} " if value.bound else ""
        return f"The source does not say “{said}{claim.text[value.start : value.end]}”."
    return None


def _bounds_alike(value: Value, other: Value, claim: Analysis, source: Analysis) -> bool:
    if value.bound is other.bound:
        return True
    if value.bound is None:  # what lies beyond a number is not the number; "up to ten" may be told as "ten"
        return other.bound in {Bound.MOST, Bound.LEAST}
    if opposed(value.bound, other.bound):
        return _denies_near(claim, value) or _denies_near(source, other)
    if ahead(claim.text, value.end) and ahead(source.text, other.end):
        return True
    return value.bound is Bound.MOST and by_then(source.text, other.start)


def when(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A time before or after which the claim sets what its sources set at it, or the other way round."""
    for value in (w.value for w in claim.content if w.value is not None):
        said = _relation(claim, value)
        found = {_relation(s, o.value) for s in sources for o in s.content if o.value is not None and value.agrees(o.value)}
        if said in RELATIONS and found - {None} and None not in found and not found & RELATIONS[said]:
            return f"The source does not say “{said} {claim.text[value.start : value.end]}”."
    return None


def _relation(text: Analysis, value: Value) -> str | None:
    """The word that sets the time of ``value``: "before" in "before the end of October"."""
    before = [w.folded for w in text.words if w.word.start < value.start][-4:]
    return next((w for w in reversed(before) if w in TIMED), None)


def _denies_near(text: Analysis, value: Value) -> bool:
    """Whether something is denied in the clause of ``value``."""
    clauses = {w.clause for w in text.words if w.value is value}
    denied = any(scope[0].clause in clauses for scope in _scopes(text))
    return denied or any(w.folded.startswith("un") and w.clause in clauses for w in text.content)


def modality(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A claim that makes a duty of a permission, a fact of a plan, or the other way round."""
    asserted = verbs_of(claim)
    for word in claim.content:
        if word.value is not None or word.name or _ADVERB.search(word.folded):
            continue
        same = _likeliest(claim, word, sources)
        found = [(s, n, _force(s, n)) for s, n in same]
        forces = [force for _, _, force in found if force != "noun"]
        if not forces:
            continue
        stated = _force(claim, next(n for n, w in enumerate(claim.words) if w is word))
        forces += [force for s in sources for force in _done_so(s) if force != "noun"]
        governed = {force for force in forces if force != "fact"}
        if stated == "noun" or (stated == "fact" and not (governed and any(verb is word for verb in asserted))):
            continue
        if stated == "future" and any(force == "fact" and not _is_past(s, n) for s, n, force in found):
            continue  # "the campaign runs until May" is of the future as well
        if not any(stated in BEARS[force] for force in forces):
            source = sorted(governed)[0] if governed else "fact"
            return f"The source says that it {FORCE_NAMES[source]}, not that it {FORCE_NAMES[stated]} (“{word.word.text}”)."
    return None


def _is_past(text: Analysis, position: int) -> bool:
    word, before = text.words[position], text.words[max(0, position - 2) : position]
    return word.folded.endswith("ed") or any(w.folded in {"was", "were", "has", "have", "had"} for w in before)


def _likeliest(claim: Analysis, word: Marked, sources: Sequence[Analysis]) -> list[tuple[Analysis, int]]:
    """Where the sources have ``word``: in the clauses that share most with the claim's."""
    around = [w for w in claim.content if w.clause == word.clause]
    found = [(s, n) for s in sources for n, other in enumerate(s.words) if other.content and matches(word, other)]
    shared = [sum(any(matches(w, o) for o in s.content if o.clause == s.words[n].clause) for w in around) for s, n in found]
    return [place for place, count in zip(found, shared, strict=True) if count == max(shared)]


def poles(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A claim with the opposite of a word of its sources: more for less, closed for open, weekly for monthly."""
    mine = set(_unbounded(claim))
    theirs = {w for s in sources for w in _unbounded(s)}
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
    left = LIMIT.sub(lambda m: " " * len(m[0]), claim.text)
    for value in (w.value for w in claim.content if w.value is not None and w.value.bound is not None):
        start, end = max(0, value.start - 30), value.end + 30  # how it bounds a number is judged with the number
        left = left[:start] + STATED_BOUND.sub(lambda m: " " * len(m[0]), left[start:end]) + left[end:]
    for said, borne in STRENGTHS:
        if (found := said.search(left)) and not borne.search(text):
            return f"The source does not say “{found[0].lower()}”."
    return None


def cause(claim: Analysis, sources: Sequence[Analysis]) -> str | None:
    """A reason in the claim where no source gives one."""
    found = CAUSE.search(claim.text)
    if found is None or any(CAUSED.search(s.text) for s in sources):
        return None
    return f"The source does not say “{found[0].lower()}”."


def _unbounded(text: Analysis) -> list[str]:
    """The words that do not bound a number."""
    spans = [m.span() for m in STATED_BOUND.finditer(text.text)]
    return [w.folded for w in text.words if not any(a <= w.word.start < b for a, b in spans)]


def _done_so(text: Analysis) -> list[str]:
    """The force of "do so", which stands for any verb."""
    pairs = enumerate(zip(text.folded, text.folded[1:], strict=False))
    return [_force(text, n) for n, pair in pairs if pair in {("do", "so"), ("do", "this"), ("do", "it")}]


def _turned_round(claim: Analysis) -> bool:
    return any(w.folded in NEGATIONS or w.folded.endswith("n't") for w in claim.words)


def _scopes(text: Analysis) -> list[tuple[Marked, ...]]:
    """For each negation, the content words that it turns, nearest first."""
    found = []
    bounding = [m.span() for m in STATED_BOUND.finditer(text.text)]
    for n, word in enumerate(text.words):
        if not (word.folded in NEGATIONS or word.folded.endswith(("n't", "n’t"))):
            continue
        if any(a <= word.word.start < b for a, b in bounding):
            continue  # "no more than"
        following = [w.folded for w in text.words[n + 1 : n + 3]]
        clause = [w for w in text.words[n + 1 :] if w.clause == word.clause]
        rest = {w.folded for w in text.words[n + 1 : n + 4]}
        if word.folded == "not" and ("until" in rest or following[:1] == ["only"]):
            continue  # "not until 1979" and "not only" affirm
        clause = [w for w in clause if w.folded not in _ADVERBS]
        scope = [w for w in clause if w.content or w.value is not None][:_SCOPE]
        if following[:1] == ["longer"] or not scope:
            scope = [w for w in clause if w.content and w.folded != "longer"][:_SCOPE] or scope
        if word.folded == "without" and scope:
            scope = scope[:2]
        if word.folded in {"nothing", "nobody", "none"}:  # "contributes nothing"
            scope = [w for w in text.words[:n] if w.clause == word.clause and w.content][-1:] + scope
        if scope:
            found.append(tuple(scope))
    return found


def _denied_by_meaning(text: Analysis) -> list[Marked]:
    """The content words near a word that denies by its meaning: "exempt from duty", "failed to pay"."""
    near: list[Marked] = []
    for n, word in enumerate(text.content):
        if DENYING.match(word.folded) and not _NOUN.search(word.folded):
            near += [w for w in text.content[n : n + _SCOPE + 1] if w.clause == word.clause]
    return near


def _force(text: Analysis, position: int) -> str:
    """How strongly ``text`` puts the word at ``position``: by the modal that governs it, ``fact`` without one.

    ``noun`` where it is not the verb of its clause: an infinitive, a noun after an article or preposition, the first word.
    """
    word = text.words[position]
    if _NOUN.search(word.folded):
        return "noun"
    coordinated = position > 0 and text.words[position - 1].folded in {"and", "or"}
    for n in range(position - 1, max(-1, position - (_COORDINATED if coordinated else 6)), -1):
        other = text.words[n]
        if other.clause != word.clause and other.folded != "and" and not coordinated:
            break
        force = "due" if _is_to(text, n) else _cue(text, n)
        # "may close and opens": only "seek to build, widen and keep" reaches over objects
        if force and (not coordinated or n + 2 >= position or _governs_a_list(text, n)):
            return force
        if not coordinated and not (other.folded in BETWEEN or other.folded.endswith("ly")):
            break
    before = text.words[position - 1].folded if position else ""
    return "noun" if not position or before in NOMINAL or word.word.text[0].isupper() else "fact"


def _is_to(text: Analysis, position: int) -> bool:
    """Whether "to" stands at ``position`` as in "is to close" or "a commission to be chaired by"."""
    if text.words[position].folded != "to" or not position:
        return False
    before, after = text.words[position - 1], text.words[position + 1 : position + 2]
    if before.folded in _BE:
        return True
    modal = before.folded == "used" or before.folded in NEED_TO or any(before.folded in cues for cues in FORCES.values())
    return bool(after) and after[0].folded == "be" and not modal


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
