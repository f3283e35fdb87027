"""Cards that help a reader on: a refusal that says what was not found and what can be asked, and a friendly beginning."""

from __future__ import annotations

from html import escape

from rag.localization.catalogue import Words
from rag.serving.ui.answers import missing_html, nothing_html
from rag.types import Refusal


def refusal_html(refusal: Refusal, words: Words, notes: str = "") -> str:
    """The card of a refusal, below it ``notes`` on it, then what helps on; of a greeting, the friendly one."""
    guidance = refusal.guidance
    suggested = suggestions_html(guidance.suggestions, words("chat.try_these")) if guidance.suggestions else ""
    topics = topics_html(guidance.topics, words)
    if guidance.card == "welcome":
        return f'<div class="answer welcome"><p>{escape(refusal.text)}</p>{suggested}{topics}</div>'
    unknown = nothing_html(guidance.not_mentioned, words) if guidance.not_mentioned else ""
    parts = "".join(
        f'<li class="part missing"><h4>{escape(part.text)}</h4>{missing_html(part, words)}</li>' for part in refusal.parts
    )
    several = f'<ol class="parts">{parts}</ol>' if parts else ""
    return (
        f'<div class="answer refusal"><h3>{escape(words("chat.refused"))}</h3><p dir="auto">{escape(refusal.text)}</p>'
        f"{unknown}{several}</div>{notes}"
        f'<div class="guide">{suggested}{topics}</div>'
    )


def suggestions_html(questions: tuple[str, ...], heading: str) -> str:
    """Questions to click."""
    items = "".join(
        f'<li><button type="button" class="chip ask" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in questions
    )
    return f'<div class="onwards"><h3>{escape(heading)}</h3><ul class="chips">{items}</ul></div>'


def topics_html(topics: tuple[str, ...], words: Words) -> str:
    """What the documents are about."""
    if not topics:
        return ""
    items = "".join(f"<li>{escape(topic)}</li>" for topic in topics)
    return f'<div class="topics"><h3>{escape(words("chat.covers"))}</h3><ul class="chips">{items}</ul></div>'
