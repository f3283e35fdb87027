"""The chat's page, mounted at ``/``: the one module that knows Gradio.

No ``from __future__ import annotations`` here: Gradio reads the annotations of a handler to hand it the request or the
event, and it cannot resolve names that only exist inside :func:`mount`.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount

from rag.errors import CharterError
from rag.serving.ui.allowed import Allowed
from rag.serving.ui.chosen_language import Language, language, preferred
from rag.serving.ui.conversation import ChatFailure, Conversation, Rating
from rag.serving.ui.dialogue import AnswerService, Dialogue
from rag.serving.ui.header import header_html, hint_html
from rag.serving.ui.keeping import kept, restored
from rag.serving.ui.presence import Presence
from rag.serving.ui.shelf import Shelf
from rag.serving.ui.takeaway import conversation_json, conversation_markdown
from rag.serving.ui.transcript import announcement_html, transcript_html
from rag.serving.ui.translations import STRINGS
from rag.settings import Settings

HERE = Path(__file__).parent
Steps = AsyncGenerator[dict[Any, Any]]
"""What a handler changes on the page, step by step: Gradio's components and their new values."""
ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",
    # Its statistics of its own queue, which nothing reads here: a pandas table of the last 10,000 events after each event.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
}
LANGUAGE_COOKIE = "charterqa-language"
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "Consolas", "monospace")
UPLOAD_BYTES = 1  # no component takes a file, and the route is closed as well


def mount(app: FastAPI, service: AnswerService, settings: Settings) -> FastAPI:
    """Add the chat to ``app`` at ``/``; mount it last, since it takes every path that is left.

    ``app`` needs Starlette's own ``CORSMiddleware`` before, or Gradio trusts every origin; :class:`Allowed` takes back what
    it would say all the same. Paths that the page does not need are raised as 404 for ``app`` to word.
    """
    os.environ.update(ENVIRONMENT)
    import gradio as gr

    theme = gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=SANS, font_mono=MONO)
    page = _page(gr, Dialogue(service, history_turns=settings.limits.history_turns), settings)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        show_error=False,
        run_history=False,
        footer_links=[],
        ssr_mode=False,
        enable_monitoring=False,
        allowed_paths=[],
        max_file_size=UPLOAD_BYTES,
        mcp_server=False,
        pwa=False,
        favicon_path=str(HERE / "favicon.svg"),
        theme=theme,
        css=_file("chat.css"),
        head="".join(f"<script>{_file(name)}</script>" for name in ("appearance.js", "memory.js")),
    )
    mounted = app.router.routes[-1]
    if not isinstance(mounted, Mount):
        raise TypeError("Gradio is not mounted as one sub-application any more")
    mounted.app = Allowed(mounted.app, events=page.fns)
    return app


