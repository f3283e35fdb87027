"""A scripted server, a host page on another origin, and the element in Chromium, as a test speaks of them."""

from __future__ import annotations

from collections import deque
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, expect

from tests.browser.scripted_server import OPENING, Play, ScriptedServer, host_page, streams

AXE = Axe()
QUESTION = "When does the harbour open?"


class Chat:
    """One page with the element on it, and all that the page let out."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.console: list[str] = []
        self.dialogs: list[str] = []
        self.errors: list[str] = []
        self.urls: list[str] = []
        page.on("console", self._hear)
        page.on("dialog", self._dismiss)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.context.on("request", lambda request: self.urls.append(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def find(self, selector: str) -> Locator:
        """Inside the (first) element's shadow tree."""
        return self.page.locator("charter-chat").first.locator(selector)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def launcher(self) -> Locator:
        return self.find(".launcher")

    @property
    def input(self) -> Locator:
        return self.find("textarea")

    @property
    def text(self) -> Locator:
        """The words of the last answer."""
        return self.find(".text").last

    @property
    def error(self) -> Locator:
        return self.find(".note:not(.notice)").last

    @property
    def excerpt(self) -> Locator:
        return self.find(".slot .excerpt")

    def start(self) -> Chat:
        """The panel open and ready."""
        if self.launcher.is_visible() and self.launcher.get_attribute("aria-expanded") == "false":
            self.launcher.click()
        expect(self.input).to_be_visible()
        return self

    def ask(self, question: str = QUESTION) -> Chat:
        """Types and sends; does not wait."""
        self.start()
        self.input.fill(question)
        self.input.press("Enter")
        return self

    def settle(self) -> Chat:
        """Waits until nothing streams any more."""
        expect(self.find(".messages")).to_have_attribute("aria-busy", "false")
        return self

    def answered(self, question: str = QUESTION) -> Chat:
        """Asks and waits for the end of the answer."""
        return self.ask(question).settle()

    def violations(self) -> list[str]:
        """What axe finds on the whole page."""
        found = AXE.run(self.page).response["violations"]
        return [f"{v['id']}: {v['nodes'][0]['html'][:120]} {v['nodes'][0]['failureSummary']}" for v in found]

    def origins(self) -> set[str]:
        """Every origin that the page has sent a request to."""
        parts = [urlsplit(url) for url in self.urls]
        return {f"{p.scheme}://{p.netloc}" for p in parts if p.scheme not in {"data", "blob", "about"}}


class Stage:
    """``open`` shows a host page; the server streams an answer unless it is told to play something else."""

    def __init__(self, server: ScriptedServer, host: ScriptedServer, browser: Browser) -> None:
        self.server = server
        self.host = host
        self.chats: list[Chat] = []
        self.contexts: list[BrowserContext] = []
        self._browser = browser
        self.plays(streams(OPENING))

    def plays(self, *plays: Play) -> None:
        """What the server does with the next questions; the last is played again."""
        self.server.plays = deque(plays)

    def new_context(self, **options: Any) -> BrowserContext:
        """A browser that has seen nothing yet."""
        self.contexts.append(self._browser.new_context(**{"locale": "en-US", "reduced_motion": "reduce", **options}))
        return self.contexts[-1]

    def open(
        self,
        *elements: str,
        play: Play | None = None,
        context: BrowserContext | None = None,
        browser: dict[str, Any] | None = None,
        **page: Any,
    ) -> Chat:
        """The page in a new context with the options ``browser``, or as another tab of ``context``."""
        if play:
            self.plays(play)
        self.host.pages["/"] = host_page(self.server.origin, *elements, **page)
        chat = Chat((context or self.new_context(**(browser or {}))).new_page())
        self.chats.append(chat)
        chat.page.set_default_timeout(8000)
        chat.page.goto(self.host.origin + "/")
        expect(chat.find("section")).to_be_attached()
        return chat
