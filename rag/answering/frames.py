"""What happened, to whom and where, as one: a claim may not join the act of one sentence to the persons or places of another.

Without a parser, an act is a verb with the words on either side of it in its clause and the words behind each preposition that
follows it. A claim's act is borne by a source's act of the same verb when nothing that the claim attaches to it is taken from
somewhere else in the passages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.answering.alignment import Aligned, Sentence
from rag.answering.clauses import Analysis, Marked, matches
from rag.answering.cues import DOCUMENTS, GENERIC, SAYING, TITLES

PREPOSITIONS = frozenset("in on at for from by with between under through within during after before into against".split())
SUBORDINATORS = frozenset("while whereas although though unless if when because until which who".split())
WHO, TO, RECIPIENT = "who", "what", "to whom"
_BE = frozenset("is are was were be been being".split())
_DETERMINERS = frozenset("the a an its their his her each every all both this that these those".split())
_AUXILIARIES = _BE | frozenset("has have had will shall may must can could should would not also to".split())
_PRONOUNS = frozenset("he she it they who which this".split())
_ALIKE = 0.45  # from this similarity on, two words may say the same


@dataclass(frozen=True, slots=True)
class Frame:
    """An act of the text: its verb and what is attached to it, by role. Words are places in the text's content words."""

    verb: int
    roles: tuple[tuple[str, tuple[int, ...]], ...]

    def reach(self, role: str, size: int) -> Sequence[int]:
        """Where the words in ``role`` stand, or could, in a text of ``size`` content words: who did it, or what it was done to,
        may be told elsewhere in the sentence; where and when may not."""
        if role not in PREPOSITIONS:
            return self.of(role) or range(size)
        return [n for name, found in self.roles for n in found if name != WHO]

    def of(self, role: str) -> tuple[int, ...]:
        """The words in one role."""
        return tuple(n for name, found in self.roles for n in found if name == role)


def joined(aligned: Aligned) -> str | None:
    """Why no single act of the sources bears all that the claim attaches to one of its acts, or ``None``."""
    claim = aligned.claim
    verbs = verbs_of(claim)
    acts = [(s, f) for s in aligned.sentences for f in frames(s.analysis, verbs)]
    for frame in frames(claim, verbs):
        verb = claim.content[frame.verb]
        foreign = [_foreign(aligned, frame, s, f) for s, f in acts if matches(verb, s.analysis.content[f.verb])]
        if foreign and all(foreign):
            what = " ".join(claim.content[n].word.text for n in foreign[0])
            return f"The source does not say “{verb.word.text}” of “{what}”."
    return None


def _foreign(aligned: Aligned, frame: Frame, source: Sentence, act: Frame) -> Sequence[int]:
    """Of what the claim attaches to its act, the words that this act of the sources does not bear; empty where it bears all."""
    claim = aligned.claim.content
    for role, words in frame.roles:
        light = GENERIC | DOCUMENTS if role == WHO and SAYING.match(claim[frame.verb].folded) else GENERIC
        said = [n for n in words if n != frame.verb and claim[n].folded not in light]
        said = [n for n in said if claim[n].folded not in TITLES] or said  # an office is not the person
        if said and _from_elsewhere(aligned, said, role, source, act):
            return said
    return ()


def _from_elsewhere(aligned: Aligned, said: Sequence[int], role: str, source: Sentence, act: Frame) -> bool:
    """Whether ``said`` words of the claim stand in the passages, but not where this act of the sources could have them: names
    and numbers must be attached to the act itself, other words stand or have a like in its sentence."""
    claim, borne = aligned.claim.content, source.analysis.content
    hard = any(claim[n].name or claim[n].value is not None for n in said)
    places = act.reach(role, len(borne)) if hard or role in {WHO, TO} else range(len(borne))
    if any(matches(claim[n], borne[m]) for n in said for m in places):
        return False
    if role == WHO and all(claim[n].name for n in said) and _pronoun_before(source.analysis, borne[act.verb]):
        return False
    known = all(aligned.exact[n] or claim[n].word.terms & aligned.evidence.terms for n in said)
    near = max((float(aligned.claim_vectors[n] @ source.vectors[m]) for n in said for m in places), default=0.0)
    return known and (hard or near < _ALIKE)


def _pronoun_before(text: Analysis, verb: Marked) -> bool:
    """Whether "she" or "who" does it, so that another sentence tells the name."""
    return any(w.folded in _PRONOUNS and w.clause == verb.clause and w.word.start < verb.word.start for w in text.words)


