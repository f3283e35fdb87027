"""The chat as its readers meet it: in a real browser, against the real application over a scripted engine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import SCREEN, VIEWS, Serve, Watched
from tests.browser.scripted_engine import BEACON, PAYLOAD, ScriptedEngine

pytestmark = pytest.mark.browser
LIGHTHOUSE = "The lighthouse was built in 1911 by Ada Varga."


@pytest.fixture(scope="module")
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture(scope="module")
def url(server: Serve, engine: ScriptedEngine) -> str:
    return server(engine)


@dataclass(frozen=True)
class Chat:
    """The page as a reader uses it."""

    watched: Watched
    url: str

    @property
    def page(self) -> Page:
        return self.watched.page

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox").last

    @property
    def last(self) -> Locator:
        return self.page.locator("article.exchange").last

    def open(self, query: str = "") -> Chat:
        self.page.goto(self.url + query)
        expect(self.page.locator("#charter-header")).to_be_visible()
        return self

    def ready(self) -> Chat:
        expect(self.page.locator(".example").first).to_be_visible()
        return self

    def begin(self) -> Chat:
        """An empty conversation on a wide screen, on the page that is open or on a new one."""
        self.page.set_viewport_size(SCREEN)
        if not self.page.url.startswith(self.url):
            self.open()
        self.watched.requests.clear()
        if self.page.locator("article.exchange").count():
            clear = self.page.get_by_role("button", name="New conversation")
            expect(clear).to_be_enabled()
            clear.click()
        return self.ready()

    def choose(self, label: str, value: str) -> None:
        """A choice in the page's menu."""
        self.page.locator("#charter-menu summary").click()
        self.page.get_by_label(label).select_option(value)
        self.page.keyboard.press("Escape")

    def speak(self, lang: str) -> None:
        """The page in this language."""
        if self.page.evaluate("document.documentElement.lang") != lang:
            self.page.locator("#charter-menu summary").click()
            self.page.locator("[data-language]").select_option(lang)
            self.page.keyboard.press("Escape")
            expect(self.page.locator(f"#charter-transcript[data-lang={lang}]")).to_be_visible()

    def act(self, answer: Locator, name: str) -> None:
        """What the menu below an answer offers."""
        answer.locator(".actions .menu summary").click()
        answer.get_by_role("button", name=name).click()

    def ask(self, question: str, state: str = "done") -> Locator:
        self.field.fill(question)
        self.field.press("Enter")
        asked = self.page.locator(f"article.exchange.{state}", has_text=question.split("\n")[0]).last
        expect(asked).to_be_visible()
        return asked


@pytest.fixture
def chat(shared: Watched, url: str) -> Iterator[Chat]:
    """An empty conversation on a page that is there already."""
    chat = Chat(shared, url).begin()
    yield chat
    assert shared.strangers(url) == [], "nothing is asked of any other machine"


@pytest.fixture
def newcomer(watched: Watched, url: str) -> Iterator[Chat]:
    """A page that nobody used before."""
    yield Chat(watched, url).open().ready()
    assert watched.strangers(url) == [], "nothing is asked of any other machine"


def violations(page: Page) -> list[str]:
    """What axe finds, whatever its weight."""
    found = Axe().run(page).response["violations"]
    return [f"{v['impact']} {v['id']}: {v['nodes'][0]['html'][:300]}" for v in found]


def test_an_answer_stands_beside_its_excerpt_and_opens_the_highlighted_source(chat: Chat) -> None:
    answer = chat.ask("Who built the lighthouse?")
    expect(answer.locator(".claim")).to_have_text(f"{LIGHTHOUSE} [1]")
    source = answer.locator(".sources li")
    expect(source.locator("mark")).to_have_text(LIGHTHOUSE)
    expect(source.locator("blockquote")).to_contain_text("It is 40 metres high.")
    expect(source.locator("cite")).to_have_text("Harbour treaty › Article 2")
    answer.locator(".marker").click()
    expect(source).to_be_focused()
    with chat.page.expect_popup() as popup:
        source.get_by_role("link", name="Open source 1").click()
    page = popup.value
    assert page.url == f"{chat.url}/source/treaty.md#c=47-93"
    expect(page.locator("article")).to_contain_text(LIGHTHOUSE)
    expect(page.locator("article mark")).to_have_text(LIGHTHOUSE)
    expect(page.locator("article mark")).to_be_in_viewport()
    page.close()


