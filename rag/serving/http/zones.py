"""What a path is, said once: who may open it, what a client's allowance counts, and what shape its errors have."""

from __future__ import annotations

from enum import Enum

COSTLY_CHAT = ("/gradio_api/queue/join", "/gradio_api/run/", "/gradio_api/call/", "/gradio_api/api/")


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
    CHAT = "chat"

    @property
    def public(self) -> bool:
        """Whether it is served to people who have not said who they are."""
        return self in {Zone.PROBE, Zone.WIDGET, Zone.ENTRANCE}

    @property
    def page(self) -> bool:
        """Whether people open it in a browser, so that "who are you?" is a page too."""
        return self in {Zone.CHAT, Zone.SOURCE}


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
    if path.startswith("/source/"):
        return Zone.SOURCE
    if path.startswith("/api/") or path == "/openapi.json":
        return Zone.API
    return Zone.CHAT


def takes_files(method: str, path: str) -> bool:
    """Whether a request's body is files, too large to be held in memory."""
    return method == "POST" and path == "/api/v1/documents"


def costly(path: str, method: str) -> bool:
    """Whether a request counts against its client's allowance: what computes or reads a document, not the page's files."""
    if method == "OPTIONS":
        return False
    zone = zone_of(path)
    if zone is Zone.CHAT:
        return path.startswith(COSTLY_CHAT)
    return zone in {Zone.API, Zone.OPENAI, Zone.MCP, Zone.SOURCE} or (zone is Zone.ENTRANCE and method == "POST")
