"""What counts as right, clause by clause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.evaluation.questions.evidence import locate
from rag.evaluation.questions.question import Expected, Question
from rag.evaluation.runs.integrity import faults
from rag.evaluation.runs.scoring import Verdict, judge_error, judge_outcome
from rag.types import Answer, Citation, Claim, Excerpt, Outcome, Provenance, Refusal, Span
from tests.evaluation.harbour import harbour_engine

ENGINE = harbour_engine()
LIGHTHOUSE = "The lighthouse was built in 1911 by Ada Varga."
QUESTION = Question(
    "q", "Who built the lighthouse?", True, evidence=(Expected(LIGHTHOUSE),), must_include=("Ada Varga", "1911")
)
UNANSWERABLE = Question("u", "Who sank the lighthouse?", False)


def cite(quote: str, document: str = "treaty.md", number: int = 1) -> Citation:
    d = ENGINE.document(document)
    start = d.text.index(quote)
    return Citation(number, d.id, d.sha256, d.title, (), None, Span(start, start + len(quote)), quote)


def answer(*citations: Citation) -> Answer:
    claims = tuple(Claim(c.quote, (c.id,), 1.0) for c in citations)
    text = " ".join(f"{c.text} [{c.citations[0]}]" for c in claims)
    return Answer("i", "?", text, claims, citations, 0.8, Provenance("extractive", "g"))


def refusal(*related: Citation) -> Refusal:
    return Refusal("i", "?", "The documents do not answer this question.", related, 0.2, Provenance("extractive", "g"))


def verdict(outcome: Outcome, question: Question = QUESTION) -> Verdict:
    return judge_outcome(question, outcome, locate([question], ENGINE).places[question.id], ENGINE)


def test_the_cited_sentence_that_holds_what_it_must_is_right() -> None:
    found = verdict(answer(cite(LIGHTHOUSE)))
    assert found.right and found.intact and found.contained and found.concise
    assert (found.cited_sentences, found.citations, found.citations_relevant, found.evidence_recall) == (1, 1, 1, 1.0)
    assert (found.claim_coverage, found.token_f1, found.confidence, found.reasons) == (1.0, 1.0, 0.8, ())


def test_a_quote_elsewhere_is_wrong_even_if_its_words_are_right() -> None:
    found = verdict(answer(cite("Dogs travel free.", "notes/ferry.txt")))
    assert not found.right
    assert found.reasons[0] == "no cited quote overlaps the evidence"


def test_each_required_string_has_to_stand_in_a_quote() -> None:
    found = verdict(answer(cite("The lighthouse was built in 1911")))
    assert not found.right and found.evidence_cited
    assert found.reasons == ("no cited quote holds “Ada Varga”",)
    solid = LIGHTHOUSE.replace(" ", "")
    assert found.evidence_recall == pytest.approx(len("Thelighthousewasbuiltin1911") / len(solid), abs=1e-12)


def test_what_a_citation_of_several_places_quotes_counts_all_of_it() -> None:
    above, said = cite("The harbour opens at six."), cite(LIGHTHOUSE)
    spans = tuple(Excerpt(c.document, c.span, c.quote, c.section, c.page) for c in (above, said))
    question = replace(QUESTION, must_include=("opens at six", "1911"))
    assert not verdict(answer(said), question).right
    assert verdict(answer(replace(said, spans=spans)), question).right


def test_more_than_three_sentences_are_too_many_unless_the_question_asks_for_a_list() -> None:
    quotes = [LIGHTHOUSE, "It is 40 metres high.", "The harbour opens at six."]
    four = answer(*(cite(q, number=n) for n, q in enumerate(quotes, 1)), cite("Dogs travel free.", "notes/ferry.txt", 4))
    found = verdict(four)
    assert not found.right and found.reasons == ("4 sentences cited, at most 3 allowed",)
    assert verdict(four, replace(QUESTION, kind="list")).right
    assert verdict(answer(*four.citations[:3])).right
    assert found.citations_relevant == 1


def test_one_long_quote_counts_every_sentence_that_it_touches() -> None:
    text = ENGINE.document("treaty.md").text
    assert verdict(answer(cite(text[10 : len(text)]))).cited_sentences == 3


def test_one_gold_answer_of_several_is_enough() -> None:
    question = Question("s", "Who?", True, evidence=(Expected("Ada Varga", "treaty.md", 0),), answers=("Ada Varga", "Varga"))
    assert verdict(answer(cite("by Ada Varga")), question).right
    half = verdict(answer(cite("by Ada")), question)
    assert not half.right and half.evidence_cited and half.reasons == ("no cited quote holds the answer “Ada Varga”",)


def test_refusing_is_right_exactly_for_the_unanswerable() -> None:
    assert verdict(refusal(), UNANSWERABLE).right
    assert verdict(refusal()).reasons == ("refused, but the documents answer it",)
    shown = verdict(answer(cite(LIGHTHOUSE)), UNANSWERABLE)
    assert not shown.right and shown.reasons == ("answered, but the documents do not answer it",)


def test_an_error_is_a_failure_in_every_respect() -> None:
    found = judge_error(UNANSWERABLE, "BackendTimeout: no answer")
    assert not found.right and not found.intact
    assert (found.status, found.confidence, found.reasons) == ("error", 1.0, ("error: BackendTimeout: no answer",))
    assert judge_error(QUESTION, "x").confidence == 0.0


def test_evidence_that_no_document_holds_is_a_miss() -> None:
    lost = replace(QUESTION, evidence=(Expected("It was torn down."),))
    assert not verdict(answer(cite(LIGHTHOUSE)), lost).right


GOOD = answer(cite(LIGHTHOUSE), cite("It is 40 metres high.", number=2))


@pytest.mark.parametrize(
    ("outcome", "complaint"),
    [
        (replace(GOOD, citations=(replace(GOOD.citations[0], span=Span(55, 101)), GOOD.citations[1])), "is not the quote"),
        (replace(GOOD, citations=(replace(GOOD.citations[0], document="gone.md"), GOOD.citations[1])), "does not exist"),
        (replace(GOOD, citations=(replace(GOOD.citations[0], document_sha256="0"), GOOD.citations[1])), "the hash is not"),
        (replace(GOOD, citations=(replace(GOOD.citations[0], quote="", span=Span(3, 3)), GOOD.citations[1])), "quotes nothing"),
        (replace(GOOD, citations=(GOOD.citations[0], replace(GOOD.citations[1], id=1))), "two citations have the same id"),
        (replace(GOOD, claims=(replace(GOOD.claims[0], citations=()),)), "a claim without a citation"),
        (replace(GOOD, claims=(replace(GOOD.claims[0], citations=(7,)),)), "a claim cites [7]"),
        (replace(GOOD, text=GOOD.text + " [9]"), "the text shows [9]"),
        (replace(GOOD, claims=()), "an answer without a claim"),
        (refusal(replace(GOOD.citations[0], span=Span(0, 5))), "is not the quote"),
    ],
)
def test_a_broken_promise_is_named(outcome: Outcome, complaint: str) -> None:
    found = faults(outcome, ENGINE)
    assert any(complaint in f for f in found), found
    assert not verdict(outcome).intact


def test_kept_promises_have_no_faults() -> None:
    assert faults(GOOD, ENGINE) == faults(refusal(GOOD.citations[0]), ENGINE) == ()
