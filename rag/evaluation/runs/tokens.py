"""Word overlap of two texts, without a model."""

from __future__ import annotations

import re
from collections import Counter

ARTICLES = frozenset({"a", "an", "the"})
WORD = re.compile(r"\w+(?:[.,'’]\w+)*")


def tokens(text: str) -> list[str]:
    """Case-folded words without English articles, as the SQuAD evaluation counts them; ``3.5`` and ``U.S`` are one word."""
    return [w for w in WORD.findall(text.casefold()) if w not in ARTICLES]


def token_f1(answer: str, reference: str) -> float:
    """Harmonic mean of precision and recall of the common words, counted with multiplicity (Rajpurkar et al. 2016).

    1.0 where both have no words, 0.0 where one has none.
    """
    left, right = Counter(tokens(answer)), Counter(tokens(reference))
    common = (left & right).total()
    if not left and not right:
        return 1.0
    return 2 * common / (left.total() + right.total())


def coverage(text: str, source: str) -> float:
    """Share of the words of ``text``, counted with multiplicity, that occur in ``source``; 1.0 where it has none."""
    words, known = tokens(text), set(tokens(source))
    return sum(w in known for w in words) / len(words) if words else 1.0
