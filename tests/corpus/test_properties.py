"""For every loader and any input: quotes are exact, sentences and passages cover the text, pages rise."""

from __future__ import annotations

import html
import io
import json
from collections.abc import Callable

import docx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from rag.corpus.formats import beir
from rag.corpus.formats.docx import draft_docx
from rag.corpus.formats.html import draft_html
from rag.corpus.formats.markdown import draft_markdown
from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.formats.text import draft_text
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.draft import Draft
from rag.corpus.shape.passages import cut
from rag.settings import Parsing, Passages
from tests.corpus.invariants import check_document, check_passages

PARSING = Parsing()
WORDS = [
    *(
        "The",
        "Parties",
        "shall",
        "meet",
        "in",
        "Baku.",
        "They",
        "agree;",
        "U.S.",
        "(see",
        "below)",
        "e.g.",
        '"Yes."',
        "é",
        "ə",
        "中文。",
    ),
    *(
        "1.",
        "2.",
        "3.1",
        "(a)",
        "(b)",
        "(i)",
        "Article 5",
        "SECTION II",
        "Annex A",
        "Chapter 3",
        "•",
        "-",
        "#",
        "|",
        "*",
        "`",
        "\u0301",
        "😀",
    ),
]
LINES = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
STRUCTURED = st.lists(LINES, max_size=14).flatmap(
    lambda lines: st.sampled_from(["\n", "\n\n"]).map(lambda joint: joint.join(lines))
)
ANY_TEXT = st.one_of(STRUCTURED, st.text(max_size=200))
COUNTERS: dict[str, Callable[[str], int]] = {"words": lambda text: len(text.split()), "characters": len}

# A text of 200 characters is counted in characters too, so that a window is always smaller than some texts.
WINDOW = 230
few = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
many = settings(deadline=None, max_examples=120)


def check(draft: Draft) -> None:
    document = assemble(draft, document_id="folder/file.ext")
    check_document(document)
    for count in COUNTERS.values():
        passages = cut(document, Passages(max_tokens=WINDOW), count)
        check_passages(document, passages, max_tokens=WINDOW, count_tokens=count)


def refused_or_checked(load: Callable[[], Draft]) -> None:
    try:
        draft = load()
    except Unreadable as refusal:
        assert refusal.cause and refusal.remedy
        return
    check(draft)


@many
@given(ANY_TEXT)
@example("Article 5\n\n\n(a)\n(a)\n1.\n\n\u0301")
def test_any_text(text: str) -> None:
    refused_or_checked(lambda: draft_text(text.encode("utf-8", "surrogatepass")))


@many
@given(ANY_TEXT)
def test_any_markdown(text: str) -> None:
    refused_or_checked(lambda: draft_markdown(text.encode("utf-8", "surrogatepass")))


@many
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    refused_or_checked(lambda: draft_text(data))
    refused_or_checked(lambda: draft_markdown(data))


@many
@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=20), ANY_TEXT), max_size=4), st.binary(max_size=40))
def test_any_jsonl(records: list[tuple[str, str, str]], noise: bytes) -> None:
    made = [json.dumps({"_id": i, "title": t, "text": x}).encode() for i, t, x in records]
    read = list(beir.lines([*made, noise]))
    assert len(read) == len(made) + bool(noise.strip())
    for line in read:
        if isinstance(line, beir.BeirLine):
            document = assemble(line.draft, document_id=f"f.jsonl#{line.id}")
            check_document(document)
            passages = cut(document, Passages(max_tokens=WINDOW), len)
            check_passages(document, passages, max_tokens=WINDOW, count_tokens=len)


TAGS = ["p", "h1", "h2", "li", "div", "td", "blockquote", "pre", "span"]


@few
@given(st.lists(st.tuples(st.sampled_from(TAGS), LINES), max_size=12))
def test_any_html(elements: list[tuple[str, str]]) -> None:
    body = "".join(f"<{tag}>{html.escape(text)}</{tag}>" for tag, text in elements)
    refused_or_checked(lambda: draft_html(f"<html><body>{body}</body></html>".encode()))


@few
@given(st.text(max_size=200))
@example("\x1f")
@example("<p>a&#1;b&#x1F;c</p>")
@example("<body>&#x0c;&#11;<p>x")
def test_anything_called_html(text: str) -> None:
    refused_or_checked(lambda: draft_html(text.encode("utf-8", "surrogatepass")))


STYLES = ["Title", "Heading 1", "Heading 2", "Normal", "List Number", "List Bullet"]


@settings(few, max_examples=25)
@given(st.lists(st.tuples(st.sampled_from([*STYLES, "table"]), LINES), max_size=10))
def test_any_docx(paragraphs: list[tuple[str, str]]) -> None:
    file = docx.Document()
    for style, text in paragraphs:
        if style == "table":
            file.add_table(1, 2).cell(0, 1).text = text
        else:
            file.add_paragraph(text, style=style)
    data = io.BytesIO()
    file.save(data)
    refused_or_checked(lambda: draft_docx(data.getvalue(), PARSING))


LATIN = st.lists(st.sampled_from([w for w in WORDS if w.isascii()]), max_size=12).map(" ".join)


@few
@given(
    st.lists(
        st.lists(st.tuples(LATIN, st.sampled_from([8, 11, 11, 11, 16]), st.sampled_from(["", "-"])), max_size=8),
        min_size=1,
        max_size=4,
    )
)
def test_any_pdf(pages: list[list[tuple[str, int, str]]]) -> None:
    data = io.BytesIO()
    canvas = Canvas(data)
    for page in pages:
        for row, (text, size, end) in enumerate(page):
            canvas.setFont("Helvetica", size)
            canvas.drawString(72, 800 - 22 * row, text + end)
        canvas.showPage()
    canvas.save()
    refused_or_checked(lambda: draft_pdf(data.getvalue(), PARSING))


@few
@given(st.binary(max_size=200), st.sampled_from([b"%PDF-1.7\n", b"PK\x03\x04", b""]))
def test_any_bytes_called_pdf_or_docx(data: bytes, magic: bytes) -> None:
    for load in (draft_pdf, draft_docx):
        with pytest.raises(Unreadable):
            load(magic + data, PARSING)


@many
@given(STRUCTURED, st.integers(1, 3))
def test_overlapping_passages_hold_whole_sentences_and_lose_none(text: str, overlap: int) -> None:
    document = assemble(draft_text(text.encode()), document_id="a.txt")
    passages = cut(document, Passages(max_tokens=60, overlap_sentences=overlap), lambda t: len(t.split()))
    held = {s for p in passages for s in p.sentences}
    assert set(document.sentences) <= held or any(len(s.of(text).split()) > 30 for s in document.sentences)
    for passage in passages:
        assert passage.text == passage.span.of(document.text)
        assert list(passage.sentences) == sorted(set(passage.sentences))
