"""pytest plugin: each question of a file becomes a test. Inert unless ``charterqa_questions`` is set.

pytest loads this module in every run of every project that has charterqa installed, so it imports nothing: what does the work
is loaded by name once a project asks for it.
"""

from __future__ import annotations

from typing import Any

import pytest

SETTING = "charterqa_questions"
ENGINE = "rag.guiding.engine:GuidedEngine.open"
WORKER = "rag.evaluation.plugin.pytest_questions"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings."""
    parser.addini(SETTING, "questions file (JSONL), relative to the settings file", default="")
    parser.addini("charterqa_kb", "knowledge base folder, relative to the settings file", default="")
    parser.addini("charterqa_backend", "back end that answers", default="")
    parser.addini("charterqa_engine", "MODULE:FACTORY, called with the settings, of the engine under test", default=ENGINE)


def pytest_configure(config: pytest.Config) -> None:
    """Load the worker where a project asks for it."""
    if config.getini(SETTING):
        config.pluginmanager.import_plugin(WORKER)
        worker: Any = config.pluginmanager.get_plugin(WORKER)
        worker.enlist(config)
