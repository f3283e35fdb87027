"""The language that each question of a file is in: stated in the file, else told from its words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.corpus.shape.language import CODES, likelihoods
from rag.evaluation.questions.question import Question

ROUNDS = 100


def languages_of(questions: Sequence[Question]) -> tuple[str, ...]:
    """The ISO 639-1 code of each question, in order.

    Two words alone often look like a neighbouring language. How common each language is in the whole file is estimated along
    with the languages of its questions, by expectation maximisation (Saerens, Latinne and Decaestecker 2002), so that a file of
    English questions is not said to hold a Dutch one.
    """
    column = {code: n for n, code in enumerate(CODES)}
    untold = [q for q in questions if not q.lang]
    if not untold:
        return tuple(q.lang or "" for q in questions)
    found = [likelihoods(q.text) for q in untold]
    evidence = np.array([[told.get(code, 0.0) for code in CODES] for told in found])
    evidence = np.where(evidence.sum(axis=1, keepdims=True) > 0, evidence, 1.0)
    stated = np.bincount([column[q.lang] for q in questions if q.lang in column], minlength=len(CODES)).astype(float)
    common = np.full(len(CODES), 1 / len(CODES))
    for _ in range(ROUNDS):
        share = evidence * common
        share /= np.maximum(share.sum(axis=1, keepdims=True), np.finfo(float).tiny)
        common = (share.sum(axis=0) + stated) / len(questions)
    told_code = iter(CODES[int(n)] for n in (evidence * common).argmax(axis=1))
    return tuple(q.lang or next(told_code) for q in questions)
