"""What a reader sees when the server, the network or a proxy between them does something else."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.scripted_server import (
    OPENING,
    Gate,
    Play,
    ScriptedServer,
    answer,
    citation,
    cuts_after,
    host_page,
    refuses,
    steps,
    streams,
    writes,
)
from tests.browser.widget.stage import Stage

LOST = "The connection was lost."
BUSY = "The service is busy. Try again shortly."
FAILED = "The service could not answer."


def event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"


@pytest.mark.parametrize("cleanly", [False, True], ids=["broken off", "ended early"])
def test_a_lost_connection_keeps_the_verified_words_and_can_be_retried(stage: Stage, cleanly: bool) -> None:
    gate = Gate()
    stage.plays(cuts_after(OPENING, 4, gate, cleanly=cleanly), streams(OPENING))
    chat = stage.open().ask()
    expect(chat.text).to_have_text("The harbour opens at six. 1")
    gate.open()
    chat.settle()
    expect(chat.error).to_have_text(LOST)
    expect(chat.text).to_have_text("The harbour opens at six. 1")
    chat.find(".marker").click()
    expect(chat.excerpt).to_contain_text("The harbour opens at six.")
    chat.button("Try again").click()
    chat.settle()
    expect(chat.error).to_have_count(0)
    expect(chat.text).to_have_text("The harbour opens at six. 1 The lighthouse is 40 metres high. 2")


def test_a_server_that_is_not_there_is_neither_a_lost_connection_nor_a_missing_permission(stage: Stage) -> None:
    chat = stage.open().start()
    with ScriptedServer() as gone:
        address = gone.origin
    chat.page.evaluate("(address) => document.querySelector('charter-chat').setAttribute('server', address)", address)
    chat.answered()
    expect(chat.error).to_have_text("The service cannot be reached just now.")


def test_a_stream_that_falls_silent_for_45_seconds_counts_as_lost(stage: Stage) -> None:
    gate = Gate()
    first = Gate()
    first.open()
    context = stage.new_context()
    context.clock.install()
    chat = stage.open(context=context, play=streams(OPENING, gates=[first, gate])).ask()
    expect(chat.text).to_have_text("The harbour opens at six. 1")
    chat.page.clock.fast_forward(44_000)
    expect(chat.find(".messages")).to_have_attribute("aria-busy", "true")
    chat.page.clock.fast_forward(2_000)
    chat.settle()
    expect(chat.error).to_have_text(LOST)
    gate.open()


CASES: list[tuple[Play, str, str]] = [
    (refuses(429, "Slow down."), f"{BUSY} Slow down. (req-12345678)", "wait"),
    (refuses(503, "The queue is full."), f"{BUSY} The queue is full. (req-12345678)", "wait"),
    (refuses(422, "The question is too long."), f"{FAILED} The question is too long. (req-12345678)", "failed"),
    (refuses(500), f"{FAILED} Problem (req-12345678)", "failed"),
    (refuses(401), "Sign in again to ask questions. Problem (req-12345678)", "signin"),
    (lambda exchange: exchange.send(502, "<h1>Bad gateway</h1>", "text/html"), FAILED, "failed"),
    (lambda exchange: exchange.send(200, "<h1>Sign in</h1>", "text/html"), "Sign in again to ask questions.", "signin"),
    (lambda exchange: exchange.send(200, "{not json", "application/json"), LOST, "lost"),
    (lambda exchange: exchange.send(200, "null", "application/json"), LOST, "lost"),
    (writes(event("error", {"status": 504, "detail": "The model is slow."})), f"{FAILED} The model is slow.", "failed"),
    (writes(event("error", {"status": 503})), BUSY, "wait"),
    (writes("event: done\ndata: {\n\n"), LOST, "lost"),
    (writes(": nothing\n\n"), LOST, "lost"),
]


def test_each_failure_says_what_it_is_and_offers_a_retry(stage: Stage) -> None:
    chat = stage.open().start()
    chat.page.evaluate("heard = []; addEventListener('charter-error', (e) => heard.push(e.detail.code))")
    for play, shown, code in CASES:
        stage.plays(play)
        chat.answered()
        expect(chat.error).to_have_text(shown)
        expect(chat.button("Try again").last).to_be_visible()
        expect(chat.input).to_be_focused()
        assert chat.page.evaluate("heard.pop()") == code
        chat.button("New conversation").click()


def test_an_error_in_the_middle_of_a_stream_keeps_what_was_verified(stage: Stage) -> None:
    first = "".join(event(name, data) for name, data in steps(OPENING)[:4])
    chat = stage.open(
        play=writes(first, event("error", {"status": 502, "title": "Bad Gateway", "detail": "It broke."}))
    ).answered()
    expect(chat.text).to_have_text("The harbour opens at six. 1")
    expect(chat.error).to_have_text(f"{FAILED} It broke.")


def test_garbled_and_unknown_events_are_passed_over_since_the_last_one_has_everything(stage: Stage) -> None:
    good = [event(name, data) for name, data in steps(OPENING)]
    news = event("news", {"text": "?"})
    garbage = ["event: delta\ndata: {\n\n", event("delta", None), news, "data\n\n", "\n\n", "::\n", 'data: "x"\n\n']
    mixed = [piece for pair in zip(good, garbage, strict=True) for piece in pair]
    chat = stage.open(play=writes(*mixed, event("done", OPENING))).answered()
    expect(chat.text).to_have_text("The harbour opens at six. 1 The lighthouse is 40 metres high. 2")
    expect(chat.error).to_have_count(0)


def test_the_last_event_corrects_what_was_lost_on_the_way(stage: Stage) -> None:
    parts = [event(name, data) for name, data in steps(OPENING)[:4]]
    chat = stage.open(play=writes(*parts, event("done", OPENING))).answered()
    expect(chat.text).to_have_text("The harbour opens at six. 1 The lighthouse is 40 metres high. 2")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_any_line_ending_and_any_cut_between_chunks_is_read(stage: Stage, end: str) -> None:
    outcome = answer("Ədalət məhkəməsi 🚢 açılır.")
    events = [*steps(outcome), ("done", outcome)]
    lines = [f"event: {name}{end}data: {json.dumps(data, ensure_ascii=False)}{end}{end}" for name, data in events]
    whole = "".join(lines)
    chat = stage.open(play=writes(*[whole[n : n + 7] for n in range(0, len(whole), 7)], ": end\n\n")).answered()
    expect(chat.text).to_have_text("Ədalət məhkəməsi 🚢 açılır. 1")


def test_an_answer_with_missing_members_is_shown_as_far_as_it_goes(stage: Stage) -> None:
    bare = {
        "status": "answered",
        "answer": "Six. [1]",
        "citations": [citation(1, "Six.", section=None, start=None), None],
        "claims": None,
    }
    chat = stage.open(play=lambda exchange: exchange.send_json(bare)).answered()
    expect(chat.text).to_have_text("Six. 1")
    chat.find(".marker").click()
    expect(chat.excerpt.locator("a")).to_have_attribute("href", f"{stage.server.origin}/source/treaty.md")
    expect(chat.find("[part=feedback]")).to_have_count(0)


def test_a_redirect_to_a_sign_in_page_is_told_as_one(stage: Stage) -> None:
    login = {"Location": f"{stage.host.origin}/login"}
    stage.server.pages["/own"] = host_page(stage.server.origin)
    chat = stage.open(play=lambda exchange: exchange.send(302, "", "text/plain", login))
    chat.page.goto(stage.server.origin + "/own")
    chat.answered()
    expect(chat.error).to_have_text("Sign in again to ask questions.")
    assert stage.host.asked("/login") == []
