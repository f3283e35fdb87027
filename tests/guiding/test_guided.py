"""From a question to an outcome that helps on: parts, refusals, greetings, outlines and suggestions, over a built index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.answering.reading.answerability import Gate
from rag.answering.reading.paragraphs import FIGURES
from rag.errors import SettingsError
from rag.events import CitationReady, ClaimReady, Delta, Finished, Started
from rag.guiding.engine import GuidedEngine
from rag.guiding.indexing import index as brought_up_to_date
from rag.index.generation import open_current
from rag.index.live import LiveIndex
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.llm.backend import Backend
from rag.localization.catalogue import speak
from rag.models.logistic import Logistic
from rag.settings import Settings
from rag.types import Answer, Filter, Outcome, Refusal, Span, Turn
from tests.fake_embedder import FakeEmbedder
from tests.fake_model import ScriptedModel
from tests.fake_reader import FakeReader

HARBOUR = """# Harbour rules

## Opening

The harbour opens at six in the morning. Ships enter from the north.

## Lighthouse

The lighthouse was built in 1911 by Ada Varga. The harbour master has three keys.

## Fees

The mooring fee was fixed in Lisbon on May 4, 2020. The mooring fee is paid in cash.
"""
FERRY = "The ferry leaves on Mondays. Dogs travel free of charge on the ferry."
EMBEDDER, READER = FakeEmbedder(), FakeReader()


def folder(root: Path) -> KnowledgeBase:
    kb = KnowledgeBase(root)
    kb.sources.mkdir(parents=True)
    (kb.sources / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    (kb.sources / "ferry.txt").write_text(FERRY, encoding="utf-8")
    kb.questions.mkdir()
    rows = [
        {"id": "1", "question": "When does the ferry leave?", "answerable": True, "kind": "fact"},
        {"id": "2", "question": "Which volcano erupted in Iceland?", "answerable": True, "kind": "fact"},
    ]
    (kb.questions / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (kb.questions / "examples.toml").write_text('az = ["Where do dogs travel free?"]\n', encoding="utf-8")
    # Open where at least half of the question's rarity stands in the best passage.
    weights = tuple(20.0 * (name == "shared") for name in FIGURES)
    model = Logistic(FIGURES, (0.0,) * len(FIGURES), (1.0,) * len(FIGURES), weights, -10.0)
    gate = Gate(model, 0.5, f"{EMBEDDER.identity.fingerprint}+{READER.fingerprint}")
    kb.gate.write_text(json.dumps(gate.to_json()), encoding="utf-8")
    return kb


def index(kb: KnowledgeBase) -> bool:
    return brought_up_to_date(kb, Settings(), EMBEDDER, READER).published


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    kb = folder(tmp_path_factory.mktemp("guided") / "kb")
    assert index(kb)
    return kb


def engine(kb: KnowledgeBase, backend: Backend | None = None) -> GuidedEngine:
    settings = Settings(backend=backend.name if backend else "extractive")
    return GuidedEngine(kb, settings, LiveIndex(kb, EMBEDDER.identity, settings), EMBEDDER, READER, backend=backend)


def whole(kb: KnowledgeBase, outcome: Outcome) -> None:
    """What is always true of an answer: exact quotes, known citations, text that joins from the claims."""
    assert isinstance(outcome, Answer)
    assert [c.id for c in outcome.citations] == [*range(1, len(outcome.citations) + 1)]
    for citation in outcome.citations:
        assert citation.span.of(engine(kb).document(citation.document).text) == citation.quote
        assert all(citation.span.contains(h) for h in citation.highlights)
    assert {n for claim in outcome.claims for n in claim.citations} == {c.id for c in outcome.citations}
    assert outcome.text == " ".join(c.text + " " + "".join(f"[{n}]" for n in c.citations) for c in outcome.claims)


def test_parts_are_answered_in_their_order_and_what_is_not_in_the_documents_is_named(built: KnowledgeBase) -> None:
    outcome = engine(built).ask("When does the ferry leave, what is the volcano in Iceland, and who built the lighthouse?")
    assert isinstance(outcome, Answer)
    whole(built, outcome)
    assert [(p.text, p.status, p.claims) for p in outcome.parts] == [
        ("When does the ferry leave?", "answered", (0,)),
        ("What is the volcano in Iceland?", "refused", ()),
        ("Who built the lighthouse?", "answered", (1,)),
    ]
    assert outcome.parts[1].not_mentioned == ("volcano in Iceland",)
    assert outcome.notice == "The documents do not answer: “What is the volcano in Iceland?”"
    assert [c.text for c in outcome.claims] == [
        "The ferry leaves on Mondays.",
        "The lighthouse was built in 1911 by Ada Varga.",
    ]


def test_one_sentence_that_answers_two_parts_is_shown_and_cited_once(built: KnowledgeBase) -> None:
    outcome = engine(built).ask("Who built the lighthouse, and when was the lighthouse built?")
    assert isinstance(outcome, Answer)
    whole(built, outcome)
    assert [p.claims for p in outcome.parts] == [(0,), (0,)]
    assert (len(outcome.claims), len(outcome.citations)) == (1, 1)
    told = outcome.citations[0].highlights
    assert all(part.highlights for part in outcome.parts), "each part has the words that answer it, apart from the other's"
    marked = {(1, a) for part in outcome.parts for _, *at in part.highlights for a in range(*at)}
    assert marked == {(1, a) for span in told for a in range(span.start, span.end)}


class LocalReader(FakeReader):
    """Knows English alone."""

    def knows(self, text: str) -> bool:
        return text.isascii()


def test_a_refusal_in_a_language_that_the_models_do_not_know_says_so_and_nothing_of_the_documents(built: KnowledgeBase) -> None:
    settings = Settings()
    local = GuidedEngine(built, settings, LiveIndex(built, EMBEDDER.identity, settings), EMBEDDER, LocalReader())
    refused = local.ask("Mayakı kim tikib və nə vaxt?", lang="az")
    assert isinstance(refused, Refusal)
    assert refused.notice == speak("az")("guide.strange", language="ingilis")
    assert refused.guidance.not_mentioned == ()
    assert local.ask("Which volcano erupted in Iceland?", lang="az").notice is None


def test_the_events_of_parts_join_to_the_answer(built: KnowledgeBase) -> None:
    events = [*engine(built).stream("When does the ferry leave and who built the lighthouse?")]
    kinds = [Started, CitationReady, ClaimReady, Delta, CitationReady, ClaimReady, Delta, Finished]
    assert [type(event) for event in events] == kinds
    last = events[-1]
    assert isinstance(last, Finished) and isinstance(events[0], Started) and events[0].id == last.outcome.id
    assert "".join(e.text for e in events if isinstance(e, Delta)) == last.outcome.text
    assert [e.citation for e in events if isinstance(e, CitationReady)] == [*getattr(last.outcome, "citations", ())]


def test_of_six_parts_four_are_asked_and_the_others_named(built: KnowledgeBase) -> None:
    asked = "Who built the lighthouse? When does the ferry leave? Who pays the mooring fee? Which ships enter? Why? Where?"
    outcome = engine(built).ask(asked)
    assert [p.status for p in outcome.parts][4:] == ["not_asked", "not_asked"]
    assert outcome.notice is not None and "At most 4 questions" in outcome.notice


def test_where_no_part_has_an_answer_the_refusal_names_each(built: KnowledgeBase) -> None:
    outcome = engine(built).ask("Which volcano erupted in Iceland and how many sheep did it bury?")
    assert isinstance(outcome, Refusal)
    assert [p.status for p in outcome.parts] == ["refused", "refused"]
    assert outcome.parts[1].not_mentioned == ("sheep",)


def test_a_single_question_is_answered_as_the_engine_below_answers_it(built: KnowledgeBase) -> None:
    outcome = engine(built).ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer)
    assert (outcome.parts, outcome.label, outcome.guidance.card) == ((), "direct", None)


def test_a_cancelled_question_of_several_parts_ends_without_an_outcome(built: KnowledgeBase) -> None:
    events = [*engine(built).stream("When does the ferry leave and who built the lighthouse?", cancelled=lambda: True)]
    assert [type(e) for e in events] == [Started]


def test_what_a_model_leaves_open_is_answered_from_the_documents(built: KnowledgeBase) -> None:
    model = ScriptedModel(["Ada Varga built the lighthouse in 1911 [1]."])
    outcome = engine(built, model).ask("Who built the lighthouse and when does the ferry leave?")
    assert isinstance(outcome, Answer)
    whole(built, outcome)
    assert len(model.asked) == 1, "the model is asked once, for all of it"
    assert [c.text for c in outcome.claims] == ["Ada Varga built the lighthouse in 1911.", "The ferry leaves on Mondays."]
    assert [p.claims for p in outcome.parts] == [(0,), (1,)]


def test_what_a_model_answers_is_not_answered_again(built: KnowledgeBase) -> None:
    model = ScriptedModel(["Ada Varga built the lighthouse in 1911 [1]. The ferry leaves on Mondays [2]."])
    outcome = engine(built, model).ask("Who built the lighthouse and when does the ferry leave?")
    assert isinstance(outcome, Answer)
    whole(built, outcome)
    assert [p.claims for p in outcome.parts] == [(0,), (1,)]
    assert len(outcome.claims) == 2


def test_a_model_that_finds_nothing_leaves_all_parts_to_the_documents(built: KnowledgeBase) -> None:
    model = ScriptedModel(["NOT FOUND"])
    events = [*engine(built, model).stream("Which volcano erupted in Iceland and when does the ferry leave?")]
    last = events[-1]
    assert isinstance(last, Finished)
    outcome = last.outcome
    assert isinstance(outcome, Answer)
    whole(built, outcome)
    assert "".join(e.text for e in events if isinstance(e, Delta)) == outcome.text
    assert [p.status for p in outcome.parts] == ["refused", "answered"]
    assert outcome.provenance.backend == "extractive"


def test_a_refusal_names_what_is_never_mentioned_what_is_covered_and_two_questions_with_answers(built: KnowledgeBase) -> None:
    found = engine(built)
    outcome = found.ask("Which nuclear weapons does the island have?")
    assert isinstance(outcome, Refusal)
    guidance = outcome.guidance
    assert guidance.not_mentioned == ("nuclear weapons", "island")
    assert {"Harbour rules", "Lighthouse", "Opening"} < {*guidance.topics}
    assert len(guidance.topics) <= 12
    assert len(guidance.suggestions) == 2
    assert all(isinstance(found.ask(question), Answer) for question in guidance.suggestions)


def test_the_nearest_sentence_of_a_refusal_has_the_shared_words_marked(built: KnowledgeBase) -> None:
    outcome = engine(built).ask("Which volcano or glacier is near the ferry?")
    assert isinstance(outcome, Refusal)
    (near,) = (c for c in outcome.related if c.document == "ferry.txt")
    assert near.quote in ("The ferry leaves on Mondays.", "Dogs travel free of charge on the ferry.")
    text = engine(built).document("ferry.txt").text
    assert near.span.of(text) == near.quote
    assert [h.of(text) for h in near.highlights] == ["ferry"]


def test_what_was_asked_is_not_suggested_and_what_stands_beside_the_cited_is(built: KnowledgeBase) -> None:
    found = engine(built)
    outcome = found.ask("When was the lighthouse built?", history=[Turn("user", "Where was the mooring fee fixed?")])
    assert isinstance(outcome, Answer)
    text = found.document("harbour.md").text
    guide = {q.text: q for q in found._current().generation.guide.questions}
    assert 1 <= len(outcome.guidance.suggestions) <= 2
    for suggestion in outcome.guidance.suggestions:
        question = guide[suggestion]
        assert question.document == "harbour.md"
        assert question.span.of(text) not in {c.quote for c in outcome.citations}
        assert suggestion not in ("When was the lighthouse built?", "Where was the mooring fee fixed?")


def test_suggestions_keep_to_the_documents_that_are_asked(built: KnowledgeBase) -> None:
    outcome = engine(built).ask("Which volcano erupted?", filter=Filter(documents=("ferry.txt",)))
    assert outcome.guidance.suggestions == ("When does the ferry leave?",)


@pytest.mark.parametrize(
    ("said", "lang", "begins"), [("Hello!", "en", "Hello!"), ("?", "az", "Bu sənədlər"), ("спасибо", "ru", "Пожа")]
)
def test_a_greeting_gets_a_card_in_the_language_of_the_interface(
    built: KnowledgeBase, said: str, lang: str, begins: str
) -> None:
    events = [*engine(built).stream(said, lang=lang)]
    last = events[-1]
    assert isinstance(last, Finished) and isinstance(last.outcome, Refusal)
    outcome = last.outcome
    assert (outcome.guidance.card, outcome.related, outcome.confidence) == ("welcome", (), 0.0)
    assert outcome.text.startswith(begins) and outcome.guidance.topics and outcome.guidance.suggestions
    assert "".join(e.text for e in events if isinstance(e, Delta)) == outcome.text


def test_a_document_in_short_is_its_headings_with_the_first_sentence_of_each_section(built: KnowledgeBase) -> None:
    outcome = engine(built).ask("What are the harbour rules about?")
    assert isinstance(outcome, Answer)
    assert outcome.guidance.card == "outline"
    assert [c.text for c in outcome.claims] == [
        "Opening: The harbour opens at six in the morning.",
        "Lighthouse: The lighthouse was built in 1911 by Ada Varga.",
        "Fees: The mooring fee was fixed in Lisbon on May 4, 2020.",
    ]
    text = engine(built).document("harbour.md").text
    assert [c.span.of(text) for c in outcome.citations] == [c.quote for c in outcome.citations]
    assert outcome.citations[1].quote == "The lighthouse was built in 1911 by Ada Varga."


def test_of_several_documents_each_is_told_by_its_first_sentence(built: KnowledgeBase) -> None:
    outcome = engine(built).ask("Summarise")
    assert isinstance(outcome, Answer)
    assert [c.document for c in outcome.citations] == ["ferry.txt", "harbour.md"]
    one = engine(built).ask("Summarise", filter=Filter(documents=("ferry.txt",)))
    assert isinstance(one, Answer) and [c.quote for c in one.citations] == ["The ferry leaves on Mondays."]


def test_examples_are_answerable_and_those_given_for_a_language_come_first_in_it(built: KnowledgeBase) -> None:
    found = engine(built)
    english, azerbaijani = found.examples(), found.examples("az")
    assert azerbaijani[0] == "Where do dogs travel free?"
    assert "Where do dogs travel free?" not in english
    assert english[0] == "When does the ferry leave?"
    assert "Which volcano erupted in Iceland?" not in english, "a question file may be wrong: the engine refuses this one"
    assert len(english) == 4
    assert all(isinstance(found.ask(question), Answer) for question in english)


def test_each_made_question_is_answered_from_the_sentence_it_was_made_of(built: KnowledgeBase) -> None:
    found = engine(built)
    guide = found._current().generation.guide
    made = [q for q in guide.questions if q.document == "harbour.md"]
    assert {q.text for q in made} >= {"When was the lighthouse built?", "Where was the mooring fee fixed?"}
    for question in made:
        outcome = found.ask(question.text)
        assert isinstance(outcome, Answer) and outcome.label == "direct"
        assert any(c.span.overlaps(question.span) for c in outcome.citations)


def test_a_guide_is_made_again_only_when_something_that_decides_it_has_changed(tmp_path: Path) -> None:
    kb = folder(tmp_path / "kb")
    assert index(kb)
    assert not index(kb)
    first = open_current(kb, None, Settings()).guide
    (kb.questions / "examples.toml").write_text('tr = ["Who built the lighthouse?"]\n', encoding="utf-8")
    assert index(kb)
    second = open_current(kb, None, Settings()).guide
    assert [q.text for q in second.questions if q.lang] == ["Who built the lighthouse?"]
    assert first.topics == second.topics
    (kb.questions / "examples.toml").write_text("tr = 7\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="list of questions"):
        index(kb)


def test_an_index_without_a_guide_names_its_documents(tmp_path: Path) -> None:
    kb = folder(tmp_path / "kb")
    build(kb, Settings(), EMBEDDER)
    found = engine(kb)
    assert found.examples("tr")[1] == "“Harbour rules” ne hakkında?"
    outcome = found.ask("Which volcano erupted in Iceland?")
    assert (outcome.guidance.topics, outcome.guidance.suggestions) == ((), ())
    assert isinstance(found.ask(found.examples("tr")[1]), Answer), "and that question is answered with an outline"


def test_a_span_of_a_guide_survives_its_file(built: KnowledgeBase) -> None:
    guide = open_current(built, None, Settings()).guide
    assert type(guide).from_bytes(guide.to_bytes()) == guide
    assert all(isinstance(q.span, Span) for q in guide.questions)
