"""The same text in several documents is one hit and one citation that names every place."""

from __future__ import annotations

import hashlib

from rag.answering.writing.citing import Citer
from rag.corpus.shape.sentences import split
from rag.retrieval.copies import Copies, distinct
from rag.types import Document, Hit, Passage, Span

NOTICE = "The reading room opens at nine. Visitors bring a passport."
SPACED = "The reading room opens\nat nine.\n\nVisitors bring a passport."
FEE = "The fee is 20 euro."
LONG = "The office is open on weekdays from nine to five, and on Saturdays from ten to two, save in August and on public "
LONG += "holidays, when it is closed."


def document(name: str, title: str, text: str) -> Document:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(name, title, text, digest, sentences=tuple(split(text)))


def hits(*documents: Document) -> tuple[Hit, ...]:
    made = []
    for n, d in enumerate(documents, 1):
        span = Span(0, len(d.text))
        made.append(Hit(n, 1 / n, Passage(f"{d.id}:0", d.id, d.sha256, d.title, (), None, span, d.text, d.sentences)))
    return tuple(made)


def test_copies_are_one_hit_that_keeps_their_places_and_leaves_room_for_what_differs() -> None:
    other = document("fee.txt", "Fees", FEE)
    found = distinct(
        hits(
            document("a.txt", "Notice", NOTICE),
            document("b.html", "Notice", SPACED),
            document("c.txt", "Notice", NOTICE),
            other,
        ),
        2,
    )
    assert [(h.rank, h.passage.document, [c.document for c in h.copies]) for h in found] == [
        (1, "a.txt", ["b.html", "c.txt"]), (2, "fee.txt", []),
    ]  # fmt: skip


def test_the_same_few_words_under_another_title_are_another_statement_and_many_are_the_same() -> None:
    fees = hits(document("ankara.txt", "Fees in Ankara", FEE), document("baku.txt", "Fees in Baku", FEE))
    assert [h.passage.document for h in distinct(fees, 5)] == ["ankara.txt", "baku.txt"]
    assert Copies(fees).of(fees[0].passage, FEE) == ()
    hours = hits(document("a.txt", "Office hours", LONG), document("b.txt", "When we are open", LONG))
    assert [h.passage.document for h in distinct(hours, 5)] == ["a.txt"]


def test_a_citation_of_a_copied_sentence_names_all_places_its_own_last_and_each_quote_is_exact() -> None:
    documents = {d.id: d for d in (document("a.txt", "Notice", NOTICE), document("b.html", "Notice", "News.\n\n" + SPACED))}
    found = hits(*documents.values())
    citation = Citer(documents.__getitem__).among(found).cite(1, found[0].passage, found[0].passage.sentences[0])
    assert [e.document for e in citation.spans] == ["b.html", "a.txt"]
    assert all(e.span.of(documents[e.document].text) == e.quote for e in citation.spans)
    assert citation.spans[0].quote == "The reading room opens\nat nine." and citation.spans[-1].quote == citation.quote
    alone = Citer(documents.__getitem__).cite(1, found[0].passage, found[0].passage.sentences[0])
    assert alone.spans == ()
