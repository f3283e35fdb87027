"""Of documents in several languages the best passages of each are read."""

from __future__ import annotations

from dataclasses import replace

from rag.retrieval.languages import FIRST, in_every_language
from rag.retrieval.retriever import Retriever
from rag.retrieval.scope import EVERYTHING, Catalogue
from rag.types import DocumentEntry, Filter, Hit
from tests.fake_embedder import FakeEmbedder
from tests.retrieval.test_retriever import MemoryIndex

QUESTION = "When was the lighthouse built?"


class Shelf(MemoryIndex):
    """Each passage is a document of its own."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.made = [replace(passage, document=f"d{n}") for n, passage in enumerate(self.made)]


def asked(languages: tuple[str | None, ...], filter: Filter | None = None) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """The hits of a plain search, and what is read of documents in these languages."""
    index = Shelf(FakeEmbedder())
    entries = [
        DocumentEntry(f"d{n}", f"Document {n}", "0" * 64, None, 1, language, "2026-01-01T00:00:00Z")
        for n, language in enumerate(languages)
    ]
    catalogue, retriever = Catalogue(entries), Retriever(index, index.embedder)
    scope = catalogue.scope(filter) if filter else EVERYTHING
    hits = retriever.search(QUESTION, scope=scope)
    return hits, in_every_language(QUESTION, hits, retriever, catalogue, scope)


def test_documents_in_one_language_are_searched_once() -> None:
    assert asked(("en",) * 5)[1] == ()
    assert asked(("en", "en", None, "en", "en"))[1] == ()


def test_the_first_hits_stay_first_and_the_language_of_the_last_one_is_read_too() -> None:
    plain, _ = asked(("en",) * 5)
    last = int(plain[-1].passage.document[1:])
    languages = tuple("ru" if n == last else "en" for n in range(5))
    hits, read = asked(languages)
    assert len(hits) == 5 > FIRST
    assert [h.passage.id for h in read[:FIRST]] == [h.passage.id for h in hits[:FIRST]]
    assert f"d{last}" in {h.passage.document for h in read}
    assert [h.rank for h in read] == list(range(1, len(read) + 1))
    assert len({h.passage.id for h in read}) == len(read)


def test_what_a_filter_leaves_out_is_read_in_no_language() -> None:
    _, read = asked(("en", "en", "ru", "ru", "tr"), Filter(documents=("d0", "d2")))
    assert {h.passage.document for h in read} == {"d0", "d2"}
