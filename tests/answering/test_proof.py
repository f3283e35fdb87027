"""A sentence is proved by the few source sentences that support it, or withheld with the reason. The reader counts words."""

from __future__ import annotations

import pytest

from rag.answering.proof.prover import MOST_SENTENCES, Cited, Proved, Unproved, cited_text
from rag.types import Context, Passage, Span
from tests.answering.scene import fake_prover, passage
from tests.answering.statements import DOCUMENTS
from tests.fake_reader import FakeReader

HARBOUR = (
    "The harbour of Selby opens at six in the morning. The lighthouse was built in 1911 by Ada Varga. It is 40 metres high. "
    "Yachts pay 30 euros. Dogs are not allowed on the pier."
)
FERRY = "The ferry leaves on Mondays. Bicycles travel free of charge. The captain is Tom Lee."


def proved(claim: str, *passages: Passage, hinted: tuple[int, ...] = ()) -> Proved:
    verdict = judged(claim, *passages, hinted=hinted)
    assert isinstance(verdict, Proved), verdict
    return verdict


def unproved(claim: str, *passages: Passage, hinted: tuple[int, ...] = ()) -> Unproved:
    verdict = judged(claim, *passages, hinted=hinted)
    assert isinstance(verdict, Unproved), verdict
    return verdict


def judged(claim: str, *passages: Passage, hinted: tuple[int, ...] = ()) -> Proved | Unproved:
    prover = fake_prover()
    return prover.prove(claim, hinted, prover.prepare(passages or (passage(HARBOUR, "harbour"), passage(FERRY, "ferry"))))


def quotes(verdict: Proved) -> list[str]:
    return [cited.quote for cited in verdict.spans]


def test_a_claim_rests_on_the_one_sentence_that_bears_it() -> None:
    verdict = proved("Ada Varga built the lighthouse in 1911.")
    assert quotes(verdict) == ["The lighthouse was built in 1911 by Ada Varga."]
    assert verdict.support == pytest.approx(0.99)
    assert [p.document for p, _ in verdict.cited] == ["harbour.txt"]


def test_every_sentence_of_every_document_is_supported_by_itself_verbatim() -> None:
    prover = fake_prover()
    for name, text in DOCUMENTS.items():
        source = passage(text, name)
        evidence = prover.prepare([source, passage(FERRY, "ferry")])
        for span in source.sentences:
            verdict = prover.prove(source.quote(span), (), evidence)
            assert isinstance(verdict, Proved), verdict
            assert span in [cited.span for cited in verdict.spans]
            assert 1 <= len(verdict.spans) <= MOST_SENTENCES == 3


def test_a_second_sentence_is_taken_where_the_first_bears_only_half() -> None:
    verdict = proved("The lighthouse was built in 1911 and is 40 metres high.")
    assert quotes(verdict) == ["The lighthouse was built in 1911 by Ada Varga.", "It is 40 metres high."]
    assert verdict.support == pytest.approx(0.99)


def test_a_second_sentence_is_not_taken_where_it_adds_nothing() -> None:
    text = "Yachts pay 30 euros. Yachts pay 30 euros at the harbour. Dogs travel free."
    assert len(proved("Yachts pay 30 euros.", passage(text)).spans) == 1


def test_no_more_than_three_sentences_bear_a_claim_and_they_come_in_document_order() -> None:
    fees = passage("Trade costs 11 euros. Energy costs 22 euros. Culture costs 33 euros. Fisheries cost 44 euros.")
    three = proved("Culture costs 33 euros, trade costs 11 euros, energy costs 22 euros.", fees)
    assert quotes(three) == ["Trade costs 11 euros.", "Energy costs 22 euros.", "Culture costs 33 euros."]
    four = unproved("Culture costs 33 euros, trade 11 euros, energy 22 euros, fisheries 44 euros.", fees)
    assert four.withheld.reason.startswith("The source does not have “")


def test_an_offset_counts_in_the_document_not_in_the_passage() -> None:
    late = passage("Dogs travel free. The ferry leaves on Mondays. Tea is sold.", at=1000)
    assert [(c.span.start, c.quote) for c in proved("The ferry leaves on Mondays.", late).spans] == [
        (1018, "The ferry leaves on Mondays.")
    ]


@pytest.mark.parametrize("hinted", [(), (1,), (2,), (7,), (0, 99), (-1,)])
def test_markers_are_hints_a_wrong_one_neither_saves_nor_harms(hinted: tuple[int, ...]) -> None:
    assert quotes(proved("Ada Varga built the lighthouse in 1911.", hinted=hinted)) == [
        "The lighthouse was built in 1911 by Ada Varga."
    ]
    assert "1912" in unproved("Ada Varga built the lighthouse in 1912.", hinted=hinted).withheld.reason


