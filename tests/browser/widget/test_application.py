"""The element against the real application, and the example intranet: nothing here is scripted but the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from examples import intranet
from rag.serving.app import create_app
from rag.serving.widget.snippet import snippet
from rag.settings import load_settings
from tests.browser.scripted_server import Page, ScriptedServer, host_page
from tests.browser.widget.stage import Chat, Stage
from tests.fake_engine import FakeEngine
from tests.serving.live import running, settings_for

KEY = "0123456789abcdef0123456789abcdef0123"
BUILT = "Who built the lighthouse?"


def visit(stage: Stage, address: str, **browser: Any) -> Chat:
    chat = Chat(stage.new_context(**browser).new_page())
    stage.chats.append(chat)
    chat.page.set_default_timeout(8000)
    chat.page.goto(address)
    return chat


@pytest.mark.parametrize("variant", ["tag", "pinned"])
def test_the_printed_snippet_pasted_into_a_listed_page_answers(stage: Stage, tmp_path: Path, variant: str) -> None:
    engine = FakeEngine()
    with running(create_app(engine, settings_for(tmp_path, origins=stage.host.origin), ui=False)) as url:
        printed = snippet(load_settings({}, environ={}, folder=tmp_path), server=url)
        policy = f"default-src 'none'; {printed.policy}"
        html = f"<!doctype html><html lang=en><title>T</title><main><h1>T</h1></main>{getattr(printed, variant)}</html>"
        stage.host.pages["/pasted"] = Page(html, {"Content-Security-Policy": policy})
        chat = visit(stage, stage.host.origin + "/pasted").answered(BUILT)
        expect(chat.text).to_have_text("The lighthouse was built in 1911 by Ada Varga. 1")
        chat.find(".marker").click()
        expect(chat.excerpt).to_contain_text("Article 2")
        with chat.page.expect_popup() as popup:
            chat.excerpt.get_by_role("link", name="Open in the document").click()
        expect(popup.value.locator("body")).to_contain_text("built in 1911")
        chat.button("Helpful").click()
        expect(chat.find("[part=feedback]")).to_contain_text("Thank you.")
        chat.answered("Zebras?")
        expect(chat.find(".tail").last).to_contain_text("Nearest passages")
        assert engine.asked == [BUILT, "Zebras?"]
        assert chat.origins() == {url, stage.host.origin}


def test_a_page_that_is_not_listed_loads_the_element_and_gets_no_answer(stage: Stage, tmp_path: Path) -> None:
    engine = FakeEngine()
    with running(create_app(engine, settings_for(tmp_path, origins="https://intranet.example"), ui=False)) as url:
        stage.host.pages["/unlisted"] = host_page(url)
        chat = visit(stage, stage.host.origin + "/unlisted").answered(BUILT)
        expect(chat.error).to_contain_text(f"must allow {stage.host.origin}")
        assert any(f"CHARTERQA_ORIGINS={stage.host.origin}" in line for line in chat.console)
        assert engine.asked == []


def test_closing_the_panel_does_not_stop_an_answer_but_stop_does(stage: Stage, tmp_path: Path) -> None:
    with running(create_app(FakeEngine(), settings_for(tmp_path, origins=stage.host.origin), ui=False)) as url:
        stage.host.pages["/listed"] = host_page(url)
        chat = visit(stage, stage.host.origin + "/listed").ask(BUILT)
        chat.page.keyboard.press("Escape")
        chat.launcher.click()
        chat.settle()
        expect(chat.text).to_contain_text("Ada Varga")


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost"])
def test_the_example_intranet_signs_in_mints_and_embeds(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("CHARTERQA_AUTH_JWT_KEY", KEY)
    monkeypatch.setenv("INTRANET_PASSWORD", "open-sesame")
    with running(intranet.app) as host:
        host = host.replace("127.0.0.1", address)
        settings = settings_for(tmp_path, origins=host, auth="jwt", auth_jwt_key=KEY)
        with running(create_app(FakeEngine(), settings, ui=False)) as url:
            monkeypatch.setenv("CHARTERQA_URL", url)
            login = {"username": "ada", "password": "open-sesame"}
            chat = visit(stage, host, http_credentials=login).answered(BUILT)
            expect(chat.text).to_contain_text("The lighthouse was built in 1911 by Ada Varga.")
            chat.find(".marker").click()
            chat.excerpt.get_by_role("link", name="Open in the document").click()
            expect(chat.excerpt.locator("mark")).to_have_text("The lighthouse was built in 1911 by Ada Varga.")
            assert chat.violations() == []


def test_the_example_gives_strangers_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTERQA_AUTH_JWT_KEY", KEY)
    monkeypatch.setenv("INTRANET_PASSWORD", "open-sesame")
    request = stage.new_context().request
    with running(intranet.app) as host:
        assert request.get(f"{host}/charterqa-token").status == 401
        assert request.get(f"{host}/").status == 401


def test_the_example_page_names_the_default_address_that_the_back_end_replaces() -> None:
    html = Path(intranet.__file__).with_name("intranet.html").read_text(encoding="utf-8")
    assert html.count("http://127.0.0.1:7860") == 2
    with ScriptedServer() as elsewhere:
        assert elsewhere.origin not in html
