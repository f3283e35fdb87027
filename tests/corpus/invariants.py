"""What holds for every document and its passages, whatever the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from rag.corpus.shape.canonical import canonical, sha256
from rag.corpus.shape.passages import embedding_text
from rag.corpus.shape.structure import heading_path
from rag.types import Document, Passage, Span


def check_document(document: Document) -> None:
    """Offsets are exact, sentences cover the text, sections and pages partition it, page numbers rise."""
    text = document.text
    assert canonical(text) == text
    assert document.sha256 == sha256(text)
    assert document.title.strip()
    _check_cover(text, document.sentences)
    _check_partition(text, [section.span for section in document.sections])
    for table in document.tables:
        inside = [s for s in document.sentences if table.span.contains(s)]
        assert inside == [*table.header, *table.rows]
        assert (table.span.start, table.span.end) == (inside[0].start, inside[-1].end)
    for context in document.contexts:
        assert context.text == context.span.of(text) != ""
        assert not context.span.overlaps(context.over)
    if document.pages:
        _check_partition(text, [page.span for page in document.pages])
        numbers = [page.number for page in document.pages]
        assert numbers[0] >= 1
        assert all(a < b for a, b in pairwise(numbers))


def check_passages(
    document: Document, passages: Sequence[Passage], *, max_tokens: int, count_tokens: Callable[[str], int]
) -> None:
    """Without overlap: every sentence in one passage, none across headings, quotes exact, nothing past the window."""
    assert len({p.id for p in passages}) == len(passages)
    _check_cover(document.text, [s for p in passages for s in p.sentences])
    numbers = [p.page for p in passages if p.page is not None]
    assert numbers == sorted(numbers)
    assert all((p.page is None) == (not document.pages) for p in passages)
    for passage in passages:
        assert passage.text == passage.span.of(document.text)
        assert (passage.document, passage.document_sha256) == (document.id, document.sha256)
        for sentence in passage.sentences:
            assert passage.quote(sentence) == sentence.of(document.text)
        touched = [s.path for s in document.sections if s.span.overlaps(passage.span)]
        assert len({heading_path(path) for path in touched}) == 1
        assert all(path[: len(passage.section)] == passage.section for path in touched)
        assert count_tokens(embedding_text(passage)) <= max_tokens
        assert embedding_text(passage).endswith(passage.text)
        for context in passage.contexts:
            assert context.text == context.span.of(document.text) != ""
            assert passage.span.overlaps(context.over)


def _check_cover(text: str, spans: Sequence[Span]) -> None:
    last = 0
    for span in spans:
        assert span.start >= last
        assert span.of(text) == span.of(text).strip() != ""
        assert not text[last : span.start].strip()
        last = span.end
    assert not text[last:].strip()


def _check_partition(text: str, spans: Sequence[Span]) -> None:
    if not text:
        assert not spans
        return
    assert spans[0].start == 0
    assert spans[-1].end == len(text)
    assert all(a.end == b.start and a.start < a.end for a, b in pairwise(spans))
