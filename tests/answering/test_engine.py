"""From a question to an outcome, over a built index: fake embedder and reader, a scripted model, a set gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.answering.engine import Engine
from rag.answering.reading.answerability import Gate
from rag.answering.reading.paragraphs import FIGURES
from rag.contract import outcome_json
from rag.errors import (
    BackendBusy,
    BackendError,
    BackendFailed,
    ContextTooLong,
    IndexMismatch,
    IndexMissing,
    NotFound,
    QuestionError,
)
from rag.events import Checking, CitationReady, ClaimReady, Delta, Finished, PassagesFound, Started
from rag.index.live import LiveIndex
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.llm.backend import Backend
from rag.models.logistic import Logistic
from rag.models.reader import Reader
from rag.settings import Settings
from rag.types import Answer, Outcome, Refusal, Turn
from tests.fake_embedder import FakeEmbedder
from tests.fake_model import ScriptedModel
from tests.fake_reader import FakeReader

HARBOUR = "The harbour opens at six in the morning. The lighthouse was built in 1911 by Ada Varga. "
HARBOUR += "It stands on a rock."
FERRY = "The ferry leaves on Mondays. Dogs travel free of charge on the ferry."
EMBEDDER, READER = FakeEmbedder(), FakeReader()
QUESTION = "Who built the lighthouse?"
OWN_SENTENCE = "The lighthouse was built in 1911 by Ada Varga."


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    kb = KnowledgeBase(tmp_path_factory.mktemp("kb"))
    kb.sources.mkdir()
    (kb.sources / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    (kb.sources / "ferry.txt").write_text(FERRY, encoding="utf-8")
    # Open where at least half of the question's rarity stands in the best passage.
    model = Logistic(
        FIGURES, (0.0,) * len(FIGURES), (1.0,) * len(FIGURES), tuple(20.0 * (n == "shared") for n in FIGURES), -10.0
    )
    fingerprint = f"{EMBEDDER.identity.fingerprint}+{READER.fingerprint}"
    kb.gate.write_text(json.dumps(Gate(model, 0.5, fingerprint).to_json()), encoding="utf-8")
    build(kb, Settings(), EMBEDDER)
    return kb


def engine(kb: KnowledgeBase, backend: Backend | None = None, reader: Reader = READER) -> Engine:
    settings = Settings(backend=backend.name if backend else "extractive")
    return Engine(kb, settings, LiveIndex(kb, EMBEDDER.identity, settings), EMBEDDER, reader, backend=backend)


def said(kb: KnowledgeBase, *replies: str | BackendError | tuple[str, BackendError], question: str = QUESTION) -> Outcome:
    """What comes of a question to which the model says this."""
    return engine(kb, ScriptedModel([*replies])).ask(question)


def test_an_answer_is_the_documents_own_sentence_and_its_quote_is_exact(built: KnowledgeBase) -> None:
    found = engine(built)
    outcome = found.ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer)
    assert outcome.text == "The lighthouse was built in 1911 by Ada Varga. [1]"
    (citation,) = outcome.citations
    assert citation.document == "harbour.txt"
    assert citation.span.of(found.document("harbour.txt").text) == citation.quote
    assert citation.document_sha256 == found.document("harbour.txt").sha256
    assert outcome.claims[0].citations == (1,)
    assert [span.of(found.document("harbour.txt").text) for span in citation.highlights] == ["1911 by Ada Varga"]
    assert outcome.provenance.timings.verify == 0.0
    assert outcome.provenance.index == found.index
    assert outcome.provenance.backend == "extractive"


def test_what_no_document_says_is_refused_in_the_readers_language_without_citations(built: KnowledgeBase) -> None:
    outcome = engine(built).ask("Which volcano erupted in Iceland?", lang="tr")
    assert isinstance(outcome, Refusal)
    assert outcome.text == "Belgelerde bu sorunun yanıtı yok."
    made = outcome_json(outcome)
    assert (made["status"], made["claims"], made["citations"]) == ("refused", [], [])
    assert 1 <= len(made["related"]) <= 3
    for related in made["related"]:
        assert engine(built).document(related["document"]).text[related["start"] : related["end"]] == related["quote"]


def test_the_events_join_to_the_answer_in_their_order(built: KnowledgeBase) -> None:
    events = [*engine(built).stream("Who built the lighthouse?")]
    assert [type(e) for e in events] == [Started, PassagesFound, CitationReady, ClaimReady, Delta, Finished]
    last = events[-1]
    assert isinstance(last, Finished)
    assert "".join(e.text for e in events if isinstance(e, Delta)) == last.outcome.text
    assert isinstance(events[0], Started) and events[0].id == last.outcome.id
    read = [p.id for e in events if isinstance(e, PassagesFound) for p in e.passages]
    assert read == [hit.passage.id for hit in engine(built).search("Who built the lighthouse?", 5)]


def test_a_follow_up_is_made_whole_and_says_how_it_was_understood(built: KnowledgeBase) -> None:
    history = [Turn("user", "When was the lighthouse built?"), Turn("assistant", "In 1911 [1].")]
    outcome = engine(built).ask("And by whom?", history=history)
    assert outcome.standalone_question == "By whom was the lighthouse built?"
    assert isinstance(outcome, Answer)
    assert outcome.question == "And by whom?"


def test_a_bad_question_and_an_unknown_document_are_errors_with_a_remedy(built: KnowledgeBase) -> None:
    with pytest.raises(QuestionError, match="empty"):
        engine(built).ask("  ")
    with pytest.raises(NotFound):
        engine(built).document("nothing.txt")


def test_a_knowledge_base_without_an_index_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="charterqa index"):
        engine(KnowledgeBase(tmp_path))


def test_a_cancelled_question_ends_without_an_outcome(built: KnowledgeBase) -> None:
    events = [*engine(built).stream("Who built the lighthouse?", cancelled=lambda: True)]
    assert [type(e) for e in events] == [Started]


def test_a_new_generation_is_picked_up_and_named_by_the_next_answer(built: KnowledgeBase, tmp_path: Path) -> None:
    kb = KnowledgeBase(tmp_path / "kb")
    kb.sources.mkdir(parents=True)
    (kb.sources / "ferry.txt").write_text(FERRY, encoding="utf-8")
    kb.gate.write_bytes(built.gate.read_bytes())
    build(kb, Settings(), EMBEDDER)
    found = engine(kb)
    before = found.index
    assert isinstance(found.ask("Who built the lighthouse?"), Refusal)
    (kb.sources / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    build(kb, Settings(), EMBEDDER)
    outcome = found.ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer)
    assert outcome.provenance.index == found.index != before


def test_a_true_reply_is_shown_as_the_model_wrote_it_and_named_as_its_own(built: KnowledgeBase) -> None:
    outcome = engine(built, ScriptedModel(["Ada Varga built the lighthouse in 1911 [1]."])).ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer)
    assert outcome.text == "Ada Varga built the lighthouse in 1911. [1]"
    assert outcome.citations[0].quote == "The lighthouse was built in 1911 by Ada Varga."
    assert (outcome.provenance.backend, outcome.provenance.model) == ("openai:scripted", "scripted")
    assert outcome.provenance.prompt is not None and outcome.provenance.prompt.startswith("answer@")
    assert outcome.provenance.raw == "Ada Varga built the lighthouse in 1911 [1]."
    assert (outcome.provenance.tokens_in, outcome.provenance.tokens_out) == (100, 10)


def test_each_sentence_of_a_model_is_announced_by_its_number_before_it_is_judged(built: KnowledgeBase) -> None:
    reply = "The lighthouse was built in 1920 by Bruno Kiss [1]. Ada Varga built the lighthouse in 1911 [1]."
    events = [*engine(built, ScriptedModel([reply])).stream("Who built the lighthouse?")]
    assert [type(e) for e in events[:3]] == [Started, PassagesFound, Checking]
    assert [e.number for e in events if isinstance(e, Checking)] == [1, 2]


def test_a_false_sentence_is_withheld_and_the_true_one_shown(built: KnowledgeBase) -> None:
    reply = "The lighthouse was built in 1911 by Ada Varga [1]. The lighthouse was built in 1920 by Bruno Kiss [1]."
    outcome = engine(built, ScriptedModel([reply])).ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer)
    assert "1920" not in outcome.text and "Kiss" not in outcome.text
    assert [w.text for w in outcome.withheld] == ["The lighthouse was built in 1920 by Bruno Kiss."]
    assert outcome.withheld[0].reason == "No source has “Bruno”."
    told = engine(built, ScriptedModel([reply])).ask("Who built the lighthouse?", lang="az")
    assert [w.reason for w in told.withheld] == ["Heç bir mənbədə “Bruno” yoxdur."]


def test_a_true_sentence_about_something_else_is_withheld_beside_one_that_answers(built: KnowledgeBase) -> None:
    reply = (
        "The ferry leaves on Mondays [2]. Ada Varga built the lighthouse in 1911 [1]. The ferry leaves on Mondays and Fridays."
    )
    outcome = engine(built, ScriptedModel([reply])).ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer)
    assert outcome.text == "Ada Varga built the lighthouse in 1911. [1]"
    assert "The ferry leaves on Mondays." in [w.text for w in outcome.withheld]


def test_the_readers_fingerprint_is_part_of_what_a_stored_gate_was_fitted_on(built: KnowledgeBase) -> None:
    other = engine(built, reader=FakeReader(name="other"))
    assert other.fingerprint != engine(built).fingerprint
    with pytest.raises(IndexMismatch, match="another reader"):
        other.ask(QUESTION)


def test_a_question_reads_with_its_figures(built: KnowledgeBase) -> None:
    reading = engine(built).read(QUESTION)
    assert reading.figures is not None and reading.figures.shared == pytest.approx(1.0)
    assert reading.candidates[0].text == OWN_SENTENCE


def test_the_time_of_the_proofs_is_told(built: KnowledgeBase) -> None:
    timings = said(built, "Ada Varga built the lighthouse in 1911 [1].").provenance.timings
    assert 0 < timings.verify <= timings.total
    assert timings.retrieve + timings.generate + timings.verify <= timings.total + 1e-6


def test_a_true_sentence_about_something_else_does_not_take_the_place_of_the_answer(built: KnowledgeBase) -> None:
    outcome = said(built, "The ferry leaves on Mondays [2].")
    assert isinstance(outcome, Answer)
    assert (outcome.provenance.backend, outcome.text) == ("extractive", f"{OWN_SENTENCE} [1]")
    assert [w.text for w in outcome.withheld] == ["The ferry leaves on Mondays."]
    assert outcome.notice is not None


def test_a_sentence_that_is_not_proved_is_replaced_by_the_documents_own_that_it_points_to(built: KnowledgeBase) -> None:
    outcome = said(built, "The lighthouse was built in 1850 by Bruno Kiss [1].")
    assert isinstance(outcome, Answer)
    assert outcome.text == f"{OWN_SENTENCE} [1]"
    assert outcome.claims[0].support == 1.0
    assert outcome.provenance.backend == "openai:scripted"
    assert [w.text for w in outcome.withheld] == ["The lighthouse was built in 1850 by Bruno Kiss."]


def test_the_documents_own_sentence_is_shown_once_however_often_a_model_garbles_it(built: KnowledgeBase) -> None:
    reply = "The lighthouse was built in 1850 by Ada Varga [1]. The lighthouse was built in 1911 by Bruno Kiss [1]."
    outcome = said(built, reply)
    assert isinstance(outcome, Answer)
    assert outcome.text == f"{OWN_SENTENCE} [1]"
    assert len(outcome.withheld) == 2


def test_a_list_is_shown_with_its_lead_once(built: KnowledgeBase) -> None:
    reply = "The lighthouse was built:\n- in 1911 [1]\n- by Ada Varga [1]"
    outcome = said(built, reply)
    assert isinstance(outcome, Answer)
    assert outcome.text == "The lighthouse was built: in 1911 [1] by Ada Varga [1]"


LOWERING = {
    "a lie": ["The lighthouse was built in 1850 by Bruno Kiss [1]."],
    "a lie about something else": ["Whales sing at night [1]."],
    "a truth about something else": ["The ferry leaves on Mondays [2]."],
    "not found": ["NOT FOUND"],
    "not found and a lie": ["The passages do not mention it. Whales sing at night [1]."],
    "nothing": [""],
    "markers": ["[1][2]"],
    "a bare yes": ["Yes."],
    "an apology": ["I'm sorry, but I can't help with that."],
    "a page": ["<!DOCTYPE html><html><body>Sign in</body></html>"],
    "symbols": ["#*!? " * 300],
    "a thought that never ends": ["<think>It was Bruno Kiss. Was it?"],
    "a busy server": [BackendBusy("The model's server is busy.", remedy="Try again.")],
    "a reply that breaks off": [
        ("Whales sing at night [1]. The light", BackendFailed("The stream broke off.", remedy="Again."))
    ],
    "a window that is always too short": [ContextTooLong("Too long.", remedy="Shorten.")] * 3,
}


@pytest.mark.parametrize("replies", LOWERING.values(), ids=LOWERING.keys())
def test_a_model_never_lowers_what_extraction_answers(built: KnowledgeBase, replies: list[str | BackendError]) -> None:
    extracted, outcome = engine(built).ask(QUESTION), said(built, *replies)
    assert isinstance(extracted, Answer) and isinstance(outcome, Answer)
    assert {c.quote for c in extracted.citations} <= {c.quote for c in outcome.citations}
    for foreign in ("1850", "Kiss", "Whales"):
        assert foreign not in outcome.text


@pytest.mark.parametrize("reply", ["The ferry leaves on Mondays [1].", "NOT FOUND", "Iceland has a volcano [1].", ""])
def test_a_model_cannot_open_a_gate_that_is_shut(built: KnowledgeBase, reply: str) -> None:
    outcome = said(built, reply, question="Which volcano erupted in Iceland?")
    assert isinstance(outcome, Refusal)
    assert outcome.text == "The documents do not answer this question."


def test_a_model_that_fails_leaves_the_documents_own_words_and_a_notice(built: KnowledgeBase) -> None:
    outcome = said(built, BackendBusy("The model's server is busy.", remedy="Try again."))
    assert isinstance(outcome, Answer)
    assert outcome.provenance.backend == "extractive"
    assert outcome.notice is not None and "server is busy" in outcome.notice
    assert outcome.text == f"{OWN_SENTENCE} [1]"


def test_why_a_model_failed_is_said_in_the_readers_language_and_in_english_in_its_servers_words(built: KnowledgeBase) -> None:
    failed = BackendFailed("openai:x answered with HTTP 500: out of memory.", remedy="Again.").said(
        "error.backend_status", status="500"
    )
    told = {
        lang: engine(built, ScriptedModel([failed])).ask(QUESTION, lang=lang).notice or "" for lang in ("en", "az", "ru", "tr")
    }
    assert "(openai:x answered with HTTP 500: out of memory)" in told["en"]
    assert "(dil modelinin serveri HTTP 500 cavabını verdi)" in told["az"]
    assert "(сервер языковой модели ответил HTTP 500)" in told["ru"]
    assert "(dil modelinin sunucusu HTTP 500 yanıtını verdi)" in told["tr"]


def test_what_was_proved_before_a_model_failed_stays_with_a_notice(built: KnowledgeBase) -> None:
    broken = ("Ada Varga built the lighthouse in 1911 [1]. It stands on a", BackendFailed("It broke off.", remedy="Again."))
    outcome = said(built, broken)
    assert isinstance(outcome, Answer)
    assert outcome.text == "Ada Varga built the lighthouse in 1911. [1]"
    assert outcome.notice is not None and "cut off" in outcome.notice


def test_a_model_that_says_not_found_is_one_vote_only(built: KnowledgeBase) -> None:
    outcome = said(built, "NOT FOUND")
    assert isinstance(outcome, Answer), "an unmeasured model does not overrule a gate that is sure"
    assert outcome.notice is not None and "found no answer" in outcome.notice
    assert isinstance(said(built, "NOT FOUND", question="Which volcano erupted in Iceland?"), Refusal)


THOUGHTS = [
    "<think>The lighthouse was built in 1850 by Bruno Kiss. Or not? Let us see.</think>",
    "The lighthouse was built in 1850 by Bruno Kiss. Whales sing at night in summer. So let us see.</think>",
    "[THINK]The lighthouse was built in 1850 by Bruno Kiss.[/THINK]",
    "<|channel|>analysis<|message|>The lighthouse was built in 1850 by Bruno Kiss.<|end|><|start|>assistant"
    "<|channel|>final<|message|>",
]


@pytest.mark.parametrize("thought", THOUGHTS)
def test_a_thought_is_neither_shown_nor_among_what_was_withheld(built: KnowledgeBase, thought: str) -> None:
    model = ScriptedModel([f"{thought}Ada Varga built the lighthouse in 1911 [1]."], size=1000)
    outcome = engine(built, model).ask(QUESTION)
    assert isinstance(outcome, Answer)
    assert "Ada Varga built the lighthouse in 1911." in outcome.text
    assert outcome.withheld == ()
    assert "Kiss" not in outcome.text and "Whales" not in outcome.text
    assert outcome.provenance.raw is not None and "Kiss" in outcome.provenance.raw, "the log keeps what came"


def test_an_orphan_thought_that_came_in_small_chunks_is_not_among_what_was_withheld(built: KnowledgeBase) -> None:
    outcome = said(built, f"{THOUGHTS[1]}Ada Varga built the lighthouse in 1911 [1].")
    assert outcome.withheld == ()
    assert "Kiss" not in outcome.text and "Whales" not in outcome.text


def test_a_context_that_is_too_long_is_asked_again_with_fewer_passages(built: KnowledgeBase) -> None:
    too_long = ContextTooLong("The prompt is too long.", remedy="Shorten it.")
    model = ScriptedModel([too_long, too_long, "Ada Varga built the lighthouse in 1911 [1]."])
    outcome = engine(built, model).ask(QUESTION)
    assert isinstance(outcome, Answer)
    assert [c.quote for c in outcome.citations] == [OWN_SENTENCE], "in whose words depends on what still fitted"
    lengths = [sum(len(message.content) for message in asked) for asked in model.asked]
    assert len(lengths) == 3
    assert lengths[0] > lengths[1] >= lengths[2]


def test_a_true_sentence_in_a_follow_up_is_proved_against_the_question_made_whole(built: KnowledgeBase) -> None:
    history = [Turn("user", "When was the lighthouse built?"), Turn("assistant", "In 1911 [1].")]
    model = ScriptedModel(["Who built the lighthouse?", "Ada Varga built the lighthouse in 1911 [1]."])
    outcome = engine(built, model).ask("And by whom?", history=history)
    assert outcome.standalone_question == "Who built the lighthouse?"
    assert isinstance(outcome, Answer)
    assert outcome.text == "Ada Varga built the lighthouse in 1911. [1]"
