"""What a path is, said once: who may open it, what a client's allowance counts, and what shape its errors have."""

from __future__ import annotations

from enum import Enum

COSTLY_CHAT = ("/gradio_api/queue/join", "/gradio_api/run/", "/gradio_api/call/", "/gradio_api/api/")
KEPT = "/api/v1/conversations"
LOOKED_AT = ("/facsimile/", "/shared", "/api/v1/kbs")


class Zone(Enum):
    """A part of the server."""

    PROBE = "probe"  # health: open to anyone, says nothing
    WIDGET = "widget"  # static files of the widget: public, also across origins
    ENTRANCE = "entrance"  # the sign-in page and the static files of our own pages: public
    METRICS = "metrics"
    API = "api"
    OPENAI = "openai"
    MCP = "mcp"
    SOURCE = "source"
    SHARED = "shared"
    CHAT = "chat"

    @property
    def public(self) -> bool:
        """Whether it is served to people who have not said who they are."""
        return self in {Zone.PROBE, Zone.WIDGET, Zone.ENTRANCE}

    @property
    def page(self) -> bool:
        """Whether people open it in a browser, so that "who are you?" is a page too."""
        return self in {Zone.CHAT, Zone.SOURCE, Zone.SHARED}


def zone_of(path: str) -> Zone:
    """The zone of a request's path; what is nothing else belongs to the chat, which is mounted at the root."""
    if path in {"/healthz", "/readyz"}:
        return Zone.PROBE
    if path == "/metrics":
        return Zone.METRICS
    if path == "/embed" or path.startswith(("/widget/", "/embed/")):
        return Zone.WIDGET
    if path in {"/signin", "/signout"} or path.startswith("/page/"):
        return Zone.ENTRANCE
    if path == "/mcp" or path.startswith("/mcp/"):
        return Zone.MCP
    if path.startswith("/v1/"):
        return Zone.OPENAI
    if path.startswith(("/source/", "/facsimile/")):
        return Zone.SOURCE
    if path == "/shared":
        return Zone.SHARED
    if path.startswith("/api/") or path == "/openapi.json":
        return Zone.API
    return Zone.CHAT


def takes_files(method: str, path: str) -> bool:
    """Whether a request's body is files, too large to be held in memory."""
    return method == "POST" and path == "/api/v1/documents"


class Cost(Enum):
    """What a request is counted as: each has an allowance of its own, so that looking leaves the questions to be asked."""

    NOTHING = "nothing"
    LOOKING = "looking"  # what a page does by itself: bring pictures of a document, list knowledge bases, keep a conversation
    ASKING = "asking"  # what computes or reads a document


def cost_of(path: str, method: str) -> Cost:
    """What a request counts as against its client's allowance; the page's own files count as nothing."""
    if method == "OPTIONS":
        return Cost.NOTHING
    if path.startswith(KEPT) or (path.startswith(LOOKED_AT) and method in {"GET", "HEAD"}):
        return Cost.LOOKING
    zone = zone_of(path)
    if zone is Zone.CHAT:
        return Cost.ASKING if path.startswith(COSTLY_CHAT) else Cost.NOTHING
    asked = zone in {Zone.API, Zone.OPENAI, Zone.MCP, Zone.SOURCE} or (zone is Zone.ENTRANCE and method == "POST")
    return Cost.ASKING if asked else Cost.NOTHING
