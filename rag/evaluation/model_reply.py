"""A language model asked once, with what is data marked as data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.llm.backend import Backend, Message, TextChunk


def reply(backend: Backend, messages: Sequence[Message]) -> str:
    """The whole reply. Raises BackendError."""
    return "".join(part.text for part in backend.stream(messages) if isinstance(part, TextChunk))


def delimited(tag: str, text: str) -> str:
    """``text`` between ``<tag>`` and ``</tag>``, which it cannot close itself: its own tags of that name lose their bracket."""
    own = re.compile(r"<(?=\s*/?\s*" + re.escape(tag) + r"\b)", re.IGNORECASE)
    return f"<{tag}>\n{own.sub('‹', text)}\n</{tag}>"
