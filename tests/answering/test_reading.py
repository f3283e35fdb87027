"""A question read against its hits. The reader counts shared words, so that every figure can be checked by eye."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from rag.answering.reading.paragraphs import ALONE, CHOICE, FIGURES, QuestionReading, Reading, heading, in_context, paragraphs
from rag.models.reader import Answerability
from rag.types import Context, Hit, Passage, Span
from tests.answering.scene import Statistics, hits, passage
from tests.fake_reader import SURE, FakeReader

TEXT = "The lighthouse was built in 1911 by Ada Varga. The harbour opens at six."
DOGS = "Dogs travel free."


def read(question: str, *found: Hit, statistics: Statistics | None = None, reader: FakeReader | None = None) -> Reading:
    return QuestionReading(reader or FakeReader(), statistics or Statistics()).read(question, found)


def figures(question: str, *found: Hit, statistics: Statistics | None = None) -> dict[str, float]:
    reading = read(question, *found, statistics=statistics)
    assert reading.figures is not None
    return dict(zip(FIGURES, reading.figures.row().tolist(), strict=True))


def test_every_sentence_of_every_hit_is_a_candidate_with_its_exact_words_the_best_first() -> None:
    reading = read("When does the harbour open?", *hits(passage(TEXT, "a"), passage(DOGS, "b", at=100)))
    assert reading.candidates[0].text == TEXT[47:]
    assert {c.text for c in reading.candidates} == {TEXT[47:], TEXT[:46], DOGS}
    for candidate in reading.candidates:
        assert candidate.text == candidate.hit.passage.quote(candidate.span)
    assert [c.score for c in reading.candidates] == sorted((c.score for c in reading.candidates), reverse=True)


def test_the_words_that_answer_are_document_offsets_inside_their_sentence() -> None:
    found = passage(TEXT, title="Harbour of Selby", section=("Article 1",), at=1000)
    best = read("Who built the lighthouse?", *hits(found)).candidates[0]
    assert best.words is not None
    assert found.quote(best.words) == "1911 by Ada Varga"
    assert best.span.contains(best.words)
    assert best.words.start == 1000 + TEXT.index("1911")


class HalfWords(FakeReader):
    """Finds words whose first and last letter it does not see, as a tokenizer of pieces may."""

    def answers(self, question: str, texts: Sequence[str]) -> tuple[Answerability, ...]:
        found = super().answers(question, texts)
        return tuple(replace(a, offsets=np.array([_inner(s, e) for s, e in a.offsets])) for a in found)


def _inner(start: int, end: int) -> tuple[int, int]:
    return (start + 1, end - 1) if end - start > 2 else (start, end)


def test_the_words_that_answer_are_widened_to_whole_words_and_lose_the_punctuation_at_their_ends() -> None:
    found = passage(TEXT)
    best = read("Who built the lighthouse?", *hits(found), reader=HalfWords()).candidates[0]
    assert best.words is not None
    assert found.quote(best.words) == "1911 by Ada Varga"


def test_a_sentence_is_read_alone_with_its_title_and_what_introduces_it() -> None:
    text = "The fees are: 30 euros for yachts."
    spans = (Span(0, 13), Span(14, len(text)))
    lead = Context("lead", spans[0], "The fees are:", spans[1])
    source = Passage("n:0", "n.txt", "0" * 64, "Harbour", ("Fees",), None, Span(0, len(text)), text, spans, (lead,))
    assert heading(source) == "Harbour > Fees: "
    assert in_context(source, spans[1]) == "Harbour > Fees: The fees are: 30 euros for yachts."
    assert heading(passage(text)) == ""
    assert heading(passage(text, title="Fees", section=("Fees",))) == "Fees: ", "nothing is said twice"


def test_only_the_best_eight_sentences_are_read_alone() -> None:
    source = passage(" ".join(f"Harbour number {n} is open." for n in range(20)))
    reading = read("Which harbour is open?", *hits(source))
    assert ALONE == 8
    assert [c.alone is not None for c in reading.candidates] == [True] * 8 + [False] * 12


def test_the_figures_are_of_the_best_passage_the_best_words_and_the_best_sentence() -> None:
    one, two = hits(passage(TEXT, "a"), passage("The lighthouse is white.", "b"))
    found = figures("Who built the lighthouse?", one, replace(two, dense=0.8))
    assert found["answerable"] == pytest.approx(SURE), "both words stand in the first"
    assert found["second"] == pytest.approx(0.0), "one of two words stands in the second"
    assert found["alone"] == pytest.approx(SURE)
    assert found["words"] == pytest.approx(2 * SURE), "what begins and what ends them"
    assert found["chosen"] == pytest.approx(sum(w * m for w, m in zip(CHOICE, (2 * SURE, SURE, SURE, 2 * SURE), strict=True)))
    assert found["cosine"] == pytest.approx(0.8)


def test_where_there_is_one_passage_the_next_best_is_far_below() -> None:
    assert figures("Who built the lighthouse?", *hits(passage(TEXT)))["second"] == -10.0


def test_a_hit_without_a_cosine_counts_as_none() -> None:
    (found,) = hits(passage(TEXT))
    assert figures("Who built the lighthouse?", replace(found, dense=None))["cosine"] == 0.0


def test_words_that_stand_in_the_best_passage_count_by_their_rarity() -> None:
    statistics = Statistics(10, {"lighthouse": 1, "tall": 9})
    found = figures("tall lighthouse", *hits(passage("A lighthouse stands here.")), statistics=statistics)
    rare, common = math.log(1 + 9.5 / 1.5), math.log(1 + 1.5 / 9.5)
    assert found["shared"] == pytest.approx(rare / (rare + common))


def test_what_the_chosen_sentence_holds_of_the_question_is_told_apart_from_what_its_passage_holds() -> None:
    statistics = Statistics(10, {"lighthouse": 3, "open": 3, "harbour": 3})
    found = figures("lighthouse harbour open", *hits(passage(TEXT)), statistics=statistics)
    assert found["shared"] == pytest.approx(2 / 3), "the index has no stems here, and the text only 'opens'"
    assert found["held"] == pytest.approx(1 / 3)


def test_how_far_the_best_hit_is_ahead_is_told_by_the_rarity_of_what_was_asked() -> None:
    one, two = hits(passage(TEXT, "a"), passage(DOGS, "b"))
    statistics = Statistics(10, {"lighthouse": 1})
    rarity = math.log(1 + 9.5 / 1.5)
    found = figures("lighthouse", replace(one, lexical=5.0), replace(two, lexical=2.0), statistics=statistics)
    assert found["ahead"] == pytest.approx(3.0 / rarity)
    alone = figures("lighthouse", replace(one, lexical=5.0), statistics=statistics)
    assert alone["ahead"] == pytest.approx(5.0 / rarity)
    none = figures("lighthouse", replace(one, lexical=None), replace(two, lexical=None), statistics=statistics)
    assert none["ahead"] == 0.0


def test_a_title_holds_words_of_the_question_too() -> None:
    assert figures("Selby harbour", *hits(passage(TEXT, title="Selby")))["shared"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Did Ada Varga meet Bruno Kiss?", 0.5),
        ("What was built in 1911?", 0.0),
        ("What was built in 1912?", 1.0),
        ("Who built it?", 0.0),
        ("Is NATO named?", 1.0),
    ],
)
def test_names_and_numbers_of_the_question_that_no_passage_holds_are_missing(question: str, missing: float) -> None:
    assert figures(question, *hits(passage(TEXT), passage(DOGS, "b")))["missing"] == pytest.approx(missing)


@pytest.mark.parametrize(
    ("question", "text", "foreign"),
    [
        ("Who built the lighthouse?", TEXT, False),
        ("Кто построил маяк?", TEXT, True),
        ("Who built the lighthouse?", "Маяк построила Ада Варга в 1911 году.", True),
    ],
)
def test_a_question_or_text_that_the_reader_spells_out_is_foreign(question: str, text: str, foreign: bool) -> None:
    assert read(question, *hits(passage(text))).foreign is foreign


@pytest.mark.parametrize("question", ["???", "🦊", "what is it?", "a " * 2000])
def test_a_question_without_a_content_word_has_finite_figures(question: str) -> None:
    assert all(math.isfinite(v) for v in figures(question, *hits(passage(TEXT))).values())


@pytest.mark.parametrize("text", ["!!!", "…", "x", "y" * 3000])
def test_an_odd_passage_is_read_without_an_error(text: str) -> None:
    reading = read("Who built the lighthouse?", *hits(passage(text), passage(TEXT, "b")))
    assert reading.candidates[0].text == TEXT[:46]


def test_no_hits_give_no_candidates_and_no_figures() -> None:
    reading = read("When?")
    assert (reading.candidates, reading.figures, reading.foreign) == ((), None, False)


def test_a_passage_without_a_token_gives_no_candidate() -> None:
    reading = read("When?", *hits(passage("   ")))
    assert (reading.candidates, reading.figures) == ((), None)


def test_a_passage_is_read_paragraph_by_paragraph_and_a_short_one_with_what_follows() -> None:
    first, second = "Dogs travel free. " * 20 + "They sleep.", "The harbour opens at six. " * 20 + "It closes at nine."
    apart, together = passage(f"{first}\n\n{second}"), passage(f"Fees\n\n{second}")
    assert [apart.quote(span) for span in paragraphs(apart)] == [first, second]
    assert [together.quote(span) for span in paragraphs(together)] == [together.text]


def test_in_a_language_that_the_reader_spells_out_sentences_rank_by_the_words_they_share() -> None:
    text = "Порт открывается в шесть. Маяк построила Ада Варга. Собаки едут бесплатно."
    reading = read("Кто построила маяк?", *hits(passage(text)))
    assert reading.foreign
    assert reading.candidates[0].text == "Маяк построила Ада Варга."
    assert all(c.words is None and c.alone is None for c in reading.candidates)
