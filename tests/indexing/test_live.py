from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.errors import IndexMissing
from rag.index.generation import Generation
from rag.index.live import LiveIndex
from rag.indexing.build import build
from rag.indexing.publish import rollback
from rag.knowledge_base import KnowledgeBase
from rag.settings import Settings
from tests.fake_embedder import FakeEmbedder

PIERS = 3


def write_edition(kb: KnowledgeBase, n: int) -> None:
    """Every document names the edition, so that a mixture of two would show."""
    for pier in range(PIERS):
        (kb.sources / f"pier-{pier}.txt").write_text(f"Edition {n}: pier {pier} closes at {n % 24} o'clock.", encoding="utf-8")


def edition_of(generation: Generation) -> str:
    """Read everything that a question reads, and find one and the same edition in all of it."""
    query = FakeEmbedder().embed_query(["pier 2 closes"])[0]
    rows = [s.row for s in (*generation.dense(query, 8), *generation.lexical("pier closes", 8))]
    seen = {p.text.partition(":")[0] for p in generation.passages(rows)}
    seen |= {generation.document(e.id).text.partition(":")[0] for e in generation.documents()}
    assert len(seen) == 1, seen
    assert len(generation.dense_scores(query, rows)) == len(generation.lexical_scores("pier", rows)) == len(rows) == 2 * PIERS
    return seen.pop()


@pytest.fixture
def piers(kb: KnowledgeBase) -> KnowledgeBase:
    for path in kb.sources.iterdir():
        path.unlink()
    write_edition(kb, 0)
    return kb


def swap_under_load(kb: KnowledgeBase, swaps: int) -> None:
    embedder, settings = FakeEmbedder(), Settings()
    build(kb, settings, embedder)
    live = LiveIndex(kb, embedder.identity, settings)
    stop = threading.Event()
    answers = [0, 0, 0]

    def ask(reader: int) -> set[str]:
        seen = set()
        while not stop.is_set():
            seen.add(edition_of(live.current()))
            if reader == 0:  # one reader opens the index anew each time, as a command does
                edition_of(LiveIndex(kb, embedder.identity, settings).current())
            answers[reader] += 1
        return seen

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(ask, reader) for reader in range(3)]
        try:
            for n in range(1, swaps + 1):
                write_edition(kb, n)
                build(kb, settings, embedder)
        finally:
            stop.set()
        seen = set[str]().union(*(reader.result() for reader in readers))
    assert min(answers) > 0
    assert edition_of(live.current()) == f"Edition {swaps}", "the last one is served without a restart"
    assert len(seen) >= 5, "the readers did see generations come and go"


def test_fifteen_generations_swapped_under_load_fail_no_request(piers: KnowledgeBase) -> None:
    swap_under_load(piers, 15)


@pytest.mark.long
def test_a_hundred_generations_swapped_under_load_fail_no_request(piers: KnowledgeBase) -> None:
    swap_under_load(piers, 100)


def test_a_running_reader_follows_publications_and_rollbacks(piers: KnowledgeBase, settings: Settings) -> None:
    embedder = FakeEmbedder()
    first = build(piers, settings, embedder).generation
    live = LiveIndex(piers, embedder.identity, settings)
    assert live.current() is live.current()
    held = live.current()
    write_edition(piers, 1)
    second = build(piers, settings, embedder).generation
    assert live.current().id == second
    assert (held.id, edition_of(held)) == (first, "Edition 0"), "who holds the old one keeps it"
    rollback(piers)
    assert live.current().id == first


def test_a_publication_that_cannot_be_opened_is_reported_once_and_the_old_one_serves(
    piers: KnowledgeBase, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    embedder = FakeEmbedder()
    first = build(piers, settings, embedder).generation
    live = LiveIndex(piers, embedder.identity, settings)
    with caplog.at_level(logging.WARNING, "rag.index.live"):
        build(piers, settings, FakeEmbedder(name="other"))
        assert [live.current().id for _ in range(3)] == [first] * 3
        (piers.built / "CURRENT").unlink()
        assert [live.current().id for _ in range(3)] == [first] * 3
    told = [r.getMessage() for r in caplog.records if r.name == "rag.index.live"]
    assert len(told) == 2
    assert "the embedding model other" in told[0]
    third = build(piers, settings, embedder).generation
    assert live.current().id == third


def test_without_an_index_there_is_nothing_to_follow(piers: KnowledgeBase, settings: Settings) -> None:
    with pytest.raises(IndexMissing, match="no index") as caught:
        LiveIndex(piers, FakeEmbedder().identity, settings)
    assert "charterqa index" in caught.value.remedy
