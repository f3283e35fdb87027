"""An error as its reader is told of it."""

from __future__ import annotations

from rag.errors import CharterError
from rag.localization.catalogue import speak
from rag.localization.languages import language


def told(error: CharterError, lang: str | None) -> str:
    """Cause and remedy in one line, in ``lang`` where that is not English and the error has a message for readers, else in the
    error's own words, which say more: they are an administrator's too."""
    saying, code = error.saying, language(lang)
    if saying is None or code in (None, "en"):
        return str(error)
    words = speak(code)
    values = {name: words.number(value) if isinstance(value, int) else value for name, value in saying.values.items()}
    return words(saying.name, count=None, **values)
