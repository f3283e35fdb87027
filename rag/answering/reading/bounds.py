"""What may be asked: text, not too long, with something in it."""

from __future__ import annotations

import unicodedata

from rag.errors import QuestionError


def checked(question: str, *, at_most: int) -> str:
    """The question in NFC with its outer white space gone.

    Raises:
        QuestionError: it is empty, longer than ``at_most`` characters, or not text.
    """
    if len(question) > at_most:
        raise QuestionError(
            f"The question has {len(question):,} characters; at most {at_most:,} are read.", remedy="Ask a shorter question."
        ).said("error.long", most=at_most)
    if any(
        unicodedata.category(c) in {"Cs", "Co"} or (unicodedata.category(c) == "Cc" and c not in "\t\n\r\v\f") for c in question
    ):
        raise QuestionError("The question has characters that are not text.", remedy="Write it in plain text.").said(
            "error.no_text"
        )
    text = unicodedata.normalize("NFC", question).strip()
    if not any(unicodedata.category(c)[0] not in "ZC" for c in text):
        raise QuestionError("The question is empty.", remedy="Write a question.").said("error.empty")
    return text
