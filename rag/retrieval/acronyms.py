"""Short and long names of one thing: a question may use the one where the documents use the other."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SHORT = re.compile(r"\b[A-Z]{2,6}s?\b")
_LONG = re.compile(r"\b[A-Z][\w’'-]+(?:\s+(?:(?:of|for|the|and|on)\s+)*[A-Z][\w’'-]+){1,5}")
_LEAST = 3
"""Letters; two of them begin too many pairs of words."""
_SMALL = r"(?:\s+(?:of|for|the|and|on))*\s+"


def _plain(short: str, everything: str) -> re.Match[str] | None:
    """ "heavy goods vehicles" for HGV: words that no capitals mark, where the texts do not have the short form itself."""
    if len(short) < _LEAST or re.search(rf"\b{short}s?\b", everything):
        return None
    return re.search(r"\b" + r"[\s-]".join(letter + r"[\w’]{2,}" for letter in short) + r"\b", everything, re.IGNORECASE)


def spelt_out(question: str, texts: Sequence[str]) -> str:
    """``question`` with the name that ``texts`` use behind the one that it uses: "the CTC" becomes "the CTC (Caspian Transport
    Council)" where they spell it out somewhere."""
    everything = "\n".join(texts)
    for short in dict.fromkeys(m[0].removesuffix("s") for m in _SHORT.finditer(question)):
        words = _SMALL.join(letter + r"[\w’-]+" for letter in short)
        spelt = re.search(rf"\b{words}\b", everything) or _plain(short, everything)
        if spelt and spelt[0] not in question:
            question = re.sub(rf"\b{short}s?\b", rf"\g<0> ({' '.join(spelt[0].split())})", question, count=1)
    for long in dict.fromkeys(m[0] for m in _LONG.finditer(question)):
        short = "".join(word[0] for word in long.split() if word[0].isupper())
        if long not in everything and short not in question and re.search(rf"\b{short}\b", everything):
            question = question.replace(long, f"{long} ({short})", 1)
    return question
