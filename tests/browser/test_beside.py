"""What lies beside the conversation: the conversations that the browser keeps, the documents, a source next to its answer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Watched
from tests.browser.test_chat import LIGHTHOUSE, Chat, chat, engine, newcomer, url, violations

__all__ = ["chat", "engine", "newcomer", "url"]
pytestmark = pytest.mark.browser
REFUSING = """
for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { get() { throw new DOMException("refused", "SecurityError"); } });
}
"""


def listed(page: Page, *titles: str) -> None:
    expect(page.locator("#charter-talks .open")).to_have_text(list(titles))


def test_conversations_are_kept_searched_renamed_opened_and_deleted(newcomer: Chat) -> None:
    page = newcomer.page
    newcomer.ask("Who built the lighthouse?")
    page.get_by_role("button", name="New conversation").click()
    newcomer.ready().ask("At six the harbour opens?")
    page.get_by_role("button", name="Conversations").click()
    listed(page, "At six the harbour opens?", "Who built the lighthouse?")
    page.get_by_role("searchbox", name="Search conversations").fill("varga")
    listed(page, "Who built the lighthouse?")  # by a word of its answer
    page.locator("#charter-talks li").hover()
    page.get_by_role("button", name="Rename: Who built").click()
    page.get_by_role("textbox", name="Rename").fill("The builder")
    page.keyboard.press("Enter")
    page.get_by_role("searchbox", name="Search conversations").fill("")
    listed(page, "At six the harbour opens?", "The builder")
    assert violations(page) == []
    page.get_by_role("button", name="The builder", exact=True).click()
    expect(newcomer.last.locator(".claim")).to_contain_text(LIGHTHOUSE)
    page.reload()
    expect(newcomer.last.locator(".claim")).to_contain_text(LIGHTHOUSE)
    newcomer.ask("Dogs travel free?")
    listed(page, "The builder", "At six the harbour opens?")  # the one that goes on comes first, under its own name
    page.locator("#charter-talks li").first.hover()
    page.get_by_role("button", name="Delete: The builder").click()
    page.get_by_role("button", name="Delete for good?").click()
    newcomer.ready()
    listed(page, "At six the harbour opens?")
    page.set_viewport_size({"width": 375, "height": 720})
    page.get_by_role("button", name="At six the harbour opens?", exact=True).click()
    expect(page.locator("#charter-talks")).to_be_hidden()
    expect(newcomer.last.locator(".claim")).to_contain_text("The harbour opens at six.")


def test_a_browser_that_keeps_nothing_answers_and_says_so(browser: Browser, url: str) -> None:
    context = browser.new_context(locale="en-US")
    context.add_init_script(REFUSING)
    chat = Chat(Watched(context.new_page()), url).open().ready()
    chat.ask("Who built the lighthouse?")
    chat.page.get_by_role("button", name="Conversations").click()
    expect(chat.page.locator("#charter-talks")).to_contain_text("This browser keeps nothing")
    assert chat.watched.problems == []
    context.close()


def test_a_question_is_edited_and_what_came_after_it_goes(chat: Chat) -> None:
    first = chat.ask("Who built the lighthouse?")
    chat.ask("At six the harbour opens?")
    chat.act(first, "Edit and ask again")
    dialog = chat.page.get_by_role("dialog", name="Edit and ask again")
    expect(dialog.get_by_role("textbox")).to_have_value("Who built the lighthouse?")
    assert violations(chat.page) == []
    chat.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    chat.act(first, "Edit and ask again")
    dialog.get_by_role("textbox").fill("Dogs travel free?")
    dialog.get_by_role("button", name="Ask", exact=True).click()
    expect(chat.last.locator(".claim")).to_contain_text("Dogs travel free.")
    expect(chat.page.locator("article.exchange")).to_have_count(1)


def test_documents_are_found_and_limit_what_is_asked(newcomer: Chat) -> None:
    page = newcomer.page
    page.get_by_role("button", name="Documents", exact=True).click()
    found = page.locator("#charter-library .list a")
    expect(found).to_have_count(3)
    page.get_by_role("searchbox", name="Search documents").fill("harbour")
    expect(found).to_have_text(["Harbour treaty"])
    page.get_by_role("searchbox", name="Search documents").fill("")
    page.get_by_role("button", name="#ferries").click()
    expect(found).to_have_text(["Ferry note"])
    page.get_by_role("checkbox", name="Ask only Ferry note").click()
    asked_of = page.locator("#charter-hint .scope")
    expect(asked_of).to_contain_text("Ferry note")
    assert violations(page) == []
    newcomer.ask("Who built the lighthouse?")
    expect(newcomer.last.locator(".refusal")).to_be_visible()
    page.reload()
    expect(asked_of).to_contain_text("#ferries")
    for name in ("No longer only Ferry note", "No longer only #ferries"):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(asked_of).to_have_count(0)
    newcomer.ask("Built by whom, the lighthouse?")
    expect(newcomer.last.locator(".claim")).to_contain_text(LIGHTHOUSE)


def test_a_source_opens_beside_its_answer_where_there_is_room(chat: Chat) -> None:
    page = chat.page
    quote = chat.ask("Who built the lighthouse?").locator("a.quote")
    quote.click()
    pane = page.get_by_role("complementary", name="Harbour treaty")
    source = page.frame_locator("#charter-source iframe")
    expect(source.locator("article mark")).to_have_text(LIGHTHOUSE)
    expect(source.get_by_role("link", name="Back to the chat")).to_be_hidden()
    answer, beside = chat.last.bounding_box(), pane.bounding_box()
    assert answer is not None and beside is not None and answer["x"] + answer["width"] <= beside["x"]
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(pane).to_be_hidden()
    expect(quote).to_be_focused()
    page.set_viewport_size({"width": 1024, "height": 720})
    with page.expect_popup() as popup:
        quote.click()
    expect(popup.value.locator("article mark")).to_have_text(LIGHTHOUSE)


def test_a_question_is_on_show_before_the_server_has_said_anything(chat: Chat) -> None:
    held: list[Route] = []
    chat.page.route("**/queue/join*", lambda route: held.append(route))
    chat.field.fill("Who built the lighthouse?")
    chat.field.press("Enter")
    expect(chat.page.locator(".exchange.echo .question")).to_have_text("Who built the lighthouse?")
    expect(chat.page.locator(".exchange.echo .stage")).to_have_text("Searching the documents…")
    for route in held:
        route.continue_()
    chat.page.unroute("**/queue/join*")
    expect(chat.last).to_have_class(re.compile("done"))
    expect(chat.page.locator("article.exchange")).to_have_count(1)


def test_a_reason_against_an_answer_is_one_click(chat: Chat) -> None:
    answer = chat.ask("Who built the lighthouse?")
    answer.get_by_role("button", name="Not helpful").click()
    answer.get_by_role("button", name="Incomplete").click()
    expect(answer.get_by_text("Your feedback is noted.")).to_be_visible()
    expect(answer.locator("form.comment")).to_have_count(0)
