"""The words of an answer: first those that answer, then the sentence they stand in, then the next."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html import escape

from rag.guidance import Part
from rag.localization.catalogue import Words
from rag.localization.languages import attributes
from rag.serving.ui.conversation import Exchange
from rag.serving.ui.excerpt import Surroundings
from rag.serving.ui.grids import grid_html
from rag.serving.ui.sources import marker_id, place, source_id
from rag.types import Answer, Claim, Span, Stretch

LONGEST_GIST = 170
MOST_OF_A_SENTENCE = 0.7
"""Words that answer and are nearly all of their sentence need not be said before it."""
_BULLET = re.compile(r"\s*(?:[-–—•*·▪]|\(?(?:\d{1,3}|[^\W\d_]{1,3})[.)])\s+")


@dataclass(slots=True)
class Markers:
    """Draws the markers of one exchange; the first that points to an excerpt has an id, to come back to."""

    exchange: Exchange
    words: Words
    seen: set[int] = field(default_factory=set)

    def of(self, claim: Claim) -> str:
        """The markers of a claim."""
        return "".join(self._marker(number) for number in claim.citations)

    def _marker(self, number: int) -> str:
        found = next((x.citation for x in self.exchange.excerpts if x.citation.id == number), None)
        label = self.words("chat.source", number=str(number), place=place(found, self.words)) if found else str(number)
        identity = "" if number in self.seen else f' id="{marker_id(self.exchange, number)}"'
        self.seen.add(number)
        return (
            f'<button type="button" class="marker"{identity} data-go="{source_id(self.exchange, number)}"'
            f' aria-label="[{number}] {escape(label)}">[{number}]</button>'
        )


def claims_html(exchange: Exchange, words: Words) -> str:
    """What was proved so far, and of each part of a question of several what answers it or that nothing does."""
    markers = Markers(exchange, words)
    parts = exchange.outcome.parts if exchange.outcome is not None else ()
    if not parts or not isinstance(exchange.outcome, Answer):
        return _run(exchange, exchange.claims, markers)
    told = {n for part in parts for n in part.claims}
    others = tuple(claim for n, claim in enumerate(exchange.claims) if n not in told)
    blocks = "".join(_part(exchange, part, markers) for part in parts)
    return f'<ol class="parts">{blocks}</ol>{_run(exchange, others, markers)}'


def _part(exchange: Exchange, part: Part, markers: Markers) -> str:
    claims = tuple(exchange.claims[n] for n in part.claims if n < len(exchange.claims))
    heading = f"<h3>{escape(part.text)}</h3>"
    if part.status == "answered" and claims:
        return f'<li class="part">{heading}{_run(_narrowed(exchange, part), claims, markers)}</li>'
    return f'<li class="part missing">{heading}{missing_html(part, markers.words)}</li>'


def _narrowed(exchange: Exchange, part: Part) -> Exchange:
    """The exchange with the words that answer ``part`` for those of every part, where they are known."""

    def own(found: Surroundings) -> Surroundings:
        spans = tuple(Span(start, end) for number, start, end in part.highlights if number == found.citation.id)
        return replace(found, citation=replace(found.citation, highlights=spans)) if spans else found

    return replace(exchange, excerpts=tuple(map(own, exchange.excerpts)))


def missing_html(part: Part, words: Words) -> str:
    """That a part has no answer, and which of its words no document has."""
    if part.status == "not_asked":
        return f'<p class="none">{escape(words("chat.part_not_asked"))}</p>'
    unknown = nothing_html(part.not_mentioned, words) if part.not_mentioned else ""
    return f'<p class="none">{escape(words("chat.part_missing"))}</p>{unknown}'


def nothing_html(unknown: tuple[str, ...], words: Words) -> str:
    """Which words no document has."""
    said = " · ".join(f"<em>{escape(term)}</em>" for term in unknown)
    return f'<p class="nothing">{escape(words("chat.nothing_about"))} {said}</p>'


def _run(exchange: Exchange, claims: tuple[Claim, ...], markers: Markers) -> str:
    """Claims in their order: rows of one table together, items below what introduces them, every other one by itself."""
    made: list[str] = []
    items: list[str] = []
    introduced: set[str] = {claim.text for claim in claims}
    rows: list[tuple[Claim, Surroundings]] = []
    flowing: list[str] = []

    def close() -> None:
        if flowing:
            made.append(f'<p class="claims">{" ".join(flowing)}</p>')
            flowing.clear()
        if items:
            made.append(f'<ul class="items">{"".join(items)}</ul>')
            items.clear()
        if rows:
            made.append(_table(rows, markers))
            rows.clear()

    for claim in claims:
        found = next((x for x in exchange.excerpts if x.citation.id in claim.citations), None)
        verbatim = found is not None and found.citation.quote == claim.text
        if found is not None and found.grid is not None and verbatim:
            if items or flowing or (rows and rows[-1][1].grid is not None and rows[-1][1].grid.header != found.grid.header):
                close()
            rows.append((claim, found))
        elif found is not None and verbatim and _BULLET.match(claim.text):
            if rows or flowing:
                close()
            for lead in found.citation.spans[:-1]:
                if lead.quote not in introduced and lead.document == found.citation.document:
                    introduced.add(lead.quote)
                    made.append(f'<p class="lead">{escape(lead.quote)}</p>')
            bullet = _BULLET.match(claim.text)
            item = _sentence(claim, found, cut=bullet.end() if bullet else 0)
            items.append(f'<li class="claim">{item} {markers.of(claim)}</li>')
        else:
            phrase = _gist(exchange, claim, found)
            if rows or items or (phrase and (verbatim or not (flowing or made))):
                close()
            if phrase and (verbatim or not (made or flowing)):
                made.append(f'<p class="gist"{_language(found)}>{escape(phrase)}</p>')
            flowing.append(f'<span class="claim">{_sentence(claim, found)} {markers.of(claim)}</span>')
    close()
    return "".join(made)


def _table(rows: list[tuple[Claim, Surroundings]], markers: Markers) -> str:
    first = rows[0][1]
    assert first.grid is not None
    lines = tuple(sorted({line for _, found in rows if found.grid for line in found.grid.rows}, key=lambda line: line.start))
    cited = [found.citation for _, found in rows]
    tail = {found.citation.id: markers.of(claim) for claim, found in rows}
    name = f"{markers.words('chat.table')}: {place(first.citation, markers.words)}"
    whole = type(first.grid)(first.grid.header, lines)
    return f'<div class="claim">{grid_html(whole, cited, name, only=True, tail=tail)}</div>'


def _gist(exchange: Exchange, claim: Claim, found: Surroundings | None) -> str:
    """The words of a sentence that answer, where they are known, say less than all of it, and the documents are clear."""
    unsure = isinstance(exchange.outcome, Answer) and exchange.outcome.label != "direct"
    if found is None or unsure or claim.text.rstrip().endswith(":"):
        return ""
    phrases = [p.text for p in _stretches(claim, found) if p.answers and p.text.strip()]
    phrase = " · ".join(dict.fromkeys(" ".join(text.split()) for text in phrases))
    return phrase if 0 < len(phrase) <= min(LONGEST_GIST, MOST_OF_A_SENTENCE * len(claim.text)) else ""


def _sentence(claim: Claim, found: Surroundings | None, cut: int = 0) -> str:
    """A claim without the first ``cut`` characters, its words that answer strong."""
    parts, at = [], 0
    for part in _stretches(claim, found):
        text = part.text[max(0, cut - at) :]
        at += len(part.text)
        if text:
            parts.append(f"<strong>{escape(text)}</strong>" if part.answers else escape(text))
    return "".join(parts)


def _stretches(claim: Claim, found: Surroundings | None) -> tuple[Stretch, ...]:
    """The claim cut where the words that answer begin and end; in a sentence of a model, where it says the same words."""
    plain = (Stretch(claim.text, False),)
    if found is None:
        return plain
    if found.citation.quote == claim.text:
        return found.citation.stretches()
    made = list(plain)
    for said in (part.text for part in found.citation.stretches() if part.answers):
        made = [piece for part in made for piece in ([part] if part.answers else _cut(part.text, said))]
    return tuple(made)


def _cut(text: str, said: str) -> list[Stretch]:
    at = text.find(said)
    if at < 0:
        return [Stretch(text, False)]
    pieces = (Stretch(text[:at], False), Stretch(said, True), Stretch(text[at + len(said) :], False))
    return [piece for piece in pieces if piece.text]


def _language(found: Surroundings | None) -> str:
    return attributes(found.language if found is not None else None)
