"""Which words the interface has. Frozen data: a language that misses a field does not load.

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
    sources: str
    source: str
    page: str
    open_source: str
    open_source_of: str
    back: str
    new_tab: str
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
    ask_about: str
    ask_about_many: str
    menu: str
    actions: str
    close: str
    save: str
    cancel: str
    conversations: str
    search_conversations: str
    no_conversations: str
    no_storage: str
    conversations_note: str
    rename: str
    delete: str
    delete_surely: str
    edit: str
    edit_note: str
    ask: str
    searching: str
    reading: str
    checking: str
    direct: str
    direct_note: str
    indirect: str
    indirect_note: str
    part_missing: str
    part_not_asked: str
    nothing_about: str
    covers: str
    try_these: str
    ask_next: str
    why_not: str
    reason_wrong: str
    reason_incomplete: str
    reason_source: str
    reason_unanswered: str
    documents_name: str
    search_documents: str
    no_match: str
    more_documents: str
    tags: str
    only_this: str
    choose_note: str
    asked_of: str
    let_go: str
    table: str
    pages: str
    details: str
    recognised: str
