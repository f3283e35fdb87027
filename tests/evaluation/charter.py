"""The charter's questions asked of an engine without a model: enough questions for a gate to have power over."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from rag.evaluation.questions.dataset import Dataset, load_dataset
from rag.evaluation.runs.answer_cache import Circumstances
from rag.evaluation.runs.run import Run, run
from rag.evaluation.runs.run_folder import RunFolder
from rag.types import Document, Span
from tests.fake_engine import FakeEngine

INDEX = Path(__file__).parents[2] / "index"


def charter_document() -> Document:
    text = (INDEX / "sources" / "charter-report.txt").read_text(encoding="utf-8")
    sentences = tuple(Span(m.start(), m.end()) for m in re.finditer(r"[^\n]+", text))
    return Document(
        "charter-report.txt", "Charter", text, hashlib.sha256(text.encode()).hexdigest(), (), sentences, language="en"
    )


def charter_engine() -> FakeEngine:
    return FakeEngine((charter_document(),))


def charter_questions() -> Dataset:
    return load_dataset(INDEX / "questions" / "charter-dev.jsonl")


def charter_run(folder: Path, asker: object = None) -> Run:
    engine = asker or charter_engine()
    circumstances = Circumstances(engine.index, engine.backend, {})  # type: ignore[attr-defined]
    return run(charter_questions(), engine, circumstances, RunFolder(folder))  # type: ignore[arg-type]
