"""The fake engine with questions that make it do what the real one does only at times: fail, withhold, take long, be attacked.

The first word of a question chooses the part.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.errors import BackendFailed
from rag.events import Checking, CitationReady, ClaimReady, Delta, Event, Finished, PassagesFound, Started
from rag.types import UNFILTERED, Answer, Citation, Claim, Document, Filter, Provenance, Span, Turn, Withheld
from tests.fake_engine import FakeEngine, default_documents, document

BEACON = "http://beacon.invalid"
PAYLOAD = (
    f"<script>alert(1)</script> <img src={BEACON}/a.png onerror=alert(2)> ![x]({BEACON}/b.png) [y](javascript:alert(3)) "
    f'" onmouseover="alert(4) {{{{constructor}}}} ${{alert(5)}} `${{alert(6)}}` <svg onload=alert(7)> &lt;b&gt; [9]'
)
PATIENCE = 20.0


def hostile() -> Document:
    """A document whose name, title, heading and text are attacks, and which answers a question about quokkas."""
    text = f"Quokkas smile at visitors {PAYLOAD} every day."
    made = document("<img src=x onerror=alert(8)>'\"#?&.txt", f"Title {PAYLOAD}", text)
    return replace(made, sentences=(Span(0, len(text)),))


@dataclass
class ScriptedEngine(FakeEngine):
    """``slow`` gives one sentence and then waits until it is cancelled (``stopped`` is set) or let go on (``proceed``)."""

    corpus: tuple[Document, ...] = field(default_factory=lambda: (*default_documents(), hostile()))
    stopped: threading.Event = field(default_factory=threading.Event)
    proceed: threading.Event = field(default_factory=threading.Event)
    histories: list[Sequence[Turn]] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Filter = UNFILTERED,
        lang: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event]:
        self.histories.append(tuple(history))
        self.languages.append(lang)
        part = question.split()[0].lower().rstrip(":")
        if part == "crash":
            raise RuntimeError("a mistake in the program")
        if part == "broken":
            raise BackendFailed("The model's server sent half a reply.", remedy="Look at its log.")
        if part == "slow":
            yield from self._slow(question, cancelled)
        elif part == "quokkas":
            yield from self._hostile(question)
        elif part == "exactly":
            for event in super().stream(question, history=history, lang=lang, cancelled=cancelled):
                yield self._exact(event)
        else:
            for event in super().stream(question, history=history, filter=filter, lang=lang, cancelled=cancelled):
                yield self._fluent(event) if part == "fluent" and isinstance(event, Finished) else event

    def _exact(self, event: Event) -> Event:
        """With the year and the name as the words that answer, where the citation has them."""

        def pointed(citation: Citation) -> Citation:
            places = [(citation.quote.find(words), words) for words in ("1911", "Ada Varga")]
            found = (Span(citation.span.start + at, citation.span.start + at + len(words)) for at, words in places if at >= 0)
            return replace(citation, highlights=tuple(found))

        if isinstance(event, CitationReady):
            return CitationReady(pointed(event.citation))
        if isinstance(event, Finished) and isinstance(event.outcome, Answer):
            return Finished(replace(event.outcome, citations=tuple(map(pointed, event.outcome.citations))))
        return event

    def _fluent(self, event: Finished) -> Finished:
        assert isinstance(event.outcome, Answer)
        return Finished(
            replace(
                event.outcome,
                standalone_question="Who built the lighthouse of the harbour?",
                withheld=(Withheld("It was painted <b>red</b>.", "no source says so"),),
                notice="The model did not reply, so these are excerpts.",
                provenance=replace(event.outcome.provenance, model="small-model", prompt="answer@1+9f3c2a1b"),
            )
        )

    def _slow(self, question: str, cancelled: Callable[[], bool]) -> Iterator[Event]:
        yield Started("slow", self.index, self.backend)
        if question.split()[-1] == "waiting":
            yield PassagesFound(tuple(hit.passage for hit in self.search("harbour", 1)))
            yield Checking(2)
            self.proceed.wait(PATIENCE)
        first = self._cite(self.corpus[0], 1)
        claim = Claim(first.quote, (1,), 1.0)
        yield CitationReady(first)
        yield ClaimReady(claim)
        yield Delta(f"{claim.text} [1]")
        for _ in range(int(PATIENCE / 0.02)):
            if cancelled():
                self.stopped.set()
                return
            if self.proceed.wait(0.02):
                break
        text = f"{claim.text} [1]"
        yield Finished(Answer("slow", question, text, (claim,), (first,), 0.8, Provenance(self.backend, self.index)))

    def _hostile(self, question: str) -> Iterator[Event]:
        cited = self._cite(self.corpus[-1], 1)
        claim = Claim(f"{cited.quote} {PAYLOAD}", (1,), 1.0)
        yield Started("hostile", self.index, self.backend)
        yield CitationReady(cited)
        yield ClaimReady(claim)
        yield Delta(f"{claim.text} [1]")
        made = Provenance(f"model {PAYLOAD}", self.index, model=PAYLOAD)
        outcome = Answer("hostile", question, f"{claim.text} [1]", (claim,), (cited,), 0.9, made)
        yield Finished(replace(outcome, standalone_question=PAYLOAD, notice=PAYLOAD, withheld=(Withheld(PAYLOAD, PAYLOAD),)))

    def _cite(self, source: Document, number: int) -> Citation:
        span = source.sentences[0]
        section = (f"Section {PAYLOAD}",) if source.id.startswith("<") else ("Article 1",)
        return Citation(number, source.id, source.sha256, source.title, section, None, span, span.of(source.text))
