from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexingError, IndexMismatch
from rag.index.generation import current_id, open_current
from rag.indexing.build import BuildReport, Progress, build
from rag.indexing.check import check
from rag.knowledge_base import KnowledgeBase
from rag.settings import Bm25, Passages, Settings
from tests.fake_embedder import FakeEmbedder
from tests.indexing.conftest import FERRY, HARBOUR


def texts(kb: KnowledgeBase, embedder: FakeEmbedder, settings: Settings) -> dict[str, str]:
    generation = open_current(kb, embedder.identity, settings)
    return {entry.id: generation.document(entry.id).text for entry in generation.documents()}


def problems(report: BuildReport) -> dict[str, str]:
    return {flaw.source: flaw.loss for flaw in report.failures}


def test_a_first_run_indexes_every_document(kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder) -> None:
    report = build(kb, settings, embedder)
    assert (report.published, report.documents, report.parsed, report.failures) == (True, 3, 3, ())
    assert report.passages == report.embedded == len(embedder.embedded) == 3
    assert report.generation == current_id(kb)
    assert texts(kb, embedder, settings)["harbour.txt"] == HARBOUR
    assert check(kb, settings, embedder.identity) == ()


def test_nothing_changed_publishes_nothing(kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder) -> None:
    first = build(kb, settings, embedder)
    before = {p: p.stat().st_mtime_ns for p in kb.built.rglob("*") if p.name != ".lock"}
    again = build(kb, settings, embedder)
    assert (again.published, again.generation, again.parsed, again.embedded) == (False, first.generation, 0, 0)
    assert (again.documents, again.passages) == (first.documents, first.passages)
    assert {p: p.stat().st_mtime_ns for p in kb.built.rglob("*") if p.name != ".lock"} == before


