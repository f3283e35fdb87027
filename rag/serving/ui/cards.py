"""What is shown beside an answer: the excerpts of one paragraph, or of one table, on one card."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rag.serving.ui.excerpt import Grid, Surroundings
from rag.types import Citation, Excerpt, Span


@dataclass(frozen=True, slots=True)
class Card:
    """``text`` stands at ``start`` in the document and holds the quotes of all ``citations``; of a table, ``grid`` is shown in
    its place. ``leads`` are what the citations cannot be understood without, as far as it stands elsewhere."""

    citations: tuple[Citation, ...]
    start: int
    text: str
    cut_before: bool
    cut_after: bool
    language: str | None
    grid: Grid | None
    leads: tuple[Excerpt, ...] = ()

    @property
    def first(self) -> Citation:
        """The citation that the card is named after."""
        return self.citations[0]

    @property
    def end(self) -> int:
        """Where the text ends in the document."""
        return self.start + len(self.text)

    def covers(self, span: Span) -> bool:
        """Whether all of ``span`` is shown."""
        return self.start <= span.start and span.end <= self.end

    @property
    def within(self) -> tuple[Span, ...]:
        """Where in the text stands what its citations cannot be understood without."""
        own = [citation.span for citation in self.citations]
        spans = {e.span for c in self.citations for e in c.spans if e.document == c.document and self.covers(e.span)}
        return tuple(sorted(span for span in spans if not any(span.overlaps(cited) for cited in own)))


def cards(excerpts: tuple[Surroundings, ...], *, joined: bool = True) -> tuple[Card, ...]:
    """The excerpts in their order; where ``joined``, one whose surroundings touch an earlier one joins its card."""
    made: list[Card] = []
    for found in excerpts:
        card = _card(found)
        for n, other in enumerate(made):
            if joined and _same(card, other):
                made[n] = _joined(other, card)
                break
        else:
            made.append(card)
    return tuple(_led(card) for card in made)


def _card(found: Surroundings) -> Card:
    cited = found.citation
    text = f"{found.before}{cited.quote}{found.after}"
    return Card(
        (cited,), cited.span.start - len(found.before), text, found.cut_before, found.cut_after, found.language, found.grid
    )


def _same(card: Card, other: Card) -> bool:
    one, two = card.first, other.first
    if (one.document, one.document_sha256) != (two.document, two.document_sha256):
        return False
    if card.grid is not None or other.grid is not None:
        return card.grid is not None and other.grid is not None and card.grid.header == other.grid.header
    return card.start < other.end and other.start < card.end


def _joined(card: Card, more: Card) -> Card:
    citations = (*card.citations, *more.citations)
    if card.grid is not None and more.grid is not None:
        rows = tuple(sorted({*card.grid.rows, *more.grid.rows}, key=lambda row: row.start))
        return replace(card, citations=citations, grid=Grid(card.grid.header, rows))
    first, last = sorted((card, more), key=lambda each: each.start)
    text = first.text + last.text[max(0, first.end - last.start) :]
    longer = last if last.end >= first.end else first
    return replace(
        card, citations=citations, start=first.start, text=text, cut_before=first.cut_before, cut_after=longer.cut_after
    )


def _led(card: Card) -> Card:
    """With what stands outside of the card, each once; a table shows its own header, and copies elsewhere are no lead."""
    if card.grid is not None:
        return card
    seen: dict[Span, Excerpt] = {}
    for cited in card.citations:
        for place in cited.spans[:-1]:
            if place.document == cited.document and not card.covers(place.span):
                seen.setdefault(place.span, place)
    return replace(card, leads=tuple(seen[span] for span in sorted(seen)))
