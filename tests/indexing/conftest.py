from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.settings import Settings
from tests.fake_embedder import FakeEmbedder

HARBOUR = "The harbour opens at six. The lighthouse was built in 1911 by Ada Varga."
FERRY = "The ferry leaves on Mondays. Dogs travel free."
LIBRARY = "The library lends maps. A reader may keep a map for four weeks."


def fill(kb: KnowledgeBase) -> None:
    kb.sources.mkdir(parents=True)
    for name, text in (("ferry.txt", FERRY), ("harbour.txt", HARBOUR), ("library.txt", LIBRARY)):
        (kb.sources / name).write_text(text, encoding="utf-8")


@pytest.fixture
def kb(tmp_path: Path) -> KnowledgeBase:
    """Three short documents, nothing built."""
    base = KnowledgeBase(tmp_path / "kb")
    fill(base)
    return base


@pytest.fixture(scope="session")
def _parsed(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    base = KnowledgeBase(tmp_path_factory.mktemp("parsed"))
    fill(base)
    build(base, Settings(), FakeEmbedder())
    return base


@pytest.fixture
def indexed(_parsed: KnowledgeBase, tmp_path: Path) -> KnowledgeBase:
    """The three documents with one generation built of them by the fake embedder: no parsing process is started for it."""
    shutil.copytree(_parsed.root, tmp_path / "indexed")
    return KnowledgeBase(tmp_path / "indexed")


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()
