"""The whole server as one application: API, OpenAI, MCP, widget, source pages and chat, behind one set of defences."""

from __future__ import annotations

import contextlib
import re
import secrets
from collections.abc import AsyncIterator, Mapping

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

import rag
from rag.knowledge_base import KnowledgeBase
from rag.serving.access.admission import Access
from rag.serving.access.allowance import Allowance
from rag.serving.access.editors import Editors
from rag.serving.access.identity import Authenticator, authenticator
from rag.serving.access.origins import Origins
from rag.serving.access.signin import Sessions, signin_router
from rag.serving.core.library import Library, OpenEngine
from rag.serving.core.served_engine import ServedEngine
from rag.serving.editing.desk import Desk
from rag.serving.editing.routes import acceptable, editing_router
from rag.serving.faces.api import api_router
from rag.serving.faces.health import health_router
from rag.serving.faces.mcp import Mcp
from rag.serving.faces.openai import openai_router
from rag.serving.http.bodies import Bodies
from rag.serving.http.boundary import Boundary, Failures
from rag.serving.http.faults import handle_faults
from rag.serving.http.pages import pages_router
from rag.serving.http.peer import Proxies
from rag.serving.http.zones import Zone, zone_of
from rag.serving.source.document_page import source_router
from rag.serving.source.page_images import PageImages, page_images_router
from rag.serving.ui.chat import mount
from rag.serving.widget.routes import widget_router
from rag.settings import Settings

NO_OTHERS: Mapping[str, ServedEngine | OpenEngine] = {}
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
NO_FOLDERS: Mapping[str, KnowledgeBase] = {}
EXPOSED = ("X-Request-Id", "Retry-After")
SENT = ("Authorization", "Content-Type", "Accept", "X-Request-Id", "Mcp-Protocol-Version", "Mcp-Session-Id")


def create_app(
    engine: ServedEngine | OpenEngine,
    settings: Settings,
    *,
    name: str = "default",
    others: Mapping[str, ServedEngine | OpenEngine] = NO_OTHERS,
    desk: Desk | None = None,
    folders: Mapping[str, KnowledgeBase] = NO_FOLDERS,
    ui: bool = True,
) -> FastAPI:
    """The application over an open engine, or over a function that opens one once the application has started.

    ``engine`` answers for the default knowledge base, whose name is ``name``; ``others`` for further ones, by their names.
    At the ``desk`` their documents can be changed; without one they cannot. Pages of PDFs are shown of those whose ``folders``
    are given.

    Raises:
        SettingsError: access is configured in a way that cannot work, or feedback cannot be kept.
    """
    identify = authenticator(settings.auth)
    sessions = Sessions(settings.auth)
    proxies = Proxies(settings.auth.proxy_peers, settings.root_path)
    library = Library({name: engine, **others}, settings)
    redactor = library.resources.redactor
    editors = Editors(settings)
    images = PageImages(folders, settings)
    mcp = Mcp(library, redactor, body_bytes=settings.limits.body_bytes)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        library.start()
        if desk is not None:
            desk.start()
        async with mcp.manager.run():
            yield
        if desk is not None:
            desk.stop()
        images.close()
        library.stop()

    app = FastAPI(
        title="charterqa",
        version=rag.__version__,
        description="Answers from official documents in which every sentence is proved by an exact excerpt.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # it would record query strings, and so questions
        lifespan=lifespan,
    )
    app.state.library = library
    handle_faults(app, redactor)
    app.include_router(health_router(library))
    app.include_router(api_router(library, redactor, lambda request: acceptable(request, settings, editors, desk)))
    app.include_router(editing_router(library, desk, editors))
    app.include_router(openai_router(library, redactor))
    app.include_router(signin_router(identify, sessions))
    app.include_router(pages_router())
    app.include_router(source_router(library, images))
    app.include_router(page_images_router(library, images))
    app.include_router(widget_router(settings))
    app.router.routes.append(mcp.route())
    if ui:
        mount(app, library, settings)
        app.router.routes[-1] = ChatRoute(app.router.routes[-1])
    _defend(app, settings, library, proxies, identify, sessions)
    return app


def _defend(
    app: FastAPI,
    settings: Settings,
    library: Library,
    proxies: Proxies,
    identify: Authenticator,
    sessions: Sessions,
) -> None:
    """The layers around the routes, from the innermost: what is added last is met first.

    Gradio adds CORS headers of its own, for any origin, unless it finds Starlette's very class here.
    """
    shared = library.resources
    redactor = shared.redactor
    app.add_middleware(Bodies, limits=settings.limits, redactor=redactor)
    app.add_middleware(
        Access,
        auth=settings.auth,
        authenticator=identify,
        sessions=sessions,
        allowance=Allowance(settings.limits.requests_per_minute),
        redactor=redactor,
    )
    app.add_middleware(Failures, redactor=redactor)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.origins),
        allow_methods=["GET", "POST"],
        allow_headers=list(SENT),
        allow_credentials=settings.auth.mode == "proxy",
        expose_headers=list(EXPOSED),
    )
    app.add_middleware(Origins, settings=settings, redactor=redactor)
    app.add_middleware(Boundary, metrics=shared.metrics, proxies=proxies, redactor=redactor, tracing=shared.tracing)
    app.add_middleware(
        CorrelationIdMiddleware,
        generator=lambda: secrets.token_hex(12),
        validator=lambda given: GIVEN_ID.fullmatch(given) is not None,
        update_request_header=False,
    )


class ChatRoute(BaseRoute):
    """The chat's mount, which takes every path, without the paths that belong to other zones: their 404 and 405 are theirs."""

    def __init__(self, mounted: BaseRoute) -> None:
        self._mounted = mounted

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As the mount, for the chat's paths alone."""
        return self._mounted.matches(scope) if zone_of(scope["path"]) is Zone.CHAT else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As the mount."""
        await self._mounted.handle(scope, receive, send)
