from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import IndexDamaged, IndexingError, IndexLocked, IndexMissing
from rag.index.generation import current_id, open_current, open_generation
from rag.indexing import publish
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.settings import Bm25, Settings
from tests.fake_embedder import FakeEmbedder


def edition(n: int) -> Settings:
    """Settings that make a generation of their own out of the same sources, without parsing or embedding anything."""
    return Settings(bm25=Bm25(k1=Bm25().k1 + n / 100))


@pytest.fixture
def kb(indexed: KnowledgeBase) -> KnowledgeBase:
    """Holds the first generation, which is ``edition(0)``."""
    return indexed


def test_two_generations_are_kept(kb: KnowledgeBase, embedder: FakeEmbedder) -> None:
    made = [build(kb, edition(n), embedder).generation for n in range(5)]
    assert [name.partition("-")[0] for name in made] == ["00001", "00002", "00003", "00004", "00005"]
    assert publish.generations(kb) == [made[4], made[3]]
    assert current_id(kb) == made[4]


def test_rollback_goes_back_one_generation_and_no_further(kb: KnowledgeBase, embedder: FakeEmbedder) -> None:
    first = build(kb, edition(0), embedder).generation
    with pytest.raises(IndexingError, match="no earlier generation"):
        publish.rollback(kb)
    build(kb, edition(1), embedder)
    assert publish.rollback(kb) == first == current_id(kb)
    assert open_current(kb, embedder.identity, edition(0)).id == first
    with pytest.raises(IndexingError, match="no earlier generation"):
        publish.rollback(kb)
    assert current_id(kb) == first


def test_after_a_rollback_a_run_goes_forward_again_without_embedding(kb: KnowledgeBase, embedder: FakeEmbedder) -> None:
    first = build(kb, edition(0), embedder).generation
    (kb.sources / "ferry.txt").write_text("The ferry leaves on Fridays.", encoding="utf-8")
    build(kb, edition(0), embedder)
    publish.rollback(kb)
    embedder.embedded.clear()
    third = build(kb, edition(0), embedder)
    assert third.published
    assert embedder.embedded == []
    assert publish.generations(kb) == [third.generation, first]


def test_a_rollback_to_a_damaged_generation_is_refused(kb: KnowledgeBase, embedder: FakeEmbedder) -> None:
    first = build(kb, edition(0), embedder).generation
    second = build(kb, edition(1), embedder).generation
    (kb.built / first / "lexical.safetensors").write_bytes(b"")
    with pytest.raises(IndexDamaged, match="not as it was published"):
        publish.rollback(kb)
    assert current_id(kb) == second


def test_a_rollback_of_nothing_says_that_nothing_is_there(kb: KnowledgeBase) -> None:
    shutil.rmtree(kb.built)
    with pytest.raises(IndexMissing):
        publish.rollback(kb)


def test_a_second_writer_is_told_to_wait(kb: KnowledgeBase, embedder: FakeEmbedder) -> None:
    build(kb, edition(0), embedder)
    with publish.writing(kb):
        for attempt in (lambda: build(kb, edition(1), embedder), lambda: publish.rollback(kb)):
            with pytest.raises(IndexLocked, match="Another process is indexing") as caught:
                attempt()
            assert caught.value.retryable
    assert build(kb, edition(1), embedder).published


def test_a_dead_writer_holds_no_lock(kb: KnowledgeBase, embedder: FakeEmbedder) -> None:
    code = (
        "import os, sys; from pathlib import Path; from rag.indexing.publish import writing\n"
        "from rag.knowledge_base import KnowledgeBase\n"
        "with writing(KnowledgeBase(Path(sys.argv[1]))): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(kb.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexLocked):
            build(kb, edition(1), embedder)
        holder.kill()
    assert build(kb, edition(1), embedder).published


def test_opening_never_writes(kb: KnowledgeBase, embedder: FakeEmbedder, settings: Settings) -> None:
    build(kb, settings, embedder)

    def state() -> dict[Path, tuple[int, int]]:
        return {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in (kb.built, *kb.built.rglob("*"))}

    before = state()
    generation = open_current(kb, embedder.identity, settings)
    generation.lexical("harbour", 3)
    generation.documents()
    assert state() == before


def test_documents_are_listed_without_faiss_and_without_a_page_of_the_vectors(
    kb: KnowledgeBase, embedder: FakeEmbedder
) -> None:
    build(kb, Settings(), embedder)
    code = (
        "import sys; from pathlib import Path; from rag.index.generation import open_current\n"
        "from rag.knowledge_base import KnowledgeBase; from rag.settings import Settings\n"
        "opened = open_current(KnowledgeBase(Path(sys.argv[1])), None, Settings())\n"
        "print(len(opened.documents()), len(opened.document('ferry.txt').text) > 0, opened.vectors.all().flags.owndata,\n"
        "      [m for m in ('faiss', 'bm25s', 'scipy', 'onnxruntime') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code, str(kb.root)], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "3 True False []"


def test_a_generation_that_is_being_read_outlives_its_removal(kb: KnowledgeBase, embedder: FakeEmbedder) -> None:
    build(kb, edition(0), embedder)
    held = open_current(kb, embedder.identity, edition(0))
    for n in range(1, 4):
        build(kb, edition(n), embedder)
    assert not (kb.built / held.id).exists()
    assert len(held.passages(range(held.size))) == held.size == 3
    assert "harbour" in held.document("harbour.txt").text
    assert held.lexical("harbour", 3)


def test_a_reader_that_comes_too_late_for_a_generation_takes_the_next(kb: KnowledgeBase, embedder: FakeEmbedder) -> None:
    first = build(kb, edition(0), embedder).generation
    build(kb, edition(1), embedder)
    build(kb, edition(2), embedder)
    with pytest.raises(IndexDamaged, match="missing"):
        open_generation(kb.built / first)
    assert open_current(kb, embedder.identity, edition(2)).manifest.number == 3
