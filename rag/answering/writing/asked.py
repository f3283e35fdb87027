"""A question on its way to an outcome."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.answering.writing.citing import Citer
from rag.answering.writing.composition import Composition
from rag.events import Delta, Event, Finished
from rag.localization.catalogue import speak, unserved
from rag.localization.question_language import asked_in
from rag.types import Answer, DocumentEntry, Hit, Provenance, Refusal, Span, Timings, Withheld

RELATED = 3


@dataclass(slots=True)
class Clock:
    """Milliseconds by stage since the question came."""

    begun: float = field(default_factory=time.perf_counter)
    retrieve: float = 0.0
    generate: float = 0.0
    verify: float = 0.0

    def elapsed(self) -> float:
        """Milliseconds since the question came."""
        return (time.perf_counter() - self.begun) * 1e3

    def timings(self) -> Timings:
        """The stages so far, and the total."""
        return Timings(self.retrieve, self.generate, self.verify, self.elapsed())


@dataclass(frozen=True, slots=True)
class Asked:
    """The question as it came, made whole where it was a follow-up, and what was found and thought of it so far."""

    id: str
    question: str
    standalone: str | None
    lang: str | None
    clock: Clock
    citer: Citer
    hits: tuple[Hit, ...] = ()
    highlights: Mapping[tuple[str, Span], tuple[Span, ...]] = field(default_factory=dict)
    newer: Mapping[str, DocumentEntry] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.standalone or self.question

    def answered(
        self,
        draft: Composition,
        confidence: float,
        provenance: Provenance,
        withheld: Sequence[Withheld] = (),
        notice: str | None = None,
    ) -> Finished:
        """The last event of an answer whose claims were already sent. Of an older version it says which is the newer, and of
        documents in another language than the question's, which language that is."""
        words = speak(self.lang)
        notices = [notice] if notice else []
        older = {c.document: c.title for c in draft.citations if c.document in self.newer}
        notices += [words("answer.older", title=title, newer=self.newer[d].title) for d, title in older.items()]
        if others := self._other_languages(draft):
            notices.append(words("answer.foreign", language=words.all_of(words.language_name(code) for code in others)))
        return Finished(
            Answer(
                self.id,
                self.question,
                draft.text,
                tuple(draft.claims),
                tuple(draft.citations),
                confidence,
                replace(provenance, timings=self.clock.timings()),
                self.standalone,
                tuple(withheld),
                " ".join(notices) or None,
            )
        )

    def unserved(self, code: str, provenance: Provenance) -> Iterator[Event]:
        """The events of a refusal of a question in the language ``code``, which is none of ours: said in it where it can be."""
        text = unserved(code) or speak(self.lang)("answer.unserved")
        yield Delta(text)
        told = replace(provenance, timings=self.clock.timings())
        yield Finished(Refusal(self.id, self.question, text, (), 0.0, told, self.standalone))

    def _other_languages(self, draft: Composition) -> tuple[str, ...]:
        """The languages of what is cited, where the question is certainly asked in none of them."""
        asked = asked_in(self.text)
        cited = {self.citer.document(citation.document).language for citation in draft.citations} - {None}
        return () if asked is None or asked in cited else tuple(sorted(code for code in cited if code))

    def refused(
        self,
        confidence: float,
        provenance: Provenance,
        withheld: Sequence[Withheld] = (),
        notice: str | None = None,
    ) -> Iterator[Event]:
        """The events of a refusal, with the nearest passages as related ones."""
        text = speak(self.lang)("answer.refusal")
        yield Delta(text)
        yield Finished(
            Refusal(
                self.id,
                self.question,
                text,
                tuple(self.citer.cite(n, hit.passage, hit.passage.span) for n, hit in enumerate(self.hits[:RELATED], 1)),
                confidence,
                replace(provenance, timings=self.clock.timings()),
                self.standalone,
                tuple(withheld),
                notice,
            )
        )
