"""The token: where it comes from, when it is renewed, and where it must never be seen."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.scripted_server import OPENING, Exchange, Play, Request, refuses, streams
from tests.browser.widget.stage import Chat, Stage

TOKEN_URL = '<charter-chat server="{server}" token-url="/token"></charter-chat>'
SIGN_IN = "Sign in again to ask questions."


def token(number: int, life: float = 300, *, begun: bool = True) -> str:
    """An unsigned JWT: the element reads its times and nothing else."""
    now = time.time()
    claims = {"sub": "reader", "jti": number, "exp": int(now + life), **({"iat": int(now)} if begun else {})}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.c2ln"


class Minter:
    """The host's token route; each token is a new one."""

    def __init__(self, stage: Stage, life: float = 300, **claims: Any) -> None:
        self.minted: list[str] = []
        self._life = life
        self._claims = claims
        stage.host.routes["/token"] = self.mint

    def mint(self, exchange: Exchange) -> None:
        self.minted.append(token(len(self.minted), self._life, **self._claims))
        exchange.send_json({"token": self.minted[-1]})


def bearers(requests: list[Request]) -> list[str]:
    return [r.headers.get("authorization", "") for r in requests]


def refuses_once(then: Play) -> list[Play]:
    return [refuses(401, "Expired."), then]


def test_a_token_url_supplies_the_token_once_for_many_questions(stage: Stage) -> None:
    minter = Minter(stage)
    chat = stage.open(TOKEN_URL).answered().answered("Again?")
    chat.button("Helpful").last.click()
    expect(chat.find("[part=feedback]").last).to_contain_text("Thank you.")
    assert len(minter.minted) == 1
    assert bearers(stage.server.asked()) == [f"Bearer {minter.minted[0]}"] * 2
    assert bearers(stage.server.asked("/api/v1/feedback")) == [f"Bearer {minter.minted[0]}"]
    assert bearers(stage.server.asked("/widget/v1/widget.js")) == [""]


def test_get_token_supplies_it_too(stage: Stage) -> None:
    for n, given in enumerate(["token", "({token})", "({access_token: token})", "Promise.resolve(token)"]):
        chat = stage.open()
        minted = token(n)
        chat.page.evaluate(f"(token) => {{ document.querySelector('charter-chat').getToken = async () => {given} }}", minted)
        chat.page.evaluate("document.querySelector('charter-chat').ask('Q?')")
        assert bearers(stage.server.asked())[n:] == [f"Bearer {minted}"]


def test_a_token_url_may_answer_plainly(stage: Stage) -> None:
    minted = token(1)
    for n, body in enumerate([minted, f'"{minted}"\n', f'{{"access_token": "{minted}"}}']):
        stage.host.routes["/token"] = lambda exchange, body=body: exchange.send(200, body, "text/plain")
        stage.open(TOKEN_URL).page.evaluate("document.querySelector('charter-chat').ask('Q?')")
        assert bearers(stage.server.asked())[n:] == [f"Bearer {minted}"]


@pytest.mark.parametrize("begun", [True, False], ids=["with iat", "without iat"])
def test_it_is_renewed_before_it_expires(stage: Stage, begun: bool) -> None:
    minter = Minter(stage, life=300, begun=begun)
    context = stage.new_context()
    context.clock.install(time=time.time())
    chat = stage.open(TOKEN_URL, context=context).answered()
    chat.page.clock.fast_forward(250_000)
    chat.answered("Still the same?")
    assert len(minter.minted) == 1
    chat.page.clock.fast_forward(30_000)
    chat.answered("A new one, 20 seconds before the end?")
    assert len(minter.minted) == 2
    assert bearers(stage.server.asked())[-1] == f"Bearer {minter.minted[1]}"


def test_a_clock_that_is_wrong_by_a_day_renews_no_more_than_a_right_one(stage: Stage) -> None:
    minter = Minter(stage)
    context = stage.new_context()
    context.clock.install(time=time.time() + 86_400)
    stage.open(TOKEN_URL, context=context).answered().answered("Again?")
    assert len(minter.minted) == 1


def test_a_401_is_answered_once_with_a_new_token(stage: Stage) -> None:
    minter = Minter(stage)
    chat = stage.open(TOKEN_URL)
    stage.plays(*refuses_once(streams(OPENING)))
    chat.answered()
    expect(chat.text).to_contain_text("The harbour opens at six.")
    assert bearers(stage.server.asked()) == [f"Bearer {t}" for t in minter.minted]
    assert len(minter.minted) == 2


def test_a_second_401_is_the_readers_to_know(stage: Stage) -> None:
    minter = Minter(stage)
    chat = stage.open(TOKEN_URL, play=refuses(401, "Expired.")).answered()
    expect(chat.error).to_contain_text(SIGN_IN)
    assert len(minter.minted) == 2
    assert len(stage.server.asked()) == 2


