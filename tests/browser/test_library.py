"""The documents in the chat: files dropped there are read and asked a moment later, and another knowledge base is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from rag.serving.app import create_app
from rag.serving.editing.desk import Desk
from tests.browser.conftest import Watched
from tests.fake_engine import FakeEngine, document
from tests.serving.indexed import IndexedEngine, library, plain_build
from tests.serving.live import running, settings_for

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("libraries")
    kb = library(root / "library", harbour="The harbour opens at six.")
    settings = settings_for(root, limits_requests_per_minute=100_000, parsing_max_bytes=100_000)
    desk = Desk({"library": kb}, plain_build, settings)
    staff = FakeEngine((document("harbour.txt", "Staff", "The keeper of the harbour earns 900 crowns."),))
    app = create_app(IndexedEngine(kb), settings, name="library", others={"staff": staff}, desk=desk)
    with running(app) as address:
        yield address


def test_documents_are_added_titled_and_deleted_and_the_chat_answers_from_them(
    watched: Watched, url: str, tmp_path: Path
) -> None:
    page = watched.page
    page.goto(url)
    page.get_by_role("button", name="Add documents").click()
    dialog = page.get_by_role("dialog", name="Documents")
    files = {"ferry.txt": "The ferry leaves on Mondays.", "tool.exe": "MZ", "harbour.txt": "x", "long.txt": "x" * 100_001}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    dialog.locator("input[type=file]").set_input_files([tmp_path / name for name in files])
    added = dialog.get_by_role("list", name="Files added now").get_by_role("listitem")
    expect(added.filter(has_text="ferry.txt")).to_contain_text("Read: 1 passage.")
    expect(added.filter(has_text="tool.exe")).to_contain_text("Files of this type are not read.")
    expect(added.filter(has_text="long.txt")).to_contain_text("larger than 0 MB")
    expect(added.filter(has_text="harbour.txt")).to_contain_text("There is a document 'harbour.txt' already.")
    expect(added.filter(has_text="harbour.txt").get_by_role("button", name="Replace")).to_be_visible()
    documents = dialog.get_by_role("list", name="Documents").get_by_role("listitem")
    expect(documents).to_have_count(2)
    assert not Axe().run(page).response["violations"]
    documents.filter(has_text="ferry.txt").get_by_role("button", name="Rename").click()
    dialog.get_by_label("Title").fill("Ferries")
    dialog.get_by_label("Title").press("Enter")
    expect(documents.filter(has_text="Ferries")).to_have_count(1)
    dialog.get_by_role("button", name="Close").click()
    page.get_by_label("Your question").fill("When does the ferry leave?")
    page.get_by_label("Your question").press("Enter")
    expect(page.get_by_text("The ferry leaves on Mondays.").first).to_be_visible()
    page.get_by_role("button", name="Add documents").click()
    documents.filter(has_text="Ferries").get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete for good").click()
    expect(documents).to_have_count(1)
    assert watched.strangers(url) == []


@pytest.mark.parametrize("width", [375, 320, 768, 1024])
def test_the_choice_of_knowledge_base_leaves_room_for_the_menu(watched: Watched, url: str, width: int) -> None:
    page = watched.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(url)
    expect(page.get_by_label("Which documents are asked")).to_be_in_viewport(ratio=1)
    for name in ("Add documents", "New conversation", "Documents"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Add documents").click()
    box = page.get_by_role("dialog", name="Documents").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    page.get_by_role("button", name="Close").click()
    page.locator("#charter-menu summary").click()
    expect(page.get_by_label("Appearance")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_knowledge_base_is_chosen_and_its_sources_are_its_own(watched: Watched, url: str) -> None:
    page = watched.page
    page.goto(url)
    page.get_by_label("Which documents are asked").select_option("staff")
    page.wait_for_url("**/?kb=staff")
    expect(page.get_by_role("heading", name="Ask about Staff")).to_be_visible()
    page.get_by_label("Your question").fill("What does the keeper of the harbour earn?")
    page.get_by_label("Your question").press("Enter")
    expect(page.get_by_text("The keeper of the harbour earns 900 crowns.").first).to_be_visible()
    link = page.locator('a[href^="source/harbour.txt?kb=staff#c="]').first
    expect(link).to_be_attached()
    page.goto(f"{url}/?kb=none")
    expect(page.get_by_text("There is no access to a knowledge base 'none' here.").first).to_be_visible()
