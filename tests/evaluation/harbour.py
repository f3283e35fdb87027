"""Two small documents and an engine over them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

from rag.types import Document, Span
from tests.fake_engine import NOTE, TREATY, FakeEngine


def made(name: str, text: str, title: str = "") -> Document:
    """A document whose sentences start with a capital and end with a full stop."""
    sentences = tuple(Span(m.start(), m.end()) for m in re.finditer(r"[A-Z][^.\n]*\.", text))
    return Document(name, title or name, text, hashlib.sha256(text.encode()).hexdigest(), (), sentences, language="en")


def harbour_engine(before_answer: Callable[[str], None] = lambda question: None) -> FakeEngine:
    documents = made("treaty.md", TREATY, "Harbour treaty"), made("notes/ferry.txt", NOTE, "Ferry note")
    return FakeEngine(documents, before_answer=before_answer)
