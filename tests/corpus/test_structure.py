"""Sections as a drafter means them."""

from __future__ import annotations

import pytest

from rag.corpus.formats.html import draft_html
from rag.corpus.formats.text import draft_text
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.markers import marker
from rag.corpus.shape.structure import heading_path, is_clause, path_at
from rag.types import Document

CHARTER = """Harbour Charter

Preamble

The Parties, recalling their long friendship at sea, have agreed as follows.

SECTION I
GENERAL PROVISIONS

1. The Parties cooperate on the basis of equality.
2. The Parties meet once a year.

Section II

1. The Parties promote trade. They meet in Baku.
3. The areas are:
(a) energy;
(h) harbours;
(i) rail, namely
(i) the north line;
(ii) the south line;
(j) roads.
These areas may be changed.
4. Working groups may be established.

Article 5. Final provisions
Article 5 applies from the date of signature.
1994. That year is no clause.

Annex A
The list of ports is here. It is long.
"""


def made(text: str) -> Document:
    return assemble(draft_text(text.encode()), document_id="charter.txt")


def path_of(document: Document, words: str) -> tuple[str, ...]:
    return path_at(document.sections, document.text.index(words))


def test_a_citation_reads_charter_section_clause_item() -> None:
    charter = made(CHARTER)
    assert charter.title == "Harbour Charter"
    expected = {
        "The Parties, recalling": ("Preamble",),
        "2. The Parties meet": ("Section I. GENERAL PROVISIONS", "2"),
        "They meet in Baku": ("Section II", "1"),
        "3. The areas": ("Section II", "3"),
        "(a) energy": ("Section II", "3", "(a)"),
        "(i) rail": ("Section II", "3", "(i)"),
        "(i) the north": ("Section II", "3", "(i)", "(i)"),
        "(ii) the south": ("Section II", "3", "(i)", "(ii)"),
        "(j) roads": ("Section II", "3", "(j)"),
        "These areas may": ("Section II", "3"),
        "4. Working": ("Section II", "4"),
        "Article 5 applies": ("Section II", "Article 5. Final provisions"),
        "1994. That year": ("Section II", "Article 5. Final provisions"),
        "It is long": ("Annex A",),
    }
    assert {words: path_of(charter, words) for words in expected} == expected


def test_running_text_that_mentions_a_division_opens_none() -> None:
    for line in (
        "Article 5 applies to all.",
        "Section II of the Treaty",
        "Part I believe",
        "article a day",
        "Chapter and verse",
    ):
        assert marker(line) is None, line


def test_divisions_are_known_in_the_languages_of_the_faces() -> None:
    labels = {
        "Maddə 5. Məqsəd": "Maddə 5",
        "Статья 12": "Статья 12",
        "MADDE 3 – Amaç": "Madde 3",
        "CHAPTER IV": "Chapter IV",
        "Article 5bis": "Article 5bis",
        "Article 5biscuits": None,
        "Annex B: Ports": "Annex B",
        "3.1.2 The authority": "3.1.2",
        "(iv) rail": "(iv)",
        "b) rail": "(b)",
        "• rail": "",
    }
    found = {line: marker(line) for line in labels}
    assert {line: m.label if m else None for line, m in found.items()} == labels


def test_dotted_numbers_stand_under_the_number_they_begin_with() -> None:
    text = "1. Scope\n1.1 This law applies.\n1.1.1 To ports.\n1.2 It binds.\n2. Entry into force happens at once and for all."
    document = made("A law about ports\n\n" + text)
    assert path_of(document, "1.1.1 To") == ("1. Scope", "1.1", "1.1.1")
    assert path_of(document, "1.2 It") == ("1. Scope", "1.2")
    assert path_of(document, "2. Entry") == ("2",)


def test_an_article_holds_sections_where_articles_come_first() -> None:
    document = made("Article I\n\nSection 1\n\nAll power is here.\n\nSection 2\n\nMore of it.\n\nArticle II\n\nThe rest.")
    assert path_of(document, "More of it") == ("Article I", "Section 2")
    assert path_of(document, "The rest") == ("Article II",)


