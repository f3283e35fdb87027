"""Engines that got worse in one known way, around any engine: what a gate must catch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.evaluation.questions.asker import Asker
from rag.types import Answer, Citation, Claim, Document, DocumentEntry, Hit, Outcome, Refusal, Span, Turn


@dataclass
class Degraded:
    """Passes everything on; a subclass makes one thing worse."""

    inner: Asker

    @property
    def index(self) -> str:
        return self.inner.index

    @property
    def backend(self) -> str:
        return self.inner.backend

    def documents(self) -> tuple[DocumentEntry, ...]:
        return self.inner.documents()

    def document(self, document_id: str, /) -> Document:
        return self.inner.document(document_id)

    def search(self, question: str, k: int, /) -> tuple[Hit, ...]:
        return self.inner.search(question, k)

    def ask(self, question: str, *, history: Sequence[Turn] = (), lang: str | None = None) -> Outcome:
        return self.worse(self.inner.ask(question, history=history, lang=lang))

    def worse(self, outcome: Outcome) -> Outcome:
        return outcome

    def close(self) -> None:
        self.inner.close()


class GateOpen(Degraded):
    """Never refuses: the nearest passage is presented as the answer."""

    def worse(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Answer):
            return outcome
        citations = tuple(replace(c, id=n) for n, c in enumerate(outcome.related[:1], 1))
        return _answer(outcome, citations)


class GateShut(Degraded):
    """Always refuses."""

    def worse(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Refusal):
            return outcome
        o = outcome
        return Refusal(o.id, o.question, "The documents do not answer this question.", o.citations, 0.0, o.provenance)


class RetrievalCut(Degraded):
    """Only the best passage is retrieved, so only it can be cited."""

    def search(self, question: str, k: int, /) -> tuple[Hit, ...]:
        return self.inner.search(question, k)[:1]

    def worse(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Refusal):
            return outcome
        best = self.search(outcome.standalone_question or outcome.question, 1)[0].passage
        kept = tuple(c for c in outcome.citations if c.document == best.document and best.span.contains(c.span))
        return _answer(outcome, kept) if kept else GateShut(self.inner).worse(outcome)


class ShuffledCitations(Degraded):
    """Claims keep their words, but each quote is another question's: the excerpts of the documents' other sentences."""

    def worse(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Refusal):
            return outcome
        return replace(outcome, citations=tuple(map(self._next_sentence, outcome.citations)))

    def _next_sentence(self, citation: Citation) -> Citation:
        document = self.document(citation.document)
        after = [s for s in document.sentences if s.start >= citation.span.end] or list(document.sentences)
        return replace(citation, span=after[0], quote=after[0].of(document.text))


class SwappedMarkers(Degraded):
    """Within an answer each claim points to its neighbour's excerpt; every quote and id is exact."""

    def worse(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Refusal):
            return outcome
        turned = [*outcome.claims[1:], *outcome.claims[:1]]
        claims = tuple(replace(c, citations=t.citations) for c, t in zip(outcome.claims, turned, strict=True))
        return replace(outcome, claims=claims)


class ShortenedExcerpts(Degraded):
    """Quotes keep their first half; offsets are right."""

    def worse(self, outcome: Outcome) -> Outcome:
        return _each(outcome, lambda c: self._cut(c, c.span.start, (c.span.start + c.span.end + 1) // 2))

    def _cut(self, citation: Citation, start: int, end: int) -> Citation:
        span = Span(start, end)
        return replace(citation, span=span, quote=span.of(self.document(citation.document).text))


class ShiftedOffsets(Degraded):
    """Offsets are one too far; the quotes are those that were meant."""

    def worse(self, outcome: Outcome) -> Outcome:
        return _each(outcome, lambda c: replace(c, span=Span(c.span.start + 1, c.span.end + 1)))


def _each(outcome: Outcome, change: Callable[[Citation], Citation]) -> Outcome:
    if isinstance(outcome, Answer):
        return replace(outcome, citations=tuple(map(change, outcome.citations)))
    return replace(outcome, related=tuple(map(change, outcome.related)))


def _answer(outcome: Outcome, citations: tuple[Citation, ...]) -> Answer:
    claims = tuple(Claim(c.quote, (c.id,), 1.0) for c in citations)
    text = " ".join(f"{c.text} [{c.citations[0]}]" for c in claims)
    return Answer(outcome.id, outcome.question, text, claims, citations, 0.9, outcome.provenance)
