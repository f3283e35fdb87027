"""Every face behind a real nginx with TLS and buffering, at the root of a host and below a path of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Serve
from tests.browser.scripted_engine import ScriptedEngine
from tests.serving.nginx import NAME, Upstream, nginx

pytestmark = pytest.mark.browser
LIGHTHOUSE = "The lighthouse was built in 1911 by Ada Varga."
TOKEN = "a-token-of-enough-characters"
PLACES = {
    "root": "/",
    "told": "/qa/",  # the proxy takes the path off and says so
    "kept": "/kept/",  # it leaves the path, which is a setting
    "quiet": "/deep/er/",  # it takes the path off in silence; it is a setting
}
TRUSTED = {"auth_proxy_peers": "127.0.0.1", "hosts": NAME}
HOST_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title>
<script type="module" src="{base}widget/v1/widget.js"></script><h1>Host</h1><charter-chat mode="inline"></charter-chat>"""


@dataclass(frozen=True)
class Proxied:
    """nginx at ``url`` over servers that share an engine; the one at ``/signed/`` asks for a token."""

    url: str
    engine: ScriptedEngine

    def base(self, place: str) -> str:
        return self.url + PLACES[place]

    def client(self, place: str) -> httpx.Client:
        port = self.url.rpartition(":")[2]
        made = httpx.Client(base_url=f"https://127.0.0.1:{port}{PLACES[place]}", verify=False, timeout=20)
        made.headers["host"] = f"{NAME}:{port}"
        return made


@pytest.fixture(scope="module")
def proxied(server: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    folder, pages = tmp_path_factory.mktemp("nginx"), tmp_path_factory.mktemp("pages")
    engine = ScriptedEngine()
    trusting = server(engine, **TRUSTED)
    upstreams = [
        Upstream("/", trusting),
        Upstream("/qa/", trusting),
        Upstream("/kept/", server(engine, root_path="/kept/", **TRUSTED), strip=False, tell=False),
        Upstream("/deep/er/", server(engine, root_path="/deep/er", **TRUSTED), tell=False),
        Upstream("/signed/", server(engine, auth="token", auth_token=TOKEN, **TRUSTED)),
    ]
    for name, place in PLACES.items():
        (pages / f"{name}.html").write_text(HOST_PAGE.format(base=place), encoding="utf-8")
    with nginx(folder, upstreams, pages) as url:
        yield Proxied(url, engine)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    expect.set_options(timeout=20_000)
    made = browser.new_context(locale="en-US", reduced_motion="reduce", ignore_https_errors=True)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, proxied: Proxied) -> Iterator[Page]:
    """A page for which every answer below 400 counts, and which asks nothing of the host outside its own path."""
    made = context.new_page()
    failed: list[str] = []
    made.on("response", lambda r: failed.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    made.on("pageerror", lambda error: failed.append(str(error)))
    yield made
    assert failed == []


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("place", PLACES)
def test_the_chat_its_sources_and_its_language_work_and_its_first_sentence_comes_when_it_is_made(
    page: Page, proxied: Proxied, place: str
) -> None:
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    page.goto(proxied.base(place))
    expect(page.locator(".example").first).to_be_visible()
    ask(page, "Who built the lighthouse?")
    expect(page.locator(".claim")).to_contain_text(LIGHTHOUSE)
    proxied.engine.proceed.clear()
    ask(page, "slow and steady")
    expect(page.locator("article.exchange.answering .claim")).to_contain_text("The harbour opens at six.")
    proxied.engine.proceed.set()
    expect(page.locator("article.exchange.done")).to_have_count(2)
    page.locator("#charter-menu summary").click()
    page.get_by_label("Language").select_option("az")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sənədlərdən soruşun")
    with page.expect_popup() as popup:
        page.locator(".sources .links a").first.click()
    source = popup.value
    assert source.url == f"{proxied.base(place)}source/treaty.md#c=47-93"
    expect(source.locator("article mark")).to_have_text(LIGHTHOUSE)
    source.wait_for_load_state("load")
    assert "Times" not in source.evaluate("getComputedStyle(document.body).fontFamily")
    assert source.locator("a.back").evaluate("link => link.href") == proxied.base(place)
    source.close()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sənədlərdən soruşun")
    expect(page.locator(".claim").first).to_contain_text(LIGHTHOUSE)
    assert [cookie["path"] for cookie in page.context.cookies()] == [PLACES[place]]
    assert [url for url in asked if not url.startswith((proxied.base(place), "data:"))] == []


@pytest.mark.parametrize("place", PLACES)
def test_the_widget_answers_and_opens_the_marked_source(page: Page, proxied: Proxied, place: str) -> None:
    page.goto(f"{proxied.url}/host/{place}.html")
    ask(page, "Who built the lighthouse?")
    expect(page.locator("charter-chat .text")).to_contain_text(LIGHTHOUSE)
    page.locator("charter-chat .marker").click()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Open in the document").click()
    expect(popup.value.locator("article mark")).to_have_text(LIGHTHOUSE)
    assert popup.value.url.startswith(f"{proxied.base(place)}source/")


@pytest.mark.parametrize("place", PLACES)
def test_programs_reach_the_api_openai_mcp_and_the_frame(proxied: Proxied, place: str) -> None:
    body = {"question": "Who built the lighthouse?"}
    call: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "ask", "arguments": body}}
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    with proxied.client(place) as client:
        assert client.post("api/v1/ask", json=body).json()["claims"][0]["text"] == LIGHTHOUSE
        chat = {"messages": [{"role": "user", "content": body["question"]}]}
        assert LIGHTHOUSE in client.post("v1/chat/completions", json=chat).text
        assert LIGHTHOUSE in client.post("mcp", json=call, headers=headers).text
        assert client.get("embed").status_code == 200
        assert client.get("healthz").json() == {"status": "alive"}
        servers = client.get("openapi.json").json().get("servers", [{"url": ""}])
        assert servers == [{"url": PLACES[place].rstrip("/")}]


