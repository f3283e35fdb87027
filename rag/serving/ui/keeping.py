"""A conversation as text that a reader's own tab keeps, so that a reload, a lost connection or a restart loses nothing.

The tab's copy is the reader's own and is only ever shown to them again, escaped like everything else; it is still validated,
since anybody can send anything.
"""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from rag.serving.ui.conversation import Conversation

KEPT_BYTES = 100_000
"""Well inside the smallest usual cap on a request body. The oldest exchanges are let go first."""

_SHAPE = TypeAdapter(Conversation)


def kept(conversation: Conversation) -> str:
    """The newest exchanges that fit; empty where there are none."""
    exchanges = conversation.exchanges
    while exchanges:
        text = _SHAPE.dump_json(Conversation(exchanges))
        if len(text) <= KEPT_BYTES:
            return text.decode()
        exchanges = exchanges[1:]
    return ""


def restored(text: object) -> Conversation:
    """The conversation that ``text`` holds, an answer that was under way marked as stopped; an empty one for anything else."""
    if not isinstance(text, str) or not text or len(text) > KEPT_BYTES:
        return Conversation()
    try:
        return _SHAPE.validate_json(text).stop()
    except ValidationError:
        return Conversation()