def test_a_hint_decides_between_two_passages_that_say_the_same() -> None:
    one, other = passage(FERRY, "one"), passage(FERRY, "other")
    for hinted, document in (((1,), "one.txt"), ((2,), "other.txt")):
        assert proved("The ferry leaves on Mondays.", one, other, hinted=hinted).spans[0].passage.document == document


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The lighthouse is 45 metres high.", "No source has “45”."),
        ("The lighthouse was built in 1911 by Boris Kramer.", "No source has “Boris”."),
        ("It says “the lighthouse was built by Ada Varga”.", "does not say “the lighthouse was built by Ada Varga”"),
        ("See https://evil.example/?q=secret for the lighthouse.", "It has an address that the sources do not have."),
        ("The lighthouse of the harbour has a cellar, a kitchen, a garden and a cinema.", "do not support it (support 0."),
    ],
)
def test_a_claim_that_is_withheld_says_why_and_points_to_a_sentence(claim: str, reason: str) -> None:
    verdict = unproved(claim)
    assert verdict.withheld.text == claim
    assert reason in verdict.withheld.reason
    assert verdict.source is not None
    assert verdict.source.quote in HARBOUR


def test_a_claim_points_to_the_sentence_that_it_garbles() -> None:
    garbled = unproved("The lighthouse was built in 1850 by Ada Varga.")
    assert garbled.source is not None and garbled.source.quote == "The lighthouse was built in 1911 by Ada Varga."


def test_a_number_of_another_sentence_is_not_borrowed() -> None:
    verdict = unproved("Dogs pay 1911 euros on the pier.")
    assert verdict.withheld.reason == "No source has “1911”.", "1911 is a year there, not an amount"
    elsewhere = judged("The ferry leaves on Mondays in 1911.")
    assert isinstance(elsewhere, Unproved) or "1911" in cited_text(elsewhere.spans)


def test_contradicted_is_what_the_likeliest_sentence_denies_and_not_what_it_merely_lacks() -> None:
    lacking = unproved("The lighthouse of the harbour has a cellar, a kitchen, a garden and a cinema.")
    assert not lacking.withheld.contradicted
    # Each name is known somewhere, so that no guard speaks before the reader.
    denied = unproved("The lighthouse was painted, sold and moved by Tom Lee.")
    assert denied.withheld.contradicted


def test_the_threshold_is_the_least_support_that_is_shown() -> None:
    claim = "The lighthouse was built by Ada Varga of stone and brick."
    for threshold, shown in ((0.6, True), (0.7, False)):
        prover = fake_prover(threshold=threshold)
        verdict = prover.prove(claim, (), prover.prepare([passage(HARBOUR)]))
        assert isinstance(verdict, Proved) is shown, verdict


@pytest.mark.parametrize("claim", ["", "…", "!!!", "Yes.", "The and of.", "\u200b", "🦊"])
def test_what_says_nothing_is_not_proved(claim: str) -> None:
    unproved(claim)


def test_there_is_nothing_to_show_without_a_source() -> None:
    prover = fake_prover()
    verdict = prover.prove("The harbour opens at six.", (), prover.prepare([]))
    assert isinstance(verdict, Unproved)
    assert (verdict.withheld.reason, verdict.source) == ("There is no source.", None)


@pytest.mark.parametrize("text", ["The harbour opens at six.", "One word"])
def test_a_claim_that_the_only_sentence_does_not_bear_is_withheld(text: str) -> None:
    unproved("The harbour is wide, deep, cold and full of fish.", passage(text))


def test_a_claim_is_judged_against_few_pieces_of_evidence_however_many_sentences_there_are() -> None:
    reader = FakeReader()
    prover = fake_prover(reader)
    evidence = prover.prepare([passage(f"{HARBOUR} {FERRY} " * 40, f"n{n}") for n in range(5)])
    assert len(evidence.sentences) >= 1500
    for claim in ("Ada Varga built the lighthouse in 1911.", "Fish sing, dance, paint, swim and fly in summer.", "x " * 20_000):
        before = len(reader.pairs)
        prover.prove(claim, (), evidence)
        assert len(reader.pairs) - before <= 16


def test_a_sentence_is_judged_with_its_title_and_what_introduces_it_but_quoted_without() -> None:
    lead, item = "The fees are:", "30 euros for yachts."
    text = f"{lead} {item} Dogs travel free."
    at = text.index(item)
    spans = (Span(0, len(lead)), Span(at, at + len(item)), Span(at + len(item) + 1, len(text)))
    context = Context("lead", spans[0], lead, spans[1])
    source = Passage("n:0", "n.txt", "0" * 64, "Harbour", ("Fees",), None, Span(0, len(text)), text, spans, (context,))
    assert cited_text([Cited(source, spans[1])]) == f"Harbour > Fees: {lead} {item}"
    assert cited_text([Cited(source, spans[1]), Cited(source, spans[2])]) == f"Harbour > Fees: {lead} {item} Dogs travel free."
    verdict = proved("The fees for yachts are 30 euros.", source)
    assert quotes(verdict) == [item]
