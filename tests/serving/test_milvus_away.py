"""A Milvus that is away when a server starts, or goes away while it runs, makes it unready in one line, and ready again."""

from __future__ import annotations

from pathlib import Path

import httpx

from rag.errors import CharterError
from rag.index.live import LiveIndex
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.retrieval.retriever import Retriever
from rag.serving.app import create_app
from rag.settings import Settings, load_settings
from rag.types import UNFILTERED, Filter, Hit
from tests.fake_embedder import FakeEmbedder
from tests.fake_engine import FakeEngine
from tests.milvus import free_port, serving
from tests.serving.live import running, settings_for

TRIES = 4000
SEARCH = {"question": "Who built the lighthouse?"}


class SearchingEngine(FakeEngine):
    """The fake engine, which searches what is published and tells how the index is."""

    def __init__(self, kb: KnowledgeBase, settings: Settings) -> None:
        super().__init__()
        self._live = LiveIndex(kb, FakeEmbedder().identity, settings)

    def problem(self) -> CharterError | None:
        return self._live.current().problem()

    def search(self, question: str, k: int = 10, *, filter: Filter = UNFILTERED) -> tuple[Hit, ...]:
        return Retriever(self._live.current(), FakeEmbedder()).search(question, k)


def becomes(client: httpx.Client, status: int) -> bool:
    return any(client.get("/readyz").status_code == status for _ in range(TRIES))


def test_it_is_waited_for_missed_and_used_again_without_a_restart(tmp_path: Path) -> None:
    kb = KnowledgeBase(tmp_path / "kb")
    kb.sources.mkdir(parents=True)
    (kb.sources / "harbour.txt").write_text("The harbour opens at six. Ada Varga built the lighthouse.", encoding="utf-8")
    port = free_port()
    settings = load_settings({"store": f"milvus:http://127.0.0.1:{port}", "milvus_timeout": 2.0}, environ={})
    with serving(tmp_path / "milvus", port):
        build(kb, settings, FakeEmbedder())
    app = create_app(lambda: SearchingEngine(kb, settings), settings_for(tmp_path), ui=False)
    with running(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        assert client.get("/readyz").status_code == 503 and client.get("/healthz").status_code == 200
        for _ in range(2):
            with serving(tmp_path / "milvus", port):
                assert becomes(client, 200)
                assert client.post("/api/v1/search", json=SEARCH).json()["hits"]
            assert becomes(client, 503)
            for refused in (client.get("/readyz"), client.post("/api/v1/search", json=SEARCH)):
                assert refused.status_code == 503 and int(refused.headers["retry-after"]) >= 1
                assert refused.json()["type"] == "urn:charterqa:problem:index"
                assert refused.json()["detail"] == "The index is in Milvus, which cannot be asked now."
                assert str(port) not in refused.text
