"""The frame: who may embed it, and the messages that it takes and sends. Against the real application."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from playwright.sync_api import Frame, expect

from rag.serving.app import create_app
from tests.browser.scripted_server import Page, ScriptedServer
from tests.browser.widget.stage import Chat, Stage
from tests.fake_engine import FakeEngine
from tests.serving.live import running, settings_for

KEY = "0123456789abcdef0123456789abcdef0123"


@pytest.fixture(scope="module")
def host() -> Iterator[ScriptedServer]:
    with ScriptedServer() as host:
        yield host


@pytest.fixture(scope="module")
def open_server(host: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Anybody may ask; the host's pages may embed."""
    settings = settings_for(tmp_path_factory.mktemp("open"), origins=host.origin)
    with running(create_app(FakeEngine(), settings, ui=False)) as url:
        yield url


@pytest.fixture(scope="module")
def token_server(host: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Asks for a token."""
    settings = settings_for(tmp_path_factory.mktemp("token"), origins=host.origin, auth="jwt", auth_jwt_key=KEY)
    with running(create_app(FakeEngine(), settings, ui=False)) as url:
        yield url


def frame_page(server: str, query: str = "", script: str = "", head: str = "") -> Page:
    return Page(
        f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Intranet</title>{head}</head><body>
<main><h1>Intranet</h1><iframe src="{server}/embed{query}" title="Ask" width="400" height="600"></iframe></main>
<script>
const frame = document.querySelector('iframe'), server = "{server}";
window.heard = [];
const tell = (message) => frame.contentWindow.postMessage({{charter: 1, ...message}}, server);
addEventListener('message', (e) => {{
  if (e.origin !== server || e.source !== frame.contentWindow) return;
  heard.push(e.data);
  {script}
}});
</script></body></html>"""
    )


def opened(stage: Stage, host: ScriptedServer, page: Page, address: str | None = None) -> tuple[Chat, Frame]:
    host.pages["/frame"] = page
    chat = Chat(stage.new_context().new_page())
    stage.chats.append(chat)
    chat.page.set_default_timeout(8000)
    chat.page.goto((address or host.origin) + "/frame")
    return chat, chat.page.frames[1]


def heard(chat: Chat, kind: str) -> list[dict[str, Any]]:
    return [m for m in chat.page.evaluate("heard") if m["type"] == kind]


def test_a_listed_page_frames_it_and_its_reader_asks(stage: Stage, host: ScriptedServer, open_server: str) -> None:
    chat, frame = opened(stage, host, frame_page(open_server, "?lang=az&heading=Liman"))
    expect(frame.get_by_text("Liman")).to_be_visible()
    frame.get_by_role("textbox", name="Sualınız").fill("Who built the lighthouse?")
    frame.get_by_role("textbox", name="Sualınız").press("Enter")
    expect(frame.locator(".text")).to_contain_text("The lighthouse was built in 1911 by Ada Varga.")
    assert frame.locator(".panel").evaluate("(n) => n.getBoundingClientRect().height") == 600
    chat.page.wait_for_function("heard.some((m) => m.type === 'charter-answer')")
    assert heard(chat, "ready") == [{"charter": 1, "type": "ready"}]
    (answered,) = heard(chat, "charter-answer")
    assert answered["detail"]["status"] == "answered"
    assert chat.violations() == []


@pytest.mark.parametrize("listed", ["", "https://intranet.example"])
def test_a_page_that_is_not_listed_gets_an_empty_frame(stage: Stage, host: ScriptedServer, tmp_path: Path, listed: str) -> None:
    settings = settings_for(tmp_path, **({"origins": listed} if listed else {}))
    with running(create_app(FakeEngine(), settings, ui=False)) as url:
        chat, _ = opened(stage, host, frame_page(url))
        chat.page.wait_for_load_state()
        assert any("frame-ancestors" in line for line in chat.console)
        assert chat.page.frame_locator("iframe").locator("charter-chat").count() == 0
        assert chat.page.evaluate("heard") == []


def test_the_host_asks_and_begins_anew_by_message(stage: Stage, host: ScriptedServer, open_server: str) -> None:
    script = "if (e.data.type === 'ready') tell({type: 'ask', text: 'When does the harbour open?'})"
    chat, frame = opened(stage, host, frame_page(open_server, script=script))
    expect(frame.locator("[part=feedback]")).to_be_visible()
    expect(frame.locator(".question")).to_contain_text("When does the harbour open?")
    chat.page.evaluate("tell({type: 'reset'})")
    expect(frame.locator(".question")).to_have_count(0)


