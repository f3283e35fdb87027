"""Answers to the parts of a question joined to one: each excerpt is one citation, and what answers two parts is shown once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.events import CitationReady, ClaimReady, Delta, Event
from rag.guidance import Marks
from rag.types import Answer, Citation, Claim, Outcome, Span, Timings, Withheld


class Joined:
    """Collects outcomes in the order of the parts."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self.citations: list[Citation] = []
        self.withheld: list[Withheld] = []
        self.notices: list[str] = []
        self.confidence = 1.0
        self._timings: list[Timings] = []

    @property
    def text(self) -> str:
        """The claims in order, each with its markers."""
        return " ".join(_shown(claim) for claim in self.claims)

    def timings(self, total: float) -> Timings:
        """The stages of all parts together, and ``total`` milliseconds."""
        every = self._timings
        return Timings(sum(t.retrieve for t in every), sum(t.generate for t in every), sum(t.verify for t in every), total)

    def add(self, outcome: Outcome) -> tuple[int, ...]:
        """Take the outcome of one part in; which claims answer it, counted from 0. A refusal adds none."""
        self._timings.append(outcome.provenance.timings)
        if not isinstance(outcome, Answer):
            return ()
        self.withheld += [w for w in outcome.withheld if w not in self.withheld]
        if outcome.notice and outcome.notice not in self.notices:
            self.notices.append(outcome.notice)
        self.confidence = min(self.confidence, outcome.confidence)
        numbers = {citation.id: self._number(citation) for citation in outcome.citations}
        found = []
        for claim in outcome.claims:
            own = Claim(claim.text, tuple(numbers[n] for n in claim.citations), claim.support)
            if own not in self.claims:
                self.claims.append(own)
            found.append(self.claims.index(own))
        return tuple(dict.fromkeys(found))

    def highlights(self, outcome: Outcome) -> Marks:
        """The words that answer in an outcome that was added, each as the id of its citation here and its document offsets."""
        cited = outcome.citations if isinstance(outcome, Answer) else ()
        return tuple((self._number(citation), span.start, span.end) for citation in cited for span in citation.highlights)

    def events(self, after: int = 0) -> Iterator[Event]:
        """The events of the claims from the one numbered ``after``, each with its new citations."""
        known = {n for claim in self.claims[:after] for n in claim.citations}
        for number, claim in enumerate(self.claims[after:], after):
            yield from (CitationReady(self.citations[n - 1]) for n in claim.citations if n not in known)
            known |= set(claim.citations)
            yield ClaimReady(claim)
            yield Delta((" " if number else "") + _shown(claim))

    def _number(self, citation: Citation) -> int:
        """The number of an excerpt; where it is cited already, the words that answer now are marked in it too."""
        for n, known in enumerate(self.citations):
            if (known.document, known.span) == (citation.document, citation.span):
                self.citations[n] = replace(known, highlights=_merged([*known.highlights, *citation.highlights]))
                return n + 1
        self.citations.append(replace(citation, id=len(self.citations) + 1))
        return len(self.citations)


def _shown(claim: Claim) -> str:
    return f"{claim.text} " + "".join(f"[{n}]" for n in claim.citations)


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The stretches in order, overlapping ones made one."""
    made: list[Span] = []
    for span in sorted(spans):
        if made and span.start <= made[-1].end:
            made[-1] = Span(made[-1].start, max(made[-1].end, span.end))
        else:
            made.append(span)
    return tuple(made)
