"""What lies ready before anything was asked: example questions and the documents."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from rag.serving.ui.strings import Strings
from rag.types import DocumentEntry

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Shelf:
    """``loading``: the server still opens its index. ``problem``: why it cannot, with what mends it."""

    examples: tuple[str, ...] = ()
    documents: tuple[DocumentEntry, ...] = ()
    loading: bool = False
    problem: str = ""


def shelf_html(shelf: Shelf, words: Strings) -> str:
    """The middle of an empty page, every word escaped."""
    if shelf.loading:
        inside = f'<p class="waiting"><span class="dots" aria-hidden="true"></span>{escape(words.loading)}</p>'
    elif shelf.problem:
        inside = f'<p class="problem" role="alert">{escape(shelf.problem)}</p>'
    elif not shelf.documents:
        inside = f'<p class="problem">{escape(words.no_documents)}</p>'
    else:
        inside = _examples(shelf, words) + _documents(shelf, words)
    return f'<div class="empty">{inside}</div>'


def _examples(shelf: Shelf, words: Strings) -> str:
    if not shelf.examples:
        return ""
    items = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in shelf.examples
    )
    return f'<h2>{escape(words.examples)}</h2><ul class="examples">{items}</ul>'


def _documents(shelf: Shelf, words: Strings) -> str:
    shown = "".join(
        f'<li><a href="source/{quote(entry.id)}" target="_blank" rel="noopener">{escape(entry.title or entry.id)}</a></li>'
        for entry in shelf.documents[:_SHOWN]
    )
    more = "<li>…</li>" if len(shelf.documents) > _SHOWN else ""
    count = escape(words.documents.format(count=len(shelf.documents)))
    return f'<h2>{count}</h2><ul class="documents">{shown}{more}</ul>'
