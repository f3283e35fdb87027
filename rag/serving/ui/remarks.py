"""What stands below an answer: notices, what was withheld, how it was made, and what a reader can do with it."""

from __future__ import annotations

from html import escape

from rag.guidance import quoted
from rag.localization.catalogue import Words, speak
from rag.localization.languages import LANGUAGES
from rag.serving.ui.conversation import Exchange
from rag.serving.ui.export import exchange_markdown
from rag.types import Outcome, Refusal

_THUMB = (
    '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M2 9h3v9H2zM7 9l3.5-7c1.4 0 2.3 1 2 2.4L12 8h4.4'
    'c1 0 1.7.9 1.5 1.9l-1.3 6.5c-.2.9-.9 1.6-1.8 1.6H7z"/></svg>'
)
REASONS = {
    "wrong": "Wrong",
    "incomplete": "Incomplete",
    "source": "The source does not fit",
    "unanswered": "The documents do answer it",
}
"""What a reader can say against an answer with one click, and how it is stored: in one language, so that it can be counted."""


def extras_html(exchange: Exchange, words: Words) -> str:
    """Notices and what a model wrote that was withheld."""
    outcome = exchange.outcome
    if outcome is None:
        return ""
    told = _untold(outcome)
    notice = f'<p class="notice"><strong>{escape(words("chat.notice"))}:</strong> {escape(told)}</p>' if told else ""
    return f"{notice}{_withheld(exchange, outcome, words)}"


def _untold(outcome: Outcome) -> str:
    """The notice without the sentence on the parts that have no answer: each of them says so in its place."""
    notice = outcome.notice or ""
    refused = quoted(outcome.parts, "refused")
    for code in LANGUAGES if refused else ():
        notice = notice.replace(speak(code)("guide.part_refused", parts=refused), "")
    return " ".join(notice.split())


def folded_html(exchange: Exchange, kind: str, summary: str, body: str) -> str:
    """A note that a reader opens; the page's script keeps it open."""
    return (
        f'<details class="{kind}" id="x{exchange.number}-{kind}"><summary>{escape(summary)}</summary>'
        f'<div class="inside">{body}</div></details>'
    )


def actions_html(exchange: Exchange, words: Words, *, newest: bool) -> str:
    """The row below an answer. What failed can be asked again at once; everything else has one menu."""
    if exchange.running:
        return ""
    number, question = exchange.number, escape(exchange.question)
    edit = f'<button type="button" data-edit="{number}" data-question="{question}">{escape(words("chat.edit"))}</button>'
    if exchange.outcome is None:
        again = f'<button type="button" class="quiet" data-retry>{escape(words("chat.retry"))}</button>' if newest else ""
        return f'<div class="actions">{again}{edit.replace("<button ", "<button class=quiet ", 1)}</div>'
    text = escape(exchange_markdown(exchange, words))
    again = f'<button type="button" data-retry>{escape(words("chat.retry"))}</button>' if newest else ""
    link = f'<button type="button" data-link="{question}">{escape(words("chat.copy_link"))}</button>'
    return (
        f'<div class="actions"><button type="button" class="quiet" data-copy="{text}">{escape(words("chat.copy"))}</button>'
        f'<details class="menu"><summary class="quiet">{escape(words("chat.actions"))}</summary>'
        f'<div class="choices">{edit}{again}{link}</div></details>'
        f"{_about(exchange, exchange.outcome, words)}{_rating(exchange, exchange.outcome.id, words)}</div>"
        f"{_comment(exchange, words)}"
    )


def _withheld(exchange: Exchange, outcome: Outcome, words: Words) -> str:
    if not outcome.withheld:
        return ""
    items = "".join(f"<li><s>{escape(w.text)}</s> <span>{escape(w.reason)}</span></li>" for w in outcome.withheld)
    body = f"<p>{escape(words('chat.withheld_note'))}</p><ul>{items}</ul>"
    return folded_html(exchange, "withheld", words("chat.withheld", count=len(outcome.withheld)), body)


def _about(exchange: Exchange, outcome: Outcome, words: Words) -> str:
    made = outcome.provenance
    backend = words("chat.extractive") if made.backend == "extractive" else made.backend
    rows = [
        (words("chat.confidence"), words.percent(outcome.confidence)),
        (words("chat.made_by"), backend),
        (words("chat.model"), made.model),
        (words("chat.prompt"), made.prompt),
        (words("chat.index"), made.index),
        (words("chat.time"), words("chat.seconds", number=words.number(round(made.timings.total / 1000, 1)))),
    ]
    body = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    return folded_html(exchange, "about", words("chat.details"), f"<dl>{body}</dl>")


def _rating(exchange: Exchange, answer_id: str, words: Words) -> str:
    buttons = "".join(
        f'<button type="button" class="quiet rate {rating}" data-rate="{rating}" data-answer="{escape(answer_id)}"'
        f' aria-pressed="{"true" if exchange.rating == rating else "false"}" aria-label="{escape(label)}"'
        f' title="{escape(label)}">{_THUMB}</button>'
        for rating, label in (("up", words("chat.like")), ("down", words("chat.dislike")))
    )
    return f'<span class="rating" role="group" aria-label="{escape(words("chat.rate"))}">{buttons}</span>'


def _comment(exchange: Exchange, words: Words) -> str:
    """Thanks; after a thumb down first the reasons, each one click, and a field for other words."""
    if exchange.rating is None or exchange.outcome is None:
        return ""
    thanks = f'<p class="state">{escape(words("chat.thanks"))}</p>'
    if exchange.rating == "up" or exchange.commented:
        return thanks
    answer, field = escape(exchange.outcome.id), f"x{exchange.number}-comment"
    refused = isinstance(exchange.outcome, Refusal)
    offered = {
        "wrong": words("chat.reason_wrong"),
        "incomplete": words("chat.reason_incomplete"),
        "source": words("chat.reason_source"),
        "unanswered": words("chat.reason_unanswered"),
    }
    buttons = "".join(
        f'<button type="button" class="chip" data-reason="{reason}" data-answer="{answer}">{escape(label)}</button>'
        for reason, label in offered.items()
        if (reason == "unanswered") == refused or reason == "wrong"
    )
    return (
        f'<form class="comment" data-answer="{answer}"><p id="{field}-why">{escape(words("chat.why_not"))}</p>'
        f'<div class="chips" role="group" aria-labelledby="{field}-why">{buttons}</div>'
        f'<label for="{field}">{escape(words("chat.comment"))}</label>'
        f'<textarea id="{field}" dir="auto" rows="2" maxlength="2000"></textarea>'
        f'<button type="submit">{escape(words("chat.comment_send"))}</button></form>'
    )
