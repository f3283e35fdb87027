"""A conversation becomes a link, and a link a conversation again: only what this server has answered itself.

A reader's conversation is kept in their browser, so what comes back from there can be anything. Every outcome is therefore
sealed when it is made, and what is shared must bear its seal: a link on this server's address never shows words that it has not
said.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from rag.errors import NotFound, QuestionError
from rag.serving.access.identity import Identity
from rag.serving.core.workers import Workers
from rag.serving.operation.shared_answers import SharedStore, SharedText
from rag.serving.ui.conversation import Conversation, Exchange, Phase
from rag.serving.ui.keeping import KEPT_BYTES
from rag.settings import Auth
from rag.types import UNFILTERED, Outcome

_EXCHANGE = TypeAdapter(Exchange)
_CONVERSATION = TypeAdapter(Conversation)


class Sharing:
    """Over a store; ``kb`` is what an answer's knowledge base is called, ``None`` for the default one."""

    def __init__(self, store: SharedStore, keeping: Workers, auth: Auth) -> None:
        self._store = store
        self._keeping = keeping
        self._auth = auth

    def sealed(self, exchange: Exchange, kb: str | None) -> Exchange:
        """An exchange that is over, as one that may be shared."""
        return replace(exchange, seal=self._seal(exchange, kb))

    async def share(self, talk: Conversation, kb: str | None, identity: Identity) -> str:
        """Keep what of ``talk`` is this server's own; what the maker's page is told, as JSON: ``{"id", "key", "expires"}``.

        Raises:
            QuestionError: there is nothing to share, or too much.
            StorageFull: there are as many links as there may be.
        """
        own = tuple(_bare(x) for x in talk.exchanges if self._own(x, kb))
        if not own:
            nothing = QuestionError("There is no answer here that can be shared.", remedy="Ask, then share the answer.")
            raise nothing.said("error.nothing_to_share")
        text = _CONVERSATION.dump_json(Conversation(own)).decode()
        if len(text) > 2 * KEPT_BYTES:
            long = QuestionError("The conversation is too long to be shared.", remedy="Begin a new one.")
            raise long.said("error.too_long_to_share")
        link = await self._keeping.run(lambda: self._store.keep(text, kb, identity.user))
        return json.dumps({"id": link.id, "key": link.key, "expires": round(link.expires)})

    async def revoke(self, link: str, key: str, identity: Identity) -> None:
        """Take a link back; one that is gone already is gone. Raises ``NotAllowed`` where it is somebody else's."""
        administrator = identity.administers(self._auth)
        try:
            await self._keeping.run(lambda: self._store.revoke(link, key, identity.user, administrator=administrator))
        except NotFound:
            return

    async def find(self, link: str) -> tuple[Conversation, SharedText]:
        """What a link shows. Raises ``NotFound``."""
        found = await self._keeping.run(lambda: self._store.find(link))
        try:
            return _CONVERSATION.validate_json(found.conversation), found
        except ValidationError:
            raise NotFound("This link was made by another version of the program.", remedy="Ask for a new one.") from None

    def _own(self, exchange: Exchange, kb: str | None) -> bool:
        return hmac.compare_digest(exchange.seal.encode("utf-8", "replace"), self._seal(exchange, kb).encode())

    def _seal(self, exchange: Exchange, kb: str | None) -> str:
        said = json.dumps(kb).encode() + b"\0" + _EXCHANGE.dump_json(_bare(exchange))
        return hmac.new(self._store.seal, said, hashlib.sha256).hexdigest()


def _bare(exchange: Exchange) -> Exchange:
    """What was asked and answered, without what the reader thought of it and without what would be asked next."""
    outcome = exchange.outcome
    return replace(
        exchange,
        phase=Phase.DONE,
        outcome=None if outcome is None else _told(outcome),
        rating=None,
        commented=False,
        reading_at=(),
        checking=0,
        scope=UNFILTERED,
        seal="",
    )


def _told(outcome: Outcome) -> Outcome:
    return replace(outcome, guidance=replace(outcome.guidance, suggestions=()))
