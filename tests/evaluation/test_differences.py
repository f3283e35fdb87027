"""Two runs are told apart by what they were made with: settings in clear without secrets, documents, code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rag.evaluation.comparing.differences import differences
from rag.evaluation.runs.circumstances import circumstances
from rag.evaluation.runs.run import run
from rag.evaluation.runs.run_folder import RunFolder, RunManifest
from rag.evaluation.runs.setup import documents_in_clear
from rag.knowledge_base import KnowledgeBase
from rag.settings import load_settings
from tests.evaluation.harbour import harbour_engine
from tests.evaluation.test_run import QUESTIONS
from tests.fake_engine import FakeEngine


def manifest(folder: Path, name: str, engine: FakeEngine | None = None, **flags: object) -> RunManifest:
    """Of a run with settings from ``flags``, read back from its folder."""
    settings = load_settings(flags, environ={}, folder=folder)
    asker = engine or harbour_engine()
    run(QUESTIONS, asker, circumstances(asker, settings, KnowledgeBase(folder)), RunFolder(folder / name))
    return RunFolder(folder / name).manifest()


def told(base: RunManifest, new: RunManifest) -> list[str]:
    return [difference.line() for difference in differences(base, new)]


def test_runs_with_the_same_settings_documents_and_code_differ_in_nothing(tmp_path: Path) -> None:
    assert told(manifest(tmp_path, "a"), manifest(tmp_path, "b", port=9999, log_level="DEBUG")) == []


def test_a_changed_setting_is_named_with_both_values_and_a_secret_never(tmp_path: Path) -> None:
    before = manifest(tmp_path, "a", llm_api_key="sk-canary-one")
    address = "https://user:pa55-canary@models.example/v1?key=canary"
    after = manifest(tmp_path, "b", llm_api_key="sk-canary-two", llm_base_url=address, retrieval_k=4)
    assert told(before, after) == ["llm_base_url: not set → https://models.example/v1", "retrieval_k: 8 → 4"]
    assert "canary" not in "".join(p.read_text("utf-8") for p in tmp_path.rglob("run.json"))


def test_documents_that_came_went_or_changed_are_named(tmp_path: Path) -> None:
    treaty, ferry = harbour_engine().corpus
    changed = replace(treaty, text=treaty.text + " ", sha256="f" * 64)
    before = manifest(tmp_path, "a")
    after = manifest(tmp_path, "b", FakeEngine((changed, replace(ferry, id="ferry-2026.txt"))))
    assert told(before, after) == [
        "document ferry-2026.txt: – → " + ferry.sha256[:12],
        f"document notes/ferry.txt: {ferry.sha256[:12]} → –",
        f"document treaty.md: {treaty.sha256[:12]} → ffffffffffff",
    ]
    many = tuple(replace(entry, id=f"{n}.txt") for n in range(1001) for entry in harbour_engine().documents()[:1])
    assert len(documents_in_clear(many)) == 1 and len(documents_in_clear(many[:1000])) == 1000


def test_code_prompts_questions_and_a_run_that_kept_nothing_are_told(tmp_path: Path) -> None:
    base = manifest(tmp_path, "a")
    assert base.setup is not None
    other = replace(base.setup, parts={**base.setup.parts, "code": "abc", "prompts": "def"})
    new = replace(base, setup=other, version="0.2.0", dataset_sha256="9" * 64)
    assert [line.split(":")[0] for line in told(base, new)] == ["code", "prompts", "questions"]
    assert "0.2.0 (abc)" in told(base, new)[0]
    old = replace(base, setup=None, settings="0" * 64, index="00001-older")
    assert told(old, base)[0].startswith("settings, code or prompts: not kept by that run → ")
    assert told(old, base)[1] == "index: 00001-older → fake-generation"
