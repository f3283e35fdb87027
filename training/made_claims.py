"""Claims made of texts by other hands: their own sentences edited, people's questions with their answers, and true claims over a
text that does not tell them.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.proof.prover import telling_words
from training import edits
from training.rows import NOT_SUPPORTED, SUPPORTED, ClaimRow, QuestionRow, sentences_of
from training.statements import statement


def misplaced(rows: Sequence[ClaimRow], number: int, rnd: random.Random) -> list[ClaimRow]:
    """Supported claims over the evidence of others, the one of two dozen that shares most words with the claim."""
    true = [r for r in rows if r.label == SUPPORTED]
    found = []
    for row in rnd.sample(true, min(number, len(true))):
        wanted = telling_words(row.claim)
        others = [r for r in rnd.sample(rows, min(24, len(rows))) if r.group != row.group]
        if others:
            other = max(others, key=lambda r: len(wanted & telling_words(r.evidence)))
            found.append(replace(row, evidence=other.evidence, label=NOT_SUPPORTED))
    return found


def edited_claims(pool: Sequence[QuestionRow], number: int, rnd: random.Random) -> list[ClaimRow]:
    """Sentences of real texts, edited: half harmlessly, half into lies, over themselves or with their neighbours."""
    found: list[ClaimRow] = []
    contexts = sorted({(r.group, r.context) for r in pool})
    rnd.shuffle(contexts)
    elsewhere = [n for _, text in contexts[:400] for n in edits.names_in(text)]
    while len(found) < number and contexts:
        for group, context in contexts:
            sentences = [context[a:b] for a, b in sentences_of(context)]
            usable = [n for n, s in enumerate(sentences) if 6 <= len(s.split()) <= 45]
            for n in rnd.sample(usable, min(3, len(usable))):
                original = sentences[n]
                shown = [original]
                if rnd.random() < 0.6:
                    shown = sentences[max(0, n - rnd.randint(0, 1)) : n + 1 + rnd.randint(0, 1)]
                evidence = " ".join(shown)
                harmless = edits.harmless(original)
                found.append(ClaimRow("edited", group, harmless, evidence, SUPPORTED))
                beside = " ".join(sentences[max(0, n - 2) : n] + sentences[n + 1 : n + 3])
                if beside and rnd.random() < 0.4:
                    found.append(ClaimRow("edited", group, harmless, beside, NOT_SUPPORTED))
                base = edits.harmless(original) if rnd.random() < 0.4 else original
                false = edits.lie(base, [s for s in sentences if s != original], elsewhere)
                if false and not _stands_in(false, evidence):
                    found.append(ClaimRow("edited", group, false, evidence, NOT_SUPPORTED))
            if len(found) >= number:
                break
        else:
            continue
        break
    return found


def stated_claims(pool: Sequence[QuestionRow], number: int, rnd: random.Random) -> list[ClaimRow]:
    """People's questions as statements: with their answer, and with another name or number of the same text for it."""
    found: list[ClaimRow] = []
    for row in rnd.sample(list(pool), len(pool)):
        if not row.answerable or not row.spans:
            continue
        start, end = row.spans[0]
        answer = row.context[start:end]
        made = statement(row.question, answer)
        if made is None:
            continue
        bounds = sentences_of(row.context)
        at = next((n for n, (a, b) in enumerate(bounds) if a <= start < b), None)
        if at is None:
            continue
        first = max(0, at - rnd.randint(0, 2))
        evidence = row.context[bounds[first][0] : bounds[min(at + rnd.randint(0, 1), len(bounds) - 1)][1]]
        found.append(ClaimRow("stated", row.group, made, evidence, SUPPORTED))
        rest = " ".join(row.context[a:b] for n, (a, b) in enumerate(bounds) if 0 < abs(n - at) <= 2)
        if rest and answer not in rest and rnd.random() < 0.4:
            found.append(ClaimRow("stated", row.group, made, rest, NOT_SUPPORTED))
        false = _otherwise(row, answer, rnd)
        if false:
            found.append(ClaimRow("stated", row.group, false, evidence, NOT_SUPPORTED))
        if len(found) >= number:
            break
    return found


def _otherwise(row: QuestionRow, answer: str, rnd: random.Random) -> str | None:
    if any(c.isdigit() for c in answer):
        digits = [w for w in row.context.split() if any(c.isdigit() for c in w)]
        options = [w.strip(".,;()") for w in digits if w.strip(".,;()") not in answer and answer not in w]
    elif answer[:1].isupper():
        options = [n.removeprefix("the ") for n in edits.names_in(row.context) if n not in answer and answer not in n]
    else:
        return None
    options = [o for o in options if o and o not in row.question]
    return statement(row.question, rnd.choice(options)) if options else None


def _stands_in(claim: str, evidence: str) -> bool:
    return claim.strip().rstrip(".").casefold() in evidence.casefold()
