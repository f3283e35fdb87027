"""Which knowledge base a page of the chat asks: the one that its address names with ``?kb=NAME``."""

from __future__ import annotations

from typing import Any

from rag.errors import NotFound
from rag.serving.access.identity import Identity
from rag.serving.core.library import Library
from rag.serving.core.service import Service
from rag.serving.ui.dialogue import Dialogue


def asked_of(library: Library, name: str | None, identity: Identity) -> Service:
    """The knowledge base that a page of that ``kb`` asks. Raises ``NotFound``: ``identity`` may ask none, or not this one."""
    try:
        return library.of(name, identity)
    except NotFound:
        others = library.open_to(identity) if name is None else ()
        if not others:
            raise
        return others[0]


class Dialogues:
    """One :class:`Dialogue` a knowledge base, handed out to those who may ask it."""

    def __init__(self, library: Library, *, history_turns: int) -> None:
        self._library = library
        self._history_turns = history_turns

    def of(self, request: Any) -> Dialogue:
        """For a request of Gradio's. An address that names none, in a server whose default one the reader may not ask, means
        the first that they may. Where there is none for them, whatever is asked of the dialogue says so.
        """
        # Gradio passes what it hands on through JSON, which a scope does not survive.
        identity: Identity = request.request.scope["charterqa.identity"]
        try:
            service = asked_of(self._library, request.query_params.get("kb"), identity)
        except NotFound as error:
            service = self._library.refused(error)
        return Dialogue(service, history_turns=self._history_turns)