def test_a_question_that_the_documents_do_not_answer_is_refused_with_what_comes_nearest(chat: Chat) -> None:
    refused = chat.ask("What do bananas cost in Peru?")
    expect(refused.get_by_role("heading", name="No answer in the documents")).to_be_visible()
    expect(refused.get_by_role("heading", name="Nearest passages: not an answer")).to_be_visible()
    expect(refused.locator(".sources li")).to_have_count(3)
    expect(refused.locator(".marker, mark, .number")).to_have_count(0)
    expect(chat.page.locator("#charter-announcer [role=status]")).to_have_text(re.compile("^Question 1: no answer"))


def test_an_example_is_asked_by_a_click_and_a_follow_up_carries_the_history(chat: Chat, engine: ScriptedEngine) -> None:
    chat.page.get_by_role("button", name="Who built the lighthouse?").click()
    expect(chat.last.locator(".claim")).to_contain_text(LIGHTHOUSE)
    chat.ask("At six the harbour opens?")
    assert [turn.role for turn in engine.histories[-1]] == ["user", "assistant"]
    assert engine.histories[-1][0].content == "Who built the lighthouse?"
    expect(chat.page.locator("article.exchange")).to_have_count(2)


def test_while_it_waits_the_passages_and_the_sentence_are_named(chat: Chat, engine: ScriptedEngine) -> None:
    engine.proceed.clear()
    running = chat.ask("slow and waiting", state="looking")
    expect(running.locator(".stage")).to_have_text(re.compile("^Checking sentence 2… Reading Harbour treaty"))
    engine.proceed.set()
    expect(chat.last).to_have_class(re.compile("done"))
    engine.proceed.clear()


def test_nothing_that_is_read_moves_while_an_answer_comes(chat: Chat, engine: ScriptedEngine) -> None:
    chat.ask("Who built the lighthouse?")
    chat.page.evaluate("""() => {
        window.shifted = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.shifted += entry.value; }))
            .observe({ type: "layout-shift" });
    }""")
    engine.proceed.clear()
    running = chat.ask("slow and steady", state="answering")
    expect(running.locator(".claim")).to_be_visible()
    engine.proceed.set()
    expect(chat.last).to_have_class(re.compile("done"))
    engine.proceed.clear()
    assert (
        chat.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(shifted))))")
        <= 0.05
    )


def test_stop_ends_the_work_and_keeps_what_was_verified(chat: Chat, engine: ScriptedEngine) -> None:
    engine.stopped.clear()
    running = chat.ask("slow and steady", state="answering")
    expect(running.locator(".claim")).to_contain_text("The harbour opens at six.")
    chat.page.get_by_role("button", name="Stop").click()
    expect(chat.last).to_have_class(re.compile("stopped"))
    expect(chat.last.locator(".claim")).to_contain_text("The harbour opens at six.")
    expect(chat.last.locator(".state")).to_contain_text("may be incomplete")
    assert engine.stopped.wait(10), "the engine was told to stop"
    expect(chat.field).to_be_focused()


def test_closing_the_tab_ends_the_work(browser: Browser, url: str, engine: ScriptedEngine) -> None:
    engine.stopped.clear()
    page = browser.new_page()
    Chat(Watched(page), url).open().ready().ask("slow and abandoned", state="answering")
    page.close()
    assert engine.stopped.wait(15), "the engine was told to stop"


def test_withheld_sentences_the_notice_and_the_rewritten_question_are_shown_on_demand(chat: Chat) -> None:
    answer = chat.ask("Fluent: who built the lighthouse?")
    expect(answer.locator(".notice")).to_contain_text("The model did not reply")
    expect(answer.locator(".claims")).not_to_contain_text("painted")
    withheld = answer.locator("details.withheld")
    expect(withheld.locator("summary")).to_have_text("1 sentence withheld")
    expect(withheld.locator("s")).to_be_hidden()
    withheld.locator("summary").click()
    expect(withheld.locator("s")).to_have_text("It was painted <b>red</b>.")
    answer.locator("details.understood summary").click()
    expect(answer.locator("details.understood")).to_contain_text("Who built the lighthouse of the harbour?")
    answer.locator("details.about summary").click()
    expect(answer.locator("details.about")).to_contain_text("answer@1+9f3c2a1b")
    chat.ask("What do bananas cost in Peru?")
    expect(withheld.locator("s")).to_be_visible()