def swapped(aligned: Aligned) -> str | None:
    """Why the doer and the object of an act have changed places, or ``None``."""
    claim, vectors = aligned.claim, aligned.claim_vectors
    verbs = verbs_of(claim)
    acts = [(s.analysis, f) for s in aligned.sentences for f in frames(s.analysis, verbs)]
    for frame in frames(claim, verbs):
        same = [(text, f) for text, f in acts if matches(claim.content[frame.verb], text.content[f.verb])]
        for doer in frame.of(WHO):
            for object_ in (*frame.of(TO), *frame.of(RECIPIENT)):
                one, other = claim.content[doer], claim.content[object_]
                alike = one.name == other.name and (one.name or float(vectors[doer] @ vectors[object_]) >= _ALIKE)
                if alike and same and all(_crossed(one, other, text, f) for text, f in same):
                    return f"The source has “{one.word.text}” and “{other.word.text}” the other way round."
    return None


def _crossed(one: Marked, other: Marked, text: Analysis, frame: Frame) -> bool:
    """Whether ``one`` is the object in the source, and ``other`` the doer, and neither is both."""
    doers = [text.content[n] for n in frame.of(WHO)]
    objects = [text.content[n] for n in (*frame.of(TO), *frame.of(RECIPIENT))]
    return (
        any(matches(one, o) for o in objects)
        and any(matches(other, o) for o in doers)
        and not any(matches(one, o) for o in doers)
        and not any(matches(other, o) for o in objects)
    )


def identified(aligned: Aligned) -> str | None:
    """A claim that one thing is another ("A is the B of C") where the sources say B of something else, or nothing of A."""
    claim = aligned.claim
    for n, word in enumerate(claim.words[1:-1], 1):
        if word.folded not in {"is", "was", "are", "were"} or claim.words[n + 1].folded not in {"the", "an", "a"}:
            continue
        subject = [w for w in claim.words[:n] if w.clause == word.clause and w.content and w.folded not in GENERIC]
        predicate = next((w for w in claim.words[n + 2 :] if w.content), None)
        if predicate is None or not subject:
            continue
        one, other = (_runs_through(claim, part) for part in (claim.words[:n], claim.words[n + 2 : n + 5]))
        said = [(s.analysis, m) for s in aligned.sentences for m, w in enumerate(s.analysis.words) if matches(predicate, w)]
        if _two_persons(one, other, [s.analysis for s in aligned.sentences]) or (
            said and not any(_said_of(subject, text, m) for text, m in said)
        ):
            about, what = " ".join(w.word.text for w in subject), claim.text[predicate.word.start :].rstrip(" .")
            return f"The source does not say “{what}” of “{about}”."
    return None


def _runs_through(text: Analysis, part: Sequence[Marked]) -> list[Marked]:
    """The words of the runs of capitals that have a word in ``part``."""
    numbers = {w.run for w in part if w.run >= 0}
    return [w for w in text.words if w.run in numbers]


def _two_persons(one: Sequence[Marked], other: Sequence[Marked], sources: Sequence[Analysis]) -> bool:
    """Whether a name and an office stand in different runs of capitals: "President A" and "Minister B"."""
    if len(one) < 2 or len(other) < 2:
        return False
    holding = [run for text in sources for run in text.runs if any(matches(w, o) for w in one for o in run)]
    longer = any(len(run) > len(one) for run in holding)
    return longer and not any(all(any(matches(w, o) for o in run) for w in other) for run in holding)


def _said_of(subject: Sequence[Marked], text: Analysis, position: int) -> bool:
    """Whether the word at ``position`` of a source may be said of ``subject``: they share a sentence, and where a name stands
    right beside the word ("the mayor, Anna Berg") it is the subject's."""
    if not any(matches(w, o) for w in subject for o in text.words):
        return False
    beside = _runs_through(text, text.words[max(0, position - 1) : position + 2])
    named = [w for w in beside if not matches(w, text.words[position])]
    person = any(w.name for w in subject)
    return not (person and named) or any(matches(w, o) for w in subject for o in named)


def frames(text: Analysis, known: Sequence[Marked] = ()) -> Iterator[Frame]:
    """The acts of a text, in order. An act reaches to the next verb or the next clause that is not merely coordinated.

    ``known`` are verbs of another text: the same words are verbs here, unless a determiner stands before them.
    """
    place = {id(w): n for n, w in enumerate(text.content)}
    verbs = _verbs(text, known)
    for position in verbs:
        word = text.words[position]
        before = _named_before(text, position) or [n for n in range(position) if text.words[n].clause == word.clause]
        end = next((n for n in range(position + 1, len(text.words)) if n in verbs or _begins_anew(text, n)), len(text.words))
        after = range(position + 1, end)
        passive = _is_passive(text, position)
        roles = [(TO, before if passive else _until_preposition(text, after))] + ([] if passive else [(WHO, before)])
        for n in after:
            if text.words[n].folded == "to" and n > position + 1:
                roles.append((RECIPIENT, _until_preposition(text, range(n + 1, end))))
            if text.words[n].folded in PREPOSITIONS:
                timed = n + 1 < end and text.words[n + 1].value is not None  # "by 31 March"
                role = WHO if passive and text.words[n].folded == "by" and not timed else text.words[n].folded
                roles.append((role, _until_preposition(text, range(n + 1, end))))
        placed = [(role, tuple(place[id(text.words[n])] for n in found if id(text.words[n]) in place)) for role, found in roles]
        yield Frame(place[id(word)], tuple((role, found) for role, found in placed if found))


