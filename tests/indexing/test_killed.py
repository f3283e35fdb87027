from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.index.generation import Generation, open_current
from rag.indexing.build import build
from rag.indexing.check import check
from rag.knowledge_base import KnowledgeBase
from rag.types import Document
from tests.fake_embedder import FakeEmbedder
from tests.indexing.killed_run import AFTER, BEFORE

Run = Callable[..., dict[str, Any]]
DOCUMENTS = 120
LONG = [
    "the harbour opens at six every day",
    "and the lighthouse of Ada Varga is lit at seven",
    "while ferries wait at the pier",
]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs indexing of a knowledge base in a process of its own; see ``killed_run``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.indexing.killed_run"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def ask(kb: KnowledgeBase, **request: Any) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"kb": str(kb.root), **request}) + "\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer

    yield ask
    process.stdin.close()
    process.stdout.close()
    assert process.wait(timeout=30) == 0


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """An index in its old state. The next run cuts anew, embeds some hundred passages and drops a document."""
    kb = KnowledgeBase(tmp_path_factory.mktemp("before"))
    kb.sources.mkdir()
    lines = (
        {
            "_id": str(n),
            "title": f"Clause {n}",
            "text": " ".join(f"In clause {n}, {part}, as part {m} says." for m, part in enumerate(LONG)),
        }
        for n in range(DOCUMENTS)
    )
    (kb.sources / "clauses.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (kb.sources / "dropped.txt").write_text("This document is dropped by the next run.", encoding="utf-8")
    build(kb, BEFORE, FakeEmbedder())
    (kb.sources / "dropped.txt").unlink()
    return kb


@pytest.fixture
def copy(before: KnowledgeBase, tmp_path: Path) -> Callable[[], KnowledgeBase]:
    def fresh() -> KnowledgeBase:
        shutil.rmtree(tmp_path / "kb", ignore_errors=True)
        shutil.copytree(before.root, tmp_path / "kb")
        return KnowledgeBase(tmp_path / "kb")

    return fresh


def holdings(generation: Generation) -> tuple[list[Document], list[str], list[tuple[int, float]]]:
    """Everything that a reader can get out of a generation."""
    documents = [generation.document(entry.id) for entry in generation.documents()]
    passages = [f"{p.id} {p.document} {p.span} {p.text}" for p in generation.passages(range(generation.size))]
    found = [(s.row, round(s.score, 4)) for s in generation.dense(FakeEmbedder().embed_query(["ferries wait"])[0], 5)]
    return documents, passages, found + [(s.row, round(s.score, 4)) for s in generation.lexical("clause 7", 5)]


@pytest.fixture(scope="module")
def expected(before: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Any]:
    """What the old and the new generation hold, by their number."""
    model = FakeEmbedder().identity
    old = holdings(open_current(before, model, BEFORE))
    shutil.copytree(before.root, tmp_path_factory.mktemp("after") / "kb")
    after = KnowledgeBase(tmp_path_factory.getbasetemp() / "after0" / "kb")
    build(after, AFTER, FakeEmbedder())
    return {1: old, 2: holdings(open_current(after, model, AFTER))}


def verify(kb: KnowledgeBase, expected: dict[int, Any]) -> int:
    """The number of the generation that serves, after everything in it was found to be as it should be."""
    generation = open_current(kb, None, AFTER)
    assert holdings(generation) == expected[generation.manifest.number]
    settings = BEFORE if generation.manifest.number == 1 else AFTER
    assert check(kb, settings, FakeEmbedder().identity) == ()
    return generation.manifest.number


def finish(kb: KnowledgeBase, expected: dict[int, Any]) -> int:
    """Run once more, to the end; returns how many texts that run had to embed."""
    embedder = FakeEmbedder()
    build(kb, AFTER, embedder)
    generation = open_current(kb, embedder.identity, AFTER)
    assert holdings(generation) == expected[2]
    assert check(kb, AFTER, embedder.identity) == ()
    assert [p.name for p in kb.built.iterdir() if p.name.startswith((".new", ".old", ".journal", ".CURRENT"))] == []
    return len(embedder.embedded)


def test_killed_before_any_write_step_the_old_or_the_new_generation_serves_whole(
    run: Run, copy: Callable[[], KnowledgeBase], expected: dict[int, Any]
) -> None:
    steps = run(copy())["steps"]
    assert steps >= 20
    # Every step of the publication itself, which is at the end, and every third of the building before it.
    chosen = sorted({*range(1, steps + 1, 3), *range(steps - 12, steps + 1)})
    served, embedded = [], []
    for step in chosen:
        kb = copy()
        assert run(kb, kill_at=step) == {"killed": True}
        served.append(verify(kb, expected))
        embedded.append(finish(kb, expected))
    assert served == sorted(served), "once the new one is published it stays"
    assert {1, 2} == set(served)
    assert embedded == sorted(embedded, reverse=True), "the later it dies, the less is left to embed"
    assert embedded[0] > 256
    assert embedded[-1] == 0


@pytest.mark.long
def test_killed_two_hundred_times_the_old_or_the_new_generation_serves_whole(
    run: Run, copy: Callable[[], KnowledgeBase], expected: dict[int, Any]
) -> None:
    steps = run(copy())["steps"]
    dice = random.Random(20)
    for _ in range(200 // steps + 1):
        for step in range(1, steps + 1):
            kb = copy()
            assert run(kb, kill_at=step) == {"killed": True}
            verify(kb, expected)
            finish(kb, expected)
    for _ in range(100):
        kb = copy()
        run(kb, kill_after=dice.uniform(0.001, 0.6))
        verify(kb, expected)
        finish(kb, expected)


def test_killed_again_and_again_in_one_place_nothing_piles_up(
    run: Run, copy: Callable[[], KnowledgeBase], expected: dict[int, Any]
) -> None:
    kb = copy()
    steps = run(copy())["steps"]
    for step in (steps // 3, steps // 2, steps - 6, steps - 5, steps - 4, steps - 6, steps - 5, steps - 4):
        run(kb, kill_at=step)
    kept = [p.name for p in kb.built.iterdir() if not p.name.startswith(".")]
    assert len(kept) <= 4
    assert finish(kb, expected) == 0
    assert len([p for p in kb.built.iterdir() if not p.name.startswith(".")]) == 3, "two generations and CURRENT"


@pytest.mark.parametrize("largest", [0, 10, 4096, 60_000])
def test_a_full_disk_is_one_clear_error_and_the_old_generation_serves(
    run: Run, copy: Callable[[], KnowledgeBase], expected: dict[int, Any], largest: int
) -> None:
    kb = copy()
    answer = run(kb, largest=largest)
    assert answer.get("error") == "IndexingError", answer
    assert "cannot be written" in answer["message"]
    assert "charterqa index" in answer["message"]
    assert verify(kb, expected) == 1
    finish(kb, expected)
