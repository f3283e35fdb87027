"""The head of the page: what this is, the language, the appearance, and what can be done with a conversation."""

from __future__ import annotations

from html import escape

from rag.serving.ui.chosen_language import Language
from rag.serving.ui.strings import Strings
from rag.serving.ui.translations import STRINGS


def header_html(language: Language, *, filled: bool, signed: bool = False) -> str:
    """``filled``: there is a conversation to save or to leave; ``signed``: there is a sign-in that can be ended.

    The words for the script ride along as data attributes.
    """
    words = STRINGS[language]
    languages = "".join(
        f'<option value="{code}" lang="{code}"{" selected" if code == language else ""}>{escape(other.name)}</option>'
        for code, other in STRINGS.items()
    )
    looks = "".join(
        f'<option value="{value}">{escape(label)}</option>'
        for value, label in (("auto", words.automatic), ("light", words.light), ("dark", words.dark))
    )
    off = "" if filled else " disabled"
    return (
        f'<header id="charter-header" lang="{language}" data-copied="{escape(words.copied)}"'
        f' data-linked="{escape(words.link_copied)}" data-saved="{escape(words.exported)}"'
        f' data-offline="{escape(words.offline)}" data-online="{escape(words.online)}"'
        f' data-failed="{escape(words.failed)}" data-unfold="{escape(words.unfold)}" data-fold="{escape(words.fold)}">'
        f'<button type="button" class="skip" data-focus-question>{escape(words.skip)}</button>'
        f'<div class="about"><h1>{escape(words.heading)}</h1><p>{escape(words.tagline)}</p></div>'
        f'<div class="controls">'
        f'<button type="button" data-clear{off}>{escape(words.clear)}</button>'
        f'<button type="button" data-save="markdown"{off} title="{escape(words.export_markdown)}">'
        f'<span class="wide">{escape(words.export)} </span>.md</button>'
        f'<button type="button" data-save="json"{off} title="{escape(words.export_json)}">'
        f'<span class="wide">{escape(words.export)} </span>.json</button>'
        f'<label><span class="sr">{escape(words.language)}</span><select data-language>{languages}</select></label>'
        f'<label><span class="sr">{escape(words.appearance)}</span><select data-appearance>{looks}</select></label>'
        f"{_sign_out(words) if signed else ''}</div></header>"
    )


def _sign_out(words: Strings) -> str:
    return f'<button type="button" data-signout>{escape(words.sign_out)}</button>'


def hint_html(language: Language, limit: int) -> str:
    """The keys, below the question field, and room for the script to say how near ``limit`` characters are."""
    words = STRINGS[language]
    long = escape(words.too_long.format(limit=limit))
    return (
        f'<p class="keys" lang="{language}">{escape(words.keys)}</p>'
        f'<p id="charter-count" lang="{language}" data-limit="{limit}" data-long="{long}"><span aria-hidden="true"></span>'
        '<span class="sr" role="status"></span></p>'
    )
