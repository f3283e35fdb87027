"""A conversation shared by a link in Chromium: made, read by somebody else, taken back; and the page is safe to read."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Serve, Watched
from tests.browser.scripted_engine import BEACON, ScriptedEngine
from tests.browser.test_chat import LIGHTHOUSE, Chat, violations

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(server: Serve) -> str:
    return server(ScriptedEngine(), sharing_enabled=True)


def test_a_link_shows_the_answers_to_somebody_else_until_it_is_taken_back(watched: Watched, url: str, browser: Browser) -> None:
    chat = Chat(watched, url).open().ready()
    page = chat.page
    chat.ask("Who built the lighthouse?")
    chat.ask("Quokkas smile?")
    page.locator("#charter-menu summary").click()
    page.get_by_role("button", name="Share by a link").click()
    dialog = page.get_by_role("dialog", name="Share by a link")
    expect(dialog).to_contain_text("Whoever may use this chat can read")
    dialog.get_by_role("button", name="Make a link").click()
    link = dialog.locator(".said a")
    expect(link).to_have_attribute("href", re.compile(r"/shared\?c=[\w-]{32}$"))
    assert violations(page) == []
    address = link.get_attribute("href")
    assert address is not None

    other = browser.new_context(locale="en-US")
    reader = Watched(other.new_page())
    refused: list[str] = []
    reader.page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    reader.page.goto(address)
    shared = reader.page.locator("article.exchange")
    expect(shared).to_have_count(2)
    expect(shared.first.locator(".claim")).to_have_text(f"{LIGHTHOUSE} [1]")
    expect(reader.page.locator("textarea, input, .actions, [data-ask]")).to_have_count(0)
    shared.first.locator(".marker").click()
    expect(shared.first.locator(".sources li")).to_be_focused()
    for scheme in ("light", "dark"):
        reader.page.emulate_media(color_scheme=scheme)
        assert violations(reader.page) == []
    with reader.page.expect_popup() as popup:
        shared.first.locator("a.quote").first.click()
    expect(popup.value.locator("#text mark")).to_have_text(LIGHTHOUSE)
    assert reader.problems == [] and refused == [] and not any(asked.startswith(BEACON) for asked in reader.requests)

    dialog.get_by_role("button", name="Take back: Who built the lighthouse?").click()
    expect(dialog.locator(".said")).to_have_text("The link shows nothing any more.")
    answer = reader.page.goto(address)
    assert answer is not None and answer.status == 404
    expect(reader.page.get_by_role("alert")).to_contain_text("There is nothing behind this link.")
    other.close()


def test_a_conversation_that_the_browser_made_up_cannot_be_shared(watched: Watched, url: str) -> None:
    chat = Chat(watched, url).open().ready()
    chat.ask("Who built the lighthouse?")
    chat.page.evaluate(
        "for (const name of Object.keys(localStorage)) localStorage[name] = localStorage[name].replaceAll('1911', '2011')"
    )
    chat.page.reload()
    expect(chat.last.locator(".claim")).to_contain_text("2011")
    chat.page.locator("#charter-menu summary").click()
    chat.page.get_by_role("button", name="Share by a link").click()
    chat.page.get_by_role("button", name="Make a link").click()
    expect(chat.page.locator("#charter-share .said")).to_contain_text("There is no answer here that can be shared.")
