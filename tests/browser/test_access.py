"""Every page in every mode of access, as a browser sees it: styled, without a blocked file, and with a way in."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.browser.conftest import Serve
from tests.browser.scripted_engine import ScriptedEngine

pytestmark = pytest.mark.browser
TOKEN = "a-token-of-enough-characters"
KEY = "an-hmac-key-that-is-long-enough-to-be-one"
MODES: dict[str, dict[str, Any]] = {
    "none": {},
    "token": {"auth": "token", "auth_token": TOKEN},
    "jwt": {"auth": "jwt", "auth_jwt_key": KEY},
    "proxy": {"auth": "proxy", "auth_proxy_peers": "127.0.0.1"},
}
HOSTS = "intranet.test"
PAGES = {"/source/treaty.md#c=47-93": "article mark", "/embed": "charter-chat", "/openapi.json": "pre"}
LIGHTHOUSE = "The lighthouse was built in 1911 by Ada Varga."


def minted(**claims: Any) -> str:
    now = int(time.time())
    return jwt.encode({"sub": "ada", "aud": "charterqa", "iat": now, "exp": now + 300} | claims, KEY, algorithm="HS256")


@dataclass
class Visit:
    """A browser that has seen nothing yet, and what it complained of on its console."""

    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        told = "Content Security Policy" in message.text or "MIME" in message.text
        if told and "manifest" not in message.text:  # Gradio's page names a manifest that we do not serve
            self.complaints.append(message.text)


@pytest.fixture(scope="module")
def bases(server: Serve) -> dict[str, str]:
    """A server for each mode, by a name that is no loopback address: browsers trust those more than an intranet's."""
    served = {mode: server(ScriptedEngine(), hosts=HOSTS, **flags) for mode, flags in MODES.items()}
    return {mode: url.replace("127.0.0.1", HOSTS) for mode, url in served.items()}


@pytest.fixture
def visit(browser: Browser) -> Any:
    expect.set_options(timeout=20_000)
    context = browser.new_context(locale="en-US", reduced_motion="reduce")
    yield Visit(context)
    context.close()


def let_in(visit: Visit, page: Page, mode: str, base: str) -> None:
    """The chat, after whatever a reader does in ``mode`` before it."""
    if mode == "proxy":
        visit.context.set_extra_http_headers({"X-Forwarded-User": "ada"})
    page.goto(base)
    if mode in {"token", "jwt"}:
        page.get_by_label("Access token").fill(TOKEN if mode == "token" else minted())
        page.get_by_role("button", name="Continue").click()
    expect(page.locator("#charter-header")).to_be_visible()


def styled(page: Page) -> bool:
    """Whether the page, once it is loaded, looks like ours, and not like a browser's bare default."""
    page.wait_for_load_state("load")
    return "Times" not in page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")


def test_with_a_token_a_person_signs_in_at_the_start_page_chats_and_signs_out(visit: Visit, bases: dict[str, str]) -> None:
    page = visit.page()
    page.goto(bases["token"])
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert styled(page) and Axe().run(page).violations_count == 0
    for wrong in ("not-the-token", "x" * 10_000):
        page.get_by_label("Access token").fill(wrong)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alert")).to_have_text("This token is not accepted.")
        assert styled(page) and Axe().run(page).violations_count == 0
    page.get_by_label("Access token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator(".example").first).to_be_visible()
    page.get_by_label("Your question").fill("Who built the lighthouse?")
    page.keyboard.press("Enter")
    expect(page.locator(".claim")).to_contain_text(LIGHTHOUSE)
    page.locator("#charter-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    page.goto(f"{bases['token']}/source/treaty.md")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert visit.complaints == []


def test_signing_in_leads_to_the_question_that_was_linked_to(visit: Visit, bases: dict[str, str]) -> None:
    page = visit.page()
    page.goto(f"{bases['token']}/?q=Who+built+the+lighthouse%3F")
    page.get_by_label("Access token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.locator(".claim")).to_contain_text(LIGHTHOUSE)


def test_a_jwt_that_does_not_count_signs_nobody_in(visit: Visit, bases: dict[str, str]) -> None:
    wrong = {
        "expired": minted(exp=int(time.time()) - 60),
        "foreign": minted(aud="another"),
        "forged": jwt.encode({"sub": "eve", "aud": "charterqa", "exp": time.time() + 60}, "k" * 48, algorithm="HS256"),
        "nonsense": "no.token.at-all",
    }
    page = visit.page()
    for name, token in wrong.items():
        page.goto(bases["jwt"])
        expect(page.get_by_role("alert"), name).to_have_count(0)
        page.get_by_label("Access token").fill(token)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert"), name).to_have_text("This token is not accepted.")


@pytest.mark.parametrize("mode", MODES)
def test_every_page_opens_whole_in_every_mode(visit: Visit, bases: dict[str, str], mode: str) -> None:
    """The chat comes first: where a token is asked for, it is where signing in leads to."""
    page = visit.page()
    found: list[str] = []
    page.on("response", lambda r: found.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    let_in(visit, page, mode, bases[mode])
    signed_in = [f"401 {bases[mode]}/"] if mode in {"token", "jwt"} else []  # the form came in the place of the chat
    assert styled(page)
    for path, shown in PAGES.items():
        page.goto(bases[mode] + path)
        expect(page.locator(shown).first).to_be_visible()
        if shown == "article mark":
            assert styled(page)
    assert found == signed_in
    assert visit.complaints == []


@pytest.mark.parametrize("mode", ["token", "jwt", "proxy"])
def test_nothing_but_the_way_in_is_shown_to_a_stranger(visit: Visit, bases: dict[str, str], mode: str) -> None:
    page = visit.page()
    for path in ("/", "/source/treaty.md", "/openapi.json"):
        response = page.goto(bases[mode] + path)
        assert response is not None and response.status == (403 if mode == "proxy" else 401)
        assert "harbour" not in page.content()
        if mode != "proxy" and path != "/openapi.json":
            expect(page.get_by_label("Access token")).to_be_focused()
            assert styled(page)
    assert visit.complaints == []
