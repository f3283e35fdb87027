"""The head of the page: what this is, the conversations, the documents, and one menu for everything else."""

from __future__ import annotations

from html import escape

from rag.serving.ui.chosen_language import Language
from rag.serving.ui.strings import Strings
from rag.serving.ui.translations import STRINGS
from rag.types import UNFILTERED, Filter

_DRAWINGS = {
    "list": "M3 5h14M3 10h14M3 15h9",
    "plus": "M10 4v12M4 10h12",
    "book": "M4 4h5a2 2 0 0 1 2 2v11a2 2 0 0 0-2-2H4zM17 4h-4a2 2 0 0 0-2 2v11a2 2 0 0 1 2-2h4z",
    "dots": "M4 10a1 1 0 1 0 2 0a1 1 0 1 0-2 0M9 10a1 1 0 1 0 2 0a1 1 0 1 0-2 0M14 10a1 1 0 1 0 2 0a1 1 0 1 0-2 0",
    "pen": "M4 16l.8-3.4L13 4.400l2.600 2.600-8.200 8.200zM11.500 6l2.600 2.600",
    "bin": "M4 6h12M8 6V4h4v2M6 6l.7 10h6.600L14 6",
    "cross": "M5 5l10 10M15 5L5 15",
    "back": "M12 4l-6 6 6 6",
    "out": "M8 5H5v10h10v-3M11 4h5v5M16 4l-7 7",
    "check": "M4 10.500l4 4 8-9",
    "look": "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM13 13l4 4",
}
"""Lines on a grid of 20, drawn once and used by name."""


def icon(name: str) -> str:
    """A drawing that says nothing by itself."""
    return f'<svg class="icon" aria-hidden="true"><use href="#i-{name}"></use></svg>'


def drawings_html() -> str:
    """The drawings, out of sight."""
    symbols = "".join(f'<symbol id="i-{n}" viewBox="0 0 20 20"><path d="{d}"></path></symbol>' for n, d in _DRAWINGS.items())
    return f'<svg class="sr" aria-hidden="true" focusable="false">{symbols}</svg>'


def header_html(language: Language, *, filled: bool, signed: bool = False, sharing: bool = False) -> str:
    """``filled``: there is a conversation to save or to leave; ``signed``: there is a sign-in that can be ended; ``sharing``:
    a conversation can be shared by a link.

    The words for the script ride along as data attributes.
    """
    words = STRINGS[language]
    off = "" if filled else " disabled"
    shared = _told_of_sharing(words) if sharing else {}
    told = "".join(f' data-{name}="{escape(text)}"' for name, text in (_told(words) | shared).items())
    return (
        f'<header id="charter-header" lang="{language}"{told}>'
        f'<button type="button" class="skip" data-focus-question>{escape(words.skip)}</button>'
        f'<button type="button" class="tool" data-side-toggle aria-expanded="false">{icon("list")}'
        f'<span class="wide">{escape(words.conversations)}</span></button>'
        f"<h1>{escape(words.heading)}</h1>"
        f'<div class="controls"><button type="button" class="tool" data-clear{off}>{icon("plus")}'
        f'<span class="wide">{escape(words.clear)}</span></button>'
        f'<button type="button" class="tool" data-library aria-expanded="false">{icon("book")}'
        f'<span class="wide">{escape(words.documents_name)}</span></button>'
        f"{_menu(language, words, off, signed=signed, sharing=sharing)}"
        "</div></header>"
    )


def _told(words: Strings) -> dict[str, str]:
    return {
        "copied": words.copied,
        "linked": words.link_copied,
        "saved": words.exported,
        "offline": words.offline,
        "online": words.online,
        "failed": words.failed,
        "unfold": words.unfold,
        "fold": words.fold,
        "searching": words.searching,
        "talks": words.conversations,
        "searchtalks": words.search_conversations,
        "notalks": words.no_conversations,
        "nostorage": words.no_storage,
        "talksnote": words.conversations_note,
        "rename": words.rename,
        "delete": words.delete,
        "sure": words.delete_surely,
        "save": words.save,
        "cancel": words.cancel,
        "close": words.close,
        "edit": words.edit,
        "editnote": words.edit_note,
        "ask": words.ask,
        "documents": words.documents_name,
        "newtab": words.new_tab,
        "today": words.today,
        "yesterday": words.yesterday,
    }


def _told_of_sharing(words: Strings) -> dict[str, str]:
    return {
        "sharename": words.share,
        "sharenote": words.share_note,
        "sharemake": words.share_make,
        "sharelinks": words.share_links,
        "sharecopy": words.copy_link,
        "sharecopied": words.share_copied,
        "sharerevoke": words.share_revoke,
        "sharerevoked": words.share_revoked,
        "shareuntil": words.share_until,
    }


def _menu(language: Language, words: Strings, off: str, *, signed: bool, sharing: bool) -> str:
    languages = "".join(
        f'<option value="{code}" lang="{code}"{" selected" if code == language else ""}>{escape(other.name)}</option>'
        for code, other in STRINGS.items()
    )
    looks = "".join(
        f'<option value="{value}">{escape(label)}</option>'
        for value, label in (("auto", words.automatic), ("light", words.light), ("dark", words.dark))
    )
    share = f'<button type="button" data-share{off}>{escape(words.share)}</button>' if sharing else ""
    out = f'<button type="button" data-signout>{escape(words.sign_out)}</button>' if signed else ""
    return (
        f'<details class="menu" id="charter-menu"><summary class="tool">{icon("dots")}'
        f'<span class="wide">{escape(words.menu)}</span></summary><div class="choices">'
        f"<label><span>{escape(words.language)}</span><select data-language>{languages}</select></label>"
        f"<label><span>{escape(words.appearance)}</span><select data-appearance>{looks}</select></label>"
        f'<button type="button" data-save="markdown"{off}>{escape(words.export_markdown)}</button>'
        f'<button type="button" data-save="json"{off}>{escape(words.export_json)}</button>{share}{out}</div></details>'
    )


def hint_html(language: Language, limit: int, scope: Filter = UNFILTERED, titles: dict[str, str] | None = None) -> str:
    """Below the question field: the keys, or the documents and tags that alone are asked, by their ``titles``; and room for the
    script to say how near ``limit`` characters are."""
    words = STRINGS[language]
    long = escape(words.too_long.format(limit=limit))
    chosen = [("tag", tag, f"#{tag}") for tag in scope.tags]
    chosen += [("document", name, (titles or {}).get(name, name)) for name in scope.documents]
    chips = "".join(
        f'<button type="button" class="chip" data-scope="{escape(name)}" data-kind="{kind}"'
        f' aria-label="{escape(words.let_go.format(name=shown))}"><span>{escape(shown)}</span>{icon("cross")}</button>'
        for kind, name, shown in chosen
    )
    first = (
        f'<p class="scope" lang="{language}"><span>{escape(words.asked_of)}:</span> {chips}</p>'
        if chips
        else f'<p class="keys" lang="{language}">{escape(words.keys)}</p>'
    )
    return (
        f'{first}<p id="charter-count" lang="{language}" data-limit="{limit}" data-long="{long}">'
        '<span aria-hidden="true"></span><span class="sr" role="status"></span></p>'
    )
