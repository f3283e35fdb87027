"""The plan of a multilingual run: the English sets, the published ones in Turkish, Russian and Azerbaijani, and our own passages
in several languages, whose questions and claims are read over the text of another language as often as over their own.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training import mixture
from training.negatives import OtherPassages, cut_out, windowed
from training.rows import OWN, OwnPassage, QuestionRow, claim_rows, held_out, own_passages, question_rows, translated

ENGLISH = 0.3
"""Of a broad English plan: half of a run, which is what one epoch of the rest allows."""
QUESTIONS = {"thquad-tr": 6300, "azmirage-az": 4500, "rumeddanet-ru": 800}
CLAIMS = {"terra-ru": 3000, "cnli-tr": 1000, "rumeddanet-ru": 800}
A_PARAGRAPH = 10
"""Questions that one paragraph of ``thquad-tr`` may have: some have a hundred."""
FOREIGN = 0.6
"""How often a question or claim of a passage that has translations is read over the text of another language."""
TRANSLATED = OWN / "ml" / "translated"


def broad(data: Path, seed: int) -> mixture.Plan:
    """A share of the English plan, and all of the other languages."""
    rnd = random.Random(seed)
    english = mixture.broad(data, seed)
    questions = rnd.sample(english.questions, int(len(english.questions) * ENGLISH))
    claims = rnd.sample(english.claims, int(len(english.claims) * ENGLISH))
    for name, most in QUESTIONS.items():
        rows = [r for r in question_rows(data, name) if not held_out(r.group)]
        rows = _paragraphs(rows, rnd) if name == "azmirage-az" else _few(rows, rnd)
        questions += with_negatives(rnd.sample(rows, min(most, len(rows))), rows, rnd)
    for name, most in CLAIMS.items():
        rows_ = [r for r in claim_rows(data, name) if not held_out(r.group) and len(r.evidence) <= mixture.LONGEST_EVIDENCE]
        claims += rnd.sample(rows_, min(most, len(rows_)))
    return mixture.Plan(questions, claims)


def final(data: Path, seed: int, *, share: float = 0.12, times: int = 2) -> mixture.Plan:
    """Our own passages in every language and across them, ``times`` over, a part of the English ones, and ``share`` of a fresh
    broad plan."""
    rnd = random.Random(seed)
    rest = broad(data, seed)
    questions = rnd.sample(rest.questions, int(len(rest.questions) * share))
    claims = rnd.sample(rest.claims, int(len(rest.claims) * share))
    own = own_passages()
    few = rnd.sample(own, int(len(own) * ENGLISH))
    questions += mixture.own_questions(few, rnd)
    claims += mixture.own_claims(few, rnd)
    foreign = own_passages(OWN / "ml")
    parallel = translated(TRANSLATED, {p.id: p for p in own})
    for _ in range(times):
        questions += mixture.own_questions(foreign, rnd)
        claims += mixture.own_claims(foreign, rnd)
        # Each passage in each language is asked in a language drawn anew: what is learned is the matter, not the pair.
        mixed = [crossed(passage, of, rnd) for of in parallel.values() for passage in of.values()]
        questions += mixture.own_questions(mixed, rnd)
        claims += mixture.own_claims(mixed, rnd)
    return mixture.Plan(questions, claims)


def crossed(passage: OwnPassage, of: dict[str, OwnPassage], rnd: random.Random) -> OwnPassage:
    """``passage`` with each question and claim in its own language or in another: the answers stay those of its text."""
    others = [o for o in of.values() if o is not passage]
    questions = list(passage.questions)
    claims = list(passage.claims)
    for n, (_, answer, sentence) in enumerate(questions):
        other = rnd.choice(others) if rnd.random() < FOREIGN else passage
        if n < len(other.questions):
            questions[n] = (other.questions[n][0], answer, sentence)
    for n, (_, evidence, label) in enumerate(claims):
        other = rnd.choice(others) if rnd.random() < FOREIGN else passage
        if n < len(other.claims):
            claims[n] = (other.claims[n][0], evidence, label)
    return replace(passage, questions=tuple(questions), claims=tuple(claims))


def with_negatives(rows: Sequence[QuestionRow], texts: Sequence[QuestionRow], rnd: random.Random) -> list[QuestionRow]:
    """``rows`` and as many over a text that does not answer: another one, or the same without the answer."""
    other = OtherPassages(texts)
    found = []
    for row in rows:
        found.append(row)
        made = cut_out(row) if rnd.random() < 0.4 else None
        if made := made or other.other(row, rnd):
            found.append(made)
    return [mixture.titled(windowed(row, rnd, 200, 650), rnd) for row in found]


def _few(rows: Sequence[QuestionRow], rnd: random.Random) -> list[QuestionRow]:
    seen: Counter[str] = Counter()
    kept = []
    for row in rnd.sample(rows, len(rows)):
        seen[row.context[:200]] += 1
        if seen[row.context[:200]] <= A_PARAGRAPH:
            kept.append(row)
    return kept


def _paragraphs(rows: Sequence[QuestionRow], rnd: random.Random) -> list[QuestionRow]:
    """Rows whose text is one sentence, over that sentence among others of the set, which is where it answers."""
    found = []
    sentences = sorted({r.context for r in rows})
    for row in rows:
        around = [s for s in rnd.sample(sentences, rnd.randint(0, 4)) if s != row.context]
        at = rnd.randint(0, len(around))
        before = "".join(f"{s} " for s in around[:at])
        text = before + " ".join([row.context, *around[at:]])
        found.append(replace(row, context=text, spans=((len(before), len(before) + len(row.context)),)))
    return found
