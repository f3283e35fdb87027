"""The JSON of the outside contract."""

from __future__ import annotations

from dataclasses import replace

from rag.contract import citation_json
from rag.types import Citation, Span


def test_a_citation_names_the_words_that_answer_as_document_offsets_and_none_where_none_were_found() -> None:
    cited = Citation(1, "a.txt", "hash", "A", (), None, Span(10, 30), "It was signed in May.", (Span(24, 30),))
    assert citation_json(cited)["highlights"] == [[24, 30]]
    plain = Citation(1, "a.txt", "hash", "A", (), None, Span(10, 30), "It was signed in May.")
    assert citation_json(plain)["highlights"] == []


def test_a_quote_is_cut_where_the_words_that_answer_begin_and_end_and_its_parts_join_to_it() -> None:
    quote = "🏛 Ada Varga built it in 1911."
    cited = Citation(1, "a.txt", "hash", "A", (), None, Span(10, 10 + len(quote)), quote, (Span(34, 38), Span(12, 21)))
    assert [s.text for s in cited.stretches() if s.answers] == ["Ada Varga", "1911"]
    assert "".join(s.text for s in cited.stretches()) == quote
    outside = replace(cited, highlights=(Span(0, 13), Span(12, 14), Span(500, 600), Span(20, 20)))
    assert "".join(s.text for s in outside.stretches()) == quote
    assert [s.text for s in replace(cited, highlights=()).stretches()] == [quote]
