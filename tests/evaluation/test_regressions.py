"""The seven seeded regressions on the real engine: each stops a build, and twenty identical runs do not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag.evaluation.comparing.comparison import OVERALL, compare
from rag.evaluation.comparing.policy import read_policy
from rag.evaluation.comparing.verdict import losses, verdict_line
from rag.evaluation.questions.asker import Asker
from rag.evaluation.questions.dataset import Dataset
from rag.evaluation.questions.question import Expected, Question
from rag.evaluation.runs.circumstances import circumstances
from rag.evaluation.runs.record import Record
from rag.evaluation.runs.run import run
from rag.evaluation.runs.run_folder import RunFolder
from rag.guiding.engine import GuidedEngine
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.models.opening import open_embedder
from rag.settings import Settings
from tests.evaluation import degraded
from tests.evaluation.charter import INDEX, charter_questions

pytestmark = [pytest.mark.long, pytest.mark.model]
SETTINGS = Settings()
PERMITS = 80
BOILERPLATE = (
    "The harbour office keeps this record for the port authority and for the customs house. Whoever moors a vessel follows "
    "the orders of the harbour master at all times. Waste oil is handed in at the western quay before noon. Fees are paid in "
    "advance at the office, which opens every weekday. Damage to a berth is reported on the same day."
)


def built(root: Path) -> KnowledgeBase:
    kb = KnowledgeBase(root)
    build(kb, SETTINGS, open_embedder(SETTINGS.embedding, threads=SETTINGS.threads))
    return kb


@pytest.fixture(scope="module")
def charter(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    root = tmp_path_factory.mktemp("charter")
    shutil.copytree(INDEX / "sources", root / "sources")
    return built(root)


@pytest.fixture(scope="module")
def permits(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """Eighty documents alike but for one code in a page of boilerplate: words tell them apart, vectors hardly."""
    root = tmp_path_factory.mktemp("permits")
    (root / "sources").mkdir()
    for n in range(PERMITS):
        (root / "sources" / f"{n}.txt").write_text(f"{BOILERPLATE} {permit(n)} {BOILERPLATE}\n", "utf-8")
    return built(root)


def code(n: int) -> str:
    """Five digits: letters among them would be pieces by which vectors tell one code from another."""
    return str(41000 + 37 * n)


def permit(n: int) -> str:
    return f"Permit {code(n)} lets its holder moor at berth {n + 1} of the old harbour for {2 + n % 9} days."


PERMIT_QUESTIONS = Dataset(
    "permits",
    "0",
    tuple(
        Question(str(n), f"For how many days may the holder of {code(n)} moor?", True, evidence=(Expected(permit(n)),))
        for n in range(PERMITS)
    ),
)


@contextmanager
def engine(kb: KnowledgeBase, **changes: dict[str, Any]) -> Iterator[tuple[GuidedEngine, Settings]]:
    groups = {group: getattr(SETTINGS, group).model_copy(update=values) for group, values in changes.items()}
    settings = SETTINGS.model_copy(update=groups)
    opened = GuidedEngine.open(settings, kb)
    try:
        yield opened, settings
    finally:
        opened.close()


def records(
    dataset: Dataset, kb: KnowledgeBase, folder: Path, wrap: Callable[[Asker], Asker] | None = None, **changes: dict[str, Any]
) -> tuple[Record, ...]:
    with engine(kb, **changes) as (opened, settings):
        asker = wrap(opened) if wrap else opened
        return run(dataset, asker, circumstances(opened, settings, kb), RunFolder(folder)).records


@pytest.fixture(scope="module")
def base(charter: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, ...]:
    found = records(charter_questions(), charter, tmp_path_factory.mktemp("base") / "r")
    # A regression can only be seen from a base that works: both answers and refusals are mostly right.
    assert sum(r.verdict.right for r in found if r.question.answerable) >= 15
    assert sum(r.verdict.right for r in found if not r.question.answerable) >= 7
    return found


@pytest.mark.parametrize(
    ("name", "wrap", "changes", "metric"),
    [
        ("gate open", None, {"answering": {"threshold": 0.0}}, "refusal_recall"),
        ("gate shut", None, {"answering": {"threshold": 1.0}}, "answers_right"),
        ("citations shuffled", degraded.ShuffledCitations, {}, "citation_recall"),
        ("excerpts shortened", degraded.ShortenedExcerpts, {}, "citation_recall"),
        ("offsets shifted", degraded.ShiftedOffsets, {}, "citation_integrity"),
    ],
)
def test_a_regression_of_the_real_engine_is_caught_on_the_charter(
    base: tuple[Record, ...],
    charter: KnowledgeBase,
    tmp_path: Path,
    name: str,
    wrap: Callable[[Asker], Asker] | None,
    changes: dict[str, dict[str, Any]],
    metric: str,
) -> None:
    comparison = compare(base, records(charter_questions(), charter, tmp_path / "r", wrap, **changes))
    found = losses(comparison, read_policy())
    assert metric in {loss.rule.metric for loss in found}, f"{name}: {verdict_line(comparison, found)}"


@pytest.fixture(scope="module")
def searched(permits: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, ...]:
    return records(PERMIT_QUESTIONS, permits, tmp_path_factory.mktemp("permits-base") / "r")


def test_search_without_bm25_is_caught(searched: tuple[Record, ...], permits: KnowledgeBase, tmp_path: Path) -> None:
    dense = records(PERMIT_QUESTIONS, permits, tmp_path / "r", retrieval={"dense_weight": 1.0})
    comparison = compare(searched, dense)
    found = losses(comparison, read_policy())
    assert "ndcg@10" in {loss.rule.metric for loss in found}, verdict_line(comparison, found)


def test_retrieval_cut_to_one_is_caught(base: tuple[Record, ...], charter: KnowledgeBase, tmp_path: Path) -> None:
    cut = records(charter_questions(), charter, tmp_path / "r", degraded.RetrievalCut, retrieval={"k": 1})
    comparison = compare(base, cut)
    found = losses(comparison, read_policy())
    assert "recall@5" in {loss.rule.metric for loss in found}, verdict_line(comparison, found)


def test_twenty_identical_runs_of_the_real_engine_pass(
    base: tuple[Record, ...], charter: KnowledgeBase, tmp_path: Path
) -> None:
    with engine(charter) as (opened, settings):
        around = circumstances(opened, settings, charter)
        for repeat in range(20):
            again = run(charter_questions(), opened, around, RunFolder(tmp_path / str(repeat)), fresh=True).records
            comparison = compare(base, again)
            assert losses(comparison, read_policy()) == ()
            assert comparison.flips == ()
            assert all(change.gain.mean == 0 for change in comparison.changes[OVERALL])
