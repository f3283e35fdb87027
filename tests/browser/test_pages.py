"""Pages of a PDF in Chromium: pictures with the excerpt marked, alone and beside the conversation; the text one key away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rag.corpus.formats.pdf.loader import draft_pdf
from rag.corpus.shape.assembly import assemble
from rag.knowledge_base import KnowledgeBase
from rag.serving.app import create_app
from rag.settings import Parsing
from rag.types import Document
from tests.browser.conftest import Watched
from tests.browser.test_access import MODES, TOKEN, minted
from tests.browser.test_chat import Chat, violations
from tests.corpus.press import Printed, column, press
from tests.fake_engine import FakeEngine
from tests.serving.live import running, settings_for

pytestmark = pytest.mark.browser
LIGHTHOUSE = "The lighthouse was built in 1911 by Ada Varga."
FERRY = "The ferry leaves on Mondays and comes back on Fridays."
WAYS_IN = {mode: flags for mode, flags in MODES.items() if flags}


def report() -> bytes:
    first = [Printed(72, 760, "Report on the harbour", 18), *column("The harbour opens at six.\n" * 12, 72, 720, 440)]
    return press(first, column(f"{LIGHTHOUSE} It is 40 metres high and white.\n{FERRY}", 72, 720, 440))


@pytest.fixture(scope="module")
def document(kb: KnowledgeBase) -> Document:
    return assemble(draft_pdf((kb.sources / "report.pdf").read_bytes(), Parsing()), document_id="report.pdf")


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    kb = KnowledgeBase(tmp_path_factory.mktemp("library"))
    kb.sources.mkdir()
    (kb.sources / "report.pdf").write_bytes(report())
    return kb


@pytest.fixture(scope="module")
def url(kb: KnowledgeBase, document: Document, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    scanned = replace(document, id="scan.pdf", pages=tuple(replace(page, recognised=0.91) for page in document.pages))
    (kb.sources / "scan.pdf").write_bytes(report())
    settings = settings_for(tmp_path_factory.mktemp("pages"), limits_requests_per_minute=10_000)
    app = create_app(FakeEngine((document, scanned)), settings, folders={"default": kb})
    with running(app) as address:
        yield address


def cited(url: str, document: Document, *sentences: str, words: str = "", name: str = "report.pdf") -> str:
    def span(said: str) -> str:
        start = document.text.index(said)
        return f"{start}-{start + len(said)}"

    answering = f"&h={span(words)}" if words else ""
    return f"{url}/source/{name}#c={','.join(map(span, sentences))}{answering}"


def drawn(page: Page, number: int) -> None:
    """Page ``number`` is a picture that has arrived."""
    picture = page.locator(f"#sheet-{number} img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())


def test_the_cited_sentence_is_marked_on_its_page_and_the_text_is_one_key_away(
    watched: Watched, url: str, document: Document
) -> None:
    page = watched.page
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(cited(url, document, LIGHTHOUSE, FERRY, words="Ada Varga"))
    spot = page.get_by_role("img", name=f"Excerpt 1: {LIGHTHOUSE}")
    expect(spot).to_be_focused()
    expect(spot.locator(".box").first).to_be_in_viewport()
    drawn(page, 2)
    expect(page.locator("#sheet-2 img")).to_have_attribute("alt", "Page 2 as a picture; “Show as text” has its words.")
    paper, box = page.locator("#sheet-2 .paper").bounding_box(), spot.locator(".answers").bounding_box()
    assert paper is not None and box is not None
    assert paper["x"] < box["x"] < box["x"] + box["width"] < paper["x"] + paper["width"]
    expect(page.locator("#text")).to_be_hidden()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("img", name=f"Excerpt 2: {FERRY}")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Alt+t")
    expect(page.locator("#text mark").last).to_be_in_viewport()
    expect(page.locator("#pages")).to_be_hidden()
    page.reload()
    expect(page.locator("#text mark").first).to_be_in_viewport()  # the choice is remembered
    page.get_by_role("button", name="Show as pages").click()
    expect(spot.locator(".box").first).to_be_in_viewport()
    assert errors == [] and watched.strangers(url) == []


def test_a_recognised_page_is_named_and_not_marked_and_a_missing_file_leaves_the_text(
    watched: Watched, url: str, document: Document
) -> None:
    page = watched.page
    page.goto(cited(url, document, FERRY, name="scan.pdf"))
    expect(page.locator("#sheet-2.cited .somewhere")).to_contain_text("The excerpt is on this page.")
    expect(page.locator(".spot")).to_have_count(0)
    assert violations(page) == []
    page.route("**/facsimile/**", lambda route: route.fulfill(status=503))
    page.reload()
    expect(page.locator("#text mark").first).to_be_in_viewport()
    expect(page.locator("#view")).to_be_hidden()


def test_pages_stand_beside_the_conversation(watched: Watched, url: str) -> None:
    chat = Chat(watched, url).open().ready()
    chat.ask("Who built the lighthouse?").locator("a.quote").first.click()
    source = chat.page.frame_locator("#charter-source iframe")
    expect(source.get_by_role("img", name="Excerpt 1")).to_be_visible()
    expect(source.locator(".box").first).to_be_in_viewport()
    expect(chat.page.locator("#charter-source [data-pane-close]")).to_be_focused()
    assert violations(chat.page) == []


@pytest.mark.parametrize("mode", WAYS_IN)
def test_pages_are_shown_below_a_path_to_those_who_signed_in_and_to_nobody_else(
    watched: Watched, kb: KnowledgeBase, document: Document, tmp_path: Path, mode: str
) -> None:
    flags = {"root_path": "/qa", "limits_requests_per_minute": 10_000, **WAYS_IN[mode]}
    app = create_app(FakeEngine((document,)), settings_for(tmp_path, **flags), folders={"default": kb}, ui=False)
    with running(app) as address:
        page = watched.page
        refused = page.request.get(f"{address}/qa/facsimile/report.pdf?page=1")
        assert refused.status == (403 if mode == "proxy" else 401)
        if mode == "proxy":
            page.set_extra_http_headers({"X-Forwarded-User": "ada"})
        else:
            page.goto(cited(f"{address}/qa", document, LIGHTHOUSE))
            page.get_by_role("textbox").fill(TOKEN if mode == "token" else minted())
            page.keyboard.press("Enter")
            page.wait_for_url("**/qa/source/report.pdf")
        page.goto(cited(f"{address}/qa", document, LIGHTHOUSE))
        expect(page.locator("#pages .spot .box").first).to_be_in_viewport()
        drawn(page, 2)
