"""Room for everything: long questions, several launchers in one corner, and one look with the chat."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

import rag.serving
from tests.browser.scripted_server import OPENING, refuses, streams
from tests.browser.widget.stage import Stage

SERVING = Path(rag.serving.__file__).parent
LONG = "When does the harbour open? " + "I ask since the harbour master told me so. " * 51


def box(found: Locator) -> tuple[float, float, float, float]:
    made = found.bounding_box()
    assert made is not None
    return made["x"], made["y"], made["x"] + made["width"], made["y"] + made["height"]


@pytest.mark.parametrize("width", [375, 1440])
def test_a_question_of_2200_characters_leaves_its_answer_in_view(stage: Stage, width: int) -> None:
    chat = stage.open(browser={"viewport": {"width": width, "height": 700}}).answered(LONG)
    assert len(LONG) > 2190
    expect(chat.text).to_be_in_viewport(ratio=1)
    expect(chat.find(".question")).to_contain_text(LONG.strip())
    assert chat.violations() == []


def test_what_is_too_long_is_neither_cut_nor_lost(stage: Stage) -> None:
    chat = stage.open().start()
    chat.input.fill("x" * 4001)
    expect(chat.find(".count")).to_have_text("Please shorten the question: 4,001 of 4,000 characters.")
    chat.input.press("Enter")
    expect(chat.input).to_have_value("x" * 4001)
    expect(chat.find(".turn")).to_have_count(0)
    assert chat.violations() == []
    chat.answered("x" * 4000)
    expect(chat.text).to_contain_text("The harbour opens at six.")
    assert len(stage.server.asked()[-1].json()["question"]) == 4000


@pytest.mark.parametrize("status", [413, 422])
def test_a_question_that_the_server_finds_too_long_is_back_in_the_field(stage: Stage, status: int) -> None:
    stage.plays(refuses(status, detail="The question is longer than 100 characters."), streams(OPENING))
    chat = stage.open().answered("Why? " * 30)
    expect(chat.error).to_contain_text("longer than 100 characters")
    expect(chat.input).to_have_value(("Why? " * 30).strip())


@pytest.mark.parametrize("position", ["bottom-right", "top-left"])
def test_two_launchers_in_one_corner_stand_one_above_the_other(stage: Stage, position: str) -> None:
    one = f'<charter-chat server="{{server}}" position="{position}" id="a" heading="First"></charter-chat>'
    two = f'<charter-chat server="{{server}}" position="{position}" id="b" heading="Second"></charter-chat>'
    chat = stage.open(one, two)
    launchers = [chat.page.get_by_role("button", name=name) for name in ("First", "Second")]
    first, second = (box(launcher) for launcher in launchers)
    assert first[0] == second[0] and (second[3] <= first[1] or first[3] <= second[1])
    for launcher in launchers:
        launcher.click()
        panel = chat.page.get_by_role("dialog", name=re.compile("First|Second")).last
        expect(panel).to_be_in_viewport(ratio=1)
        chat.page.keyboard.press("Escape")


def test_the_widget_the_chat_and_the_source_page_have_one_accent() -> None:
    chat = (SERVING / "ui" / "static" / "frame.css").read_text(encoding="utf-8")
    light, dark = re.findall(r"--accent: (#\w+);", chat)
    widget = (SERVING / "widget" / "element" / "style.js").read_text(encoding="utf-8")
    assert f"--charter-accent, light-dark({light}, {dark})" in widget
    page = (SERVING / "http" / "page" / "page.css").read_text(encoding="utf-8")
    assert {*re.findall(r"--link: (#\w+);", page)} == {light, dark}
