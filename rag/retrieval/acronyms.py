"""Short and long names of one thing: a question may use the one where the documents use the other."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SHORT = re.compile(r"\b[A-Z]{2,6}s?\b")
_LONG = re.compile(r"\b[A-Z][\w’'-]+(?:\s+(?:(?:of|for|the|and|on)\s+)*[A-Z][\w’'-]+){1,5}")
_SMALL = r"(?:\s+(?:of|for|the|and|on))*\s+"


def spelt_out(question: str, texts: Sequence[str]) -> str:
    """``question`` with the name that ``texts`` use behind the one that it uses: "the CTC" becomes "the CTC (Caspian Transport
    Council)" where they spell it out somewhere."""
    everything = "\n".join(texts)
    for short in dict.fromkeys(m[0].removesuffix("s") for m in _SHORT.finditer(question)):
        words = _SMALL.join(letter + r"[\w’-]+" for letter in short)
        spelt = re.search(rf"\b{words}\b", everything)
        if spelt and spelt[0] not in question:
            question = re.sub(rf"\b{short}\b", f"{short} ({' '.join(spelt[0].split())})", question, count=1)
    for long in dict.fromkeys(m[0] for m in _LONG.finditer(question)):
        short = "".join(word[0] for word in long.split() if word[0].isupper())
        if long not in everything and short not in question and re.search(rf"\b{short}\b", everything):
            question = question.replace(long, f"{long} ({short})", 1)
    return question
