"""``import rag``: one knowledge base opened, indexed, asked and closed from Python, over the real models."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag
from rag.errors import IndexMissing, NotFound, SettingsError

TREATY = """# Harbour Agreement

## Article 1. Opening

The harbour opens at six in the morning. The agreement was signed by Ada Varga on 3 May 2024.

## Article 2. Lighthouse

The lighthouse of Port Ellis was built in 1911. It is 40 metres high.
"""
FERRY = "The ferry to the island leaves on Mondays and Thursdays. Dogs travel free of charge on the ferry.\n"


def write(folder: Path) -> Path:
    """A knowledge base of two documents."""
    sources = folder / "sources"
    sources.mkdir(parents=True)
    (sources / "treaty.md").write_text(TREATY, encoding="utf-8")
    (sources / "ferry.txt").write_text(FERRY, encoding="utf-8")
    (sources / "sources.toml").write_text('["ferry.txt"]\ntags = ["ferries"]\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rag.OpenKnowledgeBase]:
    with rag.open(write(tmp_path_factory.mktemp("api") / "library")) as opened:
        report = opened.index()
        assert (report.documents, report.failures) == (2, ())
        yield opened


@pytest.mark.model
def test_an_answer_quotes_the_document_to_the_character(kb: rag.OpenKnowledgeBase) -> None:
    answer = kb.ask("Who signed the harbour agreement?")
    assert isinstance(answer, rag.Answer)
    cited = answer.citations[0]
    assert "Ada Varga" in cited.quote
    assert kb.document(cited.document).text[cited.span.start : cited.span.end] == cited.quote


@pytest.mark.model
def test_what_the_documents_do_not_say_is_a_refusal(kb: rag.OpenKnowledgeBase) -> None:
    refusal = kb.ask("How many people live on Mars?", lang="tr")
    assert isinstance(refusal, rag.Refusal)
    assert refusal.text != kb.ask("How many people live on Mars?", lang="en").text


@pytest.mark.model
def test_earlier_outcomes_make_a_follow_up_understood(kb: rag.OpenKnowledgeBase) -> None:
    first = kb.ask("When was the lighthouse of Port Ellis built?")
    assert isinstance(first, rag.Answer)
    by_outcome = kb.ask("How high is it?", history=[first])
    by_turns = kb.ask("How high is it?", history=[rag.Turn("user", first.question), rag.Turn("assistant", first.text)])
    assert by_outcome.standalone_question == by_turns.standalone_question != None  # noqa: E711
    assert by_outcome.text == by_turns.text


@pytest.mark.model
def test_a_stream_joins_to_the_answer_and_ends_with_it(kb: rag.OpenKnowledgeBase) -> None:
    events = list(kb.stream("When does the ferry leave?"))
    assert isinstance(events[0], rag.Started) and isinstance(events[-1], rag.Finished)
    outcome = events[-1].outcome
    assert isinstance(outcome, rag.Answer)
    assert "".join(e.text for e in events if isinstance(e, rag.Delta)) == outcome.text
    assert [e.citation for e in events if isinstance(e, rag.CitationReady)] == list(outcome.citations)
    assert [e.claim for e in events if isinstance(e, rag.ClaimReady)] == list(outcome.claims)


@pytest.mark.model
def test_search_finds_k_passages_of_the_documents_asked_for(kb: rag.OpenKnowledgeBase) -> None:
    assert len(kb.search("ferry", k=2)) == 2
    assert {hit.passage.document for hit in kb.search("harbour", documents=["treaty.md"])} == {"treaty.md"}
    assert {hit.passage.document for hit in kb.search("harbour", tags=["ferries"])} == {"ferry.txt"}


@pytest.mark.model
def test_documents_are_listed_without_an_engine(kb: rag.OpenKnowledgeBase) -> None:
    with rag.open(kb.folder) as other:
        assert [entry.id for entry in other.documents()] == ["ferry.txt", "treaty.md"]
        assert other.document("ferry.txt").text.startswith("The ferry")
        with pytest.raises(NotFound):
            other.document("ship.txt")


@pytest.mark.model
def test_a_new_source_answers_after_index_and_a_closed_one_opens_again(kb: rag.OpenKnowledgeBase) -> None:
    assert isinstance(kb.ask("Who paints the boats?"), rag.Refusal)
    (kb.folder / "sources" / "boats.txt").write_text("The boats are painted by Emil Sand in spring.\n", encoding="utf-8")
    report = kb.index()
    assert (report.parsed, report.embedded, report.documents) == (1, 1, 3)
    answer = kb.ask("Who paints the boats?")
    assert isinstance(answer, rag.Answer) and answer.citations[0].document == "boats.txt"
    kb.close()
    assert kb.ask("Who paints the boats?").text == answer.text


@pytest.mark.model
def test_the_first_question_builds_an_index_that_was_never_built_and_says_what_it_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write(tmp_path / "new")
    (folder / "sources" / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    kb = rag.open(str(folder), backend="python:tests.test_api:says_nothing")
    assert not (folder / "built").exists(), "opening writes nothing"
    with pytest.raises(IndexMissing):
        kb.documents()
    with caplog.at_level(logging.INFO, "rag.api"):
        answer = kb.ask("How high is the lighthouse of Port Ellis?")
    assert "40 metres" in answer.text
    assert answer.provenance.model is not None or answer.notice is not None, "the back end by name was asked"
    assert any("broken.pdf" in record.getMessage() for record in caplog.records)


def says_nothing() -> object:
    """A LangChain chat model whose reply is that nothing was found."""
    from langchain_core.language_models import FakeListChatModel

    return FakeListChatModel(responses=["NOT FOUND"])


def test_a_folder_or_setting_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no knowledge base"):
        rag.open(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="no setting 'bakend'"):
        rag.open(write(tmp_path / "kb"), settings={"bakend": "extractive"})
    kb = rag.open(tmp_path / "kb", settings={"retrieval_k": 3, "lang": "az"})
    assert (kb.settings.retrieval.k, kb.settings.lang, kb.settings.backend) == (3, "az", "extractive")
    assert repr(kb) == f"rag.open({str((tmp_path / 'kb').resolve())!r}, backend='extractive')"


def test_every_public_name_is_there_and_importing_the_package_loads_none_of_them() -> None:
    code = "import sys, rag; print([m for m in sys.modules if m.startswith('rag.')], set(rag.__all__) - set(dir(rag)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[] set()"
    assert all(getattr(rag, name) is not None for name in rag.__all__)
    with pytest.raises(AttributeError, match="nonsense"):
        rag.nonsense  # noqa: B018
