"""An item of a list knows what introduces it, through every level; a table knows its caption."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.corpus.formats.markdown import draft_markdown
from rag.corpus.formats.text import draft_text
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.passages import cut, embedding_text
from rag.settings import Passages
from rag.types import Document
from tests.corpus.invariants import check_document, check_passages


def made(text: str) -> Document:
    document = assemble(draft_text(text.encode()), document_id="law.txt")
    check_document(document)
    return document


def leads(document: Document, words: str) -> list[str]:
    sentence = next(s for s in document.sentences if words in s.of(document.text))
    return [c.text for c in document.context_of(sentence) if c.kind == "lead"]


LAW = """Article 5. Limits

(1) A gathering may be limited only where the law so provides.

(2) A decision is given in writing. The municipality may:
(a) limit a gathering in time;
(b) forbid a gathering that is held
(i) near a hospital, or
(ii) near a school;
(c) move it.

(3) The decision may be appealed."""


def test_items_know_the_sentence_that_introduces_them_and_nothing_else_does() -> None:
    document = made(LAW)
    assert leads(document, "(a) limit") == ["The municipality may:"]
    assert leads(document, "(c) move") == ["The municipality may:"]
    assert leads(document, "(ii) near") == ["The municipality may:", "(b) forbid a gathering that is held"]
    assert leads(document, "(3) The decision") == []
    assert leads(document, "A gathering may be limited") == []
    assert leads(document, "The municipality may:") == []


@pytest.mark.parametrize(
    ("lead", "items"),
    [
        ("The notice states:", ["- the name of the organiser;", "- the place and the hour."]),
        ("Müraciətə aşağıdakılar əlavə edilir:", ["a) şəxsiyyət vəsiqəsi;", "b) arayış."]),
        ("К заявлению прилагаются:", ["1) паспорт;", "2) справка."]),
        ("The following are not lent —", ["1. registers of births;", "2. maps."]),
        ("The reader brings", ["(a) a passport;", "(b) a letter."]),
    ],
)
def test_lists_of_every_kind_are_introduced(lead: str, items: list[str]) -> None:
    document = made("\n".join([lead, *items]) + "\n\nThe desk is open every day of the week but Sunday.")
    for item in items:
        assert leads(document, item) == [lead]
    assert leads(document, "The desk") == []


def test_a_sentence_that_is_closed_introduces_nothing() -> None:
    assert leads(made("The office is closed.\n(a) This is an item;\n(b) this is another."), "(b)") == []


def test_what_introduces_a_whole_treaty_is_no_part_of_its_clauses() -> None:
    clause = "The Parties shall cooperate in the matters of the harbour, of the railway and of the roads that lead there. " * 4
    document = made(f"The Parties have agreed as follows:\n\n1. {clause}\n\n2. {clause}")
    assert leads(document, "2. The Parties") == []


def test_the_lead_is_searched_with_items_that_fell_into_another_passage() -> None:
    items = "\n".join(f"{n}) the duty of office number {n} towards the people of its district;" for n in range(1, 30))
    document = made(f"The municipality shall see to it that these are fulfilled:\n{items}")
    passages = cut(document, Passages(max_tokens=80), lambda text: len(text.split()))
    check_passages(document, passages, max_tokens=80, count_tokens=lambda text: len(text.split()))
    assert len(passages) > 3
    for passage in passages[1:]:
        assert passage.context == "The municipality shall see to it that these are fulfilled:"
        assert passage.context in embedding_text(passage)


def test_a_table_knows_its_caption_or_the_sentence_that_introduces_it() -> None:
    table = "| Service | Fee |\n|---|---|\n| Visa | 45 |\n"
    for lead in ("Table 1. Fees of the consulate", "The fees are these:"):
        document = assemble(
            draft_markdown(f"The consulate is open.\n\n{lead}\n\n{table}\nThe end.".encode()), document_id="a.md"
        )
        check_document(document)
        assert leads(document, "Visa | 45") == [lead]
        assert leads(document, "The end") == []


def test_the_charter_has_no_item_whose_introduction_is_a_closed_sentence() -> None:
    sources = Path(__file__).parent.parent.parent / "index" / "sources"
    for path in sorted(sources.glob("*.txt")):
        document = made(path.read_text(encoding="utf-8"))
        assert all(not c.text.rstrip().endswith(".") for c in document.contexts)
