"""The chat's page: its components, and what happens on it.

No ``from __future__ import annotations`` here: Gradio reads the annotations of a handler to hand it the request or the
event, and it cannot resolve names that only exist inside :func:`page_of`.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Any

from rag.errors import CharterError
from rag.localization.catalogue import speak
from rag.localization.languages import Language, language
from rag.serving.ui.chosen_kb import Dialogues
from rag.serving.ui.conversation import ChatFailure, Conversation, Rating
from rag.serving.ui.export import conversation_json, conversation_markdown
from rag.serving.ui.header import drawings_html, header_html, hint_html
from rag.serving.ui.keeping import kept, restored
from rag.serving.ui.library import library_html, narrowed
from rag.serving.ui.presence import Presence
from rag.serving.ui.remarks import REASONS
from rag.serving.ui.sent import scope_of, spoken_by, text_of
from rag.serving.ui.shelf import Shelf, shelf_html
from rag.serving.ui.transcript import announcement_html, transcript_html
from rag.settings import Settings
from rag.types import UNFILTERED, Filter

Steps = AsyncGenerator[dict[Any, Any]]
"""What a handler changes on the page, step by step: Gradio's components and their new values."""
EVENTS = ("ask", "edit", "clear", "resume", "rate", "speak", "save", "library", "scope", "link", "unlink")
STARTING = f"""const names = {list(EVENTS)}; // Gradio looks for the names of events in here
if (window.charterStart) window.charterStart(trigger, watch);
else window.charterWaiting = [trigger, watch];"""

REMEMBERED = "async () => [await window.charterMemory.read()]"


