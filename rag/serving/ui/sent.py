"""What a reader's browser sends along: a word of the page's script, the language, and what a conversation was asked of."""

from __future__ import annotations

from typing import Any

from rag.localization.languages import Language, language, preferred
from rag.serving.ui.conversation import Conversation
from rag.settings import Settings
from rag.types import UNFILTERED, Filter

LANGUAGE_COOKIE = "charterqa-language"


def text_of(event: Any, name: str) -> str:
    """A string that the page's script sent along; anybody can send anything, so whatever else it is counts as nothing."""
    sent = event._data
    value = sent.get(name) if isinstance(sent, dict) else None
    return value if isinstance(value, str) else ""


def scope_of(talk: Conversation) -> Filter:
    """What a conversation was asked of last."""
    return talk.last.scope if talk.last is not None else UNFILTERED


def spoken_by(request: Any, settings: Settings) -> Language:
    """The link says it, else the reader's earlier choice, else the setting, else the browser."""
    return (
        language(request.query_params.get("lang"))
        or language(request.cookies.get(LANGUAGE_COOKIE))
        or settings.lang
        or preferred(request.headers.get("accept-language", ""))
    )
