"""Nothing that a document, a model or a reader writes becomes markup, a script, a link of its own or a request."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.scripted_server import answer, citation, refusal, streams
from tests.browser.widget.stage import Chat, Stage

BEACON = "http://localhost:9/beacon"
PAYLOADS = [
    "<script>alert(1)</script>",
    f"<img src={BEACON} onerror=alert(2)>",
    f"<svg onload=alert(3)><image href='{BEACON}'/></svg>",
    "<a href='javascript:alert(4)'>click</a>",
    f"<iframe srcdoc='<script>alert(5)</script>' src='{BEACON}'></iframe>",
    f"![x]({BEACON}?q=secret)",
    "[click](javascript:alert(6))",
    f"<style>@import '{BEACON}'; * {{ background: url({BEACON}) }}</style>",
    f"<link rel=stylesheet href={BEACON}><meta http-equiv=refresh content='0;url={BEACON}'>",
    "\"'><textarea autofocus onfocus=alert(7)>",
    "{{constructor.constructor('alert(8)')()}} ${alert(9)}",
    "<charter-chat server='http://localhost:9'></charter-chat>",
    "javascript:alert(10)//",
    "data:text/html,<script>alert(11)</script>",
    "\u202egnp.exe\u2066 \u0000 </p></div>",
]
EVERYTHING = "\n".join(PAYLOADS)
FOREIGN = "img, script, iframe, image, link, meta, object, embed, form, style, video, audio, base, charter-chat charter-chat"


def assert_inert(stage: Stage, chat: Chat) -> None:
    found = chat.page.evaluate(
        "(foreign) => [...document.querySelectorAll('charter-chat')].flatMap((e) => [...e.shadowRoot.querySelectorAll('*')])"
        ".filter((n) => n.matches(foreign) || [...n.attributes].some((a) => a.name.startsWith('on')) ||"
        " (n.matches('a') && !/^https?:$/.test(n.protocol))).map((n) => n.outerHTML.slice(0, 200))",
        FOREIGN,
    )
    assert found == []
    assert chat.origins() <= {stage.server.origin, stage.host.origin}
    assert chat.dialogs == []


def test_payloads_in_every_field_of_an_answer_stay_text(stage: Stage) -> None:
    payload = EVERYTHING
    cited = citation(1, payload, title=payload, section=[payload, payload], document=payload, page=payload, start=payload)
    outcome = answer(
        payload, citations=[cited], notice=payload, withheld=[{"text": payload, "reason": payload}], identity=payload
    )
    chat = stage.open(play=streams(outcome)).answered(payload)
    expect(chat.find(".question")).to_contain_text("<script>alert(1)</script>")
    expect(chat.text).to_contain_text("<script>alert(1)</script>")
    chat.find(".marker").first.click()
    chat.find("summary").last.click()
    chat.button("Helpful").click()
    expect(chat.find("[part=feedback]")).to_contain_text("Thank you.")
    assert_inert(stage, chat)
    href = chat.excerpt.locator("a").get_attribute("href") or ""
    assert href.startswith(f"{stage.server.origin}/source/")
    assert "#" not in href.removeprefix(stage.server.origin)
    chat.page.reload()
    chat.start()
    expect(chat.text).to_contain_text("<script>alert(1)</script>")
    assert_inert(stage, chat)


def test_payloads_in_a_refusal_and_in_errors_stay_text(stage: Stage) -> None:
    near = citation(1, EVERYTHING, title=EVERYTHING, document=EVERYTHING)
    problem = {"title": EVERYTHING, "detail": EVERYTHING, "request_id": EVERYTHING}
    stage.plays(
        streams(refusal(EVERYTHING, near)),
        lambda exchange: exchange.send_json(problem, 500, "application/problem+json"),
    )
    chat = stage.open().answered()
    chat.find("summary").click()
    chat.answered("And?")
    expect(chat.error).to_contain_text("<script>alert(1)</script>")
    assert_inert(stage, chat)


def test_payloads_in_the_attributes_stay_text(stage: Stage) -> None:
    chat = stage.open('<charter-chat server="{server}" mode="inline"></charter-chat>')
    chat.page.evaluate(
        "(p) => { for (const n of ['heading', 'greeting', 'suggestions', 'lang', 'theme', 'position', 'persist', 'dir'])"
        " document.querySelector('charter-chat').setAttribute(n, p) }",
        EVERYTHING,
    )
    expect(chat.find(".header")).to_contain_text("<script>alert(1)</script>")
    chat.answered()
    assert_inert(stage, chat)


def test_a_server_that_is_no_web_address_is_not_believed(stage: Stage) -> None:
    chat = stage.open('<charter-chat mode="inline"></charter-chat>')
    for server in ["javascript:alert(1)", "data:text/html,x", "http://", "//", "file:///etc/passwd"]:
        chat.page.evaluate("(server) => document.querySelector('charter-chat').setAttribute('server', server)", server)
        chat.answered()
        chat.find(".marker").first.click()
        expect(chat.excerpt.locator("a")).to_have_attribute("href", f"{stage.server.origin}/source/treaty.md#c=10-35")
        chat.button("New conversation").click()
    assert len(stage.server.asked()) == 5
    assert_inert(stage, chat)