@pytest.mark.parametrize(
    ("question", "shown"), [("broken pipe", "The model's server sent half a reply. Look at its log."), ("crash now", "server")]
)
def test_a_failure_says_what_happened_and_can_be_tried_again(chat: Chat, question: str, shown: str) -> None:
    failed = chat.ask(question, state="failed")
    expect(failed.locator(".failure")).to_contain_text(shown)
    expect(failed.locator(".failure")).not_to_contain_text("Traceback")
    failed.evaluate("article => article.dataset.first = ''")
    failed.get_by_role("button", name="Ask again", exact=True).click()
    expect(chat.page.locator("article.exchange.failed:not([data-first])")).to_be_visible()
    expect(chat.page.get_by_role("button", name="Send")).to_be_visible()
    expect(chat.page.locator("article.exchange")).to_have_count(1)
    chat.ask("Who built the lighthouse?")


def test_everything_can_be_done_from_the_keyboard(chat: Chat) -> None:
    keys = chat.page.keyboard
    chat.field.focus()
    keys.type("Who built")
    keys.press("Shift+Enter")
    keys.type("the lighthouse?")
    keys.press("Enter")
    expect(chat.last.locator(".marker")).to_be_visible()
    chat.last.locator(".marker").focus()
    keys.press("Enter")
    source = chat.last.locator(".sources li")
    expect(source).to_be_focused()
    keys.press("Tab")
    expect(source.locator("a.quote")).to_be_focused()
    assert source.locator("a.quote").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    keys.press("Escape")
    expect(chat.last.locator(".marker")).to_be_focused()
    keys.press("Escape")
    expect(chat.field).to_be_focused()
    chat.page.get_by_role("heading", level=1).click()
    keys.press("Shift+Tab")
    expect(chat.page.get_by_role("button", name="Conversations")).to_be_focused()
    keys.press("Shift+Tab")
    expect(chat.page.get_by_role("button", name="Skip to the question field")).to_be_focused()
    keys.press("Enter")
    expect(chat.field).to_be_focused()
    keys.type("slow one")
    keys.press("Enter")
    expect(chat.last).to_have_class(re.compile("answering"))
    keys.press("Escape")
    expect(chat.last).to_have_class(re.compile("stopped"))


def test_attacks_in_question_answer_title_excerpt_and_file_name_stay_text(chat: Chat) -> None:
    answer = chat.ask(f"quokkas {PAYLOAD}")
    for place in (".question", ".claim", ".notice", ".sources cite", ".sources mark"):
        expect(answer.locator(place)).to_contain_text("<script>alert(1)</script>")
    assert answer.locator("img, script, svg[onload], [onmouseover], a[href^='javascript']").count() == 0
    for note in answer.locator("details:not(.menu) summary").all():
        note.click()
    answer.get_by_role("button", name="Copy", exact=True).click()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert f"![x]({BEACON}" not in copied and "\\!\\[x\\]" in copied
    with chat.page.expect_popup() as popup:
        answer.get_by_role("link", name="Open source 1").click()
    expect(popup.value.locator("article")).to_contain_text("Quokkas smile")
    popup.value.close()
    assert not [asked for asked in chat.watched.requests if asked.startswith(BEACON)]


