"""From a draft to a document: title, language, sections, sentences, hash."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from rag.corpus.canonical import sha256
from rag.corpus.draft import Draft
from rag.corpus.language import language_of
from rag.corpus.sentences import split_block
from rag.corpus.structure import outline
from rag.types import Document, Span

_LONGEST_TITLE = 200


def assemble(draft: Draft, *, document_id: str, language: str | None = None) -> Document:
    """The document that ``draft`` makes. Its title is its own, its first heading, or its file's name made readable.

    ``language`` overrides what the file says of itself, which overrides what its words look like.
    """
    spoken = language or draft.language or language_of(draft.text)
    found = outline(draft)
    sentences: list[Span] = []
    for block in draft.blocks:
        if block.prose:
            sentences += split_block(draft.text, block.span, spoken)
        else:
            sentences.append(block.span)
    title = " ".join((draft.title or found.title or "").split()) or readable(document_id)
    return Document(
        id=document_id,
        title=title[:_LONGEST_TITLE],
        text=draft.text,
        sha256=sha256(draft.text),
        sections=found.sections,
        sentences=tuple(sentences),
        pages=draft.pages,
        language=spoken,
    )


def readable(document_id: str) -> str:
    """``laws/harbour_act-2024.pdf`` → ``Harbour act 2024``; the line id where the document is a line of a ``.jsonl``."""
    file, separator, line = document_id.partition(".jsonl#")
    stem = line if separator else PurePosixPath(file).stem
    words = re.sub(r"[\s_\-]+", " ", stem).strip()
    return words[:1].upper() + words[1:] if words else document_id