def _page(gr: Any, dialogue: Dialogue, settings: Settings) -> Any:
    """The page and its events. Every event goes through the queue, so that one open route serves them all."""
    default: Language = settings.lang or "en"
    words = STRINGS[default]
    presence = Presence()
    limit = settings.limits.question_characters
    head = partial(header_html, signed=settings.auth.mode in {"token", "jwt"})
    quiet = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}

    with gr.Blocks(title="charterqa", analytics_enabled=False, fill_width=True) as page:
        conversation = gr.State(Conversation())
        spoken = gr.State(default)
        ready = gr.State(Shelf(loading=True))
        header = gr.HTML(head(default, filled=False), apply_default_css=False, elem_id="charter-top")
        transcript = gr.HTML(
            transcript_html(Conversation(), Shelf(loading=True), default),
            apply_default_css=False,
            elem_id="charter-middle",
            js_on_load=_file("chat.js"),
        )
        with gr.Row(elem_id="charter-composer"):
            question = gr.Textbox(
                label=words.question_label,
                placeholder=words.placeholder,
                show_label=False,
                container=False,
                lines=1,
                max_lines=6,
                autofocus=True,
                elem_id="charter-question",
                scale=1,
            )
            send = gr.Button(words.send, variant="primary", elem_id="charter-send", scale=0, min_width=90)
            stop = gr.Button(words.stop, variant="stop", elem_id="charter-stop", scale=0, min_width=90, visible=False)
            hint = gr.HTML(hint_html(default, limit), apply_default_css=False, elem_id="charter-hint")
        announcer = gr.HTML(announcement_html(None, default), apply_default_css=False, elem_id="charter-announcer")
        saved = gr.JSON(visible="hidden", elem_id="charter-saved")
        memory = gr.Textbox(visible="hidden", elem_id="charter-memory")

        shown = [conversation, transcript, announcer, header, question, send, stop, memory]

        def view(talk: Conversation, speech: Language, shelf: Shelf) -> dict[Any, Any]:
            """What changes on the page with every step of an answer."""
            last = talk.last
            done = not talk.running
            said = {announcer: announcement_html(last, speech)} if last is not None and done else {}
            remembered = {memory: kept(talk)} if done or (last is not None and not last.claims) else {}
            return {
                conversation: talk,
                transcript: transcript_html(talk, shelf, speech),
                header: head(speech, filled=bool(talk.exchanges)),
                send: gr.Button(visible=not talk.running),
                stop: gr.Button(visible=talk.running),
                **said,
                **remembered,
            }

        async def answer(request: gr.Request, text: str, talk: Conversation, speech: Language, shelf: Shelf) -> Steps:
            with presence.answering(request.session_hash):
                async with aclosing(dialogue.ask(talk.stop(), text, speech)) as steps:
                    async for step in steps:
                        yield view(step, speech, shelf)

        async def ask_typed(request: gr.Request, text: str, talk: Conversation, speech: Language, shelf: Shelf) -> Steps:
            text = text.strip()
            if not text or len(text) > limit:
                if text:
                    gr.Warning(STRINGS[speech].too_long.format(limit=limit))
                yield {conversation: talk}  # and the text stays in the field; to yield nothing would empty the whole page
                return
            yield {question: ""}
            async with aclosing(answer(request, text, talk, speech, shelf)) as steps:
                async for step in steps:
                    yield step

        async def ask_given(
            request: gr.Request, event: gr.EventData, talk: Conversation, speech: Language, shelf: Shelf
        ) -> Steps:
            async with aclosing(answer(request, _text(event, "question"), talk, speech, shelf)) as steps:
                async for step in steps:
                    yield step

        async def ask_again(request: gr.Request, talk: Conversation, speech: Language, shelf: Shelf) -> Steps:
            if talk.last is None:
                yield {conversation: talk}
                return
            async with aclosing(answer(request, talk.last.question, talk.without_last(), speech, shelf)) as steps:
                async for step in steps:
                    yield step

        async def leave(request: gr.Request) -> None:
            presence.leave(request.session_hash)

        def break_off(talk: Conversation, speech: Language, shelf: Shelf) -> dict[Any, Any]:
            return view(talk.stop(), speech, shelf)

        def give_up(talk: Conversation, speech: Language, shelf: Shelf) -> dict[Any, Any]:
            """Something failed that is no error of the core: the log has it, the reader keeps the question."""
            last = talk.last
            return view(talk.update(last.fail(ChatFailure())) if last is not None and last.running else talk, speech, shelf)

        def forget(speech: Language, shelf: Shelf) -> dict[Any, Any]:
            return {**view(Conversation(), speech, shelf), announcer: announcement_html(None, speech)}

        async def rate(event: gr.EventData, talk: Conversation, speech: Language, shelf: Shelf) -> dict[Any, Any]:
            rating: Rating = "up" if _text(event, "rating") == "up" else "down"
            comment = _text(event, "comment").strip() or None
            try:
                rated = await dialogue.rate(talk, _text(event, "answer"), rating, comment)
            except CharterError as error:
                gr.Warning(f"{STRINGS[speech].feedback_failed} {error}")
                return {conversation: talk}
            return {conversation: rated, transcript: transcript_html(rated, shelf, speech), memory: kept(rated)}

        def speak(event: gr.EventData, talk: Conversation, speech: Language, shelf: Shelf) -> dict[Any, Any]:
            return translated(talk, language(_text(event, "language")) or speech, shelf)

        def translated(talk: Conversation, speech: Language, shelf: Shelf) -> dict[Any, Any]:
            chosen = STRINGS[speech]
            return {
                spoken: speech,
                transcript: transcript_html(talk, shelf, speech),
                header: head(speech, filled=bool(talk.exchanges)),
                question: gr.Textbox(label=chosen.question_label, placeholder=chosen.placeholder),
                send: gr.Button(chosen.send),
                stop: gr.Button(chosen.stop),
                hint: hint_html(speech, limit),
            }

        def save(event: gr.EventData, talk: Conversation, speech: Language) -> dict[str, str]:
            if _text(event, "format") == "json":
                return {"name": "conversation.json", "type": "application/json", "text": conversation_json(talk)}
            return {"name": "conversation.md", "type": "text/markdown", "text": conversation_markdown(talk, speech)}

        async def arrive(request: gr.Request, remembered: str) -> Steps:
            """The first view: the language, the conversation so far, what there is to ask, and the question of a deep
            link, unless this is a reload that has its answer already."""
            speech = _spoken_by(request, settings)
            talk = restored(remembered)
            linked = request.query_params.get("q", "").strip()
            shelf = Shelf(loading=True)
            yield {conversation: talk, **translated(talk, speech, shelf)}
            async for shelf in dialogue.shelf():
                yield {ready: shelf, transcript: transcript_html(talk, shelf, speech)}
            if linked and all(exchange.question != linked for exchange in talk.exchanges):
                async with aclosing(answer(request, linked, talk, speech, shelf)) as steps:
                    async for step in steps:
                        yield step

        talking = [conversation, spoken, ready]
        asking = [
            page.load(arrive, memory, [*shown, spoken, ready, hint], js="() => [window.charterMemory.read()]", **quiet),
            question.submit(ask_typed, [question, *talking], shown, **quiet),
            send.click(ask_typed, [question, *talking], shown, **quiet),
            transcript.ask(ask_given, talking, shown, **quiet),
            transcript.retry(ask_again, talking, shown, **quiet),
        ]
        page.unload(leave)
        for event in asking:
            event.failure(give_up, talking, shown, **quiet)
        stop.click(break_off, talking, shown, cancels=asking, **quiet)
        transcript.clear(forget, [spoken, ready], shown, cancels=asking, **quiet)
        transcript.rate(rate, talking, [conversation, transcript, memory], **quiet)
        transcript.speak(speak, talking, [spoken, transcript, header, hint, question, send, stop], **quiet)
        memory.change(None, memory, None, js="(text) => { window.charterMemory.write(text); return []; }")
        transcript.save(save, [conversation, spoken], saved, **quiet).success(
            None, saved, None, js="(file) => { window.charterSave(file); return []; }"
        )

    page.queue(
        max_size=settings.limits.queue + settings.limits.concurrency + 64, default_concurrency_limit=None, api_open=False
    )
    return page


def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _text(event: Any, name: str) -> str:
    """A string that the page's script sent along; anybody can send anything, so whatever else it is counts as nothing."""
    sent = event._data
    value = sent.get(name) if isinstance(sent, dict) else None
    return value if isinstance(value, str) else ""


def _spoken_by(request: Any, settings: Settings) -> Language:
    """The link says it, else the reader's earlier choice, else the setting, else the browser."""
    return (
        language(request.query_params.get("lang"))
        or language(request.cookies.get(LANGUAGE_COOKIE))
        or settings.lang
        or preferred(request.headers.get("accept-language", ""))
    )
