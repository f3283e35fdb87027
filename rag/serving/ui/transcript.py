"""The conversation as HTML. Whatever comes from a question, a document or a model is escaped; nothing is markup but ours."""

from __future__ import annotations

from html import escape

from rag.serving.ui.chosen_language import Language
from rag.serving.ui.conversation import Conversation, Exchange, Phase
from rag.serving.ui.shelf import Shelf, shelf_html
from rag.serving.ui.sources import marker_id, place, source_id, sources_html
from rag.serving.ui.strings import Strings
from rag.serving.ui.takeaway import exchange_markdown
from rag.serving.ui.translations import STRINGS
from rag.types import Claim, Outcome, Refusal

_THUMB = (
    '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 9h3v9H2zM7 9l3.5-7c1.4 0 2.3 1 2 2.4L12 8h4.4'
    'c1 0 1.7.9 1.5 1.9l-1.3 6.5c-.2.9-.9 1.6-1.8 1.6H7z"/></svg>'
)


LONG, LINES = 300, 4
"""Code points and line breaks of a question beyond which it is folded: the answer is what a reader came for."""


def transcript_html(conversation: Conversation, shelf: Shelf, language: Language) -> str:
    """The whole middle of the page: what was asked and answered, or what one might ask."""
    words = STRINGS[language]
    last = conversation.last
    inside = (
        "".join(_exchange(exchange, words, newest=exchange is last) for exchange in conversation.exchanges)
        if conversation.exchanges
        else shelf_html(shelf, words)
    )
    busy = "true" if conversation.running else "false"
    return (
        f'<section id="charter-transcript" lang="{language}" data-lang="{language}" aria-busy="{busy}"'
        f' aria-label="{escape(words.conversation)}">{inside}</section>'
    )


def announcement_html(exchange: Exchange | None, language: Language) -> str:
    """The live region, with the one sentence that a screen reader says when an exchange is over; empty before."""
    said = "" if exchange is None else _announcement(exchange, STRINGS[language])
    return f'<p class="sr" role="status" aria-live="polite" lang="{language}">{escape(said)}</p>'


def _announcement(exchange: Exchange, words: Strings) -> str:
    outcome, number = exchange.outcome, exchange.number
    if exchange.phase is Phase.STOPPED:
        return words.announce_stopped.format(number=number)
    if isinstance(outcome, Refusal):
        return words.announce_refusal.format(number=number, text=outcome.text)
    if outcome is None:
        return words.announce_failed.format(number=number, text=words.failed)
    text = " ".join(claim.text for claim in exchange.claims)
    return words.announce_answer.format(number=number, count=len(exchange.excerpts), text=text)


def _exchange(exchange: Exchange, words: Strings, *, newest: bool) -> str:
    title = f"x{exchange.number}-question"
    long = len(exchange.question) > LONG or exchange.question.count("\n") > LINES
    return (
        f'<article class="exchange {exchange.phase}" id="x{exchange.number}" data-number="{exchange.number}"'
        f' aria-labelledby="{title}"><div class="dialogue">'
        f'<h2 class="question{" long" if long else ""}" id="{title}"><span class="sr">{escape(words.question)}: </span>'
        f"{escape(exchange.question)}</h2>{_unfold(exchange, words) if long else ''}"
        f"{_understood(exchange, words)}{_answer(exchange, words)}{_actions(exchange, words, newest=newest)}</div>"
        f"{sources_html(exchange, words)}</article>"
    )


def _unfold(exchange: Exchange, words: Strings) -> str:
    return (
        f'<button type="button" class="quiet unfold" data-unfolds="x{exchange.number}" aria-expanded="false">'
        f"{escape(words.unfold)}</button>"
    )


def _understood(exchange: Exchange, words: Strings) -> str:
    rewritten = exchange.outcome.standalone_question if exchange.outcome else None
    if not rewritten or rewritten == exchange.question:
        return ""
    return _details(exchange, "understood", words.understood_as, f"<p>{escape(rewritten)}</p>")


def _answer(exchange: Exchange, words: Strings) -> str:
    body = _claims(exchange, words)
    if exchange.phase is Phase.LOOKING:
        return f'<div class="answer waiting"><p><span class="dots" aria-hidden="true"></span>{escape(words.looking)}</p></div>'
    if exchange.phase is Phase.FAILED:
        return f'<div class="answer failure">{_failure(exchange, words)}</div>'
    if exchange.phase is Phase.STOPPED:
        note = words.stopped if exchange.claims else words.stopped_nothing
        return f'<div class="answer">{body}<p class="state">{escape(note)}</p></div>'
    if isinstance(exchange.outcome, Refusal):
        body = f"<h3>{escape(words.refused)}</h3><p>{escape(exchange.outcome.text)}</p>"
        return f'<div class="answer refusal">{body}{_extras(exchange, words)}</div>'
    waiting = '<span class="dots" aria-hidden="true"></span>' if exchange.running else ""
    return f'<div class="answer">{body}{waiting}{_extras(exchange, words)}</div>'


