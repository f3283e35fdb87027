"""The moving picture of the README, from the running product: ``python -m bench.film [FILE]``.

One reader's minute: the empty chat, a question as it is typed, its answer beside the excerpt, the document opened at the cited
sentence, and a question that the documents do not answer. It fails where the product does not do what the film is to show.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from bench.screenshots import ANSWERED, CHROMIUM, REFUSED, ROOT, product

SIZE = {"width": 1120, "height": 700}
LARGEST = 1_500_000
"""Bytes: what a README may ask of a reader's connection."""


class Film:
    """Frames with how long each is seen, milliseconds."""

    def __init__(self) -> None:
        self.frames: list[Image.Image] = []
        self.durations: list[int] = []

    def shoot(self, page: Page, milliseconds: int) -> None:
        """The page as it is now."""
        self.frames.append(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        self.durations.append(milliseconds)

    def save(self, file: Path) -> None:
        """One animated WebP, without end."""
        first, *rest = self.frames
        first.save(file, save_all=True, append_images=rest, duration=self.durations, loop=0, quality=80, method=4)
        if file.stat().st_size > LARGEST:
            sys.exit(f"{file} has {file.stat().st_size:,} bytes, more than {LARGEST:,}.")


def typed(film: Film, page: Page, question: str) -> None:
    """The question word by word, then its outcome."""
    words = question.split(" ")
    field = page.get_by_role("textbox").last
    for end in range(1, len(words) + 1):
        field.fill(" ".join(words[:end]))
        film.shoot(page, 180 if end < len(words) else 700)
    page.keyboard.press("Enter")
    page.locator("article.exchange.done", has_text=question).last.wait_for()
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(400)


def play(browser: Browser, url: str) -> Film:
    """The whole film."""
    film = Film()
    context = browser.new_context(viewport=SIZE, locale="en-US", reduced_motion="reduce")
    page = context.new_page()
    page.goto(url)
    page.locator(".example").first.wait_for()
    film.shoot(page, 1200)
    typed(film, page, ANSWERED)
    film.shoot(page, 3200)
    quote = page.locator(".links a").first
    quote.hover()
    film.shoot(page, 600)
    with page.expect_popup() as popup:
        quote.click()
    source = popup.value
    source.set_viewport_size(SIZE)
    source.locator("article mark").first.wait_for()
    source.wait_for_timeout(400)
    film.shoot(source, 3000)
    source.close()
    page.mouse.move(0, 0)
    typed(film, page, REFUSED)
    page.locator(".refusal").last.wait_for(timeout=1000)
    film.shoot(page, 3600)
    context.close()
    return film


def main() -> None:
    """Make it."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images" / "tour.webp"
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine. Install it and run this again.")
    with product() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking", "--hide-scrollbars"]
        )
        film = play(browser, url)
        browser.close()
    film.save(file)
    print(f"{file.name}: {len(film.frames)} frames, {file.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
