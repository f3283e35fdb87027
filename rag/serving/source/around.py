"""What stands right before and after an excerpt, for a face that has no room for the document."""

from __future__ import annotations

import re

from rag.contract import Json
from rag.types import Document, Span


def around(document: Document, span: Span, width: int) -> Json:
    """The excerpt at ``span`` with up to ``width`` code points before and after it, cut between words."""
    text = document.text
    end = min(span.end, len(text))
    start = min(span.start, end)
    first, last = max(0, start - width), min(len(text), end + width)
    before, after = text[first:start], text[end:last]
    if first > 0:
        before = re.sub(r"\A\S*\s*", "", before)
    if last < len(text):
        after = re.sub(r"\s*\S*\Z", "", after)
    return {"id": document.id, "title": document.title, "before": before, "quote": text[start:end], "after": after}
