"""The answers of the default knowledge base are no worse than the committed baseline."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.evaluation.comparing.comparison import compare
from rag.evaluation.comparing.policy import read_policy
from rag.evaluation.comparing.verdict import losses, verdict_line
from rag.evaluation.runs.circumstances import circumstances
from rag.evaluation.runs.run import run
from rag.evaluation.runs.run_folder import RunFolder
from rag.guiding.engine import GuidedEngine
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.models.opening import open_embedder
from rag.settings import Settings
from tests.evaluation.charter import INDEX, charter_questions

BASELINE = INDEX / "questions" / "baseline" / "charter-dev"


@pytest.mark.model
def test_the_default_knowledge_base_answers_no_worse_than_its_baseline(tmp_path: Path) -> None:
    settings = Settings()
    kb = KnowledgeBase(tmp_path / "kb")
    shutil.copytree(INDEX / "sources", kb.sources)
    build(kb, settings, open_embedder(settings.embedding, threads=settings.threads))
    engine = GuidedEngine.open(settings, kb)
    try:
        now = run(charter_questions(), engine, circumstances(engine, settings, kb), RunFolder(tmp_path / "run"))
    finally:
        engine.close()
    comparison = compare(RunFolder(BASELINE).records(), now.records)
    assert comparison.only_base == comparison.only_new == comparison.expectations_changed == ()
    found = losses(comparison, read_policy())
    assert not found, verdict_line(comparison, found)