def _claims(exchange: Exchange, words: Strings) -> str:
    if not exchange.claims:
        return ""
    first: set[int] = set()
    sentences = " ".join(_claim(exchange, claim, first, words) for claim in exchange.claims)
    return f'<p class="claims">{sentences}</p>'


def _claim(exchange: Exchange, claim: Claim, first: set[int], words: Strings) -> str:
    markers = []
    for number in claim.citations:
        found = next((x.citation for x in exchange.excerpts if x.citation.id == number), None)
        label = words.source.format(number=number, place=place(found, words)) if found else str(number)
        identity = "" if number in first else f' id="{marker_id(exchange, number)}"'
        first.add(number)
        markers.append(
            f'<button type="button" class="marker"{identity} data-go="{source_id(exchange, number)}"'
            f' aria-label="[{number}] {escape(label)}">[{number}]</button>'
        )
    return f'<span class="claim">{escape(claim.text)} {"".join(markers)}</span>'


def _failure(exchange: Exchange, words: Strings) -> str:
    failure = exchange.failure
    if failure is None or not failure.message:
        return f"<h3>{escape(words.failed)}</h3><p>{escape(words.failed_unexpectedly)}</p>"
    again = f" {words.try_again}" if failure.retryable else ""
    return f"<h3>{escape(words.failed)}</h3><p>{escape(failure.message)} {escape(failure.remedy)}{escape(again)}</p>"


def _extras(exchange: Exchange, words: Strings) -> str:
    outcome = exchange.outcome
    if outcome is None:
        return ""
    notice = (
        f'<p class="notice"><strong>{escape(words.notice)}:</strong> {escape(outcome.notice)}</p>' if outcome.notice else ""
    )
    return f"{notice}{_withheld(exchange, outcome, words)}{_about(exchange, outcome, words)}"


def _withheld(exchange: Exchange, outcome: Outcome, words: Strings) -> str:
    if not outcome.withheld:
        return ""
    items = "".join(f"<li><s>{escape(w.text)}</s> <span>{escape(w.reason)}</span></li>" for w in outcome.withheld)
    body = f"<p>{escape(words.withheld_note)}</p><ul>{items}</ul>"
    return _details(exchange, "withheld", words.withheld.format(count=len(outcome.withheld)), body)


def _about(exchange: Exchange, outcome: Outcome, words: Strings) -> str:
    made = outcome.provenance
    backend = words.extractive if made.backend == "extractive" else made.backend
    rows = [
        (words.confidence, f"{outcome.confidence:.0%}"),
        (words.made_by, backend),
        (words.model, made.model),
        (words.prompt, made.prompt),
        (words.index, made.index),
        (words.time, words.seconds.format(number=f"{made.timings.total / 1000:.1f}")),
    ]
    body = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    summary = words.about
    if not isinstance(outcome, Refusal):
        summary += f" · {words.confidence} {outcome.confidence:.0%}"
    return _details(exchange, "about", summary, f"<dl>{body}</dl>")


def _details(exchange: Exchange, kind: str, summary: str, body: str) -> str:
    return (
        f'<details class="{kind}" id="x{exchange.number}-{kind}"><summary>{escape(summary)}</summary>'
        f'<div class="inside">{body}</div></details>'
    )


def _actions(exchange: Exchange, words: Strings, *, newest: bool) -> str:
    if exchange.running:
        return ""
    again = f'<button type="button" class="quiet" data-retry>{escape(words.retry)}</button>' if newest else ""
    if exchange.outcome is None:
        return f'<div class="actions">{again}</div>'
    text = escape(exchange_markdown(exchange, words))
    copies = (
        f'<button type="button" class="quiet" data-copy="{text}">{escape(words.copy)}</button>'
        f'<button type="button" class="quiet" data-link="{escape(exchange.question)}">{escape(words.copy_link)}</button>'
    )
    return (
        f'<div class="actions">{copies}{again}{_rating(exchange, exchange.outcome.id, words)}</div>{_comment(exchange, words)}'
    )


def _rating(exchange: Exchange, answer_id: str, words: Strings) -> str:
    buttons = "".join(
        f'<button type="button" class="quiet rate {rating}" data-rate="{rating}" data-answer="{escape(answer_id)}"'
        f' aria-pressed="{"true" if exchange.rating == rating else "false"}" aria-label="{escape(label)}"'
        f' title="{escape(label)}">{_THUMB}</button>'
        for rating, label in (("up", words.like), ("down", words.dislike))
    )
    return f'<span class="rating" role="group" aria-label="{escape(words.rate)}">{buttons}</span>'


def _comment(exchange: Exchange, words: Strings) -> str:
    if exchange.rating is None or exchange.outcome is None:
        return ""
    thanks = f'<p class="state">{escape(words.thanks)}</p>'
    if exchange.rating == "up" or exchange.commented:
        return thanks
    field = f"x{exchange.number}-comment"
    return (
        f'{thanks}<form class="comment" data-answer="{escape(exchange.outcome.id)}">'
        f'<label for="{field}">{escape(words.comment)}</label><textarea id="{field}" rows="2" maxlength="2000"></textarea>'
        f'<button type="submit">{escape(words.comment_send)}</button></form>'
    )
