"""The head of the page: what this is, the conversations, the documents, and one menu for everything else."""

from __future__ import annotations

from html import escape

from rag.localization.catalogue import Words, speak
from rag.localization.languages import LANGUAGES, Language, attributes
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


def header_html(language: Language, *, filled: bool, signed: bool = False, kept: bool = False, sharing: bool = False) -> str:
    """``filled``: there is a conversation to save or to leave; ``signed``: there is a sign-in that can be ended; ``kept``: the
    server keeps conversations, not the browser; ``sharing``: a conversation can be shared by a link.

    The words for the script ride along as data attributes.
    """
    words = speak(language)
    off = "" if filled else " disabled"
    shared = _told_of_sharing(words) if sharing else {}
    told = "".join(f' data-{name}="{escape(text)}"' for name, text in (_told(words, kept=kept) | shared).items())
    return (
        f'<header id="charter-header"{words.attributes}{told}>'
        f'<button type="button" class="skip" data-focus-question>{escape(words("chat.skip"))}</button>'
        f'<button type="button" class="tool" data-side-toggle aria-expanded="false">{icon("list")}'
        f'<span class="wide">{escape(words("chat.conversations"))}</span></button>'
        f"<h1>{escape(words('chat.heading'))}</h1>"
        f'<div class="controls"><button type="button" class="tool" data-clear{off}>{icon("plus")}'
        f'<span class="wide">{escape(words("chat.clear"))}</span></button>'
        f'<button type="button" class="tool" data-library aria-expanded="false">{icon("book")}'
        f'<span class="wide">{escape(words("chat.documents_name"))}</span></button>'
        f"{_menu(language, words, off, signed=signed, sharing=sharing)}"
        "</div></header>"
    )


def _told(words: Words, *, kept: bool) -> dict[str, str]:
    return {
        "copied": words("chat.copied"),
        "linked": words("chat.link_copied"),
        "saved": words("chat.exported"),
        "offline": words("chat.offline"),
        "online": words("chat.online"),
        "failed": words("chat.failed"),
        "unfold": words("chat.unfold"),
        "fold": words("chat.fold"),
        "searching": words("chat.searching"),
        "talks": words("chat.conversations"),
        "searchtalks": words("chat.search_conversations"),
        "notalks": words("chat.no_conversations"),
        "nostorage": words("chat.no_storage"),
        "talksnote": words("chat.conversations_note_kept") if kept else words("chat.conversations_note"),
        "unkept": words("chat.conversation_unkept"),
        "rename": words("chat.rename"),
        "delete": words("chat.delete"),
        "sure": words("chat.delete_surely"),
        "save": words("chat.save"),
        "cancel": words("chat.cancel"),
        "close": words("chat.close"),
        "edit": words("chat.edit"),
        "editnote": words("chat.edit_note"),
        "ask": words("chat.ask"),
        "documents": words("chat.documents_name"),
        "newtab": words("chat.new_tab"),
        "today": words("chat.today"),
        "yesterday": words("chat.yesterday"),
    }


def _told_of_sharing(words: Words) -> dict[str, str]:
    return {
        "sharename": words("chat.share"),
        "sharenote": words("chat.share_note"),
        "sharemake": words("chat.share_make"),
        "sharelinks": words("chat.share_links"),
        "sharecopy": words("chat.copy_link"),
        "sharecopied": words("chat.share_copied"),
        "sharerevoke": words("chat.share_revoke"),
        "sharerevoked": words("chat.share_revoked"),
        "shareuntil": words("chat.share_until", end="{end}"),
    }


def _menu(language: Language, words: Words, off: str, *, signed: bool, sharing: bool) -> str:
    languages = "".join(
        f'<option value="{code}"{attributes(code)}{" selected" if code == language else ""}>'
        f"{escape(speak(code)('chat.name'))}</option>"
        for code in LANGUAGES
    )
    looks = "".join(
        f'<option value="{value}">{escape(label)}</option>'
        for value, label in (("auto", words("chat.automatic")), ("light", words("chat.light")), ("dark", words("chat.dark")))
    )
    share = f'<button type="button" data-share{off}>{escape(words("chat.share"))}</button>' if sharing else ""
    out = f'<button type="button" data-signout>{escape(words("chat.sign_out"))}</button>' if signed else ""
    return (
        f'<details class="menu" id="charter-menu"><summary class="tool">{icon("dots")}'
        f'<span class="wide">{escape(words("chat.menu"))}</span></summary><div class="choices">'
        f"<label><span>{escape(words('chat.language'))}</span><select data-language>{languages}</select></label>"
        f"<label><span>{escape(words('chat.appearance'))}</span><select data-appearance>{looks}</select></label>"
        f'<button type="button" data-save="markdown"{off}>{escape(words("chat.export_markdown"))}</button>'
        f'<button type="button" data-save="json"{off}>{escape(words("chat.export_json"))}</button>{share}{out}</div></details>'
    )


def hint_html(language: Language, limit: int, scope: Filter = UNFILTERED, titles: dict[str, str] | None = None) -> str:
    """Below the question field: the keys, or the documents and tags that alone are asked, by their ``titles``; and room for the
    script to say how near ``limit`` characters are."""
    words = speak(language)
    long = escape(words("chat.too_long", count=limit))
    chosen = [("tag", tag, f"#{tag}") for tag in scope.tags]
    chosen += [("document", name, (titles or {}).get(name, name)) for name in scope.documents]
    chips = "".join(
        f'<button type="button" class="chip" data-scope="{escape(name)}" data-kind="{kind}"'
        f' aria-label="{escape(words("chat.let_go", name=shown))}"><span>{escape(shown)}</span>{icon("cross")}</button>'
        for kind, name, shown in chosen
    )
    first = (
        f'<p class="scope"{words.attributes}><span>{escape(words("chat.asked_of"))}:</span> {chips}</p>'
        if chips
        else f'<p class="keys"{words.attributes}>{escape(words("chat.keys"))}</p>'
    )
    return (
        f'{first}<p id="charter-count"{words.attributes} data-limit="{limit}" data-long="{long}">'
        '<span aria-hidden="true"></span><span class="sr" role="status"></span></p>'
    )