def _named_before(text: Analysis, position: int) -> list[int]:
    """The name right before a verb, where another act ends with "and": "signed by Holm, and Minister Brandt chaired"."""
    last = position - 1
    while last > 0 and text.words[last].folded in _AUXILIARIES:
        last -= 1
    if last < 0 or not text.words[last].name:
        return []
    named = [n for n in range(position) if text.words[n].run == text.words[last].run]
    anew = text.words[named[0] - 1].folded == "and" and any(_is_verb(text, n) for n in range(named[0]))
    return named if named[0] and anew else []


def verbs_of(text: Analysis) -> list[Marked]:
    """The verbs of a text's acts, in order."""
    return [text.words[n] for n in _verbs(text)]


def _verbs(text: Analysis, known: Sequence[Marked] = ()) -> list[int]:
    content = {id(w) for w in text.content}
    verbs = [
        n
        for n, w in enumerate(text.words)
        if id(w) in content and (_is_verb(text, n) or (n and any(matches(w, v) for v in known) and not _named(text, n)))
    ]
    if not verbs and not any(w.folded in _BE for w in text.words):  # "The council meets in March"
        verbs = [n for n, w in enumerate(text.words) if n and w.content and not w.name and _leads_on(text, n)][-1:]
    return verbs


def _leads_on(text: Analysis, position: int) -> bool:
    """Whether an act in the third person may stand here: something other than a noun follows at once."""
    if not _may_be_third_person(text.words[position]) or _possessive(text.words[position - 1]):
        return False
    after = _following(text, position)
    return after is not None and (not after.content or after.name or after.value is not None)


def _possessive(word: Marked) -> bool:
    return word.word.text.endswith(("'s", "’s", "s'", "s’"))


def _begins_anew(text: Analysis, position: int) -> bool:
    before, word = text.words[position - 1], text.words[position]
    between = text.text[before.word.end : word.word.start]
    return any(c in between for c in ";:.!?") or (before.clause != word.clause and word.folded in SUBORDINATORS)


def _following(text: Analysis, position: int) -> Marked | None:
    """The next word, where no punctuation stands before it."""
    word, after = text.words[position], text.words[position + 1] if position + 1 < len(text.words) else None
    return after if after is not None and not text.text[word.word.end : after.word.start].strip() else None


def _is_verb(text: Analysis, position: int) -> bool:
    word, after = text.words[position], _following(text, position)
    if word.value is not None or word.name or not position or word.folded in PREPOSITIONS:
        return False
    before = text.words[position - 1]
    if _possessive(before):
        return False
    if before.folded in _AUXILIARIES and word.content:
        described = before.folded in _BE and after is not None and after.content  # "are regional connectivity and trade"
        return not described or word.folded.endswith(("ed", "en", "ing"))
    if before.folded in _DETERMINERS or "-" in word.word.text:
        return False
    led = before.content or before.folded in DOCUMENTS or before.clause != word.clause or before.word.text[0].isupper()
    if word.folded.endswith("ed") and (led or before.folded in {"and", "or"} or after is None or after.folded in PREPOSITIONS):
        return True
    acts = after is not None and (after.name or after.folded in _DETERMINERS)
    if after is not None and _may_be_third_person(word):  # where a noun follows at once, a plural is unlikely
        acts = acts or (after.content and after.folded not in PREPOSITIONS)
    return led and before.value is None and acts


def _named(text: Analysis, position: int) -> bool:
    return text.words[position].name or text.words[position - 1].folded in _DETERMINERS


def _may_be_third_person(word: Marked) -> bool:
    return word.folded.endswith("s") and not word.folded.endswith(("ss", "us", "is", "ous"))


def _is_passive(text: Analysis, position: int) -> bool:
    word, after = text.words[position], _following(text, position)
    near = [w.folded for w in text.words[max(0, position - 3) : position] if w.clause == word.clause]
    if _BE & set(near[near.index("to") :] if "to" in near else near):  # "is instructed to submit" is active
        return not word.folded.endswith("ing")
    if not word.folded.endswith("ed"):
        return False
    if any(w.folded == "by" for w in text.words[position + 1 : position + 4]):
        return True
    return after is not None and (after.folded in PREPOSITIONS or not (after.content or after.folded in _DETERMINERS))


def _until_preposition(text: Analysis, places: Iterable[int]) -> list[int]:
    found: list[int] = []
    for n in places:
        behind_up = n > 0 and text.words[n - 1].folded == "up"
        if text.words[n].folded in PREPOSITIONS or (text.words[n].folded == "to" and found and not behind_up):
            break
        found.append(n)
    return found
