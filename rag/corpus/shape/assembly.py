"""From a draft to a document: title, language, sections, sentences, hash."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from rag.corpus.shape.canonical import sha256
from rag.corpus.shape.draft import Draft
from rag.corpus.shape.language import language_of
from rag.corpus.shape.leads import lead_contexts
from rag.corpus.shape.notes import note_contexts
from rag.corpus.shape.sentences import split_block
from rag.corpus.shape.structure import outline
from rag.corpus.shape.tables import table_contexts, tables_of
from rag.types import Document, Span

_LONGEST_TITLE = 200
_TELLING = 20
"""Letters outside of tables."""
_FIRST_WORDS = 60


def assemble(draft: Draft, *, document_id: str, language: str | None = None) -> Document:
    """The document that ``draft`` makes. Its title is its own, its first heading, or its file's name made readable.

    ``language`` overrides what the file says of itself, which overrides what its words look like.
    """
    spoken = language or draft.language or _language(draft)
    found = outline(draft)
    sentences: list[Span] = []
    for block in draft.blocks:
        if block.prose or block.note:
            sentences += split_block(draft.text, block.span, spoken)
        else:
            sentences.append(block.span)
    contexts = [
        *table_contexts(draft.text, draft.blocks),
        *note_contexts(draft.text, draft.blocks, sentences),
        *lead_contexts(draft.text, draft.blocks, sentences),
    ]
    title = " ".join((draft.title or found.title or "").split()) or _from_name(document_id, draft.text)
    return Document(
        id=document_id,
        title=title[:_LONGEST_TITLE],
        text=draft.text,
        sha256=sha256(draft.text),
        sections=found.sections,
        sentences=tuple(sentences),
        pages=draft.pages,
        language=spoken,
        tables=tables_of(draft.blocks),
        contexts=tuple(sorted(contexts, key=lambda c: (c.over.start, -c.over.end))),
    )


def _language(draft: Draft) -> str | None:
    """What its sentences look like: the cells of a table are names and figures, and belong to no language."""
    said = " ".join(block.span.of(draft.text) for block in draft.blocks if block.role in {None, "header"})
    return language_of(said if sum(map(str.isalpha, said)) >= _TELLING else draft.text)


def _from_name(document_id: str, text: str) -> str:
    """``laws/harbour_act-2024.pdf`` → ``Harbour act 2024``. A line of a ``.jsonl`` has no name but its first words."""
    if ".jsonl#" in document_id:
        words = " ".join(text[: 2 * _FIRST_WORDS].split())
        short = words if len(words) <= _FIRST_WORDS else words[:_FIRST_WORDS].rsplit(" ", 1)[0] + "…"
        return short or document_id
    words = re.sub(r"[\s_\-]+", " ", PurePosixPath(document_id).stem).strip()
    return words[:1].upper() + words[1:] or document_id
