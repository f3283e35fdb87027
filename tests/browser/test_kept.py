"""A reader who is signed in finds their conversations in every browser; nobody else does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Serve
from tests.browser.scripted_engine import ScriptedEngine

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(server: Serve) -> str:
    return server(ScriptedEngine(), auth="proxy", auth_proxy_peers="127.0.0.1")


class Reader:
    """Somebody at one machine after the other."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        self._browser = browser
        self._url = url
        self._name = name
        self.contexts: list[BrowserContext] = []

    def at_a_machine(self) -> Page:
        context = self._browser.new_context(
            locale="en-US", viewport={"width": 1440, "height": 900}, extra_http_headers={"X-Forwarded-User": self._name}
        )
        self.contexts.append(context)
        page = context.new_page()
        page.goto(self._url)
        expect(page.get_by_label("Your question")).to_be_visible()
        return page


@pytest.fixture
def readers(browser: Browser, url: str) -> Iterator[dict[str, Reader]]:
    expect.set_options(timeout=30_000)
    found = {name: Reader(browser, url, name) for name in ("ada", "eve")}
    yield found
    for reader in found.values():
        for context in reader.contexts:
            context.close()


def ask(page: Page, question: str, answer: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(".claim").last).to_contain_text(answer)


def open_list(page: Page) -> None:
    page.get_by_role("button", name="Conversations").click()


def test_a_conversation_follows_its_reader_and_stays_theirs(readers: dict[str, Reader]) -> None:
    first = readers["ada"].at_a_machine()
    with first.expect_response(lambda r: r.request.method == "PUT" and r.ok and "1911" in (r.request.post_data or "")):
        ask(first, "Who built the lighthouse?", "1911")
    open_list(first)
    talks = first.locator("#charter-talks")
    expect(talks.get_by_role("button", name="Who built the lighthouse?", exact=True)).to_be_visible()
    expect(talks).to_contain_text("Kept for you on this server.")
    assert Axe().run(first).violations_count == 0
    assert first.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('charterqa-conversation ')).length") == 0
    with first.expect_response(lambda r: r.request.method == "PATCH" and r.ok):
        talks.locator("li").hover()
        talks.get_by_role("button", name="Rename: Who built the lighthouse?").click()
        talks.get_by_role("textbox", name="Rename").fill("Towers")
        first.keyboard.press("Enter")
    first.reload()
    expect(first.locator(".claim")).to_contain_text("1911")

    second = readers["ada"].at_a_machine()
    open_list(second)
    second.locator("#charter-talks input[type=search]").fill("LIGHTHOUSE")
    second.get_by_role("button", name="Towers", exact=True).click()
    expect(second.locator(".claim")).to_contain_text("1911")

    stranger = readers["eve"].at_a_machine()
    open_list(stranger)
    expect(stranger.locator("#charter-talks")).to_contain_text("No conversation found.")

    with second.expect_response(lambda r: r.request.method == "DELETE" and r.ok):
        second.locator("#charter-talks li").hover()
        second.get_by_role("button", name="Delete: Towers").click()
        second.get_by_role("button", name="Delete for good?").click()
    expect(second.locator(".claim")).to_have_count(0)
    again = readers["ada"].at_a_machine()
    open_list(again)
    expect(again.locator("#charter-talks")).to_contain_text("No conversation found.")


def test_a_reader_is_told_when_the_server_cannot_keep_it(readers: dict[str, Reader]) -> None:
    page = readers["ada"].at_a_machine()
    page.route("**/api/v1/conversations/**", lambda route: route.fulfill(status=503, json={}))
    ask(page, "Who built the lighthouse?", "1911")
    expect(page.locator("#charter-toast")).to_have_text("The server could not keep this conversation.")
