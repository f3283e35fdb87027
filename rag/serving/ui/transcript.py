"""The conversation as HTML. Whatever comes from a question, a document or a model is escaped; nothing is markup but ours."""

from __future__ import annotations

from html import escape

from rag.localization.catalogue import Words, speak
from rag.localization.languages import Language, attributes
from rag.serving.ui.answers import claims_html
from rag.serving.ui.conversation import Conversation, Exchange, Phase
from rag.serving.ui.guides import refusal_html, suggestions_html
from rag.serving.ui.remarks import actions_html, extras_html, folded_html
from rag.serving.ui.shelf import Shelf, welcome_html
from rag.serving.ui.sources import place, sources_html
from rag.types import Answer, Refusal

PLACES = 3
"""Of the passages that are read, as many are named: the best."""
LONG, LINES = 300, 4
"""Code points and line breaks of a question beyond which it is folded: the answer is what a reader came for."""


def transcript_html(conversation: Conversation, shelf: Shelf, language: Language, *, shared: bool = False) -> str:
    """The whole middle of the page: what was asked and answered, or what one might ask. ``shared``: it is only read, so there
    is nothing to do with an answer."""
    words = speak(language)
    last = conversation.last
    inside = (
        "".join(_exchange(exchange, words, newest=exchange is last, shared=shared) for exchange in conversation.exchanges)
        if conversation.exchanges
        else welcome_html(shelf, words)
    )
    busy = "true" if conversation.running else "false"
    return (
        f'<section id="charter-transcript"{words.attributes} data-lang="{language}" aria-busy="{busy}"'
        f' aria-label="{escape(words("chat.conversation"))}">{inside}</section>'
    )


def announcement_html(exchange: Exchange | None, language: Language) -> str:
    """The live region, with the one sentence that a screen reader says when an exchange is over; empty before."""
    said = "" if exchange is None else _announcement(exchange, speak(language))
    return f'<p class="sr" role="status" aria-live="polite"{attributes(language)}>{escape(said)}</p>'


def _announcement(exchange: Exchange, words: Words) -> str:
    outcome, number = exchange.outcome, str(exchange.number)
    if exchange.phase is Phase.STOPPED:
        return words("chat.announce_stopped", number=number)
    if isinstance(outcome, Refusal):
        if outcome.guidance.card == "welcome":
            return outcome.text
        return words("chat.announce_refusal", number=number, text=outcome.text)
    if outcome is None:
        return words("chat.announce_failed", number=number, text=words("chat.failed"))
    text = " ".join(claim.text for claim in exchange.claims)
    return words("chat.announce_answer", number=number, count=len(exchange.excerpts), text=text)


def _exchange(exchange: Exchange, words: Words, *, newest: bool, shared: bool) -> str:
    title = f"x{exchange.number}-question"
    long = not shared and (len(exchange.question) > LONG or exchange.question.count("\n") > LINES)
    courtesy = isinstance(exchange.outcome, Refusal) and exchange.outcome.guidance.card == "welcome"
    actions = "" if shared or courtesy else actions_html(exchange, words, newest=newest)
    return (
        f'<article class="exchange {exchange.phase}" id="x{exchange.number}" data-number="{exchange.number}"'
        f' aria-labelledby="{title}"><div class="dialogue">'
        f'<h2 class="question{" long" if long else ""}" id="{title}"><span class="sr">{escape(words("chat.question"))}: </span>'
        f"<bdi>{escape(exchange.question)}</bdi></h2>{_unfold(exchange, words) if long else ''}"
        f"{_understood(exchange, words)}{_answer(exchange, words)}"
        f"{actions}{_onwards(exchange, words)}</div>"
        f"{sources_html(exchange, words)}</article>"
    )


def _unfold(exchange: Exchange, words: Words) -> str:
    return (
        f'<button type="button" class="quiet unfold" data-unfolds="x{exchange.number}" aria-expanded="false">'
        f"{escape(words('chat.unfold'))}</button>"
    )


def _understood(exchange: Exchange, words: Words) -> str:
    rewritten = exchange.outcome.standalone_question if exchange.outcome else None
    if not rewritten or rewritten == exchange.question:
        return ""
    return folded_html(exchange, "understood", words("chat.understood_as"), f"<p>{escape(rewritten)}</p>")


def _answer(exchange: Exchange, words: Words) -> str:
    if exchange.phase is Phase.LOOKING:
        return _stage(_doing(exchange, words))
    if exchange.phase is Phase.FAILED:
        return f'<div class="answer failure">{_failure(exchange, words)}</div>'
    if isinstance(exchange.outcome, Refusal):
        return refusal_html(exchange.outcome, words, extras_html(exchange, words))
    body = claims_html(exchange, words)
    if exchange.phase is Phase.STOPPED:
        note = words("chat.stopped") if exchange.claims else words("chat.stopped_nothing")
        return f'<div class="answer">{body}<p class="state">{escape(note)}</p></div>'
    first = _label(exchange.outcome, words) if isinstance(exchange.outcome, Answer) else _stage(_doing(exchange, words))
    return f'{first}<div class="answer">{body}</div>{extras_html(exchange, words)}'


def _doing(exchange: Exchange, words: Words) -> str:
    """What is being done: searching, then which passages are read, then which sentence of a model is being checked. Its words
    are not said: they are not proved yet."""
    places = "; ".join([*dict.fromkeys(place(found, words) for found in exchange.reading_at)][:PLACES])
    if exchange.checking:
        number = words.number(exchange.checking)
        return words("chat.checking_next", number=number, places=places) if places else words("chat.checking", number=number)
    return words("chat.reading", places=places) if places else words("chat.searching")


def _stage(said: str) -> str:
    return f'<p class="stage"><span class="dots" aria-hidden="true"></span>{escape(said)}</p>'


def _label(outcome: Answer, words: Words) -> str:
    """How far the documents state it, in words; the figure is among the details."""
    direct = outcome.label == "direct"
    said = words("chat.direct") if direct else words("chat.indirect")
    note = words("chat.direct_note") if direct else words("chat.indirect_note")
    return (
        f'<p class="label {outcome.label}" title="{escape(note)}"><svg class="icon" aria-hidden="true">'
        f'<use href="#i-{"check" if direct else "look"}"></use></svg>{escape(said)}</p>'
    )


def _onwards(exchange: Exchange, words: Words) -> str:
    outcome = exchange.outcome
    if not isinstance(outcome, Answer) or not outcome.guidance.suggestions:
        return ""
    return suggestions_html(outcome.guidance.suggestions, words("chat.ask_next"))


def _failure(exchange: Exchange, words: Words) -> str:
    failure = exchange.failure
    if failure is None or not failure.message:
        return f"<h3>{escape(words('chat.failed'))}</h3><p>{escape(words('chat.failed_unexpectedly'))}</p>"
    if failure.stopping:
        return f"<h3>{escape(words('chat.failed'))}</h3><p>{escape(words('chat.stopping'))}</p>"
    again = words("chat.try_again") if failure.retryable else ""
    told = failure.message if again in failure.message else f"{failure.message} {again}"
    return f"<h3>{escape(words('chat.failed'))}</h3><p>{escape(told)}</p>"
