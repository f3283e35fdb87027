"""From a question to an outcome, over a built index: the fake embedder, a scripted model, a gate that the tests set."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.answering.backends.backend import Backend, Message, TextChunk, Usage
from rag.answering.engine import Engine
from rag.answering.gate import GATING, Gate
from rag.answering.logistic import Logistic
from rag.contract import outcome_json
from rag.errors import BackendBusy, BackendError, IndexMissing, NotFound, QuestionError
from rag.indexing.build import build
from rag.indexing.live import LiveIndex
from rag.knowledge_base import KnowledgeBase
from rag.settings import Settings
from rag.types import Answer, CitationReady, ClaimReady, Delta, Finished, Refusal, Started, Turn
from tests.fake_embedder import FakeEmbedder

HARBOUR = "The harbour opens at six in the morning. The lighthouse was built in 1911 by Ada Varga. "
HARBOUR += "It stands on a rock."
FERRY = "The ferry leaves on Mondays. Dogs travel free of charge on the ferry."
EMBEDDER = FakeEmbedder()


@dataclass
class ScriptedModel:
    """Says what it is told to, in small chunks, or fails as it is told to."""

    replies: list[str | BackendError]
    name: str = "openai:scripted"
    model: str = "scripted"
    asked: list[Sequence[Message]] = field(default_factory=list)

    def stream(
        self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[TextChunk | Usage]:
        self.asked.append(messages)
        reply = self.replies.pop(0)
        if isinstance(reply, BackendError):
            raise reply
        for at in range(0, len(reply), 7):
            if cancelled():
                return
            yield TextChunk(reply[at : at + 7])
        yield Usage(tokens_in=100, tokens_out=10)

    def close(self) -> None: ...


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    kb = KnowledgeBase(tmp_path_factory.mktemp("kb"))
    kb.sources.mkdir()
    (kb.sources / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    (kb.sources / "ferry.txt").write_text(FERRY, encoding="utf-8")
    kb.questions.mkdir()
    rows = [{"id": "1", "question": "When does the ferry leave?", "answerable": True, "kind": "fact"}]
    (kb.questions / "own.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    # Open where at least half of the question's rarity stands in one sentence.
    model = Logistic(GATING, (0.0,) * len(GATING), (1.0,) * len(GATING), tuple(20.0 * (n == "shared") for n in GATING), -10.0)
    kb.gate.write_text(json.dumps(Gate(model, 0.5, EMBEDDER.identity.fingerprint).to_json()), encoding="utf-8")
    build(kb, Settings(), EMBEDDER)
    return kb


def engine(kb: KnowledgeBase, backend: Backend | None = None) -> Engine:
    settings = Settings(backend=backend.name if backend else "extractive")
    return Engine(kb, settings, LiveIndex(kb, EMBEDDER.identity, settings), EMBEDDER, backend=backend)


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
    assert [type(e) for e in events] == [Started, CitationReady, ClaimReady, Delta, Finished]
    last = events[-1]
    assert isinstance(last, Finished)
    assert "".join(e.text for e in events if isinstance(e, Delta)) == last.outcome.text
    assert isinstance(events[0], Started) and events[0].id == last.outcome.id


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


def test_examples_are_the_knowledge_bases_own_questions(built: KnowledgeBase) -> None:
    assert engine(built).examples() == ("When does the ferry leave?",)


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


def test_a_false_sentence_is_withheld_and_the_true_one_shown(built: KnowledgeBase) -> None:
    reply = "The lighthouse was built in 1911 by Ada Varga [1]. The lighthouse was built in 1920 by Bruno Kiss [1]."
    outcome = engine(built, ScriptedModel([reply])).ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer)
    assert "1920" not in outcome.text and "Kiss" not in outcome.text
    assert [w.text for w in outcome.withheld] == ["The lighthouse was built in 1920 by Bruno Kiss."]
    assert outcome.withheld[0].reason


def test_a_true_sentence_about_something_else_is_withheld_beside_one_that_answers(built: KnowledgeBase) -> None:
    reply = (
        "The ferry leaves on Mondays [2]. Ada Varga built the lighthouse in 1911 [1]. The ferry leaves on Mondays and Fridays."
    )
    outcome = engine(built, ScriptedModel([reply])).ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer)
    assert outcome.text == "Ada Varga built the lighthouse in 1911. [1]"
    assert "The ferry leaves on Mondays." in [w.text for w in outcome.withheld]


def test_a_true_sentence_that_is_all_a_model_wrote_is_shown(built: KnowledgeBase) -> None:
    outcome = engine(built, ScriptedModel(["The ferry leaves on Mondays [2]."])).ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer)
    assert (outcome.provenance.backend, outcome.text) == ("openai:scripted", "The ferry leaves on Mondays. [1]")


def test_if_nothing_survives_the_answer_is_a_refusal(built: KnowledgeBase) -> None:
    outcome = engine(built, ScriptedModel(["It was built by Bruno Kiss in 1850 [1]."])).ask("Who built the lighthouse?")
    assert isinstance(outcome, Refusal)
    assert len(outcome.withheld) == 1
    assert "Kiss" not in outcome.text


def test_a_model_that_fails_leaves_the_documents_own_words_and_a_notice(built: KnowledgeBase) -> None:
    failing = ScriptedModel([BackendBusy("The model's server is busy.", remedy="Try again.")])
    outcome = engine(built, failing).ask("Who built the lighthouse?", lang="en")
    assert isinstance(outcome, Answer)
    assert outcome.provenance.backend == "extractive"
    assert outcome.notice is not None and "server is busy" in outcome.notice
    assert outcome.text == "The lighthouse was built in 1911 by Ada Varga. [1]"


def test_a_model_that_says_not_found_is_one_vote_only(built: KnowledgeBase) -> None:
    outcome = engine(built, ScriptedModel(["NOT FOUND"])).ask("Who built the lighthouse?")
    assert isinstance(outcome, Answer), "an unmeasured model does not overrule a gate that is sure"
    assert outcome.notice is not None
    refused = engine(built, ScriptedModel(["NOT FOUND"])).ask("Which volcano erupted in Iceland?")
    assert isinstance(refused, Refusal)


def test_a_model_cannot_open_a_gate_that_is_shut(built: KnowledgeBase) -> None:
    outcome = engine(built, ScriptedModel(["The ferry leaves on Mondays [1]."])).ask("Which volcano erupted in Iceland?")
    assert isinstance(outcome, Refusal)
    assert [w.text for w in outcome.withheld] == ["The ferry leaves on Mondays."]


def test_sentences_that_only_could_not_be_proved_leave_the_documents_own_words(built: KnowledgeBase) -> None:
    outcome = engine(built, ScriptedModel(["Ada Varga was built in 1911 by the lighthouse [1]."])).ask(
        "Who built the lighthouse?"
    )
    assert len(outcome.withheld) == 1
    assert not outcome.withheld[0].contradicted, outcome.withheld[0].reason
    assert isinstance(outcome, Answer)
    assert outcome.provenance.backend == "extractive"
    assert outcome.text == "The lighthouse was built in 1911 by Ada Varga. [1]"
    assert outcome.notice is not None
