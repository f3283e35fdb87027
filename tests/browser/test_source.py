"""The source page in Chromium: the span that the address names is marked, in view and announced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rag.types import Document, Section, Span
from tests.browser.conftest import VIEWS, Watched
from tests.fake_engine import FakeEngine, default_documents
from tests.serving.live import client_of

pytestmark = pytest.mark.browser

ASTRAL = (
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 🏛️ " * 30
    + "\nMərkəz 🇦🇿: The lighthouse was built in 1911.\n"
    + "Filler line of text.\n" * 4000
    + "The very last words."
)
WANTED = "Mərkəz 🇦🇿: The lighthouse was built in 1911."


def _document() -> Document:
    start = ASTRAL.index("Mərkəz")
    sections = (Section(("Opening",), Span(0, start)), Section(("Mərkəz",), Span(start, len(ASTRAL))))
    return Document("a b/c#1.txt", "Astral text", ASTRAL, hashlib.sha256(ASTRAL.encode()).hexdigest(), sections, language="en")


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    engine = FakeEngine(corpus=(*default_documents(), _document()))
    with client_of(tmp_path_factory.mktemp("source"), engine, limits_requests_per_minute=10_000) as client:
        yield str(client.base_url).rstrip("/")


def address(base: str, *spans: tuple[int, int]) -> str:
    fragment = ",".join(f"{start}-{end}" for start, end in spans)
    return f"{base}/source/{quote('a b/c#1.txt', safe='')}#c={fragment}"


def span_of(words: str) -> tuple[int, int]:
    """In code points, as the server counts."""
    start = ASTRAL.index(words)
    return start, start + len(words)


def marked(page: Page) -> str:
    return page.evaluate("Array.from(document.querySelectorAll('mark'), m => m.textContent).join('')")


def test_the_named_span_is_marked_to_the_code_point_scrolled_to_and_announced(page: Page, base: str) -> None:
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(address(base, span_of(WANTED)))
    expect(page.locator("mark").first).to_be_in_viewport()
    assert marked(page) == WANTED
    expect(page.get_by_role("status")).to_contain_text("Excerpt 1 of 1: Mərkəz 🇦🇿: The lighthouse")
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    assert page.evaluate("document.getElementById('text').textContent") == ASTRAL
    assert problems == []


def test_a_span_at_the_very_end_of_a_long_document_is_found_and_scrolled_to(page: Page, base: str) -> None:
    page.goto(address(base, span_of("The very last words.")))
    expect(page.locator("mark").first).to_be_in_viewport()
    assert marked(page) == "The very last words."


def test_several_spans_are_marked_and_walked_through(page: Page, base: str) -> None:
    first, second = span_of("The lighthouse was built"), span_of("The very last words.")
    page.goto(address(base, second, first))
    assert marked(page) == "The lighthouse was builtThe very last words."
    position = page.locator("#position")
    expect(position).to_have_text("Excerpt 1 of 2")
    page.get_by_role("button", name="Next").click()
    expect(position).to_have_text("Excerpt 2 of 2")
    expect(page.locator("mark").last).to_be_in_viewport()
    page.get_by_role("button", name="Previous").press("Enter")
    expect(position).to_have_text("Excerpt 1 of 2")


def test_another_fragment_moves_the_mark_and_leaves_the_text_whole(page: Page, base: str) -> None:
    page.goto(address(base, span_of(WANTED)))
    start, end = 7, 12  # across a letter beyond the basic plane
    page.evaluate(f"location.hash = '#c={start}-{end}'")
    expect(page.locator("mark").first).to_be_in_viewport()
    assert marked(page) == ASTRAL[start:end]
    assert page.evaluate("document.getElementById('text').textContent") == ASTRAL


def test_a_fragment_that_names_nothing_breaks_nothing(page: Page, base: str) -> None:
    for fragment in ("c=999999999-9999999999", "c=5-5", "c=9-2", "c=x-y", "c=-1-5", "c=<script>", "", "c=99999999-999999999"):
        page.goto("about:blank")
        page.goto(address(base).partition("#")[0] + "#" + fragment)
        assert page.locator("mark").count() == 0
    expect(page.get_by_role("status")).to_have_text("That passage is not in this document.")


def test_axe_finds_nothing_at_any_width_in_light_and_dark_in_two_languages(browser: Browser, base: str) -> None:
    for locale in ("en-US", "az-AZ"):
        page = browser.new_page(locale=locale)
        page.goto(address(base, span_of(WANTED), span_of("The very last words.")))
        expect(page.locator("mark").first).to_be_in_viewport()
        assert page.evaluate("document.documentElement.lang") == locale[:2]
        for lang, width, scheme in VIEWS:
            if locale.startswith(lang):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 700})
                results = Axe().run(page)
                assert results.violations_count == 0, results.generate_report()
                assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()


def test_on_paper_the_mark_stays_and_the_controls_go(page: Page, base: str) -> None:
    page.goto(address(base, span_of("The lighthouse"), span_of("The very last words.")))
    page.emulate_media(media="print")
    expect(page.locator("mark").first).to_be_visible()
    expect(page.locator("#excerpts")).to_be_hidden()
    expect(page.locator(".back")).to_be_hidden()


def test_the_sign_in_page_works_by_keyboard_and_axe_finds_nothing(page: Page, browser: Browser, tmp_path: Path) -> None:
    token = "a-token-of-enough-characters"
    with client_of(tmp_path, auth="token", auth_token=token) as client:
        for locale in ("en-US", "az-AZ"):
            looked = browser.new_page(locale=locale)
            looked.goto(f"{client.base_url}/source/treaty.md")
            for state in ("asked", "refused"):
                for lang, width, scheme in VIEWS:
                    if locale.startswith(lang):
                        looked.emulate_media(color_scheme=scheme)
                        looked.set_viewport_size({"width": width, "height": 700})
                        assert Axe().run(looked).violations_count == 0, (state, lang, width, scheme)
                looked.keyboard.type("wrong")
                looked.keyboard.press("Enter")
                expect(looked.get_by_role("alert")).to_be_visible()
            looked.close()
        page.goto(f"{client.base_url}/source/treaty.md")
        page.keyboard.type("wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("This token is not accepted.")
        page.get_by_label("Access token").fill(token)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Harbour treaty")).to_be_visible()
