"""Which knowledge base a page of the chat asks, the one that its address names with ``?kb=NAME``; and what of it is shared."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from rag.errors import CharterError, NotFound
from rag.localization.errors import told
from rag.localization.languages import Language
from rag.serving.access.identity import Identity
from rag.serving.core.library import Library
from rag.serving.core.service import Service
from rag.serving.ui.conversation import Conversation
from rag.serving.ui.dialogue import Dialogue
from rag.serving.ui.sharing import Sharing


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

    def __init__(self, library: Library, *, history_turns: int, sharing: Sharing | None = None) -> None:
        """``sharing``: conversations may be shared by a link."""
        self._library = library
        self._sharing = sharing
        self._history_turns = history_turns

    def of(self, request: Any) -> Dialogue:
        """For a request of Gradio's. An address that names none, in a server whose default one the reader may not ask, means
        the first that they may. Where there is none for them, whatever is asked of the dialogue says so.
        """
        service = self._service(request)
        sealed = partial(self._sharing.sealed, kb=service.named) if self._sharing is not None else None
        return Dialogue(service, history_turns=self._history_turns, sealed=sealed)

    async def share(self, request: Any, talk: Conversation, speech: Language) -> str:
        """What the page is told of a new link, as JSON: ``{"id", "key", "expires"}``, or ``{"problem"}``."""
        try:
            return await self._shared().share(talk, self._service(request).named, _identity(request))
        except CharterError as error:
            return json.dumps({"problem": told(error, speech)})

    async def unshare(self, request: Any, link: str, key: str, speech: Language) -> str:
        """What the page is told of a link that is taken back, as JSON: ``{"revoked"}``, or ``{"problem"}``."""
        try:
            await self._shared().revoke(link, key, _identity(request))
        except CharterError as error:
            return json.dumps({"problem": told(error, speech)})
        return json.dumps({"revoked": link})

    def _shared(self) -> Sharing:
        if self._sharing is None:
            off = NotFound("Nothing is shared here.", remedy="CHARTERQA_SHARING_ENABLED=true switches it on.")
            raise off.said("error.no_sharing")
        return self._sharing

    def _service(self, request: Any) -> Service:
        try:
            return asked_of(self._library, request.query_params.get("kb"), _identity(request))
        except NotFound as error:
            return self._library.refused(error)


def _identity(request: Any) -> Identity:
    # Gradio passes what it hands on through JSON, which a scope does not survive.
    identity: Identity = request.request.scope["charterqa.identity"]
    return identity
