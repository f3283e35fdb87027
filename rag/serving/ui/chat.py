"""The chat, mounted at ``/``: the one module that imports Gradio, and keeps closed what it would do beyond our page."""

from __future__ import annotations

import os
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import Mount

from rag.serving.core.library import Library
from rag.serving.ui.allowed import Allowed
from rag.serving.ui.assets import assets_router, head_html
from rag.serving.ui.chosen_kb import Dialogues
from rag.serving.ui.page import page_of
from rag.serving.ui.shared_page import shared_router
from rag.serving.ui.sharing import Sharing
from rag.serving.ui.talks import talks_router
from rag.serving.ui.upload import library_head
from rag.settings import Settings

HERE = Path(__file__).parent
ENVIRONMENT = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",
    # Its statistics of its own queue, which nothing reads here: a pandas table of the last 10,000 events after each event.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
}
SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "Consolas", "monospace")
UPLOAD_BYTES = 1  # no component takes a file, and the route is closed as well


def mount(app: FastAPI, library: Library, settings: Settings) -> FastAPI:
    """Add the chat to ``app`` at ``/``, and the page of what is shared from it; mount it last, since it takes every path that
    is left.

    ``app`` needs Starlette's own ``CORSMiddleware`` before, or Gradio trusts every origin; :class:`Allowed` takes back what
    it would say all the same. Paths that the page does not need are raised as 404 for ``app`` to word.
    """
    os.environ.update(ENVIRONMENT)
    import gradio as gr

    theme = gr.themes.Base(primary_hue="teal", neutral_hue="slate", font=SANS, font_mono=MONO)
    shared, keeping = library.resources.shared, library.resources.keeping
    sharing = Sharing(shared, keeping, settings.auth) if shared is not None else None
    app.include_router(assets_router())
    app.include_router(shared_router(library, sharing))
    if library.resources.conversations is not None:
        app.include_router(talks_router(library, library.resources.conversations))
    page = page_of(gr, Dialogues(library, history_turns=settings.limits.history_turns, sharing=sharing), settings)
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
        head=head_html(kept=settings.keeps_conversations) + library_head(),
    )
    mounted = app.router.routes[-1]
    if not isinstance(mounted, Mount):
        raise TypeError("Gradio is not mounted as one sub-application any more")
    mounted.app = Allowed(mounted.app, events=page.fns)
    return app
