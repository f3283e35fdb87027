"""Why an answer is not in the words of the language model that was asked, said to the reader."""

from __future__ import annotations

from rag.errors import BackendError
from rag.localization.catalogue import speak
from rag.localization.errors import told


def why(lang: str | None, failure: BackendError | None, *, silent: bool) -> str:
    """The sentence in ``lang``; ``failure`` is what happened to the model, ``silent`` that it said that there is no answer."""
    words = speak(lang)
    if failure is not None:
        return words("answer.model_failed", reason=_reason(failure, lang))
    return words("answer.model_silent") if silent else words("answer.model_unproved")


def _reason(failure: BackendError, lang: str | None) -> str:
    """In English with what the model's server said, which nobody translates."""
    said = told(failure, lang)
    return failure.message.rstrip(".") if said == str(failure) else (said[:1].lower() + said[1:]).rstrip(".")