def test_without_a_token_nothing_is_asked(stage: Stage) -> None:
    chat = stage.open(TOKEN_URL)
    for status, body in [(401, ""), (200, "{}"), (200, "{broken"), (200, "")]:
        stage.host.routes["/token"] = lambda exchange, reply=(status, body): exchange.send(*reply, "application/json")
        chat.answered()
        expect(chat.error).to_have_text(SIGN_IN)
        assert stage.server.asked() == []
    minter = Minter(stage)
    chat.button("Try again").last.click()
    chat.settle()
    expect(chat.text).to_contain_text("The harbour opens at six.")
    assert len(minter.minted) == 1


def test_a_server_that_wants_a_token_where_none_is_configured_says_what_is_missing(stage: Stage) -> None:
    chat = stage.open(play=refuses(401)).answered()
    expect(chat.error).to_contain_text(SIGN_IN)
    assert any("token-url or getToken" in line for line in chat.console)


def test_the_token_is_in_no_markup_no_address_and_no_store(stage: Stage) -> None:
    minter = Minter(stage)
    chat = stage.open(TOKEN_URL).answered()
    chat.find(".marker").first.click()
    chat.button("Helpful").click()
    expect(chat.find("[part=feedback]")).to_contain_text("Thank you.")
    (secret,) = minter.minted
    everything = chat.page.evaluate(
        "document.documentElement.outerHTML + document.querySelector('charter-chat').shadowRoot.innerHTML"
        " + JSON.stringify(sessionStorage) + JSON.stringify(localStorage) + document.cookie"
    )
    assert secret not in everything
    assert not [url for url in chat.urls if secret in url]
    assert not [line for line in chat.console if secret in line]


def test_a_cookie_goes_along_only_where_the_page_asks_for_it(stage: Stage) -> None:
    context = stage.new_context()
    context.add_cookies([{"name": "sso", "value": "1", "url": stage.server.origin}])
    stage.open(context=context).answered()
    assert "cookie" not in stage.server.asked()[-1].headers
    stage.server.credentials = True
    stage.open('<charter-chat server="{server}" credentials="include"></charter-chat>', context=context).answered()
    assert stage.server.asked()[-1].headers["cookie"] == "sso=1"


def read_in_place(chat: Chat) -> None:
    chat.answered()
    chat.find(".marker").first.click()
    chat.excerpt.get_by_role("link", name="Open in the document").click()


def test_where_a_link_cannot_carry_the_token_the_document_opens_in_place(stage: Stage) -> None:
    minter = Minter(stage)
    before, quote = "🚢 Before. " * 300, "The harbour opens at six."
    start = len(before)
    cited = {**OPENING["citations"][0], "start": start, "end": start + len(quote), "document": "a/b c#_1"}
    stage.server.routes["/api/v1/documents/a/b%20c%23_1"] = lambda exchange: exchange.send_json(
        {"before": before, "quote": quote, "after": " After."}
    )
    chat = stage.open(TOKEN_URL, play=streams({**OPENING, "citations": [cited]}))
    read_in_place(chat)
    expect(chat.excerpt.locator("mark")).to_have_text(quote)
    expect(chat.excerpt.locator("mark")).to_be_in_viewport()
    expect(chat.excerpt.locator("blockquote")).to_contain_text("After.")
    expect(chat.excerpt.locator("blockquote")).to_be_focused()
    assert len(chat.page.context.pages) == 1
    glance, whole = stage.server.asked("/api/v1/documents/a/b%20c%23_1")
    assert glance.path.endswith(f"?at={start}-{start + len(quote)}&width=200") and whole.path.endswith("&width=1500")
    assert {request.headers["authorization"] for request in (glance, whole)} == {f"Bearer {minter.minted[0]}"}
    assert chat.violations() == []


def test_a_document_that_cannot_be_read_in_place_says_so(stage: Stage) -> None:
    Minter(stage)
    stage.server.routes["/api/v1/documents/treaty.md"] = refuses(404, "There is no such document.")
    chat = stage.open(TOKEN_URL)
    read_in_place(chat)
    expect(chat.excerpt).to_contain_text("The service could not answer. There is no such document.")


def test_two_questions_at_once_ask_for_one_token(stage: Stage) -> None:
    minter = Minter(stage)
    chat = stage.open(TOKEN_URL)
    chat.page.evaluate("(e = document.querySelector('charter-chat'), Promise.all([e.ask('A?'), e.ask('B?')]))")
    assert len(minter.minted) == 1


def test_a_host_that_never_gives_the_token_can_be_stopped(stage: Stage) -> None:
    chat = stage.open()
    chat.page.evaluate("() => { document.querySelector('charter-chat').getToken = () => new Promise(() => {}) }")
    chat.ask()
    chat.button("Stop").click()
    chat.settle()
    expect(chat.error).to_have_text("Stopped.")
    chat.ask("Again?")
    expect(chat.button("Stop")).to_be_visible()
    assert stage.server.asked() == []
