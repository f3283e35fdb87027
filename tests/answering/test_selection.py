"""Which sentences are chosen, from readings made by hand: scores are log odds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.reading.paragraphs import Candidate, Reading
from rag.answering.reading.selection import ALONE, ASIDE, AT_MOST, NEAR, POINTED_TO, answers, highlights, select
from rag.types import Hit, Passage, Span
from tests.answering.scene import hits, passage

TEXT = "Trade is one of the areas. Energy is one of the areas. Dogs travel free. Culture is an area."
FACT = ("Trade is one of the areas.", "Energy is one of the areas.", "Dogs travel free.", "Culture is an area.")


def candidates(hit: Hit, scores: dict[str, tuple[float, float | None]]) -> list[Candidate]:
    """The sentences of a hit with their score and the log odds that they answer alone; unnamed ones are far below."""
    found = []
    for span in hit.passage.sentences:
        text = hit.passage.quote(span)
        score, alone = scores.get(text, (-30.0, None))
        marks = (0.0, 0.0) if alone is None else (0.0, 0.0, alone, 0.0)
        found.append(Candidate(hit, span, text, Span(span.start, span.start + 3), marks, score))
    return found


def reading(*found: list[Candidate]) -> Reading:
    return Reading("?", tuple(sorted((c for cs in found for c in cs), key=lambda c: -c.score)), None)


def chosen(*found: list[Candidate]) -> list[str]:
    return [c.text for c in select(reading(*found)).chosen]


def one(text: str = TEXT, name: str = "note", **scores: tuple[float, float | None]) -> list[Candidate]:
    (hit,) = hits(passage(text, name))
    return candidates(hit, {sentence: scores[key] for key, sentence in zip("abcd", FACT, strict=True) if key in scores})


def test_a_fact_takes_the_one_sentence_that_is_best() -> None:
    assert chosen(one(a=(9.0, 5.0), b=(9.0 - NEAR - 0.1, 5.0))) == [FACT[0]]


def test_a_list_takes_all_that_come_near_and_keeps_the_document_order() -> None:
    assert chosen(one(d=(9.0, 5.0), a=(9.0 - NEAR, 1.0), b=(9.0 - NEAR / 2, 0.5))) == [FACT[0], FACT[1], FACT[3]]


def test_a_sentence_that_does_not_answer_by_itself_is_left_out_however_near_it_stands() -> None:
    assert chosen(one(a=(9.0, 5.0), b=(8.9, ALONE - 0.1), d=(8.8, None))) == [FACT[0]]


def test_the_best_sentence_is_shown_whatever_it_says_alone() -> None:
    assert chosen(one(c=(-5.0, -5.0))) == [FACT[2]]


@pytest.mark.parametrize(
    ("sentence", "found", "whole"),
    [
        ("It was signed by Ada Varga and Vice Mayor Bela Nagy.", "Ada Varga", "Ada Varga and Vice Mayor Bela Nagy"),
        (
            "They work on trade, energy and water, as well as ports and roads.",
            "trade, energy and water",
            "trade, energy and water, as well as ports and roads",
        ),
        ("It was signed by Ada Varga and entered into force in May.", "Ada Varga", "Ada Varga"),
        (
            "It lies in Port Ellis, Harbour County, and is open to ships.",
            "Port Ellis, Harbour County",
            "Port Ellis, Harbour County",
        ),
        ("Ada Varga and Bela Nagy signed it.", "Ada Varga", "Ada Varga"),
    ],
)
def test_the_words_that_answer_do_not_leave_out_the_last_members_of_their_list(sentence: str, found: str, whole: str) -> None:
    (hit,) = hits(passage(sentence))
    (candidate,) = candidates(hit, {sentence: (9.0, 5.0)})
    start = candidate.span.start + sentence.index(found)
    marked = replace(candidate, words=Span(start, start + len(found)))
    ((words,),) = highlights(reading([marked])).values()
    assert sentence[words.start - candidate.span.start : words.end - candidate.span.start] == whole


def test_no_more_than_three_sentences_are_shown() -> None:
    text = " ".join(f"Area {n} is named." for n in range(12))
    (hit,) = hits(passage(text))
    everything = {hit.passage.quote(s): (9.0, 5.0) for s in hit.passage.sentences}
    assert len(everything) == 12
    assert len(chosen(candidates(hit, everything))) == AT_MOST == 3


def test_a_sentence_that_stands_in_two_documents_is_shown_once() -> None:
    first, second = hits(passage(TEXT, "a"), passage(TEXT.replace("Trade is", "Trade  is"), "b"))
    one_, other = ({h.passage.quote(h.passage.sentences[0]): (score, 5.0)} for h, score in ((first, 9.0), (second, 8.9)))
    assert chosen(candidates(first, one_), candidates(second, other)) == [FACT[0]]


def test_the_document_that_was_found_first_comes_first() -> None:
    first, second = hits(passage("Dogs travel free.", "z"), passage("Cats travel free.", "a"))
    found = chosen(candidates(second, {"Cats travel free.": (9.0, 5.0)}), candidates(first, {"Dogs travel free.": (8.0, 5.0)}))
    assert found == ["Dogs travel free.", "Cats travel free."]


GROUPS = "The working groups are:\n(a) trade and customs;\n(b) energy;\n(c) culture.\nThe ferry leaves on Mondays."


def lines(text: str, *, section: tuple[str, ...] = ()) -> Passage:
    """A passage of which every line is a sentence."""
    spans, at = [], 0
    for line in text.split("\n"):
        spans.append(Span(at, at + len(line)))
        at += len(line) + 1
    return Passage("n:0", "n.txt", "0" * 64, "", section, None, Span(0, len(text)), text, tuple(spans))


def test_a_sentence_that_opens_an_enumeration_brings_its_items() -> None:
    (hit,) = hits(lines(GROUPS))
    found = chosen(candidates(hit, {"The working groups are:": (9.0, 5.0)}))
    assert found == ["The working groups are:", "(a) trade and customs;", "(b) energy;", "(c) culture."]


def test_without_hits_nothing_is_chosen() -> None:
    selection = select(Reading("?", (), None))
    assert (selection.best, selection.chosen) == (None, ())


def test_cited_sentences_may_answer_where_one_is_not_far_below_the_best_or_was_not_read() -> None:
    found = one(a=(9.0, 5.0), b=(9.0 - ASIDE, 1.0), c=(9.0 - ASIDE - 0.1, 1.0))
    made = reading(found)
    places = {c.text: (c.hit.passage, c.span) for c in found}
    assert answers(made, [places[FACT[0]]])
    assert answers(made, [places[FACT[1]]])
    assert not answers(made, [places[FACT[2]]])
    assert answers(made, [places[FACT[2]], places[FACT[0]]])
    unread = passage("Nobody read this.", "other")
    assert answers(made, [(unread, unread.sentences[0])]), "nothing is known of it"
    assert answers(Reading("?", (), None), [places[FACT[2]]])


def test_less_far_below_the_best_is_asked_of_what_an_invention_points_to() -> None:
    found = one(a=(9.0, 5.0), b=(9.0 - POINTED_TO, 1.0), c=(9.0 - POINTED_TO - 0.1, 1.0))
    places = {c.text: (c.hit.passage, c.span) for c in found}
    near = [text for text, place in places.items() if answers(reading(found), [place], POINTED_TO)]
    assert near == [FACT[0], FACT[1]]


def test_the_words_that_answer_are_told_for_the_sentences_that_may_be_shown() -> None:
    found = one(a=(9.0, 5.0), b=(9.0 - ASIDE, 1.0), c=(9.0 - ASIDE - 0.1, 1.0))
    marked = highlights(reading(found))
    spans = {c.text: c.span for c in found}
    assert set(marked) == {("note.txt", spans[FACT[0]]), ("note.txt", spans[FACT[1]])}
    assert marked["note.txt", spans[FACT[0]]] == (Span(0, 3),)
    assert highlights(Reading("?", (), None)) == {}
