"""What outlives a page, a tab and a move in the document, and what is nobody else's."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.scripted_server import Gate, answer, streams
from tests.browser.widget.stage import QUESTION, Stage

LOCAL = '<charter-chat server="{server}" persist="local"></charter-chat>'


def test_a_reload_keeps_the_conversation_with_its_excerpts_and_rating(stage: Stage) -> None:
    chat = stage.open().answered()
    chat.button("Helpful").click()
    expect(chat.button("Helpful")).to_have_attribute("aria-pressed", "true")
    chat.page.reload()
    chat.start()
    expect(chat.text).to_have_text("The harbour opens at six. 1 The lighthouse is 40 metres high. 2")
    expect(chat.button("Helpful")).to_have_attribute("aria-pressed", "true")
    chat.find(".marker").first.click()
    expect(chat.excerpt).to_be_visible()
    chat.answered("And then?")
    assert stage.server.asked()[-1].json()["history"][0]["content"] == QUESTION


def test_a_closed_tab_is_remembered_only_where_the_page_says_local(stage: Stage) -> None:
    for element, remembered in [(LOCAL, True), ('<charter-chat server="{server}"></charter-chat>', False)]:
        chat = stage.open(element).answered()
        context = chat.page.context
        chat.page.close()
        again = stage.open(element, context=context).start()
        expect(again.find(".question")).to_have_count(1 if remembered else 0)


def test_nothing_is_stored_where_the_page_says_none(stage: Stage) -> None:
    chat = stage.open('<charter-chat server="{server}" persist="none"></charter-chat>').answered()
    assert chat.page.evaluate("sessionStorage.length + localStorage.length") == 0
    chat.page.reload()
    expect(chat.find(".turn")).to_have_count(0)


def test_a_question_that_the_closing_tab_cut_off_can_be_asked_again(stage: Stage) -> None:
    gate = Gate()
    chat = stage.open(LOCAL, play=streams(answer("The harbour opens at six."), gates=[gate])).ask()
    assert gate.reached()
    context = chat.page.context
    chat.page.close()
    gate.open()
    again = stage.open(LOCAL, context=context).start()
    expect(again.error).to_have_text("The connection was lost.")
    again.button("Try again").click()
    again.settle()
    expect(again.text).to_have_text("The harbour opens at six. 1")


def test_two_widgets_on_a_page_share_nothing(stage: Stage) -> None:
    inline = '<charter-chat server="{server}" mode="inline"></charter-chat>'
    chat = stage.open(inline, inline, '<charter-chat server="{server}"></charter-chat>')
    one, two, three = (chat.page.locator("charter-chat").nth(n) for n in range(3))
    for element, question in [(one, "First?"), (two, "Second?")]:
        element.locator("textarea").fill(question)
        element.locator("textarea").press("Enter")
        expect(element.locator("[part=feedback]")).to_be_visible()
    assert [r.json()["history"] for r in stage.server.asked()] == [[], []]
    for _ in range(2):
        expect(one.locator(".question")).to_contain_text(["First?"])
        expect(two.locator(".question")).to_contain_text(["Second?"])
        expect(three.locator(".question")).to_have_count(0)
        chat.page.reload()
    two.get_by_role("button", name="New conversation").click()
    chat.page.reload()
    expect(one.locator(".question")).to_have_count(1)
    expect(two.locator(".question")).to_have_count(0)


def test_at_most_twenty_turns_are_kept(stage: Stage) -> None:
    chat = stage.open()
    chat.page.evaluate(
        "(async () => { for (let n = 0; n < 23; n++) await document.querySelector('charter-chat').ask('Q' + n) })()"
    )
    chat.page.reload()
    expect(chat.find(".question")).to_have_count(20)
    expect(chat.find(".question").first).to_contain_text("Q3")


NONSENSE = ["not json", '{"a": 1}', "[1]", '[{"question": "Q", "done": true, "answer": {"answer": 5}}]']


def test_a_store_that_holds_nonsense_does_no_harm(stage: Stage) -> None:
    chat = stage.open().answered()
    for broken in NONSENSE:
        chat.page.evaluate("(value) => sessionStorage.setItem(Object.keys(sessionStorage)[0], value)", broken)
        chat.page.reload()
        chat.answered("And now?")
        expect(chat.text).to_contain_text("The harbour opens at six.")


def test_a_browser_that_forbids_storage_still_gets_answers(stage: Stage) -> None:
    chat = stage.open()
    chat.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    chat.page.reload()
    chat.answered()
    expect(chat.text).to_contain_text("The harbour opens at six.")


def test_moving_the_element_keeps_it_going_and_removing_it_stops_the_work(stage: Stage) -> None:
    first, second = Gate(), Gate()
    chat = stage.open(play=streams(answer("The harbour opens at six.", "It closes at ten."), gates=[first, second])).ask()
    chat.page.evaluate("document.querySelector('main').append(document.querySelector('charter-chat'))")
    first.open()
    second.open()
    chat.settle()
    expect(chat.text).to_have_text("The harbour opens at six. 1 It closes at ten. 2")
    expect(chat.launcher).to_be_visible()
    gone = Gate()
    stage.plays(streams(answer("Never."), gates=[gone]))
    chat.page.evaluate(
        "failed = ''; e = document.querySelector('charter-chat'); void e.ask('Q?').then((a) => (failed = String(a)))"
    )
    assert gone.reached()
    chat.page.evaluate("e.remove()")
    chat.page.wait_for_function("window.failed === 'null'")
    gone.open()


SWAPS = {
    "replaced, as Turbo does": "document.body.replaceWith(next)",
    "inserted before the old one goes": "document.body.after(next); document.body.remove()",
    "old contents moved out first": "document.body.replaceChildren(...next.childNodes)",
    "new contents put first": "const old = [...document.body.childNodes]; document.body.prepend(...next.childNodes);"
    "old.forEach((node) => node.remove())",
}


@pytest.mark.parametrize("swap", SWAPS.values(), ids=SWAPS)
def test_a_page_that_swaps_its_body_keeps_the_conversation(stage: Stage, swap: str) -> None:
    chat = stage.open().answered()
    for visit in range(3):
        chat.page.evaluate(
            """(swap) => {
            const next = document.createElement("body");
            const main = document.createElement("main");
            main.append("The next page");
            const element = document.createElement("charter-chat");
            element.setAttribute("server", document.querySelector("charter-chat").getAttribute("server"));
            next.append(main, element);
            new Function("next", swap)(next);
        }""",
            swap,
        )
        chat.start()
        expect(chat.find(".question")).to_have_count(visit + 1)
        chat.answered(f"Question {visit}?")
        expect(chat.text).to_contain_text("The harbour opens at six.")
    assert len(stage.server.asked()[-1].json()["history"]) == 6
