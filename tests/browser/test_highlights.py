"""The words that answer stand out in their sentence, and the sentence stays in its paragraph: chat, widget, source page."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Serve, Watched
from tests.browser.scripted_engine import ScriptedEngine
from tests.browser.test_chat import LIGHTHOUSE, Chat, violations

pytestmark = pytest.mark.browser
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
QUESTION = "Exactly who built the lighthouse?"
WORDS = ["1911", "Ada Varga"]
FRAGMENT = "source/treaty.md#c=47-93&h=75-79,83-92"


@pytest.fixture(scope="module")
def base(server: Serve) -> str:
    return server(ScriptedEngine())


def ground(found: Locator) -> str:
    return found.evaluate("element => getComputedStyle(element).backgroundColor")


def test_in_the_chat_and_on_the_page_behind_it_only_the_words_that_answer_are_dark(watched: Watched, base: str) -> None:
    answer = Chat(watched, base).open().ready().ask(QUESTION)
    source = answer.locator(".sources li")
    expect(source.locator("blockquote")).to_contain_text("It is 40 metres high.")
    expect(source.locator(".said")).to_have_text(LIGHTHOUSE)
    expect(source.locator("mark")).to_have_text(WORDS)
    expect(answer.locator(".gist")).to_have_text("1911 · Ada Varga")
    expect(answer.locator(".claim strong")).to_have_text(WORDS)
    for scheme in SCHEMES:
        watched.page.emulate_media(color_scheme=scheme)
        dark, quote, around = (ground(source.locator(part).last) for part in ("mark", "a.quote", ".around"))
        assert dark != quote == around
        assert violations(watched.page) == []
    with watched.page.expect_popup() as popup:
        source.get_by_role("link", name="Open source 1").click()
    page = popup.value
    assert page.url == f"{base}/{FRAGMENT}"
    expect(page.locator("article mark")).to_have_text(LIGHTHOUSE)
    expect(page.locator("article mark strong")).to_have_text(WORDS)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert ground(page.locator("mark strong").first) != ground(page.locator("mark"))
        assert violations(page) == []
    page.goto("about:blank")
    page.goto(f"{base}/source/treaty.md#c=47-93")
    expect(page.locator("article mark")).to_have_text(LIGHTHOUSE)
    expect(page.locator("article strong")).to_have_count(0)


def test_words_that_lie_outside_the_excerpt_are_not_marked(watched: Watched, base: str) -> None:
    for words in ("0-5", "90-99", "x-y", "85-80", "999999-9999999", "<b>"):
        watched.page.goto("about:blank")
        watched.page.goto(f"{base}/source/treaty.md#c=47-93&h={words}")
        expect(watched.page.locator("article mark")).to_have_text(LIGHTHOUSE)
        expect(watched.page.locator("article strong"), words).to_have_count(0)
        assert watched.page.evaluate("document.getElementById('text').textContent").startswith("Article 1\nThe harbour")


def test_in_the_widget_the_words_that_answer_are_strong_and_its_link_names_them(watched: Watched, base: str) -> None:
    watched.page.goto(f"{base}/embed")
    watched.page.get_by_label("Your question").fill(QUESTION)
    watched.page.keyboard.press("Enter")
    watched.page.locator("charter-chat .marker").click()
    expect(watched.page.locator("charter-chat blockquote mark")).to_have_text(LIGHTHOUSE)
    expect(watched.page.locator("charter-chat blockquote mark strong")).to_have_text(WORDS)
    link = watched.page.get_by_role("link", name="Open in the document")
    expect(link).to_have_attribute("href", f"{base}/{FRAGMENT}")
    assert [found for found in violations(watched.page) if "color-contrast" in found] == []
