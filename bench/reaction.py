"""How soon the chat reacts, measured in the page: ``python -m bench.reaction [QUESTIONS]`` (default 20).

Serves the default sources, asks in Chromium, and takes times from the key press: to the frame that shows the question, and to
the one with the whole answer. Layout shifts while answers come are added up as the browser counts them.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys

from playwright.sync_api import Page, sync_playwright

from bench.screenshots import CHROMIUM, ROOT, product

WATCH = """() => {
  window.shifts = 0;
  window.seen = new Set();
  const now = (name) => (window.times[name] ??= performance.now() - window.pressed);
  const frame = (name) => requestAnimationFrame(() => setTimeout(() => now(name)));
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifts += value;
  }).observe({ type: "layout-shift" });
  const pressed = (event) => {
    if (event.key === "Enter") [window.pressed, window.times] = [performance.now(), {}];
  };
  addEventListener("keydown", pressed, true);
  new MutationObserver(() => {
    const last = [...document.querySelectorAll("article.exchange")].at(-1);
    if (!window.times || !last || window.seen.has(last.id)) return;
    frame("reaction");
    if (!last.matches(".done")) return;
    window.seen.add(last.id);
    frame("answer");
  }).observe(document.body, { childList: true, subtree: true });
}"""


def asked(page: Page, question: str) -> dict[str, float]:
    """Milliseconds from the key press to the ``reaction`` and to the whole ``answer``."""
    page.get_by_role("textbox").last.fill(question)
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.times?.answer !== undefined")
    page.wait_for_timeout(300)
    times: dict[str, float] = page.evaluate("() => window.times")
    return times


def main() -> None:
    """Measure and say."""
    logging.disable(logging.INFO)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    lines = (ROOT / "index" / "questions" / "charter-dev.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [row["question"] for row in map(json.loads, lines) if not row.get("history")][: count + 1]
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine. Install it and run this again.")
    with product() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page(locale="en-US", viewport={"width": 1440, "height": 900})
        page.set_default_timeout(120_000)
        page.goto(url)
        page.locator(".example").first.wait_for()
        page.evaluate(WATCH)
        measured = [asked(page, question) for question in questions][1:]  # the first one warms up
        shifts = page.evaluate("() => window.shifts")
        browser.close()
    for name in ("reaction", "answer"):
        times = sorted(times[name] for times in measured)
        print(f"{name}: median {statistics.median(times):.0f} ms, slowest of {len(times)} {times[-1]:.0f} ms")
    print(f"layout shift of all answers together: {shifts:.3f}")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
