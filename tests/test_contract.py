"""The JSON of the outside contract."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from pydantic import AliasPath

from rag import contract
from rag.contract import citation_json, outcome_json
from rag.evaluation.runs.outcome_log import log_outcome, read_outcome
from rag.guidance import Guidance, Part
from rag.types import (
    Answer,
    Citation,
    Claim,
    Document,
    DocumentEntry,
    Excerpt,
    Hit,
    Origin,
    Outcome,
    Page,
    Passage,
    Provenance,
    Refusal,
    Section,
    Span,
    Timings,
    Withheld,
)


def test_a_citation_names_the_words_that_answer_as_document_offsets_and_none_where_none_were_found() -> None:
    cited = Citation(1, "a.txt", "hash", "A", (), None, Span(10, 30), "It was signed in May.", (Span(24, 30),))
    assert citation_json(cited)["highlights"] == [[24, 30]]
    plain = Citation(1, "a.txt", "hash", "A", (), None, Span(10, 30), "It was signed in May.")
    assert citation_json(plain)["highlights"] == []


def test_a_quote_is_cut_where_the_words_that_answer_begin_and_end_and_its_parts_join_to_it() -> None:
    quote = "🏛 Ada Varga built it in 1911."
    cited = Citation(1, "a.txt", "hash", "A", (), None, Span(10, 10 + len(quote)), quote, (Span(34, 38), Span(12, 21)))
    assert [s.text for s in cited.stretches() if s.answers] == ["Ada Varga", "1911"]
    assert "".join(s.text for s in cited.stretches()) == quote
    outside = replace(cited, highlights=(Span(0, 13), Span(12, 14), Span(500, 600), Span(20, 20)))
    assert "".join(s.text for s in outside.stretches()) == quote
    assert [s.text for s in replace(cited, highlights=()).stretches()] == [quote]


CITED = Citation(1, "a.txt", "hash", "A", (), None, Span(10, 30), "It was signed in May.", (Span(24, 30),))
MADE = Provenance("extractive", "00001-x")


def answer(confidence: float, *citations: Citation) -> Answer:
    return Answer(
        "1", "When?", "It was signed in May. [1]", (Claim("It was signed in May.", (1,), 1.0),), citations, confidence, MADE
    )


def test_an_answer_is_direct_from_eight_in_ten_with_words_marked_and_related_below_or_without() -> None:
    unmarked = replace(CITED, highlights=())
    labels = [outcome_json(a)["label"] for a in (answer(0.8, CITED), answer(0.79, CITED), answer(0.99, unmarked))]
    assert labels == ["direct", "related", "related"]
    assert outcome_json(answer(1.0, unmarked))["label"] == "direct", "a provision asked for by its number: nothing was weighed"


def test_parts_and_guidance_are_in_the_contract_and_survive_a_log() -> None:
    parts = (
        Part("When was it signed?", "answered", (0,)),
        Part("Who brought nuclear weapons?", "refused", (), ("nuclear weapons",)),
    )
    guidance = Guidance(("Who signed it?",), ("strategic partnership",), ("nuclear weapons",), "welcome")
    refusal = Refusal("1", "Hello", "Ask away.", (), 0.0, MADE, parts=parts, guidance=guidance)
    both: tuple[Outcome, ...] = (replace(answer(0.9, CITED), parts=parts, guidance=guidance), refusal)
    for outcome in both:
        made = outcome_json(outcome)
        assert made["parts"][1] == {
            "text": "Who brought nuclear weapons?",
            "status": "refused",
            "claims": [],
            "not_mentioned": ["nuclear weapons"],
        }
        assert (made["topics"], made["suggestions"]) == (["strategic partnership"], ["Who signed it?"])
        assert (made["not_mentioned"], made["card"]) == (["nuclear weapons"], "welcome")
        assert read_outcome(log_outcome(outcome)) == outcome
    assert outcome_json(refusal)["label"] is None


INWARD = {
    Document: {"sentences", "tables", "contexts"},
    Hit: {"copies"},
    Page: {"recognised"},
    Part: {"highlights"},
    Passage: {"document_sha256", "sentences", "contexts", "context"},
    Provenance: {"raw", "tokens_in", "tokens_out"},
    Withheld: {"contradicted"},
}
"""What is known inside and not said outside."""


@pytest.mark.parametrize(
    ("shape", "value", "under"),
    [
        (contract.ExcerptShape, Excerpt, ()),
        (contract.CitationShape, Citation, ()),
        (contract.ClaimShape, Claim, ()),
        (contract.WithheldShape, Withheld, ()),
        (contract.PartShape, Part, ()),
        (contract.TimingsShape, Timings, ()),
        (contract.AnswerShape, Answer, ()),
        (contract.AnswerShape, Refusal, ()),
        (contract.AnswerShape, Provenance, ("provenance",)),
        (contract.AnswerShape, Guidance, ("guidance",)),
        (contract.PassageShape, Passage, ()),
        (contract.HitShape, Hit, ()),
        (contract.OriginShape, Origin, ()),
        (contract.EntryShape, DocumentEntry, ()),
        (contract.SectionShape, Section, ()),
        (contract.PageShape, Page, ()),
        (contract.DocumentShape, Document, ()),
    ],
)
def test_whatever_is_added_to_a_type_is_said_outside_or_kept_inside_on_purpose(
    shape: type[contract.Shape], value: type, under: tuple[str, ...]
) -> None:
    paths = [
        tuple(field.validation_alias.path) if isinstance(field.validation_alias, AliasPath) else (name,)
        for name, field in shape.model_fields.items()
    ]
    said = {path[len(under)] for path in paths if path[: len(under)] == under and len(path) > len(under)}
    assert {field.name for field in fields(value)} - said == INWARD.get(value, set())


def test_the_confidence_of_a_recognition_survives_a_log() -> None:
    scanned = replace(CITED, recognised=0.91, spans=(Excerpt("a.txt", Span(0, 4), "Acts", (), 1, 0.87),))
    assert citation_json(scanned)["recognised"] == 0.91
    assert read_outcome(log_outcome(answer(0.9, scanned))) == answer(0.9, scanned)
    assert "recognised" not in citation_json(CITED)
    assert "spans" not in citation_json(CITED)
