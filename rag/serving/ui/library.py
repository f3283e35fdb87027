"""The list of documents: to search, to open, and to choose which alone are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

from rag.localization.catalogue import Words
from rag.serving.ui.header import icon
from rag.serving.ui.shelf import Shelf, document_link
from rag.types import DocumentEntry, Filter

MOST = 100
"""Rows shown at a time; more are found by searching."""
MOST_TAGS = 24


def narrowed(shelf: Shelf, scope: Filter, kind: str, name: str) -> Filter:
    """``scope`` with one document or tag more, or without it where it was in. What is not on the shelf changes nothing, and a
    document that has none of the chosen tags is let go."""
    if kind == "tag":
        if name not in scope.tags and name not in _tags(shelf.documents):
            return scope
        tags = tuple(tag for tag in scope.tags if tag != name) if name in scope.tags else (*scope.tags, name)
        tagged = {entry.id for entry in shelf.documents if not tags or set(tags) & set(entry.origin.tags)}
        return replace(scope, tags=tags, documents=tuple(known for known in scope.documents if known in tagged))
    if kind != "document" or (name not in scope.documents and name not in shelf.titles):
        return scope
    kept = tuple(known for known in scope.documents if known != name)
    return replace(scope, documents=kept if name in scope.documents else (*kept, name))


def library_html(shelf: Shelf, scope: Filter, wanted: str, words: Words) -> str:
    """The pane with the documents that ``wanted`` is a part of, by title, id or tag, and that have one of the chosen tags."""
    found = [entry for entry in shelf.documents if _matches(entry, wanted, scope)]
    rows = "".join(_row(entry, scope, words) for entry in found[:MOST])
    hidden = len(found) - MOST
    if not found:
        rows = f'<li class="note">{escape(words("chat.no_match"))}</li>'
    more = f'<p class="note">{escape(words("chat.more_documents", count=hidden))}</p>' if hidden > 0 else ""
    name, close, search = (escape(words(n)) for n in ("chat.documents_name", "chat.close", "chat.search_documents"))
    return (
        f'<aside aria-label="{name}"{words.attributes}><div class="bar"><h2>{name}</h2>'
        f'<button type="button" class="bare" data-pane-close aria-label="{close}" title="{close}">'
        f'{icon("cross")}</button></div><input type="search" data-library-search aria-label="{search}"'
        f' placeholder="{search}">{_chips(shelf, scope, words)}'
        f'<p class="note">{escape(words("chat.choose_note"))}</p><ul class="list">{rows}</ul>{more}</aside>'
    )


def _tags(documents: Sequence[DocumentEntry]) -> tuple[str, ...]:
    """Every tag, the most frequent first."""
    count: dict[str, int] = {}
    for entry in documents:
        for tag in entry.origin.tags:
            count[tag] = count.get(tag, 0) + 1
    return tuple(sorted(count, key=lambda tag: (-count[tag], tag)))


def _chips(shelf: Shelf, scope: Filter, words: Words) -> str:
    tags = dict.fromkeys((*scope.tags, *_tags(shelf.documents)[:MOST_TAGS]))
    if not tags:
        return ""
    chips = "".join(
        f'<button type="button" class="chip" data-scope="{escape(tag)}" data-kind="tag"'
        f' aria-pressed="{"true" if tag in scope.tags else "false"}">#{escape(tag)}</button>'
        for tag in tags
    )
    return f'<div class="chips" role="group" aria-label="{escape(words("chat.tags"))}">{chips}</div>'


def _matches(entry: DocumentEntry, wanted: str, scope: Filter) -> bool:
    if scope.tags and not set(scope.tags) & set(entry.origin.tags):
        return False
    text = " ".join((entry.title, entry.id, *entry.origin.tags)).casefold()
    return all(word in text for word in wanted.casefold().split())


def _row(entry: DocumentEntry, scope: Filter, words: Words) -> str:
    title = entry.title or entry.id
    facts = [
        words.date(entry.origin.date) if entry.origin.date else "",
        words("chat.pages", count=entry.pages) if entry.pages else "",
    ]
    facts += [f"#{tag}" for tag in entry.origin.tags]
    below = " · ".join(fact for fact in facts if fact)
    on = " checked" if entry.id in scope.documents else ""
    only = escape(words("chat.only_this", title=title))
    return (
        f'<li><input type="checkbox" data-only="{escape(entry.id)}"{on} aria-label="{only}">'
        f'<div>{document_link(entry)}<p class="note">{escape(below or entry.id)}</p></div></li>'
    )
