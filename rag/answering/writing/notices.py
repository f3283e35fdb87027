"""Why an answer is not in the words of the language model that was asked, said to the reader."""

from __future__ import annotations

from rag.errors import BackendError
from rag.localization.catalogue import speak


def why(lang: str | None, failure: BackendError | None, *, silent: bool) -> str:
    """The sentence in ``lang``; ``failure`` is what happened to the model, ``silent`` that it said that there is no answer."""
    words = speak(lang)
    if failure is not None:
        return words("answer.model_failed", reason=failure.message.rstrip("."))
    return words("answer.model_silent") if silent else words("answer.model_unproved")
