"""The element among somebody else's markup, style sheets and policies."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.scripted_server import OPENING, Page, host_page, streams
from tests.browser.widget.stage import Chat, Stage

HOSTILE = {
    "as in the bar": "* { all: unset; display: none !important }",
    "invisible": """*, *::before { visibility: hidden !important; opacity: 0 !important; color: transparent !important;
      clip-path: circle(0) !important }""",
    "unclickable": "* { pointer-events: none !important; user-select: none !important; position: static !important }",
    "elsewhere": """* { position: absolute !important; left: -9999px !important; filter: blur(9px);
      transform: translateX(-500vw) scale(3) !important }""",
    "tiny": "* { font-size: 1px !important; line-height: 0 !important; width: 1px !important; height: 1px !important }",
    "mirrored": """* { direction: rtl !important; unicode-bidi: bidi-override !important; writing-mode: vertical-rl !important;
      text-transform: uppercase !important }""",
    "by name": """charter-chat { display: none !important; width: 0 !important; content-visibility: hidden !important;
      animation: x 1s infinite !important } @keyframes x { to { opacity: 0 } }
      button, textarea, p, section, .panel, .launcher { display: none !important }""",
}


def seen(chat: Chat) -> dict[str, object]:
    """How the answer looks from inside: sizes and computed styles that a page must not change."""
    return chat.page.evaluate(
        """() => {
          const root = document.querySelector('charter-chat').shadowRoot;
          return Object.fromEntries(['.launcher', '.panel', '.text', '.marker', 'textarea', '.question', '.send'].map((s) => {
            const n = root.querySelector(s), b = n.getBoundingClientRect(), c = getComputedStyle(n);
            return [s, [b.x, b.y, b.width, b.height].map(Math.round).concat(['color', 'backgroundColor', 'fontSize', 'display',
              'visibility', 'opacity', 'direction', 'textTransform', 'pointerEvents', 'writingMode'].map((p) => c[p]))];
          }));
        }"""
    )


def test_a_hostile_style_sheet_changes_nothing_inside(stage: Stage) -> None:
    plain = stage.open().answered()
    expected = seen(plain)
    for name, css in HOSTILE.items():
        chat = stage.open(context=plain.page.context, head=f"<style>{css}</style>").answered()
        assert seen(chat) == expected, name
        chat.find(".marker").first.click()
        expect(chat.excerpt).to_be_visible()
        chat.button("Close").last.click()
        chat.button("Close").first.click()
        expect(chat.launcher).to_be_focused()


@pytest.mark.parametrize("css", [HOSTILE["as in the bar"], HOSTILE["by name"]], ids=["as in the bar", "by name"])
def test_the_inline_mode_withstands_it_too(stage: Stage, css: str) -> None:
    element = '<div><span><charter-chat server="{server}" mode="inline"></charter-chat></span></div>'
    chat = stage.open(element, head=f"<style>{css}</style>")
    chat.answered()
    expect(chat.text).to_be_visible()
    expect(chat.input).to_be_focused()


def test_an_element_that_the_page_hides_on_purpose_stays_hidden(stage: Stage) -> None:
    chat = stage.open(
        '<div hidden><charter-chat server="{server}" mode="inline"></charter-chat></div>',
        '<charter-chat hidden server="{server}"></charter-chat>',
    )
    for n in range(2):
        expect(chat.page.locator("charter-chat").nth(n).locator("textarea, .launcher").first).to_be_hidden()


def test_it_works_under_a_policy_that_allows_nothing_but_its_server(stage: Stage) -> None:
    origin = stage.server.origin
    policy = f"default-src 'none'; script-src {origin}; connect-src {origin}; require-trusted-types-for 'script'"
    chat = stage.open('<charter-chat server="{server}" suggestions="A?"></charter-chat>', policy=policy).answered()
    expect(chat.text).to_have_text("The harbour opens at six. 1 The lighthouse is 40 metres high. 2")
    chat.find(".marker").first.click()
    expect(chat.excerpt).to_be_visible()
    chat.button("Helpful").click()
    expect(chat.find("[part=feedback]")).to_contain_text("Thank you.")
    assert chat.find(".launcher").evaluate("(n) => getComputedStyle(n).borderRadius") == "50%"
    refused = [line for line in chat.console if "Content Security Policy" in line and "favicon" not in line]
    assert refused == []
    assert chat.origins() <= {stage.server.origin, stage.host.origin}


def test_a_page_that_is_not_listed_is_told_what_is_missing(stage: Stage) -> None:
    stage.server.allowed = {"https://intranet.example"}
    chat = stage.open().answered()
    expect(chat.error).to_have_text(
        f"The service does not accept questions from this page. Its administrator must allow {stage.host.origin}."
    )
    assert any(f"CHARTERQA_ORIGINS={stage.host.origin}" in line and line.startswith("error:") for line in chat.console)
    assert stage.server.asked("/api/v1/ask") == []


def test_localhost_and_127_0_0_1_are_two_origins(stage: Stage) -> None:
    stage.server.allowed = {stage.host.origin}
    chat = stage.open()
    chat.page.goto(stage.host.origin.replace("127.0.0.1", "localhost") + "/")
    chat.answered()
    expect(chat.error).to_contain_text("must allow http://localhost:")


def test_the_script_may_be_there_twice(stage: Stage) -> None:
    twice = f'<script type="module" src="{stage.server.origin}/widget/v1/widget.js?again"></script>'
    chat = stage.open(head=twice).answered()
    expect(chat.text).to_contain_text("The harbour opens at six.")
    assert len(stage.server.asked("/widget/v1/widget.js")) == 2


def test_the_server_defaults_to_where_the_script_came_from(stage: Stage) -> None:
    chat = stage.open("<charter-chat></charter-chat>").answered()
    expect(chat.text).to_contain_text("The harbour opens at six.")


def test_a_server_under_a_path_is_asked_under_that_path(stage: Stage) -> None:
    stage.server.routes["/charter/api/v1/ask"] = streams(OPENING)
    chat = stage.open('<charter-chat server="{server}/charter/"></charter-chat>').answered()
    chat.find(".marker").first.click()
    expect(chat.excerpt.locator("a")).to_have_attribute("href", f"{stage.server.origin}/charter/source/treaty.md#c=10-35")


def test_an_element_made_before_the_script_has_loaded_keeps_its_properties(stage: Stage) -> None:
    chat = stage.open()
    early = (
        "<script>document.querySelector('charter-chat').strings = {heading: 'Desk'}</script></body>"  # modules wait for the end
    )
    page = host_page(stage.server.origin).body.replace("</body>", early)
    stage.host.pages["/early"] = Page(page)
    chat.page.goto(stage.host.origin + "/early")
    expect(chat.page.get_by_role("button", name="Desk")).to_be_visible()


def test_the_page_themes_it_by_properties_and_parts(stage: Stage) -> None:
    css = """charter-chat { --charter-accent: rgb(1, 99, 3); --charter-radius: 3px; --charter-font: serif;
      --charter-width: 333px; --charter-offset: 41px } charter-chat::part(question) { letter-spacing: 2px }"""
    chat = stage.open(head=f"<style>{css}</style>").answered()

    def style(selector: str, name: str) -> str:
        return str(chat.find(selector).first.evaluate("(n, name) => getComputedStyle(n)[name]", name))

    assert style(".launcher", "backgroundColor") == "rgb(1, 99, 3)"
    assert style(".panel", "borderRadius") == "3px"
    assert style(".panel", "width") == "333px"
    assert style(".text", "fontFamily") == "serif"
    assert style(".question", "letterSpacing") == "2px"
    box = chat.launcher.bounding_box()
    size = chat.page.viewport_size
    assert box is not None and size is not None
    assert size["width"] - box["x"] - box["width"] == 41


def test_the_theme_is_the_systems_unless_the_page_says(stage: Stage) -> None:
    chat = stage.open().start()
    dark, light = "rgb(21, 25, 31)", "rgb(255, 255, 255)"
    cases = [("auto", "dark", dark), ("auto", "light", light), ("light", "dark", light), ("dark", "light", dark)]
    for theme, system, expected in cases:
        chat.page.emulate_media(color_scheme=system)
        chat.page.evaluate("(theme) => document.querySelector('charter-chat').setAttribute('theme', theme)", theme)
        expect(chat.find(".panel")).to_have_css("background-color", expected)


def test_the_launcher_sits_in_any_corner_and_the_panel_stays_on_the_screen(stage: Stage) -> None:
    chat = stage.open().start()
    for position in ("bottom-right", "bottom-left", "top-right", "top-left"):
        chat.page.evaluate("(value) => document.querySelector('charter-chat').setAttribute('position', value)", position)
        button, panel = chat.launcher.bounding_box(), chat.find(".panel").bounding_box()
        assert button is not None and panel is not None
        assert (button["x"] < 640) == ("left" in position)
        assert (button["y"] < 360) == ("top" in position)
        assert panel["x"] >= 0 and panel["x"] + panel["width"] <= 1280
        assert panel["y"] >= 0 and panel["y"] + panel["height"] <= 720


def test_a_small_screen_is_filled_and_nothing_runs_off_it(stage: Stage) -> None:
    chat = stage.open(browser={"viewport": {"width": 320, "height": 560}, "has_touch": True}).answered()
    chat.find(".marker").first.tap()
    assert chat.find(".panel").bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 560}
    assert chat.find(".messages").evaluate("(n) => n.scrollWidth <= n.clientWidth")
    assert float(re.sub("px", "", chat.input.evaluate("(n) => getComputedStyle(n).fontSize"))) >= 16  # else iOS zooms in
    chat.button("Close").first.tap()
    expect(chat.find(".panel")).to_be_hidden()


def test_what_is_typed_is_no_shortcut_of_the_page(stage: Stage) -> None:
    script = "addEventListener('keydown', (e) => { pressed.push(e.key); e.preventDefault() })"
    chat = stage.open().start()
    chat.page.evaluate(f"pressed = []; {script}")
    chat.input.press_sequentially("s/k")
    expect(chat.input).to_have_value("s/k")
    assert chat.page.evaluate("pressed") == []
