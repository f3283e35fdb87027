"""What of a question the documents never mention, joined as it stands there: "nothing about nuclear weapons"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rag.answering.reading.paragraphs import TermStatistics
from rag.answering.writing.wording import WORD, content_words
from rag.index.terms import exact
from rag.localization.question_language import asked_in

AT_MOST = 3
_PIECE = re.compile(r"[^\W_]+")
_VERB = re.compile(r"\b(?:i|we|you|they|he|she|it)\s+\Z", re.IGNORECASE)
"""What follows one of these is what is done, not what it is done to: nobody looks for "nothing about take"."""
_DEGREE = re.compile(r"\bhow\s+\Z", re.IGNORECASE)
_JOINT = re.compile(r"\s+(?:(?:of|for|to|in|on)\s+)?(?:the\s+|an?\s+)?", re.IGNORECASE)


def unknown_language(question: str, spoken: Sequence[str], knows: Callable[[str], bool]) -> bool:
    """Whether ``question`` is in another language than the documents, which the models do not know (``knows``): that it finds
    nothing says nothing of the documents, which are in the languages ``spoken``."""
    told = asked_in(question)
    return told is not None and told not in spoken and not knows(question)


def not_mentioned(question: str, statistics: TermStatistics) -> tuple[str, ...]:
    """The stretches of ``question`` whose words stand in no passage, at most :data:`AT_MOST`, in order. Words without a meaning
    of their own are never named, and join two that are not mentioned."""
    found: list[tuple[int, int]] = []
    for word in WORD.finditer(question):
        before = question[: word.start()]
        if _VERB.search(before) or _DEGREE.search(before) or not content_words(word[0]) or not _unknown(word[0], statistics):
            continue
        if found and _JOINT.fullmatch(question, found[-1][1], word.start()):
            found[-1] = found[-1][0], word.end()
        else:
            found.append((word.start(), word.end()))
    return tuple(dict.fromkeys(question[a:b] for a, b in found))[:AT_MOST]


def _unknown(word: str, statistics: TermStatistics) -> bool:
    """Whether one of the words that a hyphen joins stands nowhere."""
    for piece in _PIECE.findall(word):
        terms = exact(statistics.terms(piece))
        if terms and not any(statistics.document_frequency(terms).values()):
            return True
    return False
