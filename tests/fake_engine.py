"""An engine over two tiny documents that answers by word overlap: same shape as ``rag.guiding.engine.GuidedEngine``, no model.

For tests of the faces and of the harness, where what matters is what is done with an outcome, not how it was found.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.errors import CharterError, NotFound, QuestionError
from rag.events import CitationReady, ClaimReady, Delta, Event, Finished, Started
from rag.retrieval.scope import Catalogue
from rag.types import (
    UNFILTERED,
    Answer,
    Citation,
    Claim,
    Document,
    DocumentEntry,
    Filter,
    Hit,
    Origin,
    Outcome,
    Passage,
    Provenance,
    Refusal,
    Section,
    Span,
    Timings,
    Turn,
)

UNKNOWN = Origin()
TREATY = (
    "Article 1\nThe harbour opens at six.\n\nArticle 2\nThe lighthouse was built in 1911 by Ada Varga. It is 40 metres high."
)
NOTE = "The ferry leaves on Mondays. Dogs travel free."
STOP = {"the", "a", "is", "was", "in", "on", "at", "it", "by", "who", "what", "when", "does", "do", "how", "of", "to"}


def words(text: str) -> set[str]:
    return {w for w in re.findall(r"\w+", text.lower()) if w not in STOP}


def document(name: str, title: str, text: str, origin: Origin = UNKNOWN) -> Document:
    sentences = tuple(Span(m.start(), m.end()) for m in re.finditer(r"[A-Z][^.\n]*\.", text))
    heads = [*re.finditer(r"Article \d+", text)]
    ends = [*(h.start() for h in heads[1:]), len(text)] if heads else []
    sections = tuple(Section((h.group(),), Span(h.start(), end)) for h, end in zip(heads, ends, strict=True))
    return Document(
        name, title, text, hashlib.sha256(text.encode()).hexdigest(), sections, sentences, language="en", origin=origin
    )


def default_documents() -> tuple[Document, ...]:
    return document("treaty.md", "Harbour treaty", TREATY), document(
        "notes/ferry.txt", "Ferry note", NOTE, Origin(date="2024-05-31", tags=("ferries",))
    )


@dataclass
class FakeEngine:
    """Answers with every sentence that shares two words with the question (one, if it has only one), else refuses."""

    corpus: tuple[Document, ...] = field(default_factory=default_documents)
    index: str = "fake-generation"
    backend: str = "extractive"
    before_answer: Callable[[str], None] = lambda question: None
    asked: list[str] = field(default_factory=list)

    def examples(self, lang: str | None = None) -> tuple[str, ...]:
        return "When does the harbour open?", "Who built the lighthouse?"

    def problem(self) -> CharterError | None:
        return None

    def documents(self) -> tuple[DocumentEntry, ...]:
        return tuple(
            DocumentEntry(d.id, d.title, d.sha256, None, len(d.sentences), d.language, "2026-01-01T00:00:00Z", d.origin)
            for d in self.corpus
        )

    def document(self, document_id: str) -> Document:
        for found in self.corpus:
            if found.id == document_id:
                return found
        raise NotFound(f"There is no document '{document_id}'.", remedy="GET /api/v1/documents lists them.")

    def passages(self) -> list[Passage]:
        made = []
        for d in self.corpus:
            for n, s in enumerate(d.sentences):
                section = next((x.path for x in d.sections if x.span.contains(s)), ())
                made.append(Passage(f"{d.id}:{n}", d.id, d.sha256, d.title, section, None, s, s.of(d.text), (s,)))
        return made

    def search(self, question: str, k: int = 10, *, filter: Filter = UNFILTERED) -> tuple[Hit, ...]:
        asked = words(question)
        within = Catalogue(self.documents()).scope(filter).documents
        allowed = [p for p in self.passages() if within is None or p.document in within]
        scored = sorted(allowed, key=lambda p: -len(asked & words(p.text)))[:k]
        return tuple(
            Hit(n, float(len(asked & words(p.text))), p, 0.5, float(len(asked & words(p.text))))
            for n, p in enumerate(scored, 1)
        )

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Filter = UNFILTERED,
        lang: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event]:
        if not question.strip():
            raise QuestionError("The question is empty.", remedy="Write a question.")
        self.asked.append(question)
        identity = hashlib.sha256(question.encode()).hexdigest()[:12]
        yield Started(identity, self.index, self.backend)
        self.before_answer(question)
        hits = self.search(question, filter=filter)
        need = min(2, len(words(question))) or 99
        chosen = [h.passage for h in hits if h.score >= need][:3]
        provenance = Provenance(self.backend, self.index, timings=Timings(1.0, 2.0, 0.5, 3.5))
        cited = tuple(
            Citation(n, p.document, p.document_sha256, p.title, p.section, p.page, p.span, p.text)
            for n, p in enumerate(chosen or [h.passage for h in hits[:3]], 1)
        )
        if not chosen:
            text = "The documents do not answer this question."
            yield Delta(text)
            yield Finished(Refusal(identity, question, text, cited, 0.1, provenance))
            return
        claims = []
        for n, citation in enumerate(cited):
            if cancelled():
                return
            claim = Claim(citation.quote, (citation.id,), 1.0)
            claims.append(claim)
            yield CitationReady(citation)
            yield ClaimReady(claim)
            yield Delta((" " if n else "") + f"{claim.text} [{citation.id}]")
        text = " ".join(f"{c.text} [{c.citations[0]}]" for c in claims)
        yield Finished(Answer(identity, question, text, tuple(claims), cited, 0.9, provenance))

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Filter = UNFILTERED,
        lang: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        for event in self.stream(question, history=history, filter=filter, lang=lang, cancelled=cancelled):
            if isinstance(event, Finished):
                return event.outcome
        raise RuntimeError("the stream was cancelled")

    def close(self) -> None: ...
