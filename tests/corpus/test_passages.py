"""Passages: whole sentences, one heading, even sizes, stable names."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from rag.corpus.formats.text import draft_text
from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.passages import cut, embedding_text
from rag.settings import Passages
from rag.types import Document, Passage
from tests.corpus.invariants import check_passages


def count(text: str) -> int:
    return len(text.split())


def made(text: str, name: str = "law.txt") -> Document:
    return assemble(draft_text(text.encode()), document_id=name)


def passages(document: Document, max_tokens: int = 32, overlap: int = 0) -> tuple[Passage, ...]:
    found = cut(document, Passages(max_tokens=max_tokens, overlap_sentences=overlap), count)
    if not overlap:
        check_passages(document, found, max_tokens=max_tokens, count_tokens=count)
    return found


def test_articles_are_never_mixed_and_clauses_of_one_article_may_stand_together() -> None:
    text = "A law on ports\n\nArticle 1\n1. Ports open at six.\n2. Ports shut at ten.\n\nArticle 2\n1. It enters into force."
    assert [(p.section, p.text.split("\n")[-1]) for p in passages(made(text))] == [
        (("Article 1",), "2. Ports shut at ten."),
        (("Article 2",), "1. It enters into force."),
    ]


def test_a_passage_that_holds_one_clause_carries_its_number() -> None:
    clauses = "\n".join(f"{n}. " + "The harbour master keeps the book of ships and their cargo. " * 2 for n in (1, 2))
    found = passages(made(f"A law on ports\n\nArticle 1\n{clauses}"), 32)
    assert [p.section for p in found][-1] == ("Article 1", "2")


def test_passages_are_even_in_size() -> None:
    text = " ".join(f"This is sentence number {n} here." for n in range(12))
    sizes = [count(p.text) for p in passages(made(text), 32)]
    assert sizes == [24, 24, 24]


def test_a_sentence_longer_than_the_window_is_cut_at_a_clause() -> None:
    text = "The areas are " + ", ".join(f"area number {n}" for n in range(40)) + "."
    found = passages(made(text), 32)
    assert len(found) > 3
    assert all(p.text.endswith((",", ".")) for p in found)


def test_one_endless_word_is_cut_between_characters() -> None:
    document = made("x" * 1000)
    found = cut(document, Passages(max_tokens=100), len)
    check_passages(document, found, max_tokens=100, count_tokens=len)
    assert "".join(p.text for p in found) == document.text


def test_text_without_a_stop_is_cut_without_counting_it_again_and_again() -> None:
    counted = 0

    def counting(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return len(text.split())

    document = made("word " * 40_000)
    found = cut(document, Passages(max_tokens=220), counting)
    assert len(found) > 180
    assert counted < 30 * len(document.text)


def test_overlap_repeats_the_last_sentence() -> None:
    text = " ".join(f"This is sentence number {n} here." for n in range(12))
    found = passages(made(text), 32, overlap=1)
    assert all(b.sentences[0] == a.sentences[-1] for a, b in pairwise(found))


def test_ids_survive_a_change_elsewhere_and_differ_between_equal_texts() -> None:
    tail = "\n\nArticle 9\nThe same words."
    before = passages(made("A law on ports\n\nArticle 1\nOne." + tail + tail.replace("9", "10")))
    after = passages(made("A law on ports\n\nArticle 1\nOne and more. And more." + tail + tail.replace("9", "10")))
    assert before[0].id != after[0].id
    assert [p.id for p in before[1:]] == [p.id for p in after[1:]]
    repeated = passages(made("The same words again and again in one long sentence. " * 12))
    assert len({p.text for p in repeated}) < len(repeated) == len({p.id for p in repeated})
    assert not {p.id for p in before} & {p.id for p in passages(made("Article 9\nThe same words.", "other.txt"))}


def test_title_and_section_are_embedded_and_not_quoted() -> None:
    document = replace(made("Ports\n\nArticle 1\nOne."), title="Harbour law")
    (passage,) = passages(document)
    assert embedding_text(passage) == f"Harbour law › Article 1\n{passage.text}"


def test_a_long_title_leaves_room_for_the_text() -> None:
    document = replace(made("One sentence. Another sentence."), title="very long title " * 40)
    (passage,) = cut(document, Passages(max_tokens=220), len)
    assert len(embedding_text(passage)) <= 220


def test_a_document_without_words_has_no_passages() -> None:
    assert cut(made(""), Passages(), count) == ()
