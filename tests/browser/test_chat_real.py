"""The whole path in a browser: the default sources, the packaged model, an index built for the occasion."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag.guiding.engine import GuidedEngine
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.models.opening import open_embedder
from rag.settings import Settings
from tests.browser.conftest import Serve, Watched
from tests.browser.test_chat import Chat

pytestmark = [pytest.mark.browser, pytest.mark.model]
SOURCES = Path(__file__).parents[2] / "index" / "sources"


@pytest.fixture(scope="module")
def url(server: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The product over a copy of the default knowledge base."""
    kb = KnowledgeBase(tmp_path_factory.mktemp("charter"))
    shutil.copytree(SOURCES, kb.sources)
    settings = Settings(kb=kb.root)
    embedder = open_embedder(settings.embedding, threads=settings.threads)
    build(kb, settings, embedder)
    engine = GuidedEngine.open(settings, kb)
    yield server(engine, kb=kb.root)
    engine.close()


@pytest.fixture
def chat(shared: Watched, url: str) -> Chat:
    return Chat(shared, url).begin()


def test_who_signed_the_charter_is_answered_and_highlighted_in_the_source(chat: Chat) -> None:
    answer = chat.ask("Who signed the charter?")
    expect(answer.locator(".claims")).to_contain_text("Ilham Aliyev")
    quote = answer.locator(".sources .said").first.inner_text()
    assert "JD Vance" in quote
    with chat.page.expect_popup() as popup:
        answer.get_by_role("link", name="Open source 1").click()
    expect(popup.value.locator("article mark").first).to_be_in_viewport()
    assert " ".join(popup.value.locator("article mark").all_inner_texts()) == quote
    popup.value.close()
    chat.ask("What is the capital of Peru?")
    expect(chat.last.get_by_role("heading", name="No answer in the documents")).to_be_visible()
    assert chat.watched.strangers(chat.url) == []


def test_a_follow_up_is_understood_and_an_example_is_answered(chat: Chat) -> None:
    chat.page.locator(".example").first.click()
    expect(chat.last.locator(".marker").first).to_be_visible()
    chat.ask("When was the Memorandum of Understanding signed?")
    expect(chat.last.locator(".claims")).to_contain_text("August 8, 2025")
    followed = chat.ask("And where?")
    expect(followed.locator(".claims")).to_contain_text("Washington")
    followed.locator("details.understood summary").click()
    expect(followed.locator("details.understood")).to_contain_text("Memorandum")
