"""The shipped documents are answered from Milvus as they are from files: word for word, with the same excerpts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.answering.models import Models
from rag.guiding.engine import GuidedEngine
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.settings import Settings, load_settings
from rag.types import Answer, Outcome
from tests.evaluation.charter import INDEX, charter_questions
from tests.milvus import free_port, serving

QUESTIONS = 14

pytestmark = pytest.mark.model


def said(outcome: Outcome) -> object:
    """All of an outcome that readers see; scores may differ behind the fifth digit."""
    if isinstance(outcome, Answer):
        return outcome.text, [(c.document, c.span, c.quote) for c in outcome.citations], round(outcome.confidence, 3)
    return type(outcome), [(hit.document, hit.span) for hit in outcome.related], round(outcome.confidence, 3)


def test_the_same_questions_get_the_same_answers(tmp_path: Path) -> None:
    kb = KnowledgeBase(tmp_path / "kb")
    shutil.copytree(INDEX / "sources", kb.sources)
    models = Models.load(Settings())
    questions = [question.text for question in charter_questions().questions][::2][:QUESTIONS]
    port = free_port()
    try:
        found = []
        with serving(tmp_path / "milvus", port) as address:
            for settings in (Settings(), load_settings({"store": f"milvus:{address}", "milvus_timeout": 20.0}, environ={})):
                build(kb, settings, models.embedder)
                engine = GuidedEngine.open(settings, kb, models)
                found.append([said(engine.ask(question)) for question in questions])
        assert found[1] == found[0]
        assert sum(isinstance(told, tuple) and isinstance(told[0], str) for told in found[0]) >= QUESTIONS // 2
    finally:
        models.close()
