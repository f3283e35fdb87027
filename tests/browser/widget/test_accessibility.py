"""Everybody can use it: with a keyboard alone, a screen reader, high contrast, any of four languages, from right to left."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import VIEWS
from tests.browser.scripted_server import OPENING, Gate, Play, answer, citation, refusal, refuses, streams
from tests.browser.widget.stage import QUESTION, Chat, Stage

NEAR = citation(1, "The harbour opens at six.")
FULL = answer(
    "The harbour opens at six.",
    "The lighthouse is 40 metres high.",
    notice="The language model failed; this answer quotes the documents.",
    withheld=[{"text": "It is red.", "reason": "not stated"}],
)
INLINE = '<charter-chat server="{server}" mode="inline" suggestions="Who?|When?"></charter-chat>'
LAUNCHER = '<charter-chat server="{server}" suggestions="Who?|When?"></charter-chat>'
SPEECH = """
  said = [];
  const status = document.querySelector('charter-chat').shadowRoot.querySelector('[role=status]');
  new MutationObserver(() => status.textContent && said.push(status.textContent)).observe(status, {childList: true});
"""


def excerpt_open(chat: Chat) -> None:
    chat.answered()
    chat.find(".marker").first.click()
    expect(chat.excerpt).to_be_visible()


def everything_open(chat: Chat) -> None:
    chat.answered()
    for summary in chat.find("summary").all():
        summary.click()


def disliked(chat: Chat) -> None:
    chat.answered()
    chat.button("Not helpful").click()
    expect(chat.page.get_by_role("textbox", name="What was wrong? (optional)")).to_be_visible()


STATES: dict[str, tuple[Play, Callable[[Chat], object]]] = {
    "closed": (streams(FULL), lambda chat: None),
    "open": (streams(FULL), Chat.start),
    "answered": (streams(FULL), everything_open),
    "excerpt open": (streams(FULL), excerpt_open),
    "disliked": (streams(FULL), disliked),
    "refused": (streams(refusal("The documents do not say.", NEAR)), everything_open),
    "error": (refuses(500, "It broke."), Chat.answered),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_any_state_at_any_width_in_light_and_dark_in_two_languages(stage: Stage, state: str) -> None:
    play, reach = STATES[state]
    chat = stage.open(LAUNCHER, play=play, head="<style>:root { color-scheme: light dark }</style>")
    reach(chat)
    for lang, width, scheme in VIEWS:
        chat.page.evaluate("lang => document.querySelector('charter-chat').lang = lang", lang)
        chat.page.emulate_media(color_scheme=scheme)
        chat.page.set_viewport_size({"width": width, "height": 700})
        assert chat.violations() == [], (lang, width, scheme)


def test_axe_finds_nothing_while_it_streams_and_with_two_on_a_page(stage: Stage) -> None:
    waiting, streaming = Gate(), Gate()
    chat = stage.open(LAUNCHER, INLINE, play=streams(FULL, gates=[waiting, streaming])).ask()
    assert waiting.reached()
    assert chat.violations() == []
    waiting.open()
    assert streaming.reached()
    expect(chat.find(".marker")).to_have_count(1)
    assert chat.violations() == []
    streaming.open()
    chat.settle()


def test_axe_finds_nothing_on_a_small_touch_screen(stage: Stage) -> None:
    chat = stage.open(LAUNCHER, play=streams(FULL), browser={"viewport": {"width": 375, "height": 667}, "has_touch": True})
    excerpt_open(chat)
    assert chat.violations() == []


def focus_of(chat: Chat) -> str:
    """The accessible name of what has the focus."""
    return str(
        chat.page.evaluate(
            "(() => { let n = document.activeElement; while (n?.shadowRoot?.activeElement) n = n.shadowRoot.activeElement;"
            " return n.getAttribute('aria-label') ?? n.textContent })()"
        )
    )


def test_a_whole_conversation_by_keyboard_alone(stage: Stage) -> None:
    stage.plays(streams(FULL), refuses(500), streams(refusal("The documents do not say.", NEAR)))
    chat = stage.open(LAUNCHER)
    press, write = chat.page.keyboard.press, chat.page.keyboard.type

    def tab_to(name: str, back: bool = False) -> None:
        for _ in range(15):
            press("Shift+Tab" if back else "Tab")
            if focus_of(chat) == name:
                return
        raise AssertionError(f"{name} is not reached")

    tab_to("Ask the documents")
    press("Enter")
    assert focus_of(chat) == "Your question"
    write(QUESTION)
    press("Enter")
    chat.settle()
    tab_to("Excerpt 2: Harbour treaty", back=True)
    press("Enter")
    expect(chat.excerpt).to_be_focused()
    tab_to("Open in the document")
    press("Escape")
    assert focus_of(chat) == "Excerpt 2: Harbour treaty"
    tab_to("Left out because the documents do not support it: 1")
    press("Space")
    expect(chat.find("li")).to_be_visible()
    tab_to("Helpful")
    press("Space")
    expect(chat.button("Helpful")).to_have_attribute("aria-pressed", "true")
    tab_to("Your question")
    write("And where?")
    press("Enter")
    chat.settle()
    assert focus_of(chat) == "Your question"
    tab_to("Try again", back=True)
    press("Enter")
    chat.settle()
    expect(chat.text).to_have_text("The documents do not say.")
    tab_to("New conversation", back=True)
    press("Enter")
    expect(chat.find(".turn")).to_have_count(0)
    assert focus_of(chat) == "Your question"
    press("Escape")
    expect(chat.find(".panel")).to_be_hidden()
    assert focus_of(chat) == "Ask the documents"
    expect(chat.launcher).to_have_attribute("aria-expanded", "false")


def test_escape_closes_the_excerpt_first_and_then_the_panel(stage: Stage) -> None:
    chat = stage.open().answered()
    marker = chat.find(".marker").first
    marker.click()
    chat.page.keyboard.press("Escape")
    expect(chat.excerpt).to_have_count(0)
    expect(marker).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(chat.find(".panel")).to_be_hidden()
    expect(chat.launcher).to_be_focused()


def test_stop_from_the_keyboard_gives_the_focus_back_to_the_question(stage: Stage) -> None:
    gate = Gate()
    chat = stage.open(play=streams(OPENING, gates=[gate])).ask()
    assert gate.reached()
    chat.page.keyboard.press("Tab")
    expect(chat.button("Stop")).to_be_focused()
    chat.page.keyboard.press("Enter")
    chat.settle()
    expect(chat.input).to_be_focused()
    gate.open()


def test_each_answer_is_announced_once_and_only_when_it_is_done(stage: Stage) -> None:
    gate = Gate()
    first = Gate()
    first.open()
    stage.plays(streams(OPENING, gates=[first, gate]), streams(OPENING), refuses(429))
    chat = stage.open().start()
    chat.page.evaluate(SPEECH)
    chat.ask()
    expect(chat.text).to_have_text("The harbour opens at six. 1")
    assert chat.page.evaluate("said") == []
    gate.open()
    chat.settle()
    spoken = "The harbour opens at six.  The lighthouse is 40 metres high. "
    assert chat.page.evaluate("said") == [spoken]
    chat.answered("Again?").answered("And again?")
    assert chat.page.evaluate("said") == [spoken, spoken, chat.error.inner_text()]
    live = chat.find("[aria-live], [role=status], [role=alert], [role=log]")
    expect(live).to_have_count(1)
    expect(live.locator(".turn")).to_have_count(0)


def test_targets_are_at_least_24_pixels(stage: Stage) -> None:
    chat = stage.open(LAUNCHER, play=streams(FULL))
    chat.start()
    small = """(ns) => ns.filter((n) => n.checkVisibility()).map((n) => n.getBoundingClientRect())
      .filter((b) => b.width < 24 || b.height < 24).length"""
    targets = chat.find("button, a, summary, textarea, input")
    assert targets.evaluate_all(small) == 0
    excerpt_open(chat)
    chat.button("Not helpful").click()
    assert targets.evaluate_all(small) == 0
    assert targets.count() > 10


@pytest.mark.parametrize(
    ("element", "page", "locale", "label", "sent"),
    [
        ('lang="az"', "en", "en-US", "Sualınız", "az"),
        ('lang="ru-RU"', "en", "en-US", "Ваш вопрос", "ru"),
        ("", "tr", "en-US", "Sorunuz", "tr"),
        ("", "", "az-AZ", "Sualınız", "az"),
        ("", "de", "ru-RU", "Your question", "en"),
        ('lang="TR"', "az", "ru-RU", "Sorunuz", "tr"),
    ],
)
def test_it_speaks_its_own_language_else_the_pages_else_the_browsers(
    stage: Stage, element: str, page: str, locale: str, label: str, sent: str
) -> None:
    tag = f'<charter-chat server="{{server}}" mode="inline" {element}></charter-chat>'
    chat = stage.open(tag, lang=page, browser={"locale": locale})
    expect(chat.input).to_have_attribute("aria-label", label)
    expect(chat.find("section")).to_have_attribute("lang", sent)
    chat.answered()
    assert stage.server.asked()[0].json()["lang"] == sent


def test_the_nearest_ancestor_decides_also_through_a_shadow_tree(stage: Stage) -> None:
    tree = '<p><template shadowrootmode="open"><charter-chat mode="inline"></charter-chat></template></p>'
    chat = stage.open(f'<div lang="ru">{tree}</div>')
    expect(chat.input).to_have_attribute("aria-label", "Ваш вопрос")


def test_every_language_has_every_text_with_the_same_blanks(stage: Stage) -> None:
    script = stage.server.pages["/widget/v1/widget.js"].body
    tables = re.findall(r"^  (en|az|ru|tr): \{(.*?)^  \},", script, re.S | re.M)
    assert [name for name, _ in tables] == ["en", "az", "ru", "tr"]
    texts = [dict(re.findall(r'(\w+): "([^"]*)"', body)) for _, body in tables]
    english = texts[0]
    assert len(english) == 32
    for other in texts[1:]:
        assert {k: sorted(re.findall(r"\{\w+\}", v)) for k, v in other.items()} == {
            k: sorted(re.findall(r"\{\w+\}", v)) for k, v in english.items()
        }
        assert sum(other[k] == v for k, v in english.items()) == 0, "untranslated"


def test_the_page_may_change_a_text_or_bring_a_language(stage: Stage) -> None:
    chat = stage.open('<charter-chat server="{server}" mode="inline" lang="ar"></charter-chat>')
    expect(chat.find("section")).to_have_attribute("dir", "rtl")
    expect(chat.find("section")).to_have_attribute("lang", "en")
    chat.page.evaluate("document.querySelector('charter-chat').strings = {label: 'سؤالك', page: 'صفحة {n}'}")
    expect(chat.input).to_have_attribute("aria-label", "سؤالك")
    expect(chat.find("section")).to_have_attribute("lang", "ar")
    chat.answered()
    chat.find(".marker").first.click()
    expect(chat.excerpt).to_contain_text("صفحة 4")


def test_a_change_of_language_during_an_answer_loses_nothing(stage: Stage) -> None:
    gate = Gate()
    first = Gate()
    first.open()
    chat = stage.open(play=streams(OPENING, gates=[first, gate])).ask()
    expect(chat.text).to_have_text("The harbour opens at six. 1")
    chat.page.evaluate("document.querySelector('charter-chat').lang = 'az'")
    expect(chat.button("Dayandır")).to_be_visible()
    gate.open()
    chat.settle()
    expect(chat.text).to_have_text("The harbour opens at six. 1 The lighthouse is 40 metres high. 2")
    expect(chat.button("Faydalıdır")).to_be_visible()


def test_right_to_left_mirrors_the_launcher_and_the_panel(stage: Stage) -> None:
    chat = stage.open('<charter-chat server="{server}"></charter-chat>', lang="fa").answered()
    box, close, send = chat.launcher.bounding_box(), chat.button("Close").bounding_box(), chat.button("Send").bounding_box()
    question, panel = chat.find(".question").bounding_box(), chat.find(".panel").bounding_box()
    assert box and close and send and question and panel
    middle = panel["x"] + panel["width"] / 2
    assert box["x"] == 20
    assert close["x"] < middle and send["x"] < middle and question["x"] < middle
    assert chat.violations() == []


def test_forced_colours_keep_edges_and_states_visible(stage: Stage) -> None:
    chat = stage.open(LAUNCHER, play=streams(FULL), browser={"forced_colors": "active"})
    excerpt_open(chat)
    chat.button("Helpful").click()
    expect(chat.button("Helpful")).to_have_attribute("aria-pressed", "true")
    edges = chat.find(".panel, .marker, .excerpt, .feedback button, .send, textarea, .question")
    assert edges.count() >= 9
    styles = "(ns) => ns.map((n) => getComputedStyle(n)).map((c) => [c.borderTopStyle, c.borderTopColor])"
    for style in edges.evaluate_all(styles):
        assert style[0] == "solid" and style[1] != "rgba(0, 0, 0, 0)"
    pressed, other = (chat.button(n).evaluate("(n) => getComputedStyle(n).backgroundColor") for n in ("Helpful", "Not helpful"))
    assert pressed != other


@pytest.mark.parametrize(("motion", "moving"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_where_less_motion_is_wanted(stage: Stage, motion: str, moving: bool) -> None:
    gate = Gate()
    chat = stage.open(play=streams(OPENING, gates=[gate]), browser={"reduced_motion": motion}).ask()
    assert gate.reached()
    expect(chat.find(".wait")).to_be_visible()
    animations = chat.page.evaluate("document.querySelector('charter-chat').shadowRoot.getAnimations().length")
    assert (animations > 0) == moving
    gate.open()
    chat.settle()


def test_where_the_panel_fills_the_screen_the_focus_stays_in_it(stage: Stage) -> None:
    chat = stage.open(browser={"viewport": {"width": 320, "height": 560}}, body="<a href='/'>behind</a>").start()
    press = chat.page.keyboard.press
    seen = set()
    for _ in range(12):
        press("Tab")
        seen.add(focus_of(chat))
    assert seen == {"New conversation", "Close", "Conversation", "Your question", "Send"}
    chat.button("Send").focus()
    press("Tab")
    expect(chat.button("New conversation")).to_be_focused()
    press("Shift+Tab")
    expect(chat.button("Send")).to_be_focused()


def test_a_change_of_an_attribute_leaves_the_question_that_is_being_typed(stage: Stage) -> None:
    chat = stage.open().start()
    chat.input.press_sequentially("When does")
    chat.page.evaluate("document.querySelector('charter-chat').setAttribute('heading', 'Desk')")
    chat.page.keyboard.type(" it open?")
    expect(chat.input).to_have_value("When does it open?")
