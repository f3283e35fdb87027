"""The JSON of the outside contract."""

from __future__ import annotations

from rag.contract import citation_json
from rag.types import Citation, Span


def test_a_citation_names_the_words_that_answer_as_document_offsets_and_none_where_none_were_found() -> None:
    cited = Citation(1, "a.txt", "hash", "A", (), None, Span(10, 30), "It was signed in May.", (Span(24, 30),))
    assert citation_json(cited)["highlights"] == [[24, 30]]
    plain = Citation(1, "a.txt", "hash", "A", (), None, Span(10, 30), "It was signed in May.")
    assert citation_json(plain)["highlights"] == []