def test_a_host_that_hides_its_address_says_hello_first(stage: Stage, host: ScriptedServer, open_server: str) -> None:
    chat, frame = opened(stage, host, frame_page(open_server, head='<meta name="referrer" content="no-referrer">'))
    expect(frame.locator("textarea")).to_be_visible()
    chat.page.evaluate("tell({type: 'hello'})")
    chat.page.wait_for_function("heard.length > 0")
    assert {m["type"] for m in chat.page.evaluate("heard")} == {"ready"}


MISSHAPEN = [
    "{type: 'ask', text: 'X?'}",
    "{charter: 2, type: 'ask', text: 'X?'}",
    "{charter: '1', type: 'ask', text: 'X?'}",
    "{charter: 1, type: 'ask', text: {toString: 1}}",
    "{charter: 1, type: 'ask'}",
    "{charter: 1, type: 'eval', text: 'alert(1)'}",
    "{charter: 1, type: 'token', id: 1, token: 'x'}",
    "{charter: 1, type: '__proto__'}",
    "'charter'",
    "null",
    "[1]",
]


def test_messages_of_another_shape_are_dropped(stage: Stage, host: ScriptedServer, open_server: str) -> None:
    chat, frame = opened(stage, host, frame_page(open_server))
    expect(frame.locator("textarea")).to_be_visible()
    for message in MISSHAPEN:
        chat.page.evaluate(f"frame.contentWindow.postMessage({message}, server)")
    chat.page.evaluate("tell({type: 'ask', text: 'When does the harbour open?'})")
    expect(frame.locator("[part=feedback]")).to_be_visible()
    expect(frame.locator(".question")).to_have_count(1)


def test_messages_from_another_window_or_origin_are_dropped(stage: Stage, host: ScriptedServer, open_server: str) -> None:
    intruder = f"""<iframe id="intruder" srcdoc="<script>
      parent.frames[0].postMessage({{charter: 1, type: 'ask', text: 'Intruder?'}}, '{open_server}')</script>"></iframe>"""
    chat, frame = opened(stage, host, frame_page(open_server))
    expect(frame.locator("textarea")).to_be_visible()
    chat.page.evaluate("(html) => document.body.insertAdjacentHTML('beforeend', html)", intruder)
    expect(chat.page.locator("#intruder")).to_be_attached()
    chat.page.frames[2].wait_for_load_state()
    frame.evaluate("postMessage({charter: 1, type: 'ask', text: 'Self?'}, '*')")
    chat.page.evaluate("tell({type: 'ask', text: 'When does the harbour open?'})")
    expect(frame.locator("[part=feedback]")).to_be_visible()
    expect(frame.locator(".question")).to_have_count(1)


def test_the_frame_asks_its_host_for_the_token(stage: Stage, host: ScriptedServer, token_server: str) -> None:
    now = int(time.time())
    minted = jwt.encode({"sub": "reader", "aud": "charterqa", "iat": now, "exp": now + 300}, KEY, algorithm="HS256")
    script = f"if (e.data.type === 'token-request') tell({{type: 'token', id: e.data.id, token: '{minted}'}})"
    chat, frame = opened(stage, host, frame_page(token_server, script=script))
    frame.locator("textarea").fill("Who built the lighthouse?")
    frame.locator("textarea").press("Enter")
    expect(frame.locator(".text")).to_contain_text("The lighthouse was built in 1911")
    assert len(heard(chat, "token-request")) == 1
    frame.locator(".marker").first.click()
    frame.get_by_role("link", name="Open in the document").click()
    expect(frame.locator("mark")).to_have_text("The lighthouse was built in 1911 by Ada Varga.")
    assert not [url for url in chat.urls if minted in url]


def test_a_host_without_a_token_leaves_the_reader_told(stage: Stage, host: ScriptedServer, token_server: str) -> None:
    script = "if (e.data.type === 'token-request') tell({type: 'token', id: e.data.id})"
    chat, frame = opened(stage, host, frame_page(token_server, script=script))
    frame.locator("textarea").fill("When does the harbour open?")
    frame.locator("textarea").press("Enter")
    expect(frame.locator(".note:not(.notice)")).to_have_text("Sign in again to ask questions.")
    chat.page.wait_for_function("heard.some((m) => m.type === 'charter-error')")
    assert heard(chat, "charter-error")[0]["detail"]["code"] == "signin"


def test_opened_by_itself_its_address_says_nothing(stage: Stage, open_server: str) -> None:
    chat = Chat(stage.new_context().new_page())
    stage.chats.append(chat)
    chat.page.goto(f"{open_server}/embed?heading=You+have+won&greeting=Call+me")
    expect(chat.find("textarea")).to_be_visible()
    expect(chat.page.get_by_text("You have won")).to_have_count(0)
    expect(chat.page.get_by_text("Call me")).to_have_count(0)
