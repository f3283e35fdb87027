"""Sentences of a document that speak to the model instead of the reader.

They are left out of the prompt and never count as evidence. The list is short and about form ("ignore all previous
instructions"), so that a document about such attacks loses at most the sentence that quotes one; the sentence can still be
retrieved and read. This is a second fence: the first is that nothing is shown which the sources do not bear.
"""

from __future__ import annotations

import re

from rag.types import Passage

_SPEAKS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.!?]{0,40}\b(?:previous|prior|above|earlier|preceding|all|your|system)\b[^.!?]{0,30}"
    r"\b(?:instructions?|prompts?|rules?|guidelines?|context|messages?)\b"
    r"|\b(?:reveal|print|repeat|show|output|leak)\b[^.!?]{0,30}\b(?:system prompt|your (?:instructions|prompt|rules))"
    r"|\byou are (?:now|no longer) (?:an?|the|in)\b[^.!?]{0,40}\b(?:assistant|AI|model|chatbot|mode|DAN)\b"
    r"|\b(?:assistant|AI|chatbot|language model|LLM)\b[^.!?]{0,20}\b(?:must|should|shall|will) (?:now )?"
    r"(?:answer|reply|respond|say|output|print|include|cite)\b"
    r"|<\|(?:im_start|im_end|system|endoftext)\|>|\[/?INST\]|<</?SYS>>|^\s*(?:system|assistant)\s*:\s",
    re.IGNORECASE | re.MULTILINE,
)
_LEFT_OUT = "[…]"


def speaks_to_model(text: str) -> bool:
    """Whether ``text`` is an instruction to a language model by its form."""
    return bool(_SPEAKS.search(text))


def without_instructions(passage: Passage) -> str:
    """The text of ``passage`` with such sentences replaced by ``[…]``."""
    if not speaks_to_model(passage.text):
        return passage.text
    text, at = "", passage.span.start
    for sentence in passage.sentences:
        quote = passage.quote(sentence)
        text += passage.text[at - passage.span.start : sentence.start - passage.span.start]
        text += _LEFT_OUT if speaks_to_model(quote) else quote
        at = sentence.end
    text += passage.text[at - passage.span.start :]
    return text if not speaks_to_model(text) else _LEFT_OUT
