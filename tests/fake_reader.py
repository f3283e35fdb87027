"""A reader without a model: it judges by shared words. Deterministic, instant, and easily checked by eye.

A text answers as far as it has the question's words; the words that answer are what its likeliest stretch adds to them.
Evidence supports a claim as far as it has the claim's words; a number or name that it does not have is held against it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.models.reader import CONTRADICTED, SUPPORTED, UNSUPPORTED, Answerability, Floats

TOKEN = re.compile(r"\w+|[^\w\s]")
STRETCH = re.compile(r"[^.!?;:\n]*(?:[.!?;:\n]+|\Z)")
STOP = frozenset(
    "a an and are as at be been by did do does for from has have how in is it its many much of on or that the there this to "
    "was were what when where which who whom whose why will with".split()
)
STEM = 4
"""Letters by which two words count as the same: "opens" and "open", "built" and "build"."""
LONGEST_CLAIM = 160
SURE = 6.0
"""Log odds of a text that has every word of the question; one that has none gets as much against it."""
FOREIGN_PRICE = 0.2
"""The factor on the support of a claim for each number or name that the evidence does not have."""


@dataclass
class FakeReader:
    """``pairs`` records every claim that was judged with its evidence, so that a test can say how many were."""

    name: str = "fake"
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"reader/{self.name}".encode()).hexdigest()

    def answers(self, question: str, texts: Sequence[str]) -> tuple[Answerability, ...]:
        wanted = stems(question)
        return tuple(_answer(wanted, text) for text in texts)

    def supports(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        self.pairs += pairs
        return np.array([_support(*pair) for pair in pairs], np.float32).reshape(len(pairs), 3)

    def knows(self, text: str) -> bool:
        """A text whose words are mostly in ASCII."""
        words = text.split()
        return sum(map(str.isascii, words)) >= len(words) / 2


def stem(word: str) -> str:
    folded = word.casefold()
    return folded if any(c.isdigit() for c in folded) else folded[:STEM]


def is_content(word: str) -> bool:
    return word[0].isalnum() and word.casefold() not in STOP


def stems(text: str) -> frozenset[str]:
    """The content words of ``text``, in the form in which they are compared."""
    return frozenset(stem(w) for w in TOKEN.findall(text) if is_content(w))


def _share(wanted: frozenset[str], held: frozenset[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 0.0


def _answer(wanted: frozenset[str], text: str) -> Answerability:
    tokens = [*TOKEN.finditer(text)]
    logits = np.full((len(tokens), 2), -SURE, np.float32)
    at = 0
    for stretch in STRETCH.finditer(text):
        first = at
        while at < len(tokens) and tokens[at].start() < stretch.end():
            at += 1
        if first < at:
            logits[first:at] += 2 * SURE * _share(wanted, stems(stretch[0])) - 2
            begin, end = _adds(wanted, [t[0] for t in tokens[first:at]])
            logits[first + begin, 0] += 2
            logits[first + end, 1] += 2
    offsets = np.array([t.span() for t in tokens], np.int64).reshape(len(tokens), 2)
    answerable = SURE * (2 * _share(wanted, stems(text)) - 1)
    return Answerability(answerable, 0.0, logits[:, 0], logits[:, 1], offsets)


def _adds(wanted: frozenset[str], words: Sequence[str]) -> tuple[int, int]:
    """Where the longest run of words that the question does not have begins and ends, by its first and last content word; the
    whole stretch where there is none."""
    runs: list[list[int]] = [[]]
    for n, word in enumerate(words):
        if stem(word) in wanted:
            runs.append([])
        elif is_content(word):
            runs[-1].append(n)
    longest = max(reversed(runs), key=len)
    return (longest[0], longest[-1]) if longest else (0, len(words) - 1)


def _support(claim: str, evidence: str) -> tuple[float, float, float]:
    words, held = TOKEN.findall(claim), stems(evidence)
    wanted = stems(claim)
    if len(words) > LONGEST_CLAIM or not wanted:
        return 0.0, 1.0, 0.0
    content = [w for w in words[1:] if is_content(w)]
    foreign = {stem(w) for w in content if w[0].isupper() or w[0].isdigit()} - held
    supported = 0.99 * _share(wanted, held) * FOREIGN_PRICE ** len(foreign)
    found = [0.0, 0.0, 0.0]
    found[SUPPORTED] = supported
    found[CONTRADICTED] = (1 - supported) * (0.8 if foreign else 0.1)
    found[UNSUPPORTED] = 1 - supported - found[CONTRADICTED]
    return found[0], found[1], found[2]
