"""Who did what, and which number belongs to what: words that a source has, put together in a way that it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.alignment import Aligned
from rag.answering.clauses import Analysis, Marked, matches
from rag.answering.cues import DENYING, GENERIC
from rag.answering.frames import verbs_of
from rag.answering.wording import initials

_MODIFIERS = {"vice", "deputy", "former", "acting", "assistant", "honorary", "junior", "senior", "non", "ex", "under"}
_SIBLING = 0.35  # two words this alike in context can stand in each other's place (tuned on the development half)
_BY = {"by"}
_DETERMINERS = {"the", "a", "an", "its", "their", "his", "her", "each", "every", "all", "both", "by"}
_AUXILIARIES = frozenset("is are was were be been has have had will shall may must can could should would not to".split())


@dataclass(frozen=True, slots=True)
class _Unit:
    """One clause of one source sentence."""

    sentence: int
    clause: int
    words: tuple[tuple[int, Marked], ...]  # position among the sentence's content words

    def has(self, word: Marked) -> bool:
        return any(matches(word, other) for _, other in self.words)


def names(claim: Analysis, sources: Sequence[Analysis], headings: Analysis) -> str | None:
    """A run of capitalised words that no run of the sources holds: a first name with another's surname, a title with another's
    name, a title without its "Vice"."""
    runs = claim.runs
    source_runs = [run for s in (*sources, headings) for run in s.runs]
    spelt_out = frozenset().union(*(initials(tuple(w.word for w in s.words)) for s in (*sources, headings)))
    for whole in runs:
        run = [w for w in whole if not (w.word.text.isupper() and w.folded in spelt_out)]
        if len(run) < 2:
            continue
        holding = [other for other in source_runs if all(_in_run(w, other) for w in run)]
        if not holding and any(_in_run(w, other) for w in run for other in source_runs):
            spread = [w for w in run if not any(_in_run(w, other) for other in source_runs)]
            if spread or _persons(run, source_runs):
                return f"The source does not say “{' '.join(w.word.text for w in run)}”."
        if holding and all(_drops_modifier(run, other) for other in holding):
            return f"The source qualifies “{' '.join(w.word.text for w in run)}”."
    return None


def binding(aligned: Aligned) -> str | None:
    """A word of the claim that the source has elsewhere, in the place of another word that the source has here.

    The claim "built in 1920" over "built in 1911 by A and painted in 1920 by B": 1920 stands in a clause with a statement of
    its own ("painted"), and the clause that says "built" has a year of its own, which the claim leaves out.
    """
    units = _units(aligned)
    for clause in sorted({w.clause for w in aligned.claim.words}):
        mine = [(i, w) for i, w in enumerate(aligned.claim.content) if w.clause == clause]
        if len(mine) < 2 or not units:
            continue
        counts = [sum(unit.has(w) for _, w in mine) for unit in units]
        most = max(counts)
        if most == 0:
            continue
        bases = [u for u, c in zip(units, counts, strict=True) if c == most]
        reasons = [_misplaced(aligned, mine, base, units) for base in bases]
        if all(reasons):
            return reasons[0]
    return None


def swapped(aligned: Aligned) -> str | None:
    """Two words on the other sides of the same verb than in the source, a passive taken into account."""
    for source in (s.analysis for s in aligned.sentences):
        for verb in aligned.claim.content:
            if not _is_verb(aligned.claim, verb):
                continue
            for theirs in source.content:
                same = theirs.word.terms & verb.word.terms and _is_verb(source, theirs)
                if same and (pair := _reversed(aligned.claim, verb, source, theirs)):
                    return f"The source has “{pair[0]}” and “{pair[1]}” the other way round."
    return None


def _is_verb(text: Analysis, word: Marked) -> bool:
    """Whether ``word`` looks like the verb of its clause: after an auxiliary, or between a word and what it acts on."""
    if word.value is not None or word.name:
        return False
    position = next(n for n, w in enumerate(text.words) if w is word)
    if not position:
        return False
    before, after = text.words[position - 1], text.words[position + 1] if position + 1 < len(text.words) else None
    if before.folded in _AUXILIARIES or (before.folded in {"and", "or"} and _has_agent(text, word)):
        return True
    acts = after is not None and after.clause == word.clause and (after.name or after.folded in _DETERMINERS)
    return before.content and before.value is None and acts


def _reversed(claim: Analysis, verb: Marked, source: Analysis, theirs: Marked) -> tuple[str, str] | None:
    before, after = _sides(claim, verb)
    source_before, source_after = _sides(source, theirs)
    for a in before:
        for b in after:
            if matches(a, b) or a.value is not None or b.value is not None:
                continue
            crossed = any(matches(a, x) for x in source_after) and any(matches(b, x) for x in source_before)
            straight = any(matches(a, x) for x in source_before) or any(matches(b, x) for x in source_after)
            if crossed and not straight:
                return a.word.text, b.word.text
    if _has_agent(source, theirs) and not _has_agent(claim, verb) and before:
        done_to = next((b for b in after if b.name and any(matches(b, x) for x in source_before)), None)
        if done_to is not None and not any(matches(a, x) for a in before for x in source_before):
            return before[0].word.text, done_to.word.text
    return None


def _has_agent(text: Analysis, verb: Marked) -> bool:
    return any(w.folded in _BY and w.clause == verb.clause and w.word.start > verb.word.start for w in text.words)


def _sides(text: Analysis, verb: Marked) -> tuple[list[Marked], list[Marked]]:
    """The content words before and after ``verb`` in its clause, the doer first: "paid by the tenant" is "tenant pays"."""
    position = next(n for n, w in enumerate(text.words) if w is verb)
    before = [w for w in text.words[:position] if w.clause == verb.clause and (w.content or w.value)]
    after = [w for w in text.words[position + 1 :] if w.clause == verb.clause and (w.content or w.value)]
    by = next(
        (n for n, w in enumerate(text.words[position + 1 :], position + 1) if w.folded in _BY and w.clause == verb.clause), None
    )
    if by is not None:
        agents = [w for w in text.words[by + 1 :] if w.clause == verb.clause and (w.content or w.value)]
        rest = [w for w in after if all(w is not a for a in agents)]
        return agents, before + rest
    return before, after


def _misplaced(aligned: Aligned, mine: Sequence[tuple[int, Marked]], base: _Unit, units: Sequence[_Unit]) -> str | None:
    in_clause = [w for _, w in mine]
    for i, word in mine:
        if base.has(word) or word.folded in GENERIC:
            continue
        homes = [u for u in units if u is not base and u.has(word)]
        if homes and not all(_says_something_else(home, base, in_clause) for home in homes):
            continue
        if not homes and not word.word.terms & aligned.elsewhere:
            continue
        sibling = _sibling(aligned, i, word, base, in_clause)
        if sibling is not None and not any(matches(sibling, c) for c in in_clause):
            return f"The source says this of “{sibling.word.text}”, not of “{word.word.text}”."
    return None


def _says_something_else(home: _Unit, base: _Unit, claimed: Sequence[Marked]) -> bool:
    """Whether ``home`` has a statement of its own: a word that neither the claim nor the base clause has."""
    return any(not any(matches(o, c) for c in claimed) and not base.has(o) for _, o in home.words)


def _sibling(aligned: Aligned, i: int, word: Marked, base: _Unit, claimed: Sequence[Marked]) -> Marked | None:
    """The word of ``base`` that stands where the claim puts ``word``: of the same kind, and left out by the claim."""
    left_out = [(n, o) for n, o in base.words if not any(matches(o, c) for c in claimed)]
    if word.value is not None:
        kinds = {word.value.kind} | ({"number"} if word.value.kind in {"number"} else set())
        return next((o for _, o in left_out if o.value is not None and o.value.kind in kinds), None)
    if word.name:
        found = next((o for _, o in left_out if o.name), None)
        if found is not None:
            return found
    if left_out and word is next((c for c in claimed if c.value is None), None) and left_out[0] == base.words[0]:
        first = left_out[0][1]  # both begin their clause: what the sentence is about
        if first.value is None:
            return first
    if not DENYING.match(word.folded) and any(verb is word for verb in verbs_of(aligned.claim)):
        return None  # another verb may say the same; whether its act is borne is asked of the whole act
    vectors = aligned.sentences[base.sentence].vectors
    alike = [(float(aligned.claim_vectors[i] @ vectors[n]), o) for n, o in left_out if o.value is None]
    best = max(alike, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= _SIBLING else None


def _units(aligned: Aligned) -> list[_Unit]:
    units = []
    for n, sentence in enumerate(aligned.sentences):
        content = [*enumerate(sentence.analysis.content)]
        for clause in sorted({w.clause for _, w in content}):
            units.append(_Unit(n, clause, tuple((i, w) for i, w in content if w.clause == clause)))
    return units


def _in_run(word: Marked, run: Sequence[Marked]) -> bool:
    """Whether ``run`` has ``word``, or has the words that it abbreviates."""
    if any(matches(word, other) for other in run):
        return True
    return word.word.text.isupper() and word.folded.replace(".", "") in initials(tuple(w.word for w in run))


def _persons(run: Sequence[Marked], source_runs: Sequence[Sequence[Marked]]) -> bool:
    """Whether the words of ``run`` come from runs that do not overlap otherwise: two persons mixed into one."""
    owners = [{n for n, other in enumerate(source_runs) if _in_run(w, other)} for w in run]
    return not set.intersection(*owners)


def _drops_modifier(run: Sequence[Marked], other: Sequence[Marked]) -> bool:
    mine = {w.folded for w in run}
    for n, word in enumerate(other[:-1]):
        if word.folded in _MODIFIERS and word.folded not in mine and any(matches(other[n + 1], w) for w in run):
            return True
    return False