def test_the_page_asks_nothing_of_any_other_machine_and_little_of_its_own(watched: Watched, url: str) -> None:
    watched.page.on("response", lambda r: watched.problems.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    Chat(watched, url).open().ready().ask("Who built the lighthouse?")
    assert watched.strangers(url) == []
    assert len(watched.requests) < 90


def test_axe_finds_nothing_in_any_state_at_any_width_in_light_and_dark_in_two_languages(chat: Chat) -> None:
    page = chat.page
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        for lang, width, scheme in VIEWS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            chat.speak(lang)
            found[f"{state}, {lang}, {width}, {scheme}"] = violations(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        chat.speak("en")

    look("empty")
    chat.ask("slow and steady", state="answering")
    found["answering"] = violations(page)
    page.keyboard.press("Escape")
    expect(chat.last).to_have_class(re.compile("stopped"))
    answer = chat.ask("Fluent: who built the lighthouse?")
    for note in answer.locator("details:not(.menu) summary").all():
        note.click()
    answer.get_by_role("button", name="Not helpful").click()
    expect(answer.locator("form.comment")).to_be_visible()
    chat.ask("What do bananas cost in Peru?")
    chat.ask("broken pipe", state="failed")
    look("stopped, answered, refused and failed")
    page.emulate_media(color_scheme="light")
    assert {state: seen for state, seen in found.items() if seen} == {}


def test_one_announcement_is_made_per_answer_and_the_stream_is_outside_it(chat: Chat) -> None:
    chat.page.evaluate("""() => {
        window.said = [];
        new MutationObserver((records) => {
            for (const record of records) {
                const changed = record.target.nodeType === 1 ? record.target : record.target.parentElement;
                const region = changed.closest?.("[aria-live], [role=status], [role=alert]");
                if (region && region.textContent.trim()) window.said.push(region.textContent.trim());
            }
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
    }""")
    chat.ask("Who built the lighthouse?")
    expect(chat.page.locator("#charter-transcript")).to_have_attribute("aria-busy", "false")
    chat.ask("At six the harbour opens?")
    expect(chat.page.locator("#charter-announcer [role=status]")).to_contain_text("Answer 2.")
    assert chat.page.evaluate("window.said") == [
        f"Answer 1. 1 source. {LIGHTHOUSE}",
        "Answer 2. 1 source. The harbour opens at six.",
    ]
    assert chat.page.locator("#charter-transcript [aria-live]").count() == 0


def test_a_link_asks_its_question_and_copy_link_makes_one(newcomer: Chat) -> None:
    newcomer.open("/?q=Who+built+the+lighthouse%3F")
    expect(newcomer.last.locator(".claim")).to_contain_text(LIGHTHOUSE)
    newcomer.act(newcomer.last, "Copy link")
    expect(newcomer.page.locator("#charter-toast")).to_have_text("Link to this question copied.")
    assert newcomer.page.evaluate("navigator.clipboard.readText()") == f"{newcomer.url}/?q=Who+built+the+lighthouse%3F"
    newcomer.last.locator(".marker").click()
    assert newcomer.page.url == f"{newcomer.url}/", "once it is asked, the address no longer asks it"


def test_a_conversation_is_saved_as_markdown_and_json_with_its_citations(chat: Chat) -> None:
    chat.ask("Who built the lighthouse?")
    chat.ask("What do bananas cost in Peru?")
    saved: dict[str, str] = {}
    for name in ("Save as Markdown", "Save as JSON"):
        chat.page.locator("#charter-menu summary").click()
        with chat.page.expect_download() as download:
            chat.page.get_by_role("button", name=name).click()
        saved[download.value.suggested_filename] = Path(download.value.path()).read_text(encoding="utf-8")
    assert f"{LIGHTHOUSE} [1]" in saved["conversation.md"]
    assert "1. Harbour treaty › Article 2" in saved["conversation.md"]
    answered, refused = json.loads(saved["conversation.json"])["exchanges"]
    assert answered["answer"]["citations"][0]["quote"] == LIGHTHOUSE
    assert refused["answer"]["status"] == "refused" and refused["answer"]["citations"] == []


def test_the_language_is_the_browsers_then_the_readers_and_is_remembered(
    browser: Browser, newcomer: Chat, engine: ScriptedEngine
) -> None:
    newcomer.choose("Language", "az")
    expect(newcomer.page.get_by_role("heading", level=1)).to_have_text("Sənədlərdən soruşun")
    assert newcomer.page.evaluate("document.documentElement.lang") == "az"
    newcomer.ask("Who built the lighthouse?")
    assert engine.languages[-1] == "az"
    newcomer.open()
    expect(newcomer.page.get_by_role("button", name="Göndər")).to_be_visible()
    context = browser.new_context(locale="tr-TR")
    other = Chat(Watched(context.new_page()), newcomer.url).open()
    expect(other.page.get_by_role("heading", level=1)).to_have_text("Belgelere sorun")
    other.open("/?lang=ru")
    expect(other.page.get_by_role("heading", level=1)).to_have_text("Вопросы к документам")
    context.close()


def test_light_or_dark_is_remembered(chat: Chat) -> None:
    body = chat.page.locator("body")
    chat.choose("Appearance", "dark")
    expect(body).to_have_class(re.compile("dark"))
    chat.open()
    expect(body).to_have_class(re.compile("dark"))
    expect(chat.page.locator("[data-appearance]")).to_have_value("dark")
    chat.choose("Appearance", "light")
    expect(body).not_to_have_class(re.compile("dark"))


def test_a_rating_and_its_comment_are_stored(chat: Chat) -> None:
    answer = chat.ask("Who built the lighthouse?")
    answer.get_by_role("button", name="Not helpful").click()
    expect(answer.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    answer.get_by_label("What should be better? (optional)").fill("Say who she was.")
    answer.get_by_role("button", name="Send comment").click()
    expect(answer.locator("form.comment")).to_have_count(0)
    expect(answer.get_by_text("Your feedback is noted.")).to_be_visible()


def test_a_new_conversation_begins_empty(chat: Chat, engine: ScriptedEngine) -> None:
    chat.ask("Who built the lighthouse?")
    chat.page.get_by_role("button", name="New conversation").click()
    chat.ready()
    chat.ask("At six the harbour opens?")
    assert engine.histories[-1] == ()


def test_a_lost_connection_is_said_and_loses_neither_the_conversation_nor_the_question(newcomer: Chat) -> None:
    newcomer.ask("Who built the lighthouse?")
    newcomer.page.context.set_offline(True)
    expect(newcomer.page.locator("#charter-offline")).to_contain_text("No connection to the server.")
    newcomer.field.fill("At six the harbour opens?")
    newcomer.field.press("Enter")
    expect(newcomer.field).to_have_value("At six the harbour opens?")
    assert violations(newcomer.page) == []
    with newcomer.page.expect_event("load"):
        newcomer.page.context.set_offline(False)
    expect(newcomer.last.locator(".claim")).to_contain_text(LIGHTHOUSE)
    expect(newcomer.page.locator("#charter-offline")).to_be_empty()
    expect(newcomer.field).to_have_value("At six the harbour opens?")
    newcomer.field.press("Enter")
    expect(newcomer.last.locator(".claim")).to_contain_text("The harbour opens at six.")
    expect(newcomer.page.locator("article.exchange")).to_have_count(2)


def test_a_reload_keeps_the_conversation_and_asks_a_link_only_once(newcomer: Chat, engine: ScriptedEngine) -> None:
    newcomer.open("/?q=Who+built+the+lighthouse%3F")
    expect(newcomer.page.locator("article.exchange.done")).to_have_count(1)
    newcomer.ask("At six the harbour opens?")
    asked = len(engine.histories)
    newcomer.page.reload()
    expect(newcomer.page.locator("article.exchange.done")).to_have_count(2)
    expect(newcomer.page.locator(".sources mark").first).to_have_text(LIGHTHOUSE)
    assert len(engine.histories) == asked
    newcomer.ask("Dogs travel free?")
    assert [turn.content for turn in engine.histories[-1][::2]] == ["Who built the lighthouse?", "At six the harbour opens?"]


def test_a_request_that_the_server_turns_away_is_said_and_the_question_stays(
    watched: Watched, server: Serve, engine: ScriptedEngine
) -> None:
    busy = Chat(watched, server(engine, limits_requests_per_minute=2)).open().ready()
    busy.ask("Who built the lighthouse?")
    busy.field.fill("At six the harbour opens?")
    busy.field.press("Enter")
    expect(busy.page.locator("#charter-toast")).to_contain_text("More than 2 requests in a minute.")
    expect(busy.field).to_have_value("At six the harbour opens?")
    assert violations(busy.page) == []


def test_nothing_is_cut_off_at_any_width(chat: Chat) -> None:
    answer = chat.ask("Who built the lighthouse?")
    for width in (375, 768, 1024, 1440):
        chat.page.set_viewport_size({"width": width, "height": 720})
        assert chat.page.evaluate("document.documentElement.scrollWidth") <= width
        composer = chat.page.locator("#charter-composer").bounding_box()
        assert composer is not None and composer["y"] + composer["height"] <= 720
        text, source = answer.locator(".answer").bounding_box(), answer.locator(".sources").bounding_box()
        assert text is not None and source is not None
        beside = source["x"] >= text["x"] + text["width"]
        assert beside == (width >= 960)
        assert beside or source["y"] >= text["y"] + text["height"]
        assert too_small(chat.page) == []


def too_small(page: Page) -> list[str]:
    """Buttons that are on show and smaller than 24 px in one direction."""
    return page.evaluate("""() => [...document.querySelectorAll("button")].filter((button) => {
        const box = button.getBoundingClientRect();
        return box.width > 1 && box.bottom > 0 && Math.min(box.width, box.height) < 24;
    }).map((button) => button.textContent)""")
