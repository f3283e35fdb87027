"""The pictures of the README, from the running product: ``python -m bench.screenshots [FOLDER]`` (default ``docs/images``).

Serves the default sources on a free port, with an index made for the occasion, and opens them in Chromium. Run it again after
every change of the chat. It fails where the product does not do what the picture is to show.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from rag.guiding.engine import GuidedEngine
from rag.guiding.indexing import index
from rag.knowledge_base import KnowledgeBase
from rag.models.opening import open_embedder
from rag.serving.app import create_app
from rag.settings import Settings

ROOT = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ANSWERED = "Who signed the charter?"
LISTED = "In which key areas may working groups be established?"
REFUSED = "When does the charter expire?"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 760}


@contextmanager
def product() -> Iterator[str]:
    """The base URL of the product over a fresh index of the default sources."""
    with tempfile.TemporaryDirectory() as folder:
        kb = KnowledgeBase(Path(folder))
        shutil.copytree(ROOT / "index" / "sources", kb.sources)
        shutil.copytree(ROOT / "index" / "questions", kb.questions)
        settings = Settings.model_validate({"kb": kb.root, "feedback": {"enabled": False}})
        index(kb, settings, open_embedder(settings.embedding))
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen(64)
            server = uvicorn.Server(uvicorn.Config(create_app(GuidedEngine.open(settings, kb), settings), log_level="warning"))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
            thread.start()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                thread.join()


def ask(page: Page, question: str) -> None:
    """Ask, and wait until the answer is whole."""
    page.get_by_role("textbox").last.fill(question)
    page.keyboard.press("Enter")
    page.locator("article.exchange.done", has_text=question).last.wait_for()
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(400)


def take(browser: Browser, url: str, folder: Path) -> None:
    """Each picture once."""
    context = browser.new_context(viewport=WIDE, device_scale_factor=2, locale="en-US", reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    page.locator(".example").first.wait_for()
    page.screenshot(path=folder / "empty.png")
    ask(page, ANSWERED)
    page.screenshot(path=folder / "answer.png")
    with page.expect_popup() as popup:
        page.locator(".links a").first.click()
    source = popup.value
    source.locator("article mark").first.wait_for()
    source.set_viewport_size(WIDE)
    source.wait_for_timeout(400)
    source.screenshot(path=folder / "source.png")
    source.close()
    page.get_by_role("button", name="New conversation").click()
    page.locator(".example").first.wait_for()
    ask(page, REFUSED)
    page.locator(".refusal").wait_for(timeout=1000)
    page.screenshot(path=folder / "refusal.png")
    context.close()
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, locale="az", color_scheme="dark", reduced_motion="reduce", has_touch=True
    )
    page = context.new_page()
    page.goto(url)
    page.locator(".example").first.wait_for()
    ask(page, LISTED)
    page.screenshot(path=folder / "phone.png")
    context.close()


def main() -> None:
    """Make them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine. Install it and run this again.")
    with product() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking", "--hide-scrollbars"]
        )
        take(browser, url, folder)
        browser.close()
    for made in sorted(folder.glob("*.png")):
        print(f"{made.name}: {made.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
