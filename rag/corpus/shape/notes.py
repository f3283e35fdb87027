"""Footnotes are text of their own, tied to the sentence that their mark stands in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from rag.corpus.shape.draft import Block
from rag.types import Context, Span


def note_contexts(text: str, blocks: Sequence[Block], sentences: Sequence[Span]) -> Iterator[Context]:
    """For each note the sentence that it is about: the nearest one that its mark stands in."""
    notes = [block for block in blocks if block.note]
    own = [block.span for block in notes]
    for block in notes:
        mark = re.compile(rf"(?<=[\w.,;:!?)\]”\"’»]){re.escape(block.note)}(?![\w¹²³⁰⁴-⁹*])")
        places = [m.start() for m in mark.finditer(text) if not any(span.start <= m.start() < span.end for span in own)]
        if places:
            nearest = min(places, key=lambda place: abs(place - block.span.start))
            sentence = sentences[bisect_right(sentences, nearest, key=lambda s: s.start) - 1]
            yield Context("note", sentence, sentence.of(text), block.span)
