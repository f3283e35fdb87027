"""The excerpts beside an answer, as HTML in which every word is escaped."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from rag.serving.ui.conversation import Exchange
from rag.serving.ui.excerpt import Surroundings, opening
from rag.serving.ui.strings import Strings
from rag.types import Answer, Citation, Refusal


def place(citation: Citation, words: Strings) -> str:
    """Where a citation stands, as a reader says it: ``Charter › Section II › page 3``. Plain text."""
    parts = [citation.title or citation.document, *citation.section]
    if citation.page is not None:
        parts.append(words.page.format(number=citation.page))
    if citation.recognised is not None:
        parts[-1] += f" ({words.recognised.format(percent=round(100 * citation.recognised))})"
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


def sources_html(exchange: Exchange, words: Strings) -> str:
    """The column beside one exchange; empty where there is nothing to show."""
    if not exchange.excerpts:
        return ""
    heading = f"x{exchange.number}-sources"
    refused = isinstance(exchange.outcome, Refusal)
    title = words.related if refused else words.sources
    note = f'<p class="note">{escape(words.related_note)}</p>' if refused else ""
    cited = isinstance(exchange.outcome, Answer) or not refused
    items = "".join(_item(exchange, excerpt, words, cited=cited) for excerpt in exchange.excerpts)
    kind = "related" if refused else "cited"
    return (
        f'<div class="sources {kind}"><h3 id="{heading}">{escape(title)}</h3>{note}'
        f'<ol aria-labelledby="{heading}">{items}</ol></div>'
    )


def _item(exchange: Exchange, excerpt: Surroundings, words: Strings, *, cited: bool) -> str:
    citation = excerpt.citation
    number = f'<span class="number" aria-hidden="true">{citation.id}</span>' if cited else ""
    back = (
        f'<button type="button" class="quiet" data-go="{marker_id(exchange, citation.id)}">{escape(words.back)}</button>'
        if cited
        else ""
    )
    name = words.source.format(number=citation.id, place=place(citation, words)) if cited else place(citation, words)
    link = escape(source_url(citation))
    opens = escape(f"{words.open_source_of.format(number=citation.id)}, {words.new_tab}")
    return (
        f'<li id="{source_id(exchange, citation.id)}" tabindex="-1" aria-label="{escape(name)}">'
        f'<p class="place">{number}<cite>{_breadcrumb(citation, words)}</cite></p>'
        f"<blockquote{_language(excerpt)}>{_paragraph(excerpt, link, cited=cited)}</blockquote>"
        f'<p class="links"><a href="{link}" target="_blank" rel="noopener" aria-label="{opens}">{escape(words.open_source)}</a>'
        f"{back}</p></li>"
    )


def _breadcrumb(citation: Citation, words: Strings) -> str:
    return ' <span class="step" aria-hidden="true">›</span> '.join(
        f"<span>{escape(part)}</span>" for part in place(citation, words).split(" › ")
    )


def _language(excerpt: Surroundings) -> str:
    return f' lang="{escape(excerpt.language)}"' if excerpt.language else ""


def _paragraph(excerpt: Surroundings, link: str, *, cited: bool) -> str:
    """A cited sentence marked in its paragraph; of a related passage, which may be long, the beginning."""
    inside = f"<mark>{_quote(excerpt.citation)}</mark>" if cited else escape(opening(excerpt.citation.quote))
    quoted = f'<a class="quote" href="{link}" target="_blank" rel="noopener">{inside}</a>'
    if not cited:
        return quoted
    before = ("… " if excerpt.cut_before else "") + excerpt.before
    after = excerpt.after + (" …" if excerpt.cut_after else "")
    return f'<span class="around">{escape(before)}</span>{quoted}<span class="around">{escape(after)}</span>'


def _quote(citation: Citation) -> str:
    """The quote, its words that answer strong; without such words all of it is what answers."""
    return "".join(
        f"<strong>{escape(part.text)}</strong>" if part.answers else escape(part.text) for part in citation.stretches()
    )
