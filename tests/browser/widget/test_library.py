"""What the element learns from its server: which documents it asks, what to begin with, what stands around an excerpt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from rag.serving.app import create_app
from tests.browser.scripted_server import OPENING, Exchange, citation, refusal, refuses, streams
from tests.browser.widget.stage import Stage
from tests.fake_engine import FakeEngine, document
from tests.serving.live import running, settings_for

ROW = "Express visa | 120 AZN | 3 days"


def test_the_knowledge_base_and_the_tags_go_with_every_request_and_link(stage: Stage) -> None:
    chat = stage.open('<charter-chat server="{server}" kb="staff rules" tags="fees, visas"></charter-chat>').answered()
    (asked,) = stage.server.asked()
    assert (asked.json()["kb"], asked.json()["filter"]) == ("staff rules", {"tags": ["fees", "visas"]})
    assert stage.server.asked("/api/v1/start")[0].path == "/api/v1/start?kb=staff%20rules"
    chat.find(".marker").first.click()
    link = chat.excerpt.get_by_role("link")
    expect(link).to_have_attribute("href", f"{stage.server.origin}/source/treaty.md?kb=staff%20rules#c=10-35")
    plain = stage.open().answered()
    assert {"kb", "filter"}.isdisjoint(stage.server.asked()[-1].json()) and "?" not in plain.find(".marker").first.inner_text()


def test_the_servers_questions_are_offered_unless_the_page_has_its_own(stage: Stage) -> None:
    stage.server.suggestions = ["When does the harbour open?", "<b>Who?</b>"]
    chat = stage.open().start()
    expect(chat.find(".chips button")).to_have_text(stage.server.suggestions)
    chat.find(".chips button").first.click()
    chat.settle()
    assert stage.server.asked()[0].json()["question"] == "When does the harbour open?"
    own = stage.open('<charter-chat server="{server}" suggestions="Ours?"></charter-chat>').start()
    expect(own.find(".chips button")).to_have_text(["Ours?"])


def test_what_is_missing_is_said_at_once_in_the_console_and_in_the_panel(stage: Stage) -> None:
    stage.server.routes["/api/v1/start"] = refuses(404, "There is no access to a knowledge base 'x' here.")
    chat = stage.open('<charter-chat server="{server}" kb="x"></charter-chat>').start()
    expect(chat.find(".intro .error")).to_contain_text("There is no access to a knowledge base 'x' here.")
    assert any(line.startswith("error: charter-chat:") and "'x'" in line for line in chat.console)
    stage.server.allowed = set()
    refused = stage.open().start()
    expect(refused.find(".intro .error")).to_contain_text(f"must allow {stage.host.origin}")
    assert any(f"CHARTERQA_ORIGINS={stage.host.origin}" in line for line in refused.console)
    assert refused.violations() == []
    stage.server.allowed = None
    stage.server.routes["/api/v1/start"] = refuses(401, "This server asks who you are.")
    unsigned = stage.open().start()
    expect(unsigned.find(".intro .error")).to_contain_text("Sign in")
    assert any("token-url or getToken" in line for line in unsigned.console)


def test_an_excerpt_stands_in_its_context_with_its_words_marked_and_a_row_under_its_header(stage: Stage) -> None:
    header = citation(9, "Service | Fee | Time")
    row = citation(1, ROW, highlights=[[25, 32]], spans=[header, citation(1, ROW)])
    around = {"before": "Fees. ", "quote": ROW, "after": " Urgent."}
    stage.server.routes["/api/v1/documents/treaty.md"] = lambda exchange: exchange.send_json(around)
    chat = stage.open(play=streams({**OPENING, "citations": [row, OPENING["citations"][1]]})).answered()
    chat.find(".marker").first.click()
    quote = chat.excerpt.locator("blockquote")
    expect(quote).to_have_text("Service | Fee | TimeFees. Express visa | 120 AZN | 3 days Urgent.")
    expect(quote.locator("mark")).to_have_text(ROW)
    expect(quote.locator("strong")).to_have_text("120 AZN")
    expect(quote.locator(".lead")).to_have_text("Service | Fee | Time")
    assert chat.violations() == []


def test_sources_are_listed_below_and_the_answer_is_copied_with_them(stage: Stage) -> None:
    context = stage.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat = stage.open(context=context).answered()
    chat.find(
        "summary",
    ).get_by_text("Sources (2)").click()
    expect(chat.find(".tail .excerpt")).to_have_count(2)
    chat.button("Copy").click()
    expect(chat.find(".feedback")).to_contain_text("✓")
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(OPENING["answer"]) and "[2] Harbour treaty: “The lighthouse is 40 metres high.”" in copied
    assert chat.violations() == []


def test_a_refusal_says_what_is_not_there_what_is_and_what_can_be_asked(stage: Stage) -> None:
    guided = refusal(
        not_mentioned=["nuclear weapons"],
        topics=["harbour", "ferries"],
        suggestions=["When does the harbour open?"],
        citations=[],
    )
    stage.plays(streams(guided), streams(OPENING))
    chat = stage.open().answered("Nuclear weapons?")
    expect(chat.find(".tail")).to_contain_text("Not in the documents: nuclear weapons")
    expect(chat.find(".tail")).to_contain_text("The documents are about: harbour, ferries")
    assert chat.violations() == []
    chat.find(".tail .chips button").click()
    chat.settle()
    expect(chat.text).to_contain_text("The harbour opens at six.")


@pytest.mark.parametrize("reply", [{}, {"before": 1}, {"before": "a", "after": "b", "quote": "another text"}, []])
def test_a_context_that_does_not_fit_changes_nothing(stage: Stage, reply: Any) -> None:
    def play(exchange: Exchange) -> None:
        exchange.send_json(reply)

    stage.server.routes["/api/v1/documents/treaty.md"] = play
    chat = stage.open().answered()
    chat.find(".marker").first.click()
    expect(chat.excerpt.locator("blockquote")).to_have_text("The harbour opens at six.")


def test_the_application_serves_what_the_element_asks_for(stage: Stage, tmp_path: Path) -> None:
    staff = FakeEngine((document("rules.md", "Rules", "Pay. The keeper of the harbour earns 900 crowns. Leave is paid."),))
    settings = settings_for(tmp_path, origins=stage.host.origin)
    app = create_app(FakeEngine(), settings, name="law", others={"staff": staff}, ui=False)
    with running(app) as url:
        chat = stage.open(f'<charter-chat server="{url}" kb="staff"></charter-chat>').answered(
            "Does a keeper of the harbour earn?"
        )
        chat.find(".marker").first.click()
        quote = chat.excerpt.locator("blockquote")
        expect(quote).to_have_text("Pay. The keeper of the harbour earns 900 crowns. Leave is paid.")
        expect(quote.locator("mark")).to_have_text("The keeper of the harbour earns 900 crowns.")
