"""A conversation to take away: Markdown for people, JSON for programs, both with every citation."""

from __future__ import annotations

import json
import re

from rag.contract import Json, citation_json, claim_json, outcome_json
from rag.localization.catalogue import Words, speak
from rag.localization.languages import Language
from rag.serving.ui.conversation import Conversation, Exchange
from rag.serving.ui.sources import place
from rag.types import Refusal

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|!~])")


def conversation_markdown(conversation: Conversation, language: Language) -> str:
    """Questions as headings, answers with their markers, and below each the excerpts that it rests on."""
    words = speak(language)
    parts = [f"# {words('chat.heading')}"]
    for exchange in conversation.exchanges:
        parts += [f"## {_plain(exchange.question)}", exchange_markdown(exchange, words)]
    return "\n\n".join(parts) + "\n"


def exchange_markdown(exchange: Exchange, words: Words) -> str:
    """One answer with its excerpts. Text that Markdown would read as markup is escaped: a copied answer holds no image or
    link that a document or a model put there."""
    refused = isinstance(exchange.outcome, Refusal)
    if refused and exchange.outcome is not None:
        body = _plain(exchange.outcome.text)
    elif exchange.claims:
        body = " ".join(_plain(c.text) + " " + "".join(f"[{n}]" for n in c.citations) for c in exchange.claims)
    else:
        body = f"*{words('chat.stopped_nothing') if exchange.failure is None else words('chat.failed')}*"
    if not exchange.excerpts:
        return body
    title = words("chat.related") if refused else words("chat.sources")
    lines = [f"**{title}**"]
    for found in exchange.excerpts:
        citation = found.citation
        name = "-" if refused else f"{citation.id}."
        lines.append(f"{name} {_plain(place(citation, words))}: “{_plain(citation.quote)}”")
        lines.append(f"   (`{citation.document.replace('`', '')}` {citation.span.start}–{citation.span.end})")
    return body + "\n\n" + "\n".join(lines)


def conversation_json(conversation: Conversation) -> str:
    """The answers as the HTTP contract writes them. An exchange without an outcome keeps what had been verified."""
    return json.dumps(
        {"version": 1, "exchanges": [_exchange_json(exchange) for exchange in conversation.exchanges]},
        ensure_ascii=False,
        indent=2,
    )


def _exchange_json(exchange: Exchange) -> Json:
    entry: Json = {"phase": exchange.phase.value, "rating": exchange.rating, "question": exchange.question}
    if exchange.outcome is not None:
        return entry | {"answer": outcome_json(exchange.outcome)}
    return entry | {
        "answer": None,
        "claims": [claim_json(claim) for claim in exchange.claims],
        "citations": [citation_json(found.citation) for found in exchange.excerpts],
    }


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
