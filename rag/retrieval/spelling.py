"""Misspelt words of a question, mended by the words of the passages that the question finds all the same.

The embedding model reads through most slips, so its nearest passages are the dictionary. A word is only touched if no passage
of the index has it, the model's own vocabulary does not know it whole (a misspelling falls into pieces), it is not a name, and
one of those passages has a word that differs by one slip (two in a long word) after the same first letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

_WORD = re.compile(r"[^\W\d_]{4,}")
LONG = 9  # letters from which two slips are forgiven


def corrected(question: str, vocabulary: Iterable[str], *, unknown: Callable[[str], bool], pieces: Callable[[str], int]) -> str:
    """``question`` with its misspelt words replaced.

    Args:
        vocabulary: texts whose words may stand in.
        unknown: whether no passage has a word. pieces: into how many tokens the embedding model cuts a word.
    """
    suspects = [
        m
        for m in _WORD.finditer(question)
        if (m.start() == 0 or m.group().islower()) and pieces(m.group().lower()) > 1 and unknown(m.group())
    ]
    if not suspects:
        return question
    known = sorted({w.lower() for text in vocabulary for w in _WORD.findall(text)})
    mended, at = "", 0
    for m in suspects:
        word = m.group().lower()
        slips = 2 if len(word) >= LONG else 1
        near = process.extractOne(word, [w for w in known if w[0] == word[0]], scorer=OSA.distance, score_cutoff=slips)
        if near is not None:
            mended += question[at : m.start()] + near[0]
            at = m.end()
    return mended + question[at:]
