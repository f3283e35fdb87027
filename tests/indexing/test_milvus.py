"""Generations in Milvus: published in one step, swept up after a crash, refused in one line, and back when it is back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import CharterError, IndexAway, IndexMismatch, IndexMissing, SettingsError
from rag.index.engines import MilvusEngine
from rag.index.generation import current_id, open_current, open_generation
from rag.index.live import LiveIndex
from rag.index.milvus.connection import OLDEST, MilvusServer
from rag.indexing import publish
from rag.indexing.build import build
from rag.indexing.check import check
from rag.knowledge_base import KnowledgeBase
from rag.settings import Bm25, Settings, load_settings
from tests.fake_embedder import FakeEmbedder
from tests.milvus import SECONDS, free_port, serving


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("milvus"), free_port()) as served:
        yield served


@pytest.fixture
def settings(address: str) -> Settings:
    return in_milvus(address)


def in_milvus(address: str, seconds: float = SECONDS, **others: object) -> Settings:
    return load_settings({"store": f"milvus:{address}", "milvus_timeout": seconds, **others}, environ={})


def names(address: str) -> set[str]:
    """The collections that there are."""
    found: set[str] = MilvusServer(address, "", SECONDS).ask(lambda client, _: set(client.list_collections()))
    return found


def test_both_engines_find_the_same_with_the_same_scores(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    files = open_current(indexed, embedder.identity, Settings())
    report = build(indexed, settings, embedder)
    assert report.published and report.embedded == 0, "the vectors are taken over from the files"
    milvus = open_current(indexed, embedder.identity, settings)
    for question in ("When does the harbour open?", "Who may keep a map for weeks?", "Do dogs travel?", "zeppelin"):
        vector = embedder.embed_query([question])[0]
        assert milvus.dense(vector, 10) == files.dense(vector, 10)
        for mine, theirs in zip(milvus.lexical(question, 10), files.lexical(question, 10), strict=True):
            assert mine.row == theirs.row
            assert mine.score == pytest.approx(theirs.score, rel=1e-5)
        terms = files.terms(question)
        assert milvus.terms(question) == terms
        assert milvus.document_frequency(terms) == files.document_frequency(terms)
    assert np.array_equal(milvus.vectors_of([2, 0]), files.vectors_of([2, 0]))
    assert milvus.problem() is None and files.problem() is None
    assert check(indexed, settings, embedder.identity) == ()


def test_a_generation_goes_with_its_collection_and_the_one_before_is_kept_to_go_back_to(
    kb: KnowledgeBase, settings: Settings, embedder: FakeEmbedder, address: str
) -> None:
    before = names(address)
    made = []
    for k1 in (1.0, 1.1, 1.2):
        edition = settings.model_copy(update={"bm25": Bm25(k1=k1)})
        made.append(build(kb, edition, embedder).generation)
        if k1 == 1.1:
            assert len(names(address) - before) == 2
    assert len(names(address) - before) == 2, "the first one's collection was dropped with its folder"
    assert publish.rollback(kb, settings) == made[1] == current_id(kb)
    earlier = open_current(kb, embedder.identity, settings.model_copy(update={"bm25": Bm25(k1=1.1)}))
    assert earlier.lexical("harbour", 3)


def test_what_a_killed_run_left_in_milvus_is_dropped_by_the_next(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder, address: str
) -> None:
    build(indexed, settings, embedder)
    published = names(address)
    generation = open_current(indexed, embedder.identity, settings)
    left = indexed.built / f"{publish.NEW}00009"
    left.mkdir()
    generation.engine.build(left, generation.vectors.all(), ["harbour"] * 3, ["en"] * 3, generation.manifest.recipe)
    generation.engine.publish(left, "00009-0123456789abcdef")  # killed between the alias and the folder's name
    assert len(names(address)) == len(published) + 1
    build(indexed, settings, embedder)
    assert names(address) == published and not left.exists()


def test_a_build_that_fails_leaves_nothing_in_milvus(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder, address: str
) -> None:
    before, current = names(address), current_id(indexed)
    with pytest.raises(CharterError, match=r"^The index is in Milvus, which cannot be asked now\. Start it"):
        build(indexed, settings.model_copy(update={"bm25": Bm25(k1=0.0)}), embedder)  # Milvus wants more than 0
    assert names(address) == before and current_id(indexed) == current


def test_away_it_is_said_in_one_line_and_nothing_is_built_anew(
    indexed: KnowledgeBase, embedder: FakeEmbedder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "rag.index.milvus.connection")
    port = free_port()
    with serving(tmp_path / "milvus", port) as address:
        settings = in_milvus(address, 1.0)
        build(indexed, settings, embedder)
        live = LiveIndex(indexed, embedder.identity, settings)
        vector = embedder.embed_query(["harbour"])[0]
        found = live.current().dense(vector, 3)
    for ask in (
        lambda: live.current().dense(vector, 3),
        lambda: live.current().lexical("harbour", 3),
        lambda: open_current(indexed, embedder.identity, settings),
        lambda: build(indexed, settings, embedder),
    ):
        with pytest.raises(IndexAway) as error:
            ask()
        assert str(port) not in str(error.value) and "\n" not in str(error.value) and error.value.retryable
    assert isinstance(live.current().problem(), IndexAway)
    assert len(open_current(indexed, None, settings).documents()) == 3, "documents are read without it"
    assert [r.getMessage() for r in caplog.records if str(port) in r.getMessage()]
    with serving(tmp_path / "milvus", port):
        assert live.current().dense(vector, 3) == found
        assert caplog.records[-1].getMessage() == f"Milvus at http://127.0.0.1:{port} can be asked again"
        assert not build(indexed, settings, embedder).published


def test_a_collection_that_is_gone_cut_short_or_of_another_model_is_refused(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder, address: str
) -> None:
    build(indexed, settings, embedder)
    milvus, alias = MilvusServer(address, "", SECONDS), f"charterqa_{current_id(indexed).replace('-', '_')}"
    generation = open_current(indexed, embedder.identity, settings)
    milvus.ask(lambda client, _: client.delete(alias, ids=[0]))
    with pytest.raises(CharterError, match=rf"^The collection {alias} in Milvus has {generation.size - 1} passages, not"):
        open_current(indexed, embedder.identity, settings)
    other = FakeEmbedder(name="other")
    foreign = KnowledgeBase(indexed.root.with_name("other"))
    foreign.sources.mkdir(parents=True)
    (foreign.sources / "a.txt").write_text("The harbour opens at six.", encoding="utf-8")
    build(foreign, settings, other)
    theirs = f"charterqa_{current_id(foreign).replace('-', '_')}"
    collection = milvus.ask(lambda client, _: client.describe_alias(theirs))["collection_name"]
    milvus.ask(lambda client, _: client.alter_alias(collection, alias))
    with pytest.raises(IndexMismatch, match="of another embedding model than fake"):
        open_current(indexed, embedder.identity, settings)
    milvus.ask(lambda client, _: client.drop_alias(alias))
    with pytest.raises(IndexMissing, match=r"^Milvus has no such index\. Run charterqa index\.$"):
        open_current(indexed, embedder.identity, settings)
    assert build(indexed, settings, embedder).published, "charterqa index mends it"
    assert check(indexed, settings, embedder.identity) == ()


def test_a_milvus_without_full_text_search_is_too_old(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.milvus.connection.OLDEST", (99, 0))
    with pytest.raises(IndexMismatch, match=r"^Milvus is of version milvus_lite-\d.*Install Milvus 99\.0 or newer\.$"):
        MilvusServer(address, "", SECONDS).ask(lambda client, _: client.list_collections())
    assert OLDEST == (2, 5)


def test_an_index_in_milvus_is_not_looked_for_in_files_nor_the_other_way_round(
    indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder
) -> None:
    with pytest.raises(IndexMismatch, match=r"^The index was built with store faiss, not milvus\. Run charterqa index\.$"):
        open_current(indexed, embedder.identity, settings)
    build(indexed, settings, embedder)
    with pytest.raises(IndexMismatch, match="store milvus, not faiss"):
        open_current(indexed, embedder.identity, Settings())
    with pytest.raises(IndexMismatch, match="CHARTERQA_STORE does not say where that is"):
        open_generation(indexed.built / current_id(indexed))
    assert build(indexed, Settings(), embedder).published


@pytest.mark.parametrize("store", ["milvus", "milvus:", "milvus:localhost:19530", "chroma", "milvus:http://user:secret@host:1"])
def test_a_store_that_cannot_be_meant_is_refused_without_its_secrets(store: str) -> None:
    with pytest.raises(SettingsError, match="CHARTERQA_STORE") as error:
        load_settings({"store": store}, environ={})
    assert "secret" not in str(error.value)


def test_a_file_of_milvus_lite_is_enough(indexed: KnowledgeBase, embedder: FakeEmbedder, tmp_path: Path) -> None:
    settings = in_milvus(str(tmp_path / "index.db"))
    build(indexed, settings, embedder)
    found = open_current(indexed, embedder.identity, settings).lexical("lighthouse", 3)
    assert found == open_current(indexed, embedder.identity, settings).lexical("lighthouse", 3) and len(found) == 1


def test_a_filter_becomes_stretches_of_rows(indexed: KnowledgeBase, settings: Settings, embedder: FakeEmbedder) -> None:
    build(indexed, settings, embedder)
    generation = open_current(indexed, embedder.identity, settings)
    assert isinstance(generation.engine, MilvusEngine)
    rows = generation.rows_of("library.txt")
    allowed = np.isin(np.arange(generation.size), list(rows))
    assert {s.row for s in generation.dense(embedder.embed_query(["harbour"])[0], 5, allowed)} == set(rows)
    assert generation.lexical("harbour", 5, allowed) == ()
