"""Asking, reading, following a citation, and what else a reader does in the element."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.scripted_server import (
    Gate,
    answer,
    citation,
    refusal,
    replies_in_json,
    streams,
)
from tests.browser.widget.stage import QUESTION, Stage

TWO = answer("The harbour opens at six.", "The lighthouse is 40 metres high.")


def test_an_answer_appears_sentence_by_sentence_while_it_streams(stage: Stage) -> None:
    first, second, end = Gate(), Gate(), Gate()
    chat = stage.open(play=streams(TWO, gates=[first, second, end])).ask()
    expect(chat.text).to_have_text("Searching the documents…")
    expect(chat.find(".messages")).to_have_attribute("aria-busy", "true")
    first.open()
    expect(chat.text).to_have_text("The harbour opens at six. 1")
    second.open()
    expect(chat.text).to_have_text("The harbour opens at six. 1 The lighthouse is 40 metres high. 2")
    expect(chat.find("[part=feedback]")).to_have_count(0)
    end.open()
    chat.settle()
    expect(chat.find("[part=feedback]")).to_be_visible()
    expect(chat.input).to_be_focused()


def test_the_request_is_the_contracts(stage: Stage) -> None:
    stage.open('<charter-chat server="{server}" lang="az"></charter-chat>').answered()
    (request,) = stage.server.asked()
    assert request.method == "POST"
    assert request.path == "/api/v1/ask"
    assert request.json() == {"question": QUESTION, "history": [], "lang": "az", "stream": True}
    assert "text/event-stream" in request.headers["accept"]
    assert "authorization" not in request.headers


def test_a_marker_opens_the_excerpt_with_title_section_page_and_link(stage: Stage) -> None:
    chat = stage.open().answered()
    marker = chat.button("Excerpt 1: Harbour treaty")
    marker.click()
    expect(marker).to_have_attribute("aria-expanded", "true")
    expect(chat.excerpt).to_contain_text("Harbour treaty")
    expect(chat.excerpt).to_contain_text("Part I › Article 1 › page 4")
    expect(chat.excerpt.locator("blockquote")).to_have_text("The harbour opens at six.")
    link = chat.excerpt.get_by_role("link", name="Open in the document")
    expect(link).to_have_attribute("href", f"{stage.server.origin}/source/treaty.md#c=10-35")
    expect(link).to_have_attribute("target", "_blank")


def test_one_excerpt_is_open_at_a_time_and_closes_again(stage: Stage) -> None:
    chat = stage.open().answered()
    one, two = chat.button("Excerpt 1: Harbour treaty"), chat.button("Excerpt 2: Harbour treaty")
    one.click()
    two.click()
    expect(chat.excerpt).to_have_count(1)
    expect(chat.excerpt.locator("blockquote")).to_have_text("The lighthouse is 40 metres high.")
    expect(one).to_have_attribute("aria-expanded", "false")
    two.click()
    expect(chat.excerpt).to_have_count(0)
    expect(two).to_be_focused()


def test_an_excerpt_opened_while_the_answer_streams_stays_open_when_it_ends(stage: Stage) -> None:
    second, end = Gate(), Gate()
    opened = Gate()
    opened.open()
    chat = stage.open(play=streams(TWO, gates=[opened, second, end])).ask()
    chat.button("Excerpt 1: Harbour treaty").click()
    second.open()
    end.open()
    chat.settle()
    expect(chat.excerpt.locator("blockquote")).to_have_text("The harbour opens at six.")
    expect(chat.excerpt).to_be_focused()


def test_a_bracketed_number_of_the_document_itself_is_no_marker(stage: Stage) -> None:
    outcome = answer("See paragraph [2] of the annex.", "It is [1] of three.")
    chat = stage.open(play=streams(outcome)).answered()
    expect(chat.text).to_have_text("See paragraph [2] of the annex. 1 It is [1] of three. 2")
    expect(chat.find(".marker")).to_have_count(2)


def test_a_marker_that_resolves_to_nothing_stays_text(stage: Stage) -> None:
    outcome = answer("The harbour opens at six.", answer="The harbour opens at six. [1] [7]")
    chat = stage.open(play=replies_in_json(outcome)).answered()
    expect(chat.text).to_have_text("The harbour opens at six. 1 [7]")


def test_a_refusal_offers_the_nearest_passages_and_not_as_the_answer(stage: Stage) -> None:
    near = citation(1, "The harbour opens at six.")
    chat = stage.open(play=streams(refusal("The documents do not say.", near))).answered()
    expect(chat.text).to_have_text("The documents do not say.")
    expect(chat.find(".marker")).to_have_count(0)
    expect(chat.find(".tail")).to_contain_text("Nearest passages (not an answer)")
    quote = chat.find(".tail blockquote")
    expect(quote).to_be_hidden()
    chat.find("summary").click()
    expect(quote).to_have_text("The harbour opens at six.")
    expect(chat.find(".tail a")).to_have_attribute("href", f"{stage.server.origin}/source/treaty.md#c=10-35")


def test_withheld_claims_are_counted_and_open_with_their_reasons(stage: Stage) -> None:
    withheld = [{"text": "It is the tallest.", "reason": "no passage says so"}, {"text": "It is red.", "reason": "not stated"}]
    chat = stage.open(play=streams(answer("The harbour opens at six.", withheld=withheld))).answered()
    summary = chat.find("summary").last
    expect(summary).to_have_text("Left out because the documents do not support it: 2")
    expect(chat.find("li").first).to_be_hidden()
    summary.click()
    expect(chat.find("li")).to_have_text(["It is the tallest. (no passage says so)", "It is red. (not stated)"])


def test_a_notice_is_shown(stage: Stage) -> None:
    notice = "The language model failed; this answer quotes the documents."
    chat = stage.open(play=streams(answer("The harbour opens at six.", notice=notice))).answered()
    expect(chat.find("[part~=notice]")).to_have_text(notice)


def test_a_follow_up_carries_at_most_six_messages_of_what_was_said(stage: Stage) -> None:
    chat = stage.open()
    for n in range(5):
        chat.answered(f"Question {n}?")
    history = stage.server.asked()[-1].json()["history"]
    assert [m["role"] for m in history] == ["user", "assistant"] * 3
    assert [m["content"] for m in history[::2]] == ["Question 1?", "Question 2?", "Question 3?"]
    assert history[1]["content"] == TWO["answer"]


def test_a_whole_answer_is_read_from_its_question_on_unless_the_reader_is_elsewhere(stage: Stage) -> None:
    chat = stage.open(play=streams(answer("The harbour opens at six. " * 60)))
    chat.answered("Question 1?").answered("Question 2?")
    below = "(n) => n.getBoundingClientRect().top - n.closest('.messages').getBoundingClientRect().top"
    assert 0 <= chat.find(".question").last.evaluate(below) <= 20
    chat.find(".messages").evaluate("(n) => (n.scrollTop = 0)")
    chat.settle()
    assert chat.find(".messages").evaluate("(n) => n.scrollTop") == 0


def test_a_long_message_is_cut_in_the_history(stage: Stage) -> None:
    chat = stage.open(play=streams(answer("word " * 1000)))
    chat.answered().answered("And where?")
    history = stage.server.asked()[-1].json()["history"]
    assert [len(m["content"]) for m in history] == [len(QUESTION), 2000]


def test_greeting_heading_and_suggestions_are_the_pages_own(stage: Stage) -> None:
    chat = stage.open(
        '<charter-chat server="{server}" heading="Harbour desk" greeting="Good day."'
        ' suggestions="Who built it?| When? |"></charter-chat>'
    ).start()
    expect(chat.page.get_by_role("dialog", name="Harbour desk")).to_be_visible()
    expect(chat.find(".greeting")).to_have_text("Good day.")
    expect(chat.find("[part=suggestion]")).to_have_text(["Who built it?", "When?"])
    chat.button("Who built it?").click()
    chat.settle()
    assert stage.server.asked()[0].json()["question"] == "Who built it?"
    expect(chat.find(".greeting")).to_be_hidden()


def test_suggestions_may_be_json(stage: Stage) -> None:
    chat = stage.open("""<charter-chat server="{server}" suggestions='["A or | B?"]'></charter-chat>""").start()
    expect(chat.find("[part=suggestion]")).to_have_text(["A or | B?"])


def test_stop_keeps_the_verified_words_and_retry_asks_the_same_again(stage: Stage) -> None:
    first, second = Gate(), Gate()
    first.open()
    stage.plays(streams(TWO, gates=[first, second]), streams(TWO))
    chat = stage.open().ask()
    expect(chat.text).to_have_text("The harbour opens at six. 1")
    chat.button("Stop").click()
    expect(chat.error).to_have_text("Stopped.")
    expect(chat.text).to_have_text("The harbour opens at six. 1")
    second.open()
    chat.button("Try again").click()
    chat.settle()
    expect(chat.text).to_have_text("The harbour opens at six. 1 The lighthouse is 40 metres high. 2")
    expect(chat.find(".question")).to_have_count(1)
    assert [r.json()["question"] for r in stage.server.asked()] == [QUESTION, QUESTION]
    assert stage.server.asked()[1].json()["history"] == []


def test_a_new_conversation_forgets_the_old_one(stage: Stage) -> None:
    chat = stage.open().answered()
    chat.button("New conversation").click()
    expect(chat.find(".turn")).to_have_count(0)
    expect(chat.find(".greeting")).to_be_visible()
    expect(chat.input).to_be_focused()
    assert chat.page.evaluate("sessionStorage.length") == 0
    chat.answered("And now?")
    assert stage.server.asked()[-1].json()["history"] == []


def test_feedback_goes_to_the_server_and_to_the_page(stage: Stage) -> None:
    chat = stage.open().answered()
    chat.page.evaluate("heard = []; addEventListener('charter-feedback', (e) => heard.push(e.detail))")
    chat.button("Helpful").click()
    expect(chat.button("Helpful")).to_have_attribute("aria-pressed", "true")
    chat.button("Not helpful").click()
    expect(chat.button("Helpful")).to_have_attribute("aria-pressed", "false")
    comment = chat.page.get_by_role("textbox", name="What was wrong? (optional)")
    comment.fill("The hour is wrong.")
    comment.press("Enter")
    expect(comment).to_be_hidden()
    expect(chat.find("[part=feedback]")).to_contain_text("Thank you.")
    sent = [r.json() for r in stage.server.asked("/api/v1/feedback")]
    assert sent == [
        {"answer_id": "a1", "rating": "up"},
        {"answer_id": "a1", "rating": "down"},
        {"answer_id": "a1", "rating": "down", "comment": "The hour is wrong."},
    ]
    assert chat.page.evaluate("heard") == sent


def test_feedback_that_cannot_be_sent_is_not_thanked_for(stage: Stage) -> None:
    stage.server.routes["/api/v1/feedback"] = lambda exchange: exchange.send_json(
        {"detail": "No."}, 500, "application/problem+json"
    )
    chat = stage.open().answered()
    chat.button("Helpful").click()
    expect(chat.find("[part=feedback]")).to_contain_text("The service could not answer. No.")
    expect(chat.button("Helpful")).to_have_attribute("aria-pressed", "false")


def test_a_server_without_streaming_is_understood(stage: Stage) -> None:
    chat = stage.open(play=replies_in_json(TWO)).answered()
    expect(chat.text).to_have_text("The harbour opens at six. 1 The lighthouse is 40 metres high. 2")
    chat.button("Excerpt 2: Harbour treaty").click()
    expect(chat.excerpt).to_be_visible()


def test_methods_and_events_are_the_pages_way_in(stage: Stage) -> None:
    chat = stage.open()
    chat.page.evaluate(
        "heard = []; for (const name of ['open', 'close', 'answer', 'error'])"
        " addEventListener('charter-' + name, (e) => heard.push([e.type, e.detail?.id ?? null]))"
    )
    outcome = chat.page.evaluate("document.querySelector('charter-chat').ask('Who?')")
    assert (outcome["id"], outcome["status"]) == ("a1", "answered")
    chat.page.evaluate("document.querySelector('charter-chat').close()")
    expect(chat.input).to_be_hidden()
    chat.page.evaluate("document.querySelector('charter-chat').open()")
    expect(chat.input).to_be_focused()
    chat.page.evaluate("document.querySelector('charter-chat').reset()")
    expect(chat.find(".turn")).to_have_count(0)
    expected = [["charter-open", None], ["charter-answer", "a1"], ["charter-close", None], ["charter-open", None]]
    assert chat.page.evaluate("heard") == expected
    assert chat.page.evaluate("document.querySelector('charter-chat').ask('  ')") is None


def test_a_question_asked_during_an_answer_takes_its_place(stage: Stage) -> None:
    gate = Gate()
    stage.plays(streams(TWO, gates=[gate]), streams(answer("The ferry leaves on Mondays.", identity="a2")))
    chat = stage.open().ask("First?")
    assert gate.reached()
    outcome = chat.page.evaluate("document.querySelector('charter-chat').ask('Second?')")
    gate.open()
    assert outcome["id"] == "a2"
    expect(chat.find(".text").last).to_have_text("The ferry leaves on Mondays. 1")
    expect(chat.error).to_have_text("Stopped.")


def test_empty_questions_are_not_sent_and_shift_enter_breaks_the_line(stage: Stage) -> None:
    chat = stage.open().start()
    chat.input.press("Enter")
    chat.input.fill("   ")
    chat.input.press("Enter")
    chat.input.fill("one")
    chat.input.press("Shift+Enter")
    chat.input.press_sequentially("two")
    expect(chat.input).to_have_value("one\ntwo")
    chat.button("Send").click()
    chat.settle()
    assert [r.json()["question"] for r in stage.server.asked()] == ["one\ntwo"]


def test_odd_document_ids_make_right_links(stage: Stage) -> None:
    odd = citation(1, "The harbour opens at six.", document="notes/a b?ü.jsonl#_7%2F", page=None)
    chat = stage.open(play=streams(answer("The harbour opens at six.", citations=[odd]))).answered()
    chat.find(".marker").click()
    href = f"{stage.server.origin}/source/notes/a%20b%3F%C3%BC.jsonl%23_7%252F#c=10-35"
    expect(chat.excerpt.locator("a")).to_have_attribute("href", href)
    expect(chat.excerpt.locator("small")).to_have_text("Part I › Article 1")