@pytest.mark.parametrize("place", ["root", "told"])
def test_the_apis_stream_is_not_held_back(proxied: Proxied, place: str) -> None:
    proxied.engine.proceed.clear()
    body = {"question": "slow and steady", "stream": True}
    with proxied.client(place) as client, client.stream("POST", "api/v1/ask", json=body) as response:
        lines = response.iter_lines()
        told = next(json.loads(line.removeprefix("data: ")) for line in lines if line.startswith('data: {"text"'))
        assert told["text"] == "The harbour opens at six." and not proxied.engine.proceed.is_set()
        proxied.engine.proceed.set()
        assert any(line == "event: done" for line in lines)


def test_an_address_without_its_last_slash_leads_to_the_start_page(proxied: Proxied) -> None:
    for place in ("told", "kept"):
        with proxied.client(place) as client:
            bare = client.get(str(client.base_url).rstrip("/") + "?q=x")
            assert bare.status_code in {301, 308}
            assert httpx.URL(bare.headers["location"]).path == PLACES[place]


def test_a_reader_signs_in_below_a_path_with_a_cookie_for_that_path_alone(context: BrowserContext, proxied: Proxied) -> None:
    page = context.new_page()
    start = f"{proxied.url}/signed/"
    page.goto(f"{start}source/treaty.md")
    page.get_by_label("Access token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Harbour treaty")).to_be_visible()
    assert page.url == f"{start}source/treaty.md"
    page.goto(start)
    expect(page.locator(".example").first).to_be_visible()
    session = next(cookie for cookie in context.cookies() if cookie["name"] == "charterqa_session")
    assert (session["path"], session["secure"], session["httpOnly"]) == ("/signed/", True, True)
    page.locator("#charter-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.url == start
    assert [cookie["name"] for cookie in context.cookies()] == []


def test_a_prefix_from_anybody_but_a_configured_proxy_means_nothing(server: Serve) -> None:
    told = {"x-forwarded-prefix": "/evil", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"}
    url = server(ScriptedEngine())
    for path in ("/", "/config", "/source/treaty.md"):
        assert "evil" not in httpx.get(url + path, headers=told).text
    trusting = server(ScriptedEngine(), auth_proxy_peers="127.0.0.1")
    for nonsense in ('/"><script>', "//evil.example", "/source", "evil", "/a/../b"):
        page = httpx.get(f"{trusting}/source/treaty.md", headers={"x-forwarded-prefix": nonsense}).text
        assert 'href="/page/page.css' in page
