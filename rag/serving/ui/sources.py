"""The excerpts beside an answer, as HTML in which every word is escaped."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from rag.localization.catalogue import Words
from rag.localization.languages import attributes
from rag.serving.ui.cards import Card, cards
from rag.serving.ui.conversation import Exchange, Whereabouts
from rag.serving.ui.excerpt import opening
from rag.serving.ui.grids import grid_html
from rag.types import Answer, Citation, Refusal, Span


def place(found: Citation | Whereabouts, words: Words) -> str:
    """Where a citation or passage stands, as a reader says it: ``Charter › Section II › page 3``. Plain text."""
    parts = [found.title or found.document, *found.section]
    if found.page is not None:
        parts.append(words("chat.page", number=str(found.page)))
    if isinstance(found, Citation) and found.recognised is not None:
        parts[-1] += f" ({words('chat.recognised', percent=words.percent(found.recognised))})"
    return " › ".join(parts)


def source_url(citation: Citation) -> str:
    """The page that shows the document with this excerpt and its words that answer marked, relative to the chat.

    Offsets are code points, as everywhere.
    """
    words = ",".join(f"{span.start}-{span.end}" for span in citation.highlights)
    return f"source/{quote(citation.document)}#c={citation.span.start}-{citation.span.end}{'&h=' if words else ''}{words}"


def source_id(exchange: Exchange, citation: int) -> str:
    """The element that holds an excerpt."""
    return f"x{exchange.number}-s{citation}"


def marker_id(exchange: Exchange, citation: int) -> str:
    """The first marker that points to an excerpt."""
    return f"x{exchange.number}-m{citation}"


def opens(citation: Citation) -> str:
    """The attributes of a link to a citation in its document: beside the conversation where there is room, else in a tab."""
    link, title = escape(source_url(citation)), escape(citation.title or citation.document)
    return f'href="{link}" target="_blank" rel="noopener" data-source="{title}"'


def sources_html(exchange: Exchange, words: Words) -> str:
    """The column beside one exchange; empty where there is nothing to show."""
    if not exchange.excerpts:
        return ""
    heading = f"x{exchange.number}-sources"
    refused = isinstance(exchange.outcome, Refusal)
    title = words("chat.related") if refused else words("chat.sources")
    note = f'<p class="note">{escape(words("chat.related_note"))}</p>' if refused else ""
    cited = isinstance(exchange.outcome, Answer) or not refused
    made = cards(exchange.excerpts, joined=cited)
    items = "".join(_item(exchange, card, words) if cited else _related(exchange, card, words) for card in made)
    kind = "related" if refused else "cited"
    return (
        f'<div class="sources {kind}"><h3 id="{heading}">{escape(title)}</h3>{note}'
        f'<ol aria-labelledby="{heading}">{items}</ol></div>'
    )


def _item(exchange: Exchange, card: Card, words: Words) -> str:
    """A card of an answer: every quote in its place, only the words that answer marked."""
    first = card.first
    several = len(card.citations) > 1
    numbers = "".join(f'<span class="number" aria-hidden="true">{citation.id}</span>' for citation in card.citations)
    name = words("chat.source", number=", ".join(str(c.id) for c in card.citations), place=place(first, words))
    back = f'<button type="button" class="quiet" data-go="{marker_id(exchange, first.id)}">'
    back += f"{escape(words('chat.back'))}</button>"
    label = escape(f"{words('chat.open_source_of', number=str(first.id))}, {words('chat.new_tab')}")
    if card.grid is not None:
        ids = {c.id: source_id(exchange, c.id) for c in card.citations[1:]}
        body = grid_html(card.grid, card.citations, f"{words('chat.table')}: {name}", ids=ids)
    else:
        lead = "".join(f'<p class="lead">{escape(found.quote)}</p>' for found in card.leads)
        body = f"<blockquote{_language(card)}>{lead}{_paragraph(exchange, card, numbered=several)}</blockquote>"
    return (
        f'<li id="{source_id(exchange, first.id)}" tabindex="-1" aria-label="{escape(name)}">'
        f'<p class="place">{numbers}<cite>{_breadcrumb(first, words)}</cite></p>{body}'
        f'<p class="links"><a {opens(first).replace(" data-source=", " data-title=")} aria-label="{label}">'
        f"{escape(words('chat.open_source'))}</a>{back}</p></li>"
    )


def _related(exchange: Exchange, card: Card, words: Words) -> str:
    """A nearest sentence with the words it shares with the question, or the beginning of a passage; nothing of it is marked as
    an answer would be."""
    first = card.first
    if first.highlights:
        shared = "".join(f"<b>{escape(p.text)}</b>" if p.answers else escape(p.text) for p in first.stretches())
    else:
        shared = escape(opening(first.quote))
    label = escape(f"{words('chat.open_source')}: {place(first, words)}, {words('chat.new_tab')}")
    body = f'<blockquote{_language(card)}><a class="quote" {opens(first)}>{shared}</a></blockquote>'
    if card.grid is not None:
        body = grid_html(card.grid, card.citations, f"{words('chat.table')}: {place(first, words)}", plain=True)
    return (
        f'<li id="{source_id(exchange, first.id)}" tabindex="-1" aria-label="{escape(place(first, words))}">'
        f'<p class="place"><cite>{_breadcrumb(first, words)}</cite></p>{body}'
        f'<p class="links"><a {opens(first).replace(" data-source=", " data-title=")} aria-label="{label}">'
        f"{escape(words('chat.open_source'))}</a></p></li>"
    )


def _breadcrumb(citation: Citation, words: Words) -> str:
    return ' <span class="step" aria-hidden="true">›</span> '.join(
        f"<span>{escape(part)}</span>" for part in place(citation, words).split(" › ")
    )


def _language(card: Card) -> str:
    return attributes(card.language)


def _paragraph(exchange: Exchange, card: Card, *, numbered: bool) -> str:
    """The card's text: what is around soft, what introduces a quote plain, every quote a link to its place."""
    pieces: list[str] = ["… " if card.cut_before else ""]
    at = card.start
    quotes: list[tuple[Span, Citation | None]] = [(citation.span, citation) for citation in card.citations]
    quotes += [(span, None) for span in card.within]
    for span, citation in sorted(quotes, key=lambda each: each[0]):
        if span.start < at:
            continue  # the same words, cited twice
        pieces.append(_around(card, at, span.start))
        if citation is None:
            pieces.append(f'<span class="lead">{escape(_of(card, span.start, span.end))}</span>')
        else:
            own = f' id="{source_id(exchange, citation.id)}" tabindex="-1"' if citation is not card.first else ""
            number = f'<sup class="number" aria-hidden="true">{citation.id}</sup>' if numbered else ""
            pieces.append(f'<span class="said"{own}>{number}<a class="quote" {opens(citation)}>{_quote(citation)}</a></span>')
        at = span.end
    pieces += [_around(card, at, card.end), " …" if card.cut_after else ""]
    return "".join(pieces)


def _around(card: Card, start: int, end: int) -> str:
    text = _of(card, start, end)
    return f'<span class="around">{escape(text)}</span>' if text else ""


def _of(card: Card, start: int, end: int) -> str:
    return card.text[start - card.start : end - card.start]


def _quote(citation: Citation) -> str:
    """The quote with its words that answer marked; without such words all of it is what answers."""
    if not citation.highlights:
        return f"<mark>{escape(citation.quote)}</mark>"
    return "".join(f"<mark>{escape(part.text)}</mark>" if part.answers else escape(part.text) for part in citation.stretches())
