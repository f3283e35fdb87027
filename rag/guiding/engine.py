"""The engine that the faces ask: it takes a question of several parts apart, and helps on where there is no answer.

What is one question goes through :class:`rag.answering.engine.Engine` unchanged; its outcome is only added to.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from rag.answering.engine import Engine
from rag.answering.modelled import by_itself
from rag.answering.writing.asked import Asked, Clock
from rag.answering.writing.composition import Composition
from rag.events import CitationReady, ClaimReady, Delta, Event, Finished, Started
from rag.guidance import Guidance, Marks, Part, quoted
from rag.guiding.absent import not_mentioned, unknown_language
from rag.guiding.courtesy import Courtesy, courtesy, in_return, in_short
from rag.guiding.joining import Joined
from rag.guiding.nearest import nearest_sentences
from rag.guiding.outline import DocumentOutline, outline
from rag.guiding.parts import PartAsked, parts_of
from rag.guiding.suggesting import EXAMPLES, Suggestions, plain
from rag.index.generation import Generation
from rag.llm.registry import EXTRACTIVE
from rag.localization.catalogue import speak
from rag.localization.question_language import asked_in
from rag.types import UNFILTERED, Answer, Filter, Outcome, Provenance, Refusal, Turn

MOST_PARTS = 4


@dataclass(frozen=True, slots=True)
class _Request:
    """A question with all that it is asked with."""

    question: str
    history: tuple[Turn, ...]
    filter: Filter
    lang: str | None
    cancelled: Callable[[], bool]

    @property
    def asked(self) -> frozenset[str]:
        """Everything that the reader has asked so far."""
        return frozenset(plain(text) for text in (self.question, *(t.content for t in self.history if t.role == "user")))


class GuidedEngine(Engine):
    """As the engine below; every method may be called from several threads at a time."""

    _suggesting: WeakKeyDictionary[Generation, Suggestions] | None = None

    def examples(self, lang: str | None = None) -> tuple[str, ...]:
        """Questions to begin with, for an interface in ``lang``; of an index without any, one for each of a few documents."""
        found = self._suggestions().examples(lang)
        entries = self.documents()
        return found or tuple(speak(lang)("guide.about", title=entry.title) for entry in entries[:EXAMPLES])

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Filter = UNFILTERED,
        lang: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        extractive: bool = False,
    ) -> Iterator[Event]:
        """As :meth:`rag.answering.engine.Engine.stream`; the outcome has its parts and its guidance."""
        text = self._checked(question)
        request = _Request(text, tuple(history), filter, self._reader_language(text, lang), cancelled)
        if (said := courtesy(text)) is not None:
            yield from self._welcome(request, said)
            return
        if self._unserved(text):
            guidance = Guidance(self.examples(request.lang), self._current().generation.guide.topics)
            for event in self._whole(request):
                yield Finished(replace(event.outcome, guidance=guidance)) if isinstance(event, Finished) else event
            return
        told = self._outlined(request)
        if told is not None:
            yield from told
            return
        parts = parts_of(text)
        if not parts:
            for event in self._whole(request, extractive=extractive):
                yield Finished(self._guided(request, event.outcome)) if isinstance(event, Finished) else event
        elif self._llm is None or extractive:
            yield from self._apart(request, parts)
        else:
            yield from self._completed(request, parts)

    def _whole(self, request: _Request, *, extractive: bool = False) -> Iterator[Event]:
        """The question asked as one."""
        about = {"history": request.history, "filter": request.filter, "lang": request.lang, "cancelled": request.cancelled}
        return super().stream(request.question, extractive=extractive, **about)  # type: ignore[arg-type]

    def _part(self, request: _Request, part: PartAsked) -> Outcome | None:
        """The outcome of one part in the documents' own words; ``None`` where it was cancelled."""
        for event in self._whole(replace(request, question=part.asked), extractive=True):
            if isinstance(event, Finished):
                return event.outcome
        return None

    def _apart(self, request: _Request, parts: Sequence[PartAsked]) -> Iterator[Event]:
        """Every part asked by itself; where none has an answer, the question as it came."""
        clock = Clock()
        joined, made = Joined(), list[Part]()
        last: Outcome | None = None
        for part in parts[:MOST_PARTS]:
            last = self._part(request, part)
            if last is None:
                yield Started(uuid.uuid4().hex, self.index, self.backend)
                return
            claims = joined.add(last)
            made.append(self._made(part, last, claims, joined.highlights(last)))
        assert last is not None
        if not joined.claims:
            for event in self._whole(request, extractive=True):
                if isinstance(event, Finished):
                    refused = isinstance(event.outcome, Refusal)
                    outcome = replace(event.outcome, parts=self._all(parts, made)) if refused else event.outcome
                    event = Finished(self._guided(request, outcome))
                yield event
            return
        yield Started(last.id, last.provenance.index, self.backend)
        yield from joined.events()
        provenance = replace(last.provenance, timings=joined.timings(clock.elapsed()))
        yield self._joined(request, last.id, joined, provenance, self._all(parts, made))

    def _completed(self, request: _Request, parts: Sequence[PartAsked]) -> Iterator[Event]:
        """The model's answer to the whole, and after it what the documents say to the parts that it leaves open."""
        clock = Clock()
        whole: Outcome | None = None
        spoken = False
        for event in self._whole(request):
            if isinstance(event, Finished):
                whole = event.outcome
                break
            spoken = spoken or isinstance(event, CitationReady | ClaimReady)
            if spoken or not isinstance(event, Delta):  # a refusal's words wait: a part may have its answer
                yield event
        if whole is None:
            return
        joined, made = Joined(), list[Part]()
        own = joined.add(whole)
        confidences = [joined.confidence] if own else []
        for part in parts[:MOST_PARTS]:
            found = self._part(request, part)
            if found is None:
                return
            answering = self._answering(part, found, joined, own)
            marked: Marks = ()
            if not answering and isinstance(found, Answer):
                answering, marked = joined.add(found), joined.highlights(found)
                confidences.append(found.confidence)
            made.append(self._made(part, found, answering, marked))
        if not joined.claims:
            if not spoken:
                yield Delta(whole.text)
            yield Finished(self._guided(request, replace(whole, parts=self._all(parts, made))))
            return
        yield from joined.events(after=len(own))
        provenance = replace(whole.provenance, timings=joined.timings(clock.elapsed()))
        joined.confidence = min(confidences)
        if isinstance(whole, Refusal):
            provenance = replace(provenance, backend=EXTRACTIVE)
            joined.withheld += whole.withheld
        yield self._joined(request, whole.id, joined, provenance, self._all(parts, made))

    def _answering(self, part: PartAsked, found: Outcome, joined: Joined, own: Sequence[int]) -> tuple[int, ...]:
        """Which of the model's claims answer a part: they rest on a sentence that does, or do so by themselves."""
        if isinstance(found, Answer):
            best = [(c.document, c.span) for c in found.citations]
            cited = {n: [joined.citations[i - 1] for i in joined.claims[n].citations] for n in own}
            resting = [n for n in own if any(c.document == d and c.span.overlaps(s) for c in cited[n] for d, s in best)]
            if resting:
                return tuple(resting)
        return tuple(n for n in own if by_itself(self._reader, part.asked, joined.claims[n].text))

    def _made(self, part: PartAsked, outcome: Outcome, claims: tuple[int, ...], highlights: Marks) -> Part:
        text = outcome.standalone_question or part.text
        if claims:
            return Part(text, "answered", claims, highlights=highlights)
        return Part(text, "refused", (), self._absent(part.text))

    @staticmethod
    def _all(parts: Sequence[PartAsked], made: Sequence[Part]) -> tuple[Part, ...]:
        return (*made, *(Part(part.text, "not_asked") for part in parts[len(made) :]))

    def _joined(
        self, request: _Request, identity: str, joined: Joined, provenance: Provenance, parts: tuple[Part, ...]
    ) -> Finished:
        """The one answer, with what it leaves open said in its notice."""
        notices = list(joined.notices)
        words = speak(request.lang)
        if refused := quoted(parts, "refused"):
            notices.append(words("guide.part_refused", parts=refused))
        if left := quoted(parts, "not_asked"):
            notices.append(words("guide.part_not_asked", count=MOST_PARTS, parts=left))
        answer = Answer(
            identity,
            request.question,
            joined.text,
            tuple(joined.claims),
            tuple(joined.citations),
            joined.confidence,
            provenance,
            None,
            tuple(joined.withheld),
            " ".join(notices) or None,
            parts,
        )
        return Finished(self._guided(request, answer))

    def _guided(self, request: _Request, outcome: Outcome) -> Outcome:
        """``outcome`` with what helps a reader on."""
        asked = request.asked | {plain(part.text) for part in outcome.parts}
        opened = self._current()
        documents = opened.catalogue.scope(request.filter).documents
        suggestions = self._suggestions()
        if isinstance(outcome, Answer):
            beside = suggestions.beside(outcome.citations, asked, documents, request.lang)
            return replace(outcome, guidance=Guidance(beside))
        text = outcome.standalone_question or request.question
        guidance = Guidance(
            suggestions.nearest(text, asked, documents, request.lang), opened.generation.guide.topics, self._absent(text)
        )
        related = nearest_sentences(text, outcome.related, opened.citer.document, opened.generation)
        notice = outcome.notice
        if unknown_language(text, opened.generation.languages, self._reader.knows):
            words = speak(request.lang)
            notice = words("guide.strange", language=words.all_of(map(words.language_name, opened.generation.languages)))
        return replace(outcome, related=related, guidance=guidance, notice=notice)

    def _absent(self, question: str) -> tuple[str, ...]:
        """What the documents never mention. Of a question in another language than theirs that would be every word."""
        opened = self._current()
        spoken, told = opened.generation.languages, asked_in(question)
        if (told is not None and told not in spoken) or (spoken == ("en",) and not self._reader.knows(question)):
            return ()
        return not_mentioned(opened.retriever.mended(question), opened.generation)

    def _welcome(self, request: _Request, said: Courtesy) -> Iterator[Event]:
        """The like in return, and what can be asked that was not asked yet."""
        clock, generation = Clock(), self._current().generation
        identity, text = uuid.uuid4().hex, in_return(said, speak(request.lang))
        yield Started(identity, generation.id, self.backend)
        yield Delta(text)
        left = tuple(example for example in self.examples(request.lang) if plain(example) not in request.asked)
        guidance = Guidance(left, generation.guide.topics, card="welcome")
        provenance = Provenance(EXTRACTIVE, generation.id, timings=clock.timings())
        yield Finished(Refusal(identity, request.question, text, (), 0.0, provenance, guidance=guidance))

    def _outlined(self, request: _Request) -> Iterator[Event] | None:
        """A document in short, where that is asked for; ``None`` where it is not, or where no title has the name."""
        wanted = in_short(request.question, follows=bool(request.history))
        if wanted is None:
            return None
        opened = self._current()
        documents = opened.catalogue.scope(request.filter).documents
        named = set(opened.generation.terms(" ".join(wanted.named)))
        chosen = [
            entry
            for entry in self.documents()
            if (documents is None or entry.id in documents)
            and named <= set(opened.generation.terms(f"{entry.title} {entry.id}"))
        ]
        found = outline([opened.citer.document(entry.id) for entry in chosen])
        return self._told(request, found) if found.points else None

    def _told(self, request: _Request, found: DocumentOutline) -> Iterator[Event]:
        """The events of an outline."""
        clock, opened = Clock(), self._current()
        asked = Asked(uuid.uuid4().hex, request.question, None, request.lang, clock, opened.citer)
        yield Started(asked.id, opened.generation.id, self.backend)
        draft = Composition(opened.citer, {})
        for point in found.points:
            passage = opened.retriever.passages_of(point.document, point.sentence)[0]
            sentence = opened.citer.quote(passage, point.sentence)
            text = f"{point.heading}: {sentence}" if point.heading else sentence
            yield from draft.add(text, ((passage, point.sentence),), 1.0)
        shown, there = len(found.points), found.sections
        words = speak(request.lang)
        notice = words("guide.outline", count=there, shown=words.number(shown)) if shown < there else None
        done = asked.answered(draft, 1.0, Provenance(EXTRACTIVE, opened.generation.id), notice=notice)
        yield Finished(replace(done.outcome, guidance=Guidance(self.examples(request.lang)[:2], card="outline")))

    def _suggestions(self) -> Suggestions:
        """Those of the generation that answers now."""
        generation = self._current().generation
        if self._suggesting is None:
            self._suggesting = WeakKeyDictionary()
        if generation not in self._suggesting:
            self._suggesting[generation] = Suggestions(generation.guide.questions, self._embedder.embed_query)
        return self._suggesting[generation]
