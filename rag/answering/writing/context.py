"""What a model is shown: numbered passages, best first, within a budget, never cut inside a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.types import Hit, Passage, Span

_DELIMITER = re.compile(r"<(?=\s*/?\s*passage)", re.IGNORECASE)


def fitting(hits: Sequence[Hit], budget: int, count_tokens: Callable[[str], int]) -> tuple[Passage, ...]:
    """The passages of ``hits`` in rank order, as many as ``budget`` tokens take.

    The first that does not fit is shortened to its leading whole sentences, if at least one fits; the rest are left out. The
    very first passage always gives at least its first sentence, so that there is something to answer from.
    """
    chosen: list[Passage] = []
    left = budget
    for hit in hits:
        passage = hit.passage
        cost = count_tokens(passage.text)
        if cost <= left:
            chosen.append(passage)
            left -= cost
            continue
        shortened = _shortened(passage, left, count_tokens, at_least=0 if chosen else 1)
        if shortened is not None:
            chosen.append(shortened)
        break
    return tuple(chosen)


def numbered(passages: Sequence[Passage]) -> str:
    """The passages as delimited data, numbered from 1. Nothing inside a passage can close it: delimiters in it are defused."""
    framed = (
        f'<passage number="{n}">\n{_title(p)}{_DELIMITER.sub("‹", _whole(p))}\n</passage>' for n, p in enumerate(passages, 1)
    )
    return "\n".join(framed)


def _title(passage: Passage) -> str:
    path = " › ".join(part for part in passage.section if part)
    return f"({_DELIMITER.sub('‹', path)})\n" if path else ""


def _whole(passage: Passage) -> str:
    """The text after what it cannot be understood without, such as the header of its table."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def _shortened(passage: Passage, budget: int, count: Callable[[str], int], *, at_least: int) -> Passage | None:
    kept = 0
    for n, sentence in enumerate(passage.sentences, 1):
        if n > at_least and count(passage.quote(Span(passage.span.start, sentence.end))) > budget:
            break
        kept = n
    if not kept:
        return None
    span = Span(passage.span.start, passage.sentences[kept - 1].end)
    return replace(passage, span=span, text=passage.quote(span), sentences=passage.sentences[:kept])
