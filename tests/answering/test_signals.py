"""What is measured of a question and a sentence. The fake embedder makes a word's vector the same everywhere."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from rag.answering.expectation import Kind
from rag.answering.signals import DISTANT, HELD, SIGNALS
from tests.answering.readings import Counts, hit, reader

TEXT = "The lighthouse was built in 1911 by Ada Varga. The harbour opens at six."


def test_every_sentence_of_every_hit_is_a_candidate_with_its_exact_words() -> None:
    reading = reader().read("When was the lighthouse built?", [hit(TEXT), hit("Dogs travel free.", rank=2, start=100)])
    assert [c.text for c in reading.candidates] == [TEXT[:46], TEXT[47:], "Dogs travel free."]
    assert [c.hit.rank for c in reading.candidates] == [1, 1, 2]
    assert reading.signals.shape == (3, len(SIGNALS))
    assert reading.kind is Kind.TIME


def test_words_that_stand_in_the_sentence_count_by_their_rarity() -> None:
    counts = Counts(size=10, lighthous=1, tall=9)
    reading = reader(counts).read("tall lighthouse", [hit("A lighthouse stands here.")])
    rare, common = math.log(1 + 9.5 / 1.5), math.log(1 + 1.5 / 9.5)
    assert reading.column("shared")[0] == pytest.approx(rare / (rare + common))
    assert reading.column("complete")[0] == 0.0


def test_the_same_word_is_aligned_fully() -> None:
    reading = reader().read("lighthouse built", [hit("The lighthouse was built of stone.")])
    assert reading.column("aligned")[0] == pytest.approx(1.0, abs=1e-5)
    assert reading.column("worst")[0] == pytest.approx(1.0, abs=1e-5)
    assert reading.column("complete")[0] == 1.0


def test_a_word_that_the_sentence_has_is_near_whatever_stands_around_it_and_is_no_stranger() -> None:
    reading = reader().read(
        "lighthouse", [hit("The lighthouse was built of stone."), hit("Dogs travel free.", rank=2, start=99)]
    )
    assert reading.column("aligned")[0] >= HELD
    assert reading.column("distant")[0] == 0.0
    cosine = reading.column("cosine")[1]
    assert cosine < DISTANT
    assert reading.column("distant")[1] == pytest.approx(DISTANT - cosine)


def test_the_lead_of_the_best_hit_is_told_in_the_idf_of_the_question() -> None:
    hits = [replace(hit(TEXT), lexical=5.0), replace(hit("Dogs travel free.", rank=2, start=99), lexical=2.0)]
    reading = reader(Counts(size=10, lighthous=1)).read("lighthouse", hits)
    assert reading.column("ahead").tolist() == pytest.approx([3.0 / math.log(1 + 9.5 / 1.5)] * 3)


def test_a_name_that_the_passage_does_not_hold_is_missing() -> None:
    reading = reader().read("Did Ada Varga meet Bruno Kiss?", [hit(TEXT)])
    assert reading.column("names_missing").tolist() == [0.5, 0.5]


def test_an_acronym_is_held_by_the_words_it_stands_for() -> None:
    reading = reader().read("Is AI covered?", [hit("It promotes artificial intelligence.")])
    assert reading.column("shared")[0] == pytest.approx(1.0)


def test_a_sentence_without_what_is_asked_for_lacks_it() -> None:
    reading = reader().read("When does the harbour open?", [hit(TEXT)])
    assert reading.column("offered").tolist() == [1.0, 0.0]
    assert reading.column("lacking").tolist() == [0.0, 1.0]


@pytest.mark.parametrize("question", ["???", "🦊", "what is it?"])
def test_a_question_without_a_content_word_has_no_candidates_or_finite_signals(question: str) -> None:
    reading = reader().read(question, [hit(TEXT)])
    assert len(reading.candidates) in (0, 2)
    assert all(math.isfinite(v) for v in reading.signals.ravel())


def test_no_hits_give_no_candidates() -> None:
    assert reader().read("When?", []).candidates == ()