def test_numbers_may_run_on_from_one_article_to_the_next_but_not_jump() -> None:
    document = made("Article 1\n1. One rule.\n2. Two rules.\nArticle 2\n3. Three rules.\n250. Ships came.\nArticle 3\n1. Anew.")
    assert [s.path for s in document.sections if len(s.path) > 1] == [
        ("Article 1", "1"),
        ("Article 1", "2"),
        ("Article 2", "3"),
        ("Article 3", "1"),
    ]


def test_a_short_line_is_a_heading_only_above_a_paragraph() -> None:
    body = "The harbour master grants the permit within ten days of the request, or says why not."
    document = made(f"Harbour rules\n\n{body}\n\nThe permit\n\n{body}\n\nAda Varga\nHarbour Office\nBaku")
    assert [s.path for s in document.sections] == [(), ("The permit",)]


def test_clauses_are_told_from_headings() -> None:
    assert all(is_clause(label) for label in ("3", "3.1", "(b)", "(iv)", "(12)"))
    assert not any(is_clause(label) for label in ("3. Scope", "Article 5", "Annex A", "(see below)"))
    assert heading_path(("Section II", "3", "(b)")) == ("Section II",)


def test_no_place_outside_the_text_has_a_path() -> None:
    assert path_at((), 0) == ()
    assert path_at(made("One line.").sections, 999) == ()


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("II fəsil. Yekun müddəalar", "II fəsil"),
        ("5-ci maddə. Üzvlük", "5-ci maddə"),
        ("8-1-ci maddə", "8-1-ci maddə"),
        ("BİRİNCİ BÖLÜM", "BİRİNCİ BÖLÜM"),
        ("2. Bölüm: Üyelik", "2. Bölüm"),
        ("GEÇİCİ MADDE 1 – (1) Eski kartlar geçerlidir.", "Geçici madde 1"),
        ("EK MADDE 2 – (1) Kitap bulundurulur.", "Ek madde 2"),
        ("Maddə 8-1. Tonqal", "Maddə 8-1"),
    ],
)
def test_a_number_before_its_word_names_a_division_as_one_behind_it_does(line: str, label: str) -> None:
    found = marker(line)
    assert found is not None and (found.kind, found.label) == ("division", label)


@pytest.mark.parametrize(
    "line",
    [
        "5-ci maddənin tələbləri",
        "II fəsil tətbiq edilir.",
        "1. Kitap",
        "ci maddə",
        "Birinci bölümde üyelik anlatılır.",
        "8-1 hesabı",
    ],
)
def test_a_line_that_only_begins_like_a_division_is_none(line: str) -> None:
    found = marker(line)
    assert found is None or found.kind != "division"


def test_a_clause_of_an_inserted_article_has_its_number() -> None:
    found = marker("8-1.2. İstisna xüsusi yerlərə aiddir.")
    assert found is not None and (found.kind, found.label) == ("clause", "8-1.2")


@pytest.mark.parametrize("caption", ["Tolls of the locks", "TOLLS"])
def test_a_heading_below_the_bare_name_of_a_division_is_its_caption(caption: str) -> None:
    page = (
        "<html><body><h1>Act on Waters</h1><h2>CHAPTER I</h2><h2>General provisions</h2>"
        "<h2>Article 1</h2><p>Locks are open.</p>"
        f"<h2>ANNEX II</h2><h2>{caption}</h2><p>1. Boats pay 12 leva.</p><h2>ANNEX III</h2><h3>Form</h3><p>It has a name.</p>"
        "</body></html>"
    )
    document = assemble(draft_html(page.encode()), document_id="act.html")
    paths = [path_at(document.sections, document.text.index(words)) for words in ("Locks are", "Boats", "It has")]
    assert paths == [("Article 1",), (f"ANNEX II. {caption}", "1"), ("ANNEX III", "Form")]
    assert ("CHAPTER I. General provisions",) in [section.path for section in document.sections]


@pytest.mark.parametrize(
    ("line", "label"), [("Article 5 bis", "Article 5 bis"), ("Article 12ter. Boats", "Article 12ter"), ("§ 4", "§ 4")]
)
def test_an_article_that_was_put_in_between_has_its_own_name(line: str, label: str) -> None:
    found = marker(line)
    assert found is not None
    assert (found.kind, found.label) == ("division", label)
    assert marker("Article 5 bis applies to boats.") is None