def page_of(gr: Any, dialogues: Dialogues, settings: Settings) -> Any:
    """The page and its events. Every event goes through the queue, so that one open route serves them all."""
    default: Language = settings.lang or "en"
    words = speak(default)
    presence = Presence()
    limit = settings.limits.question_characters
    head = partial(
        header_html,
        signed=settings.auth.mode in {"token", "jwt"},
        kept=settings.keeps_conversations,
        sharing=settings.sharing.enabled,
    )
    quiet = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}
    plain = {"apply_default_css": False}

    with gr.Blocks(title="charterqa", analytics_enabled=False, fill_width=True) as page:
        conversation = gr.State(Conversation())
        spoken = gr.State(default)
        ready = gr.State(Shelf(loading=True))
        chosen = gr.State(UNFILTERED)
        header = gr.HTML(head(default, filled=False), elem_id="charter-top", **plain)
        transcript = gr.HTML(
            transcript_html(Conversation(), Shelf(loading=True), default),
            elem_id="charter-middle",
            js_on_load=STARTING,
            **plain,
        )
        with gr.Row(elem_id="charter-composer"):
            question = gr.Textbox(
                label=words("chat.question_label"),
                placeholder=words("chat.placeholder"),
                show_label=False,
                container=False,
                lines=1,
                max_lines=6,
                autofocus=True,
                elem_id="charter-question",
                scale=1,
            )
            send = gr.Button(words("chat.send"), variant="primary", elem_id="charter-send", scale=0, min_width=90)
            stop = gr.Button(words("chat.stop"), variant="stop", elem_id="charter-stop", scale=0, min_width=90, visible=False)
            hint = gr.HTML(hint_html(default, limit), elem_id="charter-hint", **plain)
        below = gr.HTML(shelf_html(Shelf(loading=True), words), elem_id="charter-shelf", **plain)
        library = gr.HTML('<div class="unopened"></div>', elem_id="charter-library", **plain)
        gr.HTML(drawings_html(), elem_id="charter-drawings", **plain)
        announcer = gr.HTML(announcement_html(None, default), elem_id="charter-announcer", **plain)
        saved = gr.Textbox(visible="hidden", elem_id="charter-saved")
        memory = gr.Textbox(visible="hidden", elem_id="charter-memory")
        linked = gr.Textbox(visible="hidden", elem_id="charter-linked")

        shown = [conversation, transcript, announcer, header, below, question, send, stop, memory]

        def view(talk: Conversation, speech: Language, shelf: Shelf) -> dict[Any, Any]:
            """What changes on the page with every step of an answer."""
            last = talk.last
            done = not talk.running
            said = {announcer: announcement_html(last, speech)} if last is not None and done else {}
            remembered = {memory: kept(talk)} if done or (last is not None and not last.claims) else {}
            return {
                conversation: talk,
                **drawn(talk, speech, shelf),
                send: gr.Button(visible=not talk.running),
                stop: gr.Button(visible=talk.running),
                **said,
                **remembered,
            }

        def drawn(talk: Conversation, speech: Language, shelf: Shelf) -> dict[Any, Any]:
            """The conversation, its head and what lies below an empty one."""
            # What is sent costs time; the head only changes with the first question.
            top = {header: head(speech, filled=bool(talk.exchanges))} if len(talk.exchanges) < 2 else {}
            return {
                transcript: transcript_html(talk, shelf, speech),
                **top,
                below: shelf_html(Shelf(loading=True) if talk.exchanges else shelf, speak(speech)),
            }

        def limited(speech: Language, shelf: Shelf, scope: Filter, wanted: str | None = None) -> dict[Any, Any]:
            """What is asked, beside the question field and, where the reader looks at it, in the list of documents."""
            listed = {} if wanted is None else {library: library_html(shelf, scope, wanted, speak(speech))}
            return {chosen: scope, hint: hint_html(speech, limit, scope, shelf.titles), **listed}

        async def answer(
            request: gr.Request, text: str, talk: Conversation, speech: Language, shelf: Shelf, scope: Filter
        ) -> Steps:
            with presence.answering(request.session_hash):
                async with aclosing(dialogues.of(request).ask(talk.stop(), text, speech, scope)) as steps:
                    async for step in steps:
                        yield view(step, speech, shelf)

        async def ask_typed(
            request: gr.Request, text: str, talk: Conversation, speech: Language, shelf: Shelf, scope: Filter
        ) -> Steps:
            text = text.strip()
            if not text or len(text) > limit:
                if text:
                    gr.Warning(speak(speech)("chat.too_long", count=limit))
                yield {conversation: talk}  # and the text stays in the field; to yield nothing would empty the whole page
                return
            yield {question: ""}
            async with aclosing(answer(request, text, talk, speech, shelf, scope)) as steps:
                async for step in steps:
                    yield step

        async def ask_given(
            request: gr.Request, event: gr.EventData, talk: Conversation, speech: Language, shelf: Shelf, scope: Filter
        ) -> Steps:
            async with aclosing(answer(request, text_of(event, "question"), talk, speech, shelf, scope)) as steps:
                async for step in steps:
                    yield step

        async def ask_instead(
            request: gr.Request, event: gr.EventData, talk: Conversation, speech: Language, shelf: Shelf, scope: Filter
        ) -> Steps:
            """An earlier question once more, in other words if there are any; what came after it goes."""
            number = text_of(event, "number")
            old = talk.last if not number else next((x for x in talk.exchanges if str(x.number) == number), None)
            text = text_of(event, "question").strip() or (old.question if old else "")
            if old is None or len(text) > limit:
                yield {conversation: talk}
                return
            async with aclosing(answer(request, text, talk.before(old.number), speech, shelf, scope)) as steps:
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

        def begin(event: gr.EventData, speech: Language, shelf: Shelf) -> dict[Any, Any]:
            """Another conversation: an empty one, or one that the browser kept."""
            talk = restored(text_of(event, "text"))
            quiet_now = {announcer: announcement_html(None, speech)}
            top = {header: head(speech, filled=bool(talk.exchanges))}
            return {**view(talk, speech, shelf), **top, **quiet_now, **limited(speech, shelf, scope_of(talk))}

        async def rate(
            request: gr.Request, event: gr.EventData, talk: Conversation, speech: Language, shelf: Shelf
        ) -> dict[Any, Any]:
            rating: Rating = "up" if text_of(event, "rating") == "up" else "down"
            comment = REASONS.get(text_of(event, "reason")) or text_of(event, "comment").strip() or None
            try:
                rated = await dialogues.of(request).rate(talk, text_of(event, "answer"), rating, comment)
            except CharterError as error:
                gr.Warning(f"{speak(speech)('chat.feedback_failed')} {told(error, speech)}")
                return {conversation: talk}
            return {conversation: rated, transcript: transcript_html(rated, shelf, speech), memory: kept(rated)}

        async def switch(
            request: gr.Request, event: gr.EventData, talk: Conversation, speech: Language, scope: Filter
        ) -> dict[Any, Any]:
            chosen_language = language(text_of(event, "language")) or speech
            # its examples are in that language where there are any
            shelf = await anext(dialogues.of(request).shelf(chosen_language))
            return {ready: shelf, **translated(talk, chosen_language, shelf, scope, "")}

        def translated(
            talk: Conversation, speech: Language, shelf: Shelf, scope: Filter, wanted: str | None = None
        ) -> dict[Any, Any]:
            said = speak(speech)
            return {
                spoken: speech,
                **drawn(talk, speech, shelf),
                header: head(speech, filled=bool(talk.exchanges)),
                question: gr.Textbox(label=said("chat.question_label"), placeholder=said("chat.placeholder")),
                send: gr.Button(said("chat.send")),
                stop: gr.Button(said("chat.stop")),
                **limited(speech, shelf, scope, wanted),
            }

        async def list_documents(request: gr.Request, event: gr.EventData, speech: Language, scope: Filter) -> dict[Any, Any]:
            shelf = await anext(dialogues.of(request).shelf(speech))
            return {ready: shelf, library: library_html(shelf, scope, text_of(event, "wanted"), speak(speech))}

        def choose(event: gr.EventData, speech: Language, shelf: Shelf, scope: Filter) -> dict[Any, Any]:
            narrower = narrowed(shelf, scope, text_of(event, "kind"), text_of(event, "name"))
            return limited(speech, shelf, narrower, text_of(event, "wanted"))

        def save(event: gr.EventData, talk: Conversation, speech: Language) -> str:
            return conversation_json(talk) if text_of(event, "format") == "json" else conversation_markdown(talk, speech)

        async def share(request: gr.Request, talk: Conversation, speech: Language) -> str:
            return await dialogues.share(request, talk, speech)

        async def unshare(request: gr.Request, event: gr.EventData, speech: Language) -> str:
            return await dialogues.unshare(request, text_of(event, "link"), text_of(event, "key"), speech)

        async def arrive(request: gr.Request, remembered: str) -> Steps:
            """The first view: the language, the conversation so far, what there is to ask, and the question of a deep
            link, unless this is a reload that has its answer already."""
            speech = spoken_by(request, settings)
            talk = restored(remembered)
            asked = request.query_params.get("q", "").strip()
            shelf, scope = Shelf(loading=True), scope_of(talk)
            yield {conversation: talk, **translated(talk, speech, shelf, scope)}
            asking = bool(asked) and all(exchange.question != asked for exchange in talk.exchanges)
            async for shelf in dialogues.of(request).shelf(speech):
                quiet_now = asking and not (shelf.loading or shelf.problem)
                yield (
                    {ready: shelf}
                    if talk.exchanges or quiet_now
                    else {
                        ready: shelf,
                        transcript: transcript_html(talk, shelf, speech),
                        below: shelf_html(shelf, speak(speech)),
                    }
                )
                if scope != UNFILTERED:
                    yield limited(speech, shelf, scope)  # now that the titles are known
            if asking:
                async with aclosing(answer(request, asked, talk, speech, shelf, scope)) as steps:
                    async for step in steps:
                        yield step

        talking = [conversation, spoken, ready, chosen]
        asking = [
            page.load(
                arrive,
                memory,
                [*shown, spoken, ready, hint, chosen],
                js=REMEMBERED,
                **quiet,
            ),
            question.submit(ask_typed, [question, *talking], shown, **quiet),
            send.click(ask_typed, [question, *talking], shown, **quiet),
            transcript.ask(ask_given, talking, shown, **quiet),
            transcript.edit(ask_instead, talking, shown, **quiet),
        ]
        page.unload(leave)
        for event in asking:
            event.failure(give_up, talking[:3], shown, **quiet)
        stop.click(break_off, talking[:3], shown, cancels=asking, **quiet)
        for change in (transcript.clear, transcript.resume):
            change(begin, [spoken, ready], [*shown, hint, chosen], cancels=asking, **quiet)
        transcript.rate(rate, talking[:3], [conversation, transcript, memory], **quiet)
        spoken_parts = [ready, spoken, transcript, header, below, hint, question, send, stop, chosen, library]
        transcript.speak(switch, [conversation, spoken, chosen], spoken_parts, **quiet)
        # A click or a letter that comes while the last one is answered counts too, and is not dropped.
        latest = quiet | {"trigger_mode": "always_last"}
        transcript.library(list_documents, [spoken, chosen], [ready, library], **latest)
        transcript.scope(choose, [spoken, ready, chosen], [chosen, hint, library], **latest)
        memory.change(None, memory, None, js="(text) => { window.charterMemory.write(text); return []; }")
        transcript.save(save, [conversation, spoken], saved, **quiet).success(
            None, saved, None, js="(text) => { window.charterSave(text); return []; }"
        )
        for told in (
            transcript.link(share, talking[:2], linked, **quiet),
            transcript.unlink(unshare, spoken, linked, **quiet),
        ):
            told.success(None, linked, None, js="(text) => { window.charterShared(text); return []; }")

    page.queue(
        max_size=settings.limits.queue + settings.limits.concurrency + 64, default_concurrency_limit=None, api_open=False
    )
    return page
