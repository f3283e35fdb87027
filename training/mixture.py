"""What goes into a training run, and how often: the plan of one phase, made anew from one seed.

The first phase is broad; the second, in which the learning rate falls, holds our own passages of official text beside a sample
of the rest, so that what is learned last is what the reader is for.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from rag.answering.proof.prover import telling_words
from training import edits
from training.made_claims import edited_claims, misplaced, stated_claims
from training.negatives import OtherPassages, changed, cut_out, windowed
from training.rows import (
    CONTRADICTED,
    NOT_SUPPORTED,
    SUPPORTED,
    ClaimRow,
    OwnPassage,
    QuestionRow,
    claim_rows,
    held_out,
    own_passages,
    question_rows,
)

QUESTIONS = {
    # name: (at most so many rows, how often each)
    "squad2-unansq": (6100, 2.0),
    "squad1-train-part": (4000, 1.0),
    "squad1-train-nqg": (3000, 1.0),
    "squadshifts-new-wiki": (7000, 1.0),
    "nq-oracle": (2650, 0.7),
    "qed": (760, 1.0),
    "clapnq": (600, 1.0),
    "selqa": (2500, 1.0),
    "condaqa": (1500, 1.0),
    "covidqa": (1000, 0.7),
    "pubmedqa": (300, 1.0),
    "conditionalqa": (2500, 1.0),
    "boolq-dev": (800, 1.0),
    "medquad": (700, 1.0),
    "fairytaleqa": (2500, 1.0),
    "qamr": (8000, 1.0),
}
CLAIMS = {
    "fever-dev": (9000, 1.0),
    "fm2": (2600, 2.0),
    "fever-symmetric": (1500, 2.0),
    "scifact-rte": (800, 1.0),
    "contractnli": (2500, 1.0),
    "mnli-dev": (13800, 1.0),
    "taxinli": (2300, 1.0),
    "negation-nli": (2000, 1.0),
    "summedits": (2400, 1.0),
    "evidence-inference": (2500, 1.0),
    "condaqa": (3000, 1.0),
    "cad-nli": (2500, 1.0),
    "conjnli": (3500, 1.0),
    "hans-aug": (2500, 1.0),
    "breaking-nli": (1800, 1.0),
    "scone": (1000, 1.0),
    "snli-devtest": (1500, 1.0),
    "med": (800, 1.0),
    "help": (500, 1.0),
    "wice-train": (371, 1.0),
    "boolq-dev": (800, 1.0),
}
EDITED_FROM = (
    "squad1-train-part",
    "squad2-unansq",
    "squadshifts-new-wiki",
    "conditionalqa",
    "selqa",
    "nq-oracle",
    "squad1-train-nqg",
)
LONGEST_EVIDENCE = 900
MISPLACED = ("fever-dev", "fm2", "fever-symmetric", "scifact-rte", "contractnli", "summedits", "evidence-inference")
"""Claims about facts, which another text of their set does not tell."""
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Plan:
    """The pairs of one phase, shuffled by the batches and not here."""

    questions: list[QuestionRow]
    claims: list[ClaimRow]


def broad(data: Path, seed: int, *, edited: int = 18000, development: bool = False) -> Plan:
    """The published sets with our negatives and edits. ``development``: the tenth that is held out, instead of the rest."""
    rnd = random.Random(seed)
    edits.random_source = random.Random(seed + 1)
    questions: list[QuestionRow] = []
    pool: list[QuestionRow] = []
    for name, (most, times) in QUESTIONS.items():
        rows = [r for r in question_rows(data, name) if held_out(r.group) is development]
        pool += [r for r in rows if name in EDITED_FROM]
        questions += _with_negatives(_sampled(rows, most, times, rnd), rows, rnd)
    claims: list[ClaimRow] = []
    for name, (most, times) in CLAIMS.items():
        rows_ = [r for r in claim_rows(data, name) if held_out(r.group) is development and len(r.evidence) <= LONGEST_EVIDENCE]
        if name == "breaking-nli":
            rows_ = [r for r in rows_ if r.label != CONTRADICTED] + rnd.sample(
                [r for r in rows_ if r.label == CONTRADICTED], min(1000, len(rows_) // 5)
            )
        claims += _sampled(rows_, most, times, rnd)
        if name in MISPLACED:
            claims += misplaced(rows_, most // 4, rnd)
    claims += edited_claims(pool, edited if not development else edited // 10, rnd)
    claims += stated_claims(pool, 8000 if not development else 900, rnd)
    return Plan(questions, claims)


def final(data: Path, seed: int, *, asked: int = 1, claimed: int = 2, share: float = 0.12) -> Plan:
    """Our own passages, their questions ``asked`` times and their claims ``claimed`` times over in changing surroundings, beside
    ``share`` of a fresh broad plan."""
    rnd = random.Random(seed)
    rest = broad(data, seed)
    passages = own_passages()
    claims = rnd.sample(rest.claims, int(len(rest.claims) * share))
    questions = rnd.sample(rest.questions, int(len(rest.questions) * share))
    for _ in range(claimed):
        claims += own_claims(passages, rnd)
    for _ in range(asked):
        questions += own_questions(passages, rnd)
    return Plan(questions, claims)


def own_claims(passages: Sequence[OwnPassage], rnd: random.Random) -> list[ClaimRow]:
    """Every claim of our passages over its evidence: alone, with neighbours, or with the whole passage in short."""
    found = []
    for passage in passages:
        for text, evidence, label in passage.claims:
            chosen = set(evidence)
            if rnd.random() < 0.5:
                near = rnd.choice(sorted(chosen)) + rnd.choice((-1, 1))
                if 0 <= near < len(passage.sentences):
                    chosen.add(near)
            if rnd.random() < 0.35 and len(chosen) < 3:
                chosen.add(rnd.randrange(len(passage.sentences)))
            shown = _shown(passage, chosen, rnd)
            claim = text if rnd.random() < 0.9 else text.rstrip(".")
            found.append(ClaimRow("own", passage.id, claim, shown, label))
            if label == SUPPORTED and rnd.random() < 0.6:
                found.append(ClaimRow("own", passage.id, claim, _elsewhere(passage, claim, evidence, rnd), NOT_SUPPORTED))
        # what is edited by rule, over official text
        sentence = rnd.choice(passage.sentences)
        neighbours = [s for s in passage.sentences if s != sentence]
        false = edits.lie(edits.harmless(sentence) if rnd.random() < 0.4 else sentence, neighbours, ())
        found.append(ClaimRow("own", passage.id, edits.harmless(sentence), sentence, SUPPORTED))
        if false:
            found.append(ClaimRow("own", passage.id, false, sentence, NOT_SUPPORTED))
    return found


def _elsewhere(passage: OwnPassage, claim: str, evidence: Sequence[int], rnd: random.Random) -> str:
    """Sentences of the passage that have words of a true claim and do not tell it. A reader that met a claim only over what it is
    about would judge how it sounds, and not whether it stands there."""
    wanted = telling_words(claim)
    others = [n for n in range(len(passage.sentences)) if n not in evidence]
    others.sort(key=lambda n: -len(wanted & telling_words(passage.sentences[n])))
    near = others[:4]
    return _shown(passage, rnd.sample(near, min(len(near), rnd.randint(1, 3))), rnd)


def _shown(passage: OwnPassage, chosen: Iterable[int], rnd: random.Random) -> str:
    """Some sentences of a passage as evidence, more often than not below its head."""
    shown = " ".join(passage.sentences[n] for n in sorted(chosen))
    return f"{passage.head}: {shown}" if rnd.random() < 0.6 else shown


def own_questions(passages: Sequence[OwnPassage], rnd: random.Random) -> list[QuestionRow]:
    """Every question of our passages over a run of its sentences, with or without title; and the same answer cut out."""
    found = []
    for number, passage in enumerate(passages):
        text = " ".join(passage.sentences)
        starts = [0]
        for sentence in passage.sentences:
            starts.append(starts[-1] + len(sentence) + 1)
        for question, answer, sentence_number in passage.questions:
            spans: tuple[tuple[int, int], ...] = ()
            if answer is not None and sentence_number is not None:
                begin = starts[sentence_number] + passage.sentences[sentence_number].index(answer)
                spans = ((begin, begin + len(answer)),)
            row = QuestionRow("own", passage.id, question, text, answer is not None, spans, passage.head)
            found.append(titled(windowed(row, rnd, 250, 1000), rnd, 0.7))
            if answer is not None and rnd.random() < 0.2:
                without = cut_out(row)
                if without:
                    found.append(titled(windowed(without, rnd), rnd, 0.7))
            if answer is not None and rnd.random() < 0.1:
                other = passages[(number + rnd.randrange(1, len(passages))) % len(passages)]
                far = replace(row, context=" ".join(other.sentences), answerable=False, spans=(), title=other.head)
                found.append(titled(windowed(far, rnd), rnd, 0.7))
    return found


def titled(row: QuestionRow, rnd: random.Random, chance: float = 0.4) -> QuestionRow:
    """The title before the text, as the reader gets it when it serves; not always, since not every text has one."""
    if not row.title or rnd.random() > chance:
        return row
    head = f"{row.title.replace('_', ' ')}: "
    spans = tuple((s + len(head), e + len(head)) for s, e in row.spans)
    return replace(row, context=head + row.context, spans=spans)


def _with_negatives(rows: Sequence[QuestionRow], texts: Sequence[QuestionRow], rnd: random.Random) -> list[QuestionRow]:
    """``rows`` with as many unanswerable ones beside them, so far as their set has too few of its own."""
    other = OtherPassages(texts)
    names = [n for r in rnd.sample(list(texts), min(300, len(texts))) for n in edits.names_in(r.context)]
    answerable = sum(r.answerable for r in rows)
    lacking = max(0, answerable - (len(rows) - answerable)) * (
        0.35 if rows and rows[0].source in ("qamr", "squad1-train-nqg") else 0.75
    )
    found: list[QuestionRow] = []
    makers = (other.other, lambda r, g: cut_out(r), lambda r, g: changed(r, g, names))
    candidates = [r for r in rows if r.answerable]
    rnd.shuffle(candidates)
    for number, row in enumerate(candidates):
        if len(found) >= lacking:
            break
        for maker in (*makers[number % 3 :], *makers[: number % 3]):
            made = maker(row, rnd)
            if made is not None:
                found.append(made)
                break
    return [titled(windowed(r, rnd), rnd) for r in (*rows, *found)]


def _sampled(rows: Iterable[Row], most: int, times: float, rnd: random.Random) -> list[Row]:
    rows = list(rows)
    if len(rows) > most:
        rows = rnd.sample(rows, most)
    whole, part = int(times), times - int(times)
    return [*rows] * whole + (rnd.sample(rows, int(len(rows) * part)) if part else [])