def test_one_changed_document_of_a_hundred_embeds_only_its_passages(
    kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    for n in range(97):
        (kb.sources / f"note-{n:02}.txt").write_text(
            f"Note {n} is about pier {n * 7}. It was written in spring.", encoding="utf-8"
        )
    assert build(kb, settings, embedder).embedded == 100
    embedder.embedded.clear()
    (kb.sources / "note-41.txt").write_text("Note 41 was rewritten. It speaks of whales now.", encoding="utf-8")
    report = build(kb, settings, embedder)
    assert (report.parsed, report.embedded, report.documents) == (1, 1, 100)
    assert [t for t in embedder.embedded if "whales" not in t] == []


def test_one_changed_line_of_a_jsonl_embeds_only_that_document(
    kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    lines = [{"_id": str(n), "title": f"Clause {n}", "text": f"Pier {n} closes at {n} o'clock."} for n in range(20)]
    source = kb.sources / "clauses.jsonl"
    source.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    build(kb, settings, embedder)
    dates = {e.id: e.indexed_at for e in open_current(kb, embedder.identity, settings).documents()}
    embedder.embedded.clear()
    lines[7]["text"] = "Pier 7 never closes."
    source.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert build(kb, settings, embedder).embedded == 1
    assert "Pier 7 never closes." in embedder.embedded[0]
    after = {e.id: e.indexed_at for e in open_current(kb, embedder.identity, settings).documents()}
    assert all(after[name] == date for name, date in dates.items() if name != "clauses.jsonl#7")


def test_deleted_renamed_and_added_documents_are_handled(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    (indexed.sources / "ferry.txt").unlink()
    (indexed.sources / "harbour.txt").rename(indexed.sources / "port.txt")
    (indexed.sources / "deep").mkdir()
    (indexed.sources / "deep/market.txt").write_text("The market opens on Sundays.", encoding="utf-8")
    report = build(indexed, settings, embedder)
    found = texts(indexed, embedder, settings)
    assert sorted(found) == ["deep/market.txt", "library.txt", "port.txt"]
    assert found["port.txt"] == HARBOUR
    assert report.parsed == 2


def test_a_vector_stands_in_the_row_of_its_passage(kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder) -> None:
    for edition in range(3):  # vectors are taken over twice, among rows that move
        (kb.sources / f"a{edition}.txt").write_text(f"Edition {edition} comes before all others.", encoding="utf-8")
        build(kb, settings, embedder)
    generation = open_current(kb, embedder.identity, settings)
    for passage in generation.passages(range(generation.size)):
        vector = embedder.embed_query([f"{passage.title}\n{passage.text}"])[0]
        row = generation.row_of(passage.id)
        assert generation.dense_scores(vector, [row])[0] == pytest.approx(1.0, abs=1e-5)


def test_a_text_that_stands_twice_is_embedded_once(kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder) -> None:
    rows = [{"_id": str(n), "title": "Same", "text": "The pier is closed."} for n in range(5)]
    (kb.sources / "same.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = build(kb, settings, embedder)
    assert (report.passages, report.embedded) == (8, 4)


def test_rebuild_parses_and_embeds_everything_anew(kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder) -> None:
    first = build(kb, settings, embedder)
    again = build(kb, settings, embedder, rebuild=True)
    assert (again.published, again.parsed, again.embedded) == (True, 3, 3)
    assert again.generation != first.generation


def test_another_model_is_recognised_and_a_run_embeds_everything_with_it(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    for other in (FakeEmbedder(name="other"), FakeEmbedder(dimension=16)):
        with pytest.raises(IndexMismatch, match="built with") as caught:
            open_current(indexed, other.identity, settings)
        assert "charterqa index" in caught.value.remedy
        report = build(indexed, settings, other)
        assert (report.published, report.embedded, report.parsed) == (True, 3, 0)
        assert open_current(indexed, other.identity, settings).manifest.recipe.model == other.identity


def test_another_chunking_is_recognised_and_a_run_cuts_again_without_parsing(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    smaller = Settings(passages=Passages(max_tokens=32))
    (indexed.sources / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    with pytest.raises(IndexMismatch, match=f"max_tokens {settings.passages.max_tokens}, not 32"):
        open_current(indexed, embedder.identity, smaller)
    report = build(indexed, smaller, embedder)
    assert (report.published, report.parsed) == (True, 0)
    assert open_current(indexed, embedder.identity, smaller).manifest.recipe.max_tokens == 32


def test_other_bm25_parameters_are_recognised_and_a_run_embeds_nothing(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    other = Settings(bm25=Bm25(k1=0.5, b=0.1))
    with pytest.raises(IndexMismatch, match=r"k1 .*, not 0\.5"):
        open_current(indexed, embedder.identity, other)
    report = build(indexed, other, embedder)
    assert (report.published, report.parsed, report.embedded) == (True, 0, 0)


def test_a_killed_run_resumes_without_embedding_again(kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder) -> None:
    rows = [{"_id": str(n), "title": f"Clause {n}", "text": f"Pier {n} closes at {n} o'clock."} for n in range(700)]
    (kb.sources / "clauses.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    def interrupt(texts: Sequence[str]) -> None:
        if len(embedder.embedded) >= 512:
            raise KeyboardInterrupt

    embedder.before_passages = interrupt
    with pytest.raises(KeyboardInterrupt):
        build(kb, settings, embedder)
    assert len(embedder.embedded) == 512
    second = FakeEmbedder()
    report = build(kb, settings, second)
    assert (report.passages, report.embedded) == (703, 703 - 512)
    assert set(second.embedded).isdisjoint(embedder.embedded)
    assert [p.name for p in kb.built.iterdir() if p.name.startswith((".journal", ".new"))] == []


def test_bad_sources_are_named_and_the_others_indexed(kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder) -> None:
    (kb.sources / "empty.txt").write_bytes(b"")
    (kb.sources / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    (kb.sources / "archive.zip").write_bytes(b"PK")
    (kb.sources / "lines.jsonl").write_text('{"_id": "1", "text": "A good line."}\nnot json\n', encoding="utf-8")
    report = build(kb, settings, embedder)
    expected = {"archive.zip": "file", "broken.pdf": "file", "empty.txt": "file", "lines.jsonl": "line"}
    assert problems(report) == expected
    assert report.documents == 4
    again = build(kb, settings, embedder)
    assert (again.published, problems(again)) == (False, expected), "what is wrong is said again, and nothing is published"
    assert again.failures == report.failures


def test_a_source_that_breaks_keeps_its_last_readable_version_until_it_is_deleted(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    (indexed.sources / "ferry.txt").write_bytes(b"")
    report = build(indexed, settings, embedder)
    assert problems(report) == {"ferry.txt": "version"}
    assert texts(indexed, embedder, settings)["ferry.txt"] == FERRY
    assert build(indexed, settings, embedder).published is False
    (indexed.sources / "ferry.txt").write_text("The ferry never leaves.", encoding="utf-8")
    assert build(indexed, settings, embedder).failures == ()
    assert texts(indexed, embedder, settings)["ferry.txt"] == "The ferry never leaves."
    (indexed.sources / "ferry.txt").unlink()
    build(indexed, settings, embedder)
    assert "ferry.txt" not in texts(indexed, embedder, settings)


def test_nothing_to_index_is_one_clear_error_and_loses_nothing(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    before = current_id(indexed)
    for path in indexed.sources.iterdir():
        path.unlink()
    with pytest.raises(IndexingError, match="no documents in"):
        build(indexed, settings, embedder)
    (indexed.sources / "empty.txt").write_bytes(b"")
    with pytest.raises(IndexingError, match=r"None of the 1 files .* empty\.txt"):
        build(indexed, settings, embedder)
    assert current_id(indexed) == before
    assert len(texts(indexed, embedder, settings)) == 3
    assert [p.name for p in indexed.built.iterdir() if p.name.startswith(".new")] == []


def test_a_damaged_index_is_built_again_and_only_what_is_lost_is_embedded(
    kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    first = build(kb, settings, embedder)
    (kb.sources / "ferry.txt").write_text("The ferry leaves on Fridays.", encoding="utf-8")
    second = build(kb, settings, embedder)
    (kb.built / second.generation / "vectors.safetensors").write_bytes(b"gone")
    embedder.embedded.clear()
    report = build(kb, settings, embedder)
    assert report.published
    assert len(embedder.embedded) == 1, f"the other two have their vectors in {first.generation}"
    assert check(kb, settings, embedder.identity) == ()
    assert texts(kb, embedder, settings)["ferry.txt"] == "The ferry leaves on Fridays."


def test_a_damaged_pointer_is_mended_without_embedding(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    (indexed.built / "CURRENT").write_bytes(b"\0")
    report = build(indexed, settings, embedder)
    assert (report.published, report.embedded, report.parsed) == (True, 0, 0)
    assert check(indexed, settings, embedder.identity) == ()


def test_progress_runs_through_three_stages_and_ends_complete(
    kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    told: list[Progress] = []
    build(kb, settings, embedder, progress=told.append)
    assert list(dict.fromkeys(p.stage for p in told)) == ["read", "embed", "publish"]
    for stage in ("read", "embed", "publish"):
        done = [p.done for p in told if p.stage == stage]
        assert done == sorted(done)
        assert done[-1] == next(p.total for p in told if p.stage == stage)


def test_stored_vectors_are_those_of_the_embedder_to_the_bit(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    generation = open_current(indexed, embedder.identity, settings)
    made = embedder.embed_query([f"{p.title}\n{p.text}" for p in generation.passages(range(3))])
    assert np.array_equal(generation.vectors.all(), made)


def test_a_file_where_the_folder_should_be_is_one_clear_error(
    kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    kb.built.write_bytes(b"")
    with pytest.raises(IndexingError, match="cannot be written"):
        build(kb, settings, embedder)
    assert Path(kb.built).read_bytes() == b""
