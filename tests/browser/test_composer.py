"""Questions that are long, empty or linked, and what the page says in passing: nothing is lost, nothing is in the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watched
from tests.browser.scripted_engine import ScriptedEngine
from tests.browser.test_chat import LIGHTHOUSE, Chat, chat, engine, newcomer, url, violations

__all__ = ["chat", "engine", "newcomer", "url"]
pytestmark = pytest.mark.browser
LONG = "Who built the lighthouse? " + "I ask since the harbour master told me of Ada Varga. " * 41
LIMIT = 4000
WIDTHS = (375, 1024, 1440)


def box(found: Locator) -> dict[str, float]:
    made = found.bounding_box()
    assert made is not None
    return {**made, "bottom": made["y"] + made["height"], "right": made["x"] + made["width"]}


def overlapping(page: Page, selector: str) -> list[str]:
    """The controls on show that ``selector`` covers."""
    return page.evaluate(
        """(selector) => {
        const own = document.querySelector(selector).getBoundingClientRect();
        return [...document.querySelectorAll("button, a, select, textarea")].filter((control) => {
            const box = control.getBoundingClientRect();
            const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            const beside = box.width <= 1 || box.left >= own.right || own.left >= box.right;
            const apart = beside || box.top >= own.bottom || own.top >= box.bottom;
            return !apart && seen && (control.contains(seen) || seen.closest(selector));
        }).map((control) => control.textContent || control.placeholder);
    }""",
        selector,
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_a_question_of_2200_characters_is_folded_and_leaves_its_answer_in_view(chat: Chat, width: int) -> None:
    chat.page.set_viewport_size({"width": width, "height": 800})
    assert len(LONG) > 2190
    answer = chat.ask(LONG)
    expect(answer.locator(".claim")).to_be_in_viewport(ratio=1)
    assert box(answer.locator(".question"))["height"] < 160
    assert violations(chat.page) == []
    answer.get_by_role("button", name="Show the whole question").click()
    assert box(answer.locator(".question"))["height"] > 300
    chat.ask("At six the harbour opens?")
    expect(chat.page.get_by_role("button", name="Show less")).to_have_attribute("aria-expanded", "true")
    chat.page.get_by_role("button", name="Show less").click()
    assert box(chat.page.locator(".question").first)["height"] < 160


def test_a_question_that_is_too_long_stays_in_its_field_with_a_word_on_its_length(chat: Chat, engine: ScriptedEngine) -> None:
    chat.ask("Who built the lighthouse?")
    asked = len(engine.histories)
    chat.field.fill("x" * (LIMIT + 1))
    expect(chat.page.locator("#charter-count")).to_contain_text("4001 / 4000")
    chat.field.press("Enter")
    expect(chat.page.locator("#charter-toast")).to_contain_text("longer than 4,000 characters")
    expect(chat.field).to_have_value("x" * (LIMIT + 1))
    expect(chat.page.locator("article.exchange")).to_have_count(1)
    assert violations(chat.page) == []
    assert len(engine.histories) == asked
    chat.field.fill("x" * LIMIT)
    expect(chat.page.locator("#charter-count")).not_to_contain_text("Shorten")
    chat.field.press("Enter")
    expect(chat.page.locator("article.exchange")).to_have_count(2)
    expect(chat.field).to_have_value("")


def test_an_empty_question_changes_nothing(chat: Chat, engine: ScriptedEngine) -> None:
    chat.ask("Who built the lighthouse?")
    asked = len(engine.histories)
    for nothing in ("", "  \n "):
        chat.field.fill(nothing)
        chat.page.get_by_role("button", name="Send").click()
    chat.ask("At six the harbour opens?")
    expect(chat.page.locator("article.exchange")).to_have_count(2)
    assert len(engine.histories) == asked + 1


def test_a_linked_question_is_asked_once_whatever_follows(newcomer: Chat, engine: ScriptedEngine) -> None:
    newcomer.open("/?q=Who+built+the+lighthouse%3F&lang=en")
    expect(newcomer.last.locator(".claim")).to_contain_text(LIGHTHOUSE)
    assert newcomer.page.url == f"{newcomer.url}/?lang=en"
    asked = len(engine.histories)
    newcomer.page.get_by_role("button", name="New conversation").click()
    newcomer.ready()
    newcomer.page.reload()
    newcomer.ready()
    expect(newcomer.page.locator("article.exchange")).to_have_count(0)
    newcomer.ask("At six the harbour opens?")
    assert len(engine.histories) == asked + 1


def test_what_is_said_in_passing_lies_over_no_control_and_speaks_the_pages_language(newcomer: Chat) -> None:
    page = newcomer.page
    newcomer.ask("Who built the lighthouse?")
    toast = page.locator("#charter-toast")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        newcomer.act(newcomer.last, "Copy link")
        expect(toast).to_have_text("Link to this question copied.")
        assert overlapping(page, "#charter-toast") == []
    page.context.set_offline(True)
    expect(page.locator("#charter-offline")).to_contain_text("No connection")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert overlapping(page, "#charter-offline") == []
        assert violations(page) == []


def test_a_note_on_show_follows_the_language(watched: Watched, url: str) -> None:
    watched.page.clock.install()  # the note goes when the test says so
    newcomer = Chat(watched, url).open()
    newcomer.act(newcomer.ready().ask("Who built the lighthouse?"), "Copy link")
    toast = newcomer.page.locator("#charter-toast")
    expect(toast).to_have_text("Link to this question copied.")
    newcomer.choose("Language", "az")
    expect(toast).to_have_text("Bu sualın keçidi kopyalandı.")
    expect(newcomer.page.locator("#charter-notes")).to_have_attribute("lang", "az")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_ring_around_a_chosen_source_is_whole(chat: Chat, width: int) -> None:
    chat.page.set_viewport_size({"width": width, "height": 800})
    answer = chat.ask("Who built the lighthouse?")
    answer.locator(".marker").click()
    source = answer.locator(".sources li")
    expect(source).to_be_focused()
    room = source.evaluate("""(item) => {
        const style = getComputedStyle(item), ring = parseFloat(style.outlineWidth) + parseFloat(style.outlineOffset);
        const own = item.getBoundingClientRect(), around = item.closest(".sources");
        const clips = getComputedStyle(around).overflowY !== "visible";
        const box = clips ? around.getBoundingClientRect() : { left: 0, right: innerWidth, top: -1e6, bottom: 1e6 };
        return Math.min(own.left - box.left, box.right - own.right, box.bottom - own.bottom) - ring;
    }""")
    assert room >= 0


def test_a_passage_that_is_shown_in_part_ends_with_a_whole_sentence_and_one_sign_of_omission(chat: Chat) -> None:
    refused = chat.ask("What do bananas cost in Peru?")
    for shown in refused.locator(".sources blockquote").all_inner_texts():
        assert ".…" not in shown and "……" not in shown
