"""The source page: its text is the canonical text to the character, whatever the document holds."""

from __future__ import annotations

import hashlib
import html
import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.serving.source.document_page import BLOCK, source_page
from rag.types import Document, Origin, Page, Section, Span, Table
from tests.fake_engine import FakeEngine, default_documents
from tests.serving.live import client_of


class ArticleText(HTMLParser):
    """The text content of the article, and its elements, as a browser sees them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside = False
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None], int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "article":
            self.inside = True
        elif self.inside:
            self.tags.append((tag, dict(attrs), len(self.text)))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "article"

    def handle_data(self, data: str) -> None:
        self.text += data if self.inside else ""


def article(document: Document, lang: str = "en") -> ArticleText:
    parser = ArticleText()
    parser.feed(source_page(document, lang))
    parser.close()
    return parser


def made(text: str, **more: object) -> Document:
    return Document("a.txt", "A title", text, hashlib.sha256(text.encode()).hexdigest(), **more)  # type: ignore[arg-type]


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=300)


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.lists(st.integers(0, 300), max_size=8), st.lists(st.integers(0, 300), max_size=4))
def test_the_articles_text_is_the_canonical_text_and_carriers_begin_where_they_say(
    text: str, cuts: list[int], pages: list[int]
) -> None:
    bounds = sorted({min(c, len(text)) for c in cuts})
    sections = tuple(
        Section((text[a:b].split("\n")[0][:40].strip() or f"Part {a}",), Span(a, b)) for a, b in itertools.pairwise(bounds)
    )
    marks = tuple(Page(n + 1, Span(min(p, len(text)), len(text))) for n, p in enumerate(sorted(pages)))
    seen = article(made(text, sections=sections, pages=marks))
    assert seen.text == text
    for _, attributes, at in seen.tags:
        assert "data-start" not in attributes or int(attributes["data-start"] or -1) == at


def test_a_long_text_is_cut_into_blocks_that_lose_nothing() -> None:
    text = "\n".join(f"Line {n} — 𝔘nicode" for n in range(3000)) + "x" * (10 * BLOCK)
    seen = article(made(text))
    assert seen.text == text
    assert len([t for t in seen.tags if t[1].get("class") == "block"]) > 10


def test_a_document_of_four_million_characters_is_one_page_with_no_element_per_line() -> None:
    line = "It is forty metres high, and it was built in 1911.\n"
    page = source_page(made(line * 80_000))
    assert len(page) < len(line) * 80_000 * 1.02


def test_headings_in_the_text_are_headings_and_those_that_are_not_are_drawn() -> None:
    text = "Article 1\nThe harbour opens.\nMore follows."
    sections = (Section(("Part I", "Article 1"), Span(0, 29)), Section(("Part I", "Unnamed"), Span(29, len(text))))
    seen = article(made(text, sections=sections))
    heading = next(tag for tag in seen.tags if tag[0] == "h3")
    assert heading[1]["id"] == "s0" and heading[2] == 0
    drawn = next(tag[1] for tag in seen.tags if tag[1].get("class") == "drawn")
    assert (drawn["role"], drawn["aria-level"], drawn["data-text"]) == ("heading", "3", "Unnamed")
    assert seen.text == text


def test_pages_are_marked_without_changing_the_text() -> None:
    text = "One.\nTwo.\n"
    seen = article(made(text, pages=(Page(1, Span(0, 5)), Page(2, Span(5, 10)))), "az")
    marks = [(attributes["data-text"], at) for tag, attributes, at in seen.tags if attributes.get("class") == "page"]
    assert marks == [("Səhifə 1", 0), ("Səhifə 2", 5)]
    assert seen.text == text


PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</article><h1>x",
    "javascript:alert(1)",
    "&lt;b&gt;",
    "{{7*7}}",
]


def test_nothing_in_a_document_becomes_markup() -> None:
    for payload in PAYLOADS:
        document = Document(
            f"{payload}.txt",
            payload,
            payload,
            "0" * 64,
            sections=(Section((payload,), Span(0, 0)), Section((payload + "2",), Span(0, len(payload)))),
            origin=Origin(payload, payload, payload),
            language="en",
        )
        page = source_page(document)
        assert article(document).text == payload
        assert html.escape(payload) in page
        assert not re.search(r"<(script>|img|h1>x)|onerror=alert\(1\)>(?!&gt;)<|href=\"javascript:", page)
        assert page.count("<script") == 1 and page.count("<h1") == 1


def test_the_origin_is_shown_as_far_as_it_is_known_and_linked_only_to_the_web() -> None:
    known = source_page(replace(made("x"), origin=Origin("https://example.org/a?b=1&c=2", "2008-12-22", None)))
    assert 'href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow"' in known
    assert "December 22, 2008" in known and "Licence" not in known
    assert "<dl>" not in source_page(made("x"))


def test_the_page_speaks_the_readers_language_and_the_text_keeps_its_own(tmp_path: Path) -> None:
    arabic = replace(made("مرحبا"), language="ar")
    with client_of(tmp_path, FakeEngine(corpus=(*default_documents(), arabic))) as client:
        page = client.get("/source/treaty.md", headers={"accept-language": "tr-TR,tr;q=0.9,en;q=0.8"}).text
        assert '<html lang="tr" dir="ltr">' in page and 'id="text" lang="en"' in page and "İçindekiler" in page
        assert '<html lang="ru" dir="ltr">' in client.get("/source/treaty.md?lang=ru").text
        assert 'lang="ar" dir="rtl"' in client.get("/source/a.txt").text


def test_a_page_that_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/source/treaty.md")
    again = client.get("/source/treaty.md", headers={"if-none-match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert first.headers["cache-control"] == "private, no-cache"
    assert client.head("/source/treaty.md").content == b""


def test_the_pages_files_are_kept_for_ever_under_an_address_that_changes_with_them(client: httpx.Client) -> None:
    page = client.get("/source/treaty.md").text
    for address in re.findall(r'(?:href|src)="(/page/[^"]+)"', page):
        response = client.get(address)
        assert response.status_code == 200 and "immutable" in response.headers["cache-control"]
        assert "immutable" not in client.get(address.partition("?")[0]).headers["cache-control"]


def test_a_table_is_drawn_as_one_and_every_character_of_it_stands_where_it_stood() -> None:
    lines = ["Route | Fare", "By sea", "Baku – Alat | 12", "Baku – Aktau |  | night", "End."]
    text = "Fares\n\n" + "\n".join(lines)
    starts = [text.index(line) for line in lines]
    spans = [Span(start, start + len(line)) for start, line in zip(starts, lines, strict=True)]
    table = Table(Span(spans[0].start, spans[3].end), (spans[0],), tuple(spans[1:4]))
    rows = tuple(Section(("Fares", f"Row {n}"), spans[n]) for n in (2, 3))
    seen = article(made(text, tables=(table,), sections=(Section(("Fares",), Span(0, len(text))), *rows)))
    assert seen.text == text
    cells = [(tag, at) for tag, _, at in seen.tags if tag in {"th", "td"}]
    assert cells[:4] == [("th", starts[0]), ("th", starts[0] + 8), ("td", starts[1]), ("td", starts[2])]
    assert [attributes.get("id") for tag, attributes, _ in seen.tags if tag == "tr"] == [None, None, "s1", "s2"]
    assert not [tag for tag, attributes, _ in seen.tags if attributes.get("class") == "drawn"], "a row has no heading"


def test_a_table_of_a_thousand_rows_is_cut_into_several_that_lose_nothing() -> None:
    lines = ["Name | Number", *(f"Row {n} | {n}" for n in range(1000))]
    text = "\n".join(lines)
    starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)][: len(lines)]
    spans = [Span(start, start + len(line)) for start, line in zip(starts, lines, strict=True)]
    seen = article(made(text, tables=(Table(Span(0, len(text)), (spans[0],), tuple(spans[1:])),)))
    assert seen.text == text
    assert sum(tag == "table" for tag, _, _ in seen.tags) == 4
