"""Every word of the interface, in English. Frozen data: a language that misses a field does not load.

A field whose text holds ``{…}`` is completed by :meth:`str.format`; plurals are avoided ("Sources: 3"), so that one form
fits every number in every language.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Strings:
    """The interface in one language."""

    name: str
    heading: str
    tagline: str
    skip: str
    conversation: str
    question_label: str
    placeholder: str
    send: str
    too_long: str
    unfold: str
    fold: str
    stop: str
    retry: str
    clear: str
    copy: str
    copied: str
    copy_link: str
    link_copied: str
    export: str
    export_markdown: str
    export_json: str
    exported: str
    cleared: str
    language: str
    appearance: str
    sign_out: str
    automatic: str
    light: str
    dark: str
    examples: str
    documents: str
    no_documents: str
    loading: str
    question: str
    answer: str
    sources: str
    source: str
    page: str
    recognised: str
    open_source: str
    open_source_of: str
    back: str
    new_tab: str
    looking: str
    refused: str
    related: str
    related_note: str
    stopped: str
    stopped_nothing: str
    failed: str
    failed_unexpectedly: str
    try_again: str
    offline: str
    online: str
    withheld: str
    withheld_note: str
    notice: str
    understood_as: str
    about: str
    confidence: str
    made_by: str
    extractive: str
    model: str
    prompt: str
    index: str
    time: str
    seconds: str
    rate: str
    like: str
    dislike: str
    comment: str
    comment_send: str
    thanks: str
    feedback_failed: str
    keys: str
    announce_answer: str
    announce_refusal: str
    announce_stopped: str
    announce_failed: str


ENGLISH = Strings(
    name="English",
    heading="Ask the documents",
    tagline="Every sentence of an answer rests on an exact excerpt that you can open and check.",
    skip="Skip to the question field",
    conversation="Conversation",
    question_label="Your question",
    placeholder="Ask a question…",
    send="Send",
    too_long="The question is longer than {limit} characters. Shorten it; nothing of it is lost.",
    unfold="Show the whole question",
    fold="Show less",
    stop="Stop",
    retry="Ask again",
    clear="New conversation",
    copy="Copy",
    copied="Copied.",
    copy_link="Copy link",
    link_copied="Link to this question copied.",
    export="Save",
    export_markdown="Save as Markdown",
    export_json="Save as JSON",
    exported="Conversation saved.",
    cleared="New conversation.",
    language="Language",
    appearance="Appearance",
    sign_out="Sign out",
    automatic="Automatic",
    light="Light",
    dark="Dark",
    examples="For example",
    documents="Documents: {count}",
    no_documents="No document is indexed yet. Put files into the sources folder and run: charterqa index",
    loading="The documents are being opened…",
    question="You asked",
    answer="Answer",
    sources="Sources",
    source="Source {number}: {place}",
    page="page {number}",
    recognised="read by OCR, {percent} % sure",
    open_source="Open in the document",
    open_source_of="Open source {number} in the document",
    back="Back to the answer",
    new_tab="opens in a new tab",
    looking="Looking through the documents…",
    refused="No answer in the documents",
    related="Nearest passages: not an answer",
    related_note="These passages come closest to the question, but they do not answer it.",
    stopped="Stopped. The answer above may be incomplete.",
    stopped_nothing="Stopped before an answer was found.",
    failed="This question could not be answered just now.",
    failed_unexpectedly="Something went wrong on the server. Your question is kept.",
    try_again="Trying again in a moment may help.",
    offline="No connection to the server. The conversation stays here; you can ask again once the server is back.",
    online="The server can be reached again.",
    withheld="Withheld sentences: {count}",
    withheld_note="The model also wrote this, but the sources do not support it. It is not part of the answer.",
    notice="Please note",
    understood_as="Understood as",
    about="About this answer",
    confidence="Confidence",
    made_by="Made by",
    extractive="verbatim excerpts, no language model",
    model="Model",
    prompt="Prompt",
    index="Index",
    time="Time",
    seconds="{number} s",
    rate="Rate this answer",
    like="Helpful",
    dislike="Not helpful",
    comment="What should be better? (optional)",
    comment_send="Send comment",
    thanks="Thank you. Your feedback is noted.",
    feedback_failed="Your feedback could not be saved.",
    keys="Enter sends · Shift+Enter starts a new line · Esc stops",
    announce_answer="Answer {number}. Sources: {count}. {text}",
    announce_refusal="Question {number}: no answer in the documents. {text}",
    announce_stopped="Question {number}: stopped.",
    announce_failed="Question {number}: {text}",
)
