"""Chromium from the machine, and servers of the real application for it to open."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from rag.serving.app import create_app
from rag.serving.core.served_engine import ServedEngine
from tests.serving.live import running, settings_for

SCREEN: ViewportSize = {"width": 1440, "height": 900}
VIEWS: tuple[tuple[str, int, Literal["light", "dark"]], ...] = (
    ("en", 1440, "light"),
    ("en", 1024, "dark"),
    ("en", 375, "light"),
    ("az", 1440, "dark"),
    ("az", 1024, "light"),
    ("az", 375, "dark"),
)
"""Language, width and scheme: every two of them meet at least once."""
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--host-resolver-rules=MAP *.test 127.0.0.1",  # an intranet's name, which a browser trusts less than a loopback address
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Serve(Protocol):
    """Starts the application and returns its base URL; ``flags`` are flat names of settings."""

    def __call__(self, engine: ServedEngine, **flags: Any) -> str: ...


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """How pytest-playwright starts the browser. With ``CI=true`` a machine without one is a failure, not a reason to skip."""
    found = CHROMIUM if Path(CHROMIUM).is_file() else shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        message = "no Chromium on this machine"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    return {"executable_path": found, "args": list(QUIET)}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Servers on free ports that run until the session ends; each keeps its feedback in a folder of its own."""
    with contextlib.ExitStack() as stack:

        def serve(engine: ServedEngine, **flags: Any) -> str:
            flags = {"limits_requests_per_minute": 100_000, **flags}
            settings = settings_for(tmp_path_factory.mktemp("served"), **flags)
            return stack.enter_context(running(create_app(engine, settings)))

        yield serve


class Watched:
    """A page with everything it asked for and everything that went wrong in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def strangers(self, *origins: str) -> list[str]:
        """What was asked of anyone but ``origins``; data and blob URLs stay in the browser."""
        own = (*origins, "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(own)]


def fresh(browser: Browser) -> Iterator[Watched]:
    """A page of a new context, in English, at 1440 × 900; it must end without a script error or a dialog."""
    context: BrowserContext = browser.new_context(
        locale="en-US", viewport=SCREEN, reduced_motion="reduce", accept_downloads=True
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect.set_options(timeout=30_000)
    seen = Watched(context.new_page())
    yield seen
    context.close()
    assert seen.problems == []


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A page that this test has for itself."""
    yield from fresh(browser)


@pytest.fixture(scope="module")
def shared(browser: Browser) -> Iterator[Watched]:
    """A page that the tests of a module use one after the other: loading one takes longer than most of them."""
    yield from fresh(browser)
