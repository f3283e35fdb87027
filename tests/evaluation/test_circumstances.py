"""Whatever an answer depends on changes its key; what it does not depend on leaves it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluation.runs.circumstances import circumstances
from rag.evaluation.writing import write_atomically
from rag.knowledge_base import KnowledgeBase
from rag.settings import Settings, load_settings
from tests.evaluation.harbour import harbour_engine


def digest(settings: Settings, kb: KnowledgeBase) -> str:
    return circumstances(harbour_engine(), settings, kb).digest


def test_settings_prompts_and_the_fitted_gate_count_and_the_server_s_do_not(tmp_path: Path) -> None:
    kb = KnowledgeBase(tmp_path)
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "answer.txt").write_text("Answer.", "utf-8")
    flat = {"llm_prompts": str(prompts)}

    def of(**more: object) -> str:
        return digest(load_settings({**flat, **more}, environ={}, folder=tmp_path), kb)

    before = of()
    assert of() == of(port=9999) == of(log_level="DEBUG") == before
    assert of(answering_threshold=0.4) != before
    assert of(retrieval_dense_weight=0.1) != before
    kb.gate.write_text("{}", "utf-8")
    with_gate = of()
    (prompts / "answer.txt").write_text("Answer briefly.", "utf-8")
    assert len({before, with_gate, of()}) == 3


def test_a_key_tells_nothing_of_a_secret(tmp_path: Path) -> None:
    settings = load_settings({"llm_api_key": "sk-canary"}, environ={}, folder=tmp_path)
    assert "canary" not in str(circumstances(harbour_engine(), settings, KnowledgeBase(tmp_path)).settings)


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(UsageError, match=r"cannot be written") as raised:
        write_atomically(tmp_path / "file" / "run.json", "{}")
    assert "\n" not in str(raised.value)
