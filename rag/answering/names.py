"""Who is named: a claim may not mix two persons into one, nor give a person another's office."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.clauses import Analysis, Marked, matches
from rag.answering.cues import TITLES
from rag.answering.wording import initials

_MODIFIERS = {"vice", "deputy", "former", "acting", "assistant", "honorary", "junior", "senior", "non", "ex", "under"}
Run = Sequence[Marked]


def names(claim: Analysis, sources: Sequence[Analysis], others: Sequence[Analysis]) -> str | None:
    """A run of capitalised words that no run of the sources holds: a first name with another's surname, a title with another's
    name, a title without its "Vice". ``others`` are the other sentences of the passages, titles and headings: they may say in
    full who is meant."""
    near = [run for s in sources for run in _called(s)]
    far = [run for s in others for run in _called(s)]
    spelt_out = frozenset().union(*(initials(tuple(w.word for w in s.words)) for s in (*sources, *others)))
    for whole in claim.runs:
        run = [w for w in whole if not (w.word.text.isupper() and w.folded in spelt_out) and not _expands(w, claim, near)]
        if len(run) < 2:
            continue
        holding = [other for other in near if all(_in_run(w, other) for w in run)]
        if not holding and any(_in_run(w, other) for w in run for other in near):
            holding = [other for other in far if all(_in_run(w, other) for w in run)]
            spread = [w for w in run if not any(_in_run(w, other) for other in near)]
            if not holding and (spread or _persons(run, near)):
                return f"The source does not say “{' '.join(w.word.text for w in run)}”."
        if holding and all(_drops_modifier(run, other) for other in holding):
            return f"The source qualifies “{' '.join(w.word.text for w in run)}”."
    return None


def _called(text: Analysis) -> list[Run]:
    """The runs of a text, and each name together with the office beside it: "the Governor of Halvar, Sofia Renn"."""
    runs: list[Run] = list(text.runs)
    for one, other in zip(text.runs, text.runs[1:], strict=False):
        between = text.text[one[-1].word.end : other[0].word.start].strip(" ,").casefold()
        if between in {"", "the", "as", "as the", "who is the"} and _has_title(one) != _has_title(other):
            runs.append((*one, *other))
    return runs


def _has_title(run: Run) -> bool:
    return any(w.folded in TITLES for w in run)


def _in_run(word: Marked, run: Run) -> bool:
    """Whether ``run`` has ``word``, or has the words that it abbreviates."""
    if any(matches(word, other) for other in run):
        return True
    return word.word.text.isupper() and word.folded.replace(".", "") in initials(tuple(w.word for w in run))


def _expands(word: Marked, claim: Analysis, runs: Sequence[Run]) -> bool:
    """Whether ``word`` and its neighbours spell out what the source abbreviates: ``United States`` for ``US``."""
    position = next(n for n, w in enumerate(claim.words) if w is word)
    short = {w.folded for run in runs for w in run if w.word.text.isupper() and 2 <= len(w.folded) <= 5}
    for letters in short:
        for first in range(max(0, position - len(letters) + 1), position + 1):
            spelt = claim.words[first : first + len(letters)]
            if "".join(w.folded[:1] for w in spelt) == letters and all(w.word.text[0].isupper() for w in spelt):
                return True
    return False


def _persons(run: Run, source_runs: Sequence[Run]) -> bool:
    """Whether the words of ``run`` come from runs that do not overlap otherwise: two persons mixed into one."""
    owners = [{n for n, other in enumerate(source_runs) if _in_run(w, other)} for w in run]
    return not set.intersection(*owners)


def _drops_modifier(run: Run, other: Run) -> bool:
    mine = {w.folded for w in run}
    for n, word in enumerate(other[:-1]):
        if word.folded in _MODIFIERS and word.folded not in mine and any(matches(other[n + 1], w) for w in run):
            return True
    return False
