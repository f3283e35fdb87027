"""What lies ready before anything was asked: what this is about, example questions and the documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from rag.localization.catalogue import Words
from rag.types import DocumentEntry

_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Shelf:
    """``loading``: the server still opens its index. ``problem``: why it cannot, with what mends it."""

    examples: tuple[str, ...] = ()
    documents: tuple[DocumentEntry, ...] = field(default=())
    loading: bool = False
    problem: str = ""

    @property
    def titles(self) -> dict[str, str]:
        """Of every document, by its id."""
        return {entry.id: entry.title or entry.id for entry in self.documents}


def welcome_html(shelf: Shelf, words: Words) -> str:
    """The middle of an empty page, above the question field."""
    if shelf.loading:
        inside = f'<p class="waiting"><span class="dots" aria-hidden="true"></span>{escape(words("chat.loading"))}</p>'
    elif shelf.problem:
        inside = f'<p class="problem" role="alert">{escape(shelf.problem)}</p>'
    elif not shelf.documents:
        inside = f'<p class="problem">{escape(words("chat.no_documents"))}</p>'
    else:
        inside = f'<p class="tagline">{escape(words("chat.tagline"))}</p>'
    return f'<div class="empty"><h2>{_subject(shelf, words)}</h2>{inside}</div>'


def _subject(shelf: Shelf, words: Words) -> str:
    if not shelf.documents:
        return escape(words("chat.heading"))
    if len(shelf.documents) > 1:
        return escape(words("chat.ask_about_many", count=len(shelf.documents)))
    before, _, after = words("chat.ask_about", title="\0").partition("\0")
    title = escape(shelf.documents[0].title or shelf.documents[0].id)
    return f"{escape(before)}<em>{title}</em>{escape(after)}"


def shelf_html(shelf: Shelf, words: Words) -> str:
    """The rest of an empty page, below the question field, every word escaped; nothing while there is nothing to ask."""
    if shelf.loading or shelf.problem or not shelf.documents:
        return '<div class="shelf"></div>'
    return f'<div class="shelf">{_examples(shelf, words)}{_documents(shelf, words)}</div>'


def _examples(shelf: Shelf, words: Words) -> str:
    if not shelf.examples:
        return ""
    items = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in shelf.examples
    )
    return f'<h2>{escape(words("chat.examples"))}</h2><ul class="examples">{items}</ul>'


def document_link(entry: DocumentEntry) -> str:
    """Its title, which opens it beside the conversation where there is room, else in a tab."""
    title = escape(entry.title or entry.id)
    return f'<a href="source/{quote(entry.id)}" target="_blank" rel="noopener" data-source="{title}">{title}</a>'


def _documents(shelf: Shelf, words: Words) -> str:
    shown = "".join(f"<li>{document_link(entry)}</li>" for entry in shelf.documents[:_SHOWN])
    more = '<li aria-hidden="true">…</li>' if len(shelf.documents) > _SHOWN else ""
    count = escape(words("chat.documents", count=len(shelf.documents)))
    return f'<h2>{count}</h2><ul class="documents">{shown}{more}</ul>'
