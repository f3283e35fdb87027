"""Evidence is found where it stands, to the character."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.evaluation.questions.evidence import locate, occurrences
from rag.evaluation.questions.question import Expected, Question
from rag.types import Span
from tests.evaluation.harbour import harbour_engine, made
from tests.fake_engine import FakeEngine


def test_an_excerpt_is_found_across_line_breaks_and_typographic_quotes() -> None:
    text = "They said:\n“It is   Ada’s\nhouse” – twice."
    assert [s.of(text) for s in occurrences('"It is Ada\'s house" - twice', text)] == ["“It is   Ada’s\nhouse” – twice"]


def test_every_occurrence_counts_overlapping_ones_too() -> None:
    assert [s.start for s in occurrences("aa", "aaa aa")] == [0, 1, 4]


def test_a_pattern_character_is_only_a_character() -> None:
    assert list(occurrences("a.c", "abc")) == []
    assert list(occurrences("(b)", "x (b)")) == [Span(2, 5)]


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=60), st.data())
def test_any_piece_of_a_text_is_found_at_its_place(text: str, data: st.DataObject) -> None:
    import unicodedata

    text = unicodedata.normalize("NFC", text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    piece = text[start:end].strip()
    if piece and unicodedata.normalize("NFC", piece) == piece:
        assert start + text[start:end].index(piece) in [s.start for s in occurrences(piece, text)]


def test_evidence_is_looked_for_in_every_document_and_what_is_nowhere_is_a_warning() -> None:
    engine = harbour_engine()
    found = locate(
        [
            Question("a", "?", True, evidence=(Expected("Dogs travel free."), Expected("Cats pay."))),
            Question(
                "b",
                "?",
                True,
                evidence=(Expected("Cats pay, " + "and pay again " * 8 + "."),),
            ),
            Question("c", "?", False),
        ],
        engine,
    )
    assert [(p.excerpt, p.document, p.span.of(engine.document(p.document).text)) for p in found.places["a"]] == [
        (0, "notes/ferry.txt", "Dogs travel free.")
    ]
    assert found.places["b"] == found.places["c"] == ()
    assert list(found.missing) == ["a", "b"]
    assert found.warnings()[0] == "a: no document holds the evidence “Cats pay.”."
    assert "…" in found.warnings()[1]


def test_an_occurrence_picks_one_place_of_one_document() -> None:
    engine = FakeEngine((made("a.md", "Article 1\nRollo came. Rollo left."), made("b.md", "Rollo.")))
    question = Question("a", "?", True, evidence=(Expected("Rollo", "a.md", 1), Expected("Rollo", "gone.md", 0)))
    found = locate([question], engine)
    assert [(p.document, p.span) for p in found.places["a"]] == [("a.md", Span(22, 27))]
    assert [e.document for e in found.missing["a"]] == ["gone.md"]
