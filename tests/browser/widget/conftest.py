from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.scripted_server import ScriptedServer
from tests.browser.widget.stage import Stage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/browser/widget/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def stage(browser: Browser) -> Iterator[Stage]:
    """Two origins and a browser. Whatever a test does, no page may end with an uncaught error or a dialog."""
    with ScriptedServer() as server, ScriptedServer() as host:
        stage = Stage(server, host, browser)
        yield stage
        for context in stage.contexts:
            context.close()
        for chat in stage.chats:
            assert chat.errors == []
            assert chat.dialogs == []
