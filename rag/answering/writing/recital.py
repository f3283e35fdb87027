"""Provisions that a question asks for by their numbers, answered in their own words: found or not there, nothing is weighed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from rag.answering.writing.asked import Asked
from rag.answering.writing.composition import Composition
from rag.events import Event
from rag.localization.catalogue import speak
from rag.retrieval.copies import plain
from rag.retrieval.provisions import Named, Provision
from rag.retrieval.references import Reference, label_step
from rag.retrieval.references import asked as named_in
from rag.retrieval.scope import Scope
from rag.types import Hit, Passage, Provenance, Span

AT_MOST = 8
"""Sentences and items of one provision."""
PROVISIONS = 6


class Lookup(Protocol):
    """What names provisions and gives their passages."""

    def named(self, question: str, scope: Scope = ...) -> Named | None:
        """The provisions that a question names."""
        ...

    def passages_of(self, document: str, span: Span) -> tuple[Passage, ...]:
        """The passages of a document that share a character with a span."""
        ...


def recital(asked: Asked, scope: Scope, lookup: Lookup, provenance: Provenance) -> Iterator[Event] | None:
    """The events of an answer in the words of the provisions that are asked for, or of a refusal where no document in ``scope``
    has them, or where none is in scope; ``None`` where the question is to be read against its hits."""
    if scope.excluded:
        return asked.refused(0.0, provenance, notice=speak(asked.lang)("answer.filtered", filter=scope.excluded))
    named = lookup.named(asked.text, scope)
    if named is None:
        return None
    missing = ", ".join(reference.said for reference in named.missing)
    notice = speak(asked.lang)("answer.no_provision", provision=missing) if missing else None
    if named.provisions:
        told = [p for p in named.provisions if p.sentences][:PROVISIONS]
        return _recited(asked, told, lookup, provenance, notice) if named.whole and told else None
    spoken_of = _headed if named.whole else _mentioned
    if any(spoken_of(reference, asked.hits) for reference in named.missing):
        return None
    return asked.refused(0.0, provenance, notice=notice)


def narrowed(asked: Asked, scope: Scope, lookup: Lookup) -> tuple[Hit, ...]:
    """The hits to read: where the question asks for something inside of one provision, its sentences only, else all."""
    named = lookup.named(asked.text, scope)
    if named is None or not named.inside or len(named.provisions) != 1:
        return asked.hits
    (provision,) = named.provisions
    own = [span for span in (provision.lead, *provision.sentences) if span is not None]
    kept = [
        replace(hit, passage=replace(hit.passage, sentences=sentences))
        for hit in asked.hits
        if hit.passage.document == provision.document
        and (sentences := tuple(s for s in hit.passage.sentences if any(s.overlaps(span) for span in own)))
    ]
    return tuple(kept) or asked.hits


def _recited(
    asked: Asked, provisions: Sequence[Provision], lookup: Lookup, provenance: Provenance, notice: str | None
) -> Iterator[Event]:
    draft = Composition(asked.citer, asked.highlights)
    shown = there = 0
    told: set[tuple[str, ...]] = set()
    for provision in provisions:
        places = [place for place in (provision.lead, provision.span) if place is not None]
        found = [passage for place in places for passage in lookup.passages_of(provision.document, place)]
        words = tuple(plain(asked.citer.quote(found[0], sentence)) for sentence in provision.sentences)
        if words in told:
            continue  # the same law in another file: the citation names both
        told.add(words)
        there += len(words)
        for number, sentence in enumerate(provision.sentences[:AT_MOST]):
            lead = (provision.lead,) if provision.lead and not number else ()
            cited = tuple((_holder(found, span), span) for span in (*lead, sentence))
            yield from draft.add(" ".join(asked.citer.quote(p, span) for p, span in cited), cited, 1.0)
            shown += 1
    if shown < there:
        spoken = speak(asked.lang)
        goes_on = spoken("answer.goes_on", count=there, shown=spoken.number(shown))
        notice = f"{notice} {goes_on}" if notice else goes_on
    yield asked.answered(draft, 1.0, provenance, notice=notice)


def _holder(passages: Sequence[Passage], span: Span) -> Passage:
    return next((p for p in passages if p.span.contains(span)), passages[0])


def _headed(reference: Reference, hits: Sequence[Hit]) -> bool:
    """Whether a line of a hit begins as the provision would: its heading was not recognised as one."""
    first, *inner = reference.steps
    lines = [line for hit in hits for line in hit.passage.text.splitlines()]
    return not inner and any(
        step is not None and (step.kind, step.number) == (first.kind, first.number) for step in map(label_step, lines)
    )


def _mentioned(reference: Reference, hits: Sequence[Hit]) -> bool:
    """Whether a hit speaks of the provision, which may then be another law's."""
    return any(
        other.steps[: len(reference.steps)] == reference.steps for h in hits for other in named_in(h.passage.text).references
    )
