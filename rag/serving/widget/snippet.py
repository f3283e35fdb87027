"""What an intranet owner pastes, and what their own page and the server must allow for it to work."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from rag.errors import SettingsError
from rag.serving.widget.static_file import StaticFile
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Snippet:
    """``tag`` follows every release; ``pinned`` is bound to this release by URL and hash; ``frame`` is for pages that allow
    only frames; ``policy`` is what a host page's Content-Security-Policy must contain."""

    tag: str
    pinned: str
    frame: str
    url: str
    pinned_url: str
    integrity: str
    policy: str
    origins: tuple[str, ...]

    def text(self) -> str:
        """All of it, to be read and copied."""
        allowed = ", ".join(self.origins) or "none yet: name the page's origin in CHARTERQA_ORIGINS"
        return "\n".join(
            [
                "<!-- Paste before </body>. It follows every release of the server: -->",
                self.tag,
                "",
                "<!-- Or bound to this very file; paste anew after an upgrade: -->",
                self.pinned,
                "",
                "<!-- Or, where only frames are allowed: -->",
                self.frame,
                "",
                "<!--",
                f"Content-Security-Policy of the page needs: {self.policy}",
                f"Origins that may embed it: {allowed}",
                "-->",
            ]
        )


def snippet(settings: Settings, *, server: str | None = None, lang: str | None = None, mode: str = "launcher") -> Snippet:
    """The tag for ``server``, the address at which readers' browsers reach this program (default: host and port as set).

    Raises:
        SettingsError: ``server`` is not an http(s) address.
    """
    address = (server or f"http://{_bracketed(settings.host)}:{settings.port}{settings.root_path}").rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(f"'{address}' is not an address that a page can load from.", remedy="Write it as https://HOST.")
    file = StaticFile.read("widget.js")
    url, pinned_url = f"{address}/widget/v1/{file.name}", f"{address}/widget/v1/{file.hashed_name}"
    options = [f'server="{escape(address)}"', f'mode="{escape(mode)}"']
    options += [f'lang="{escape(lang)}"'] if lang else []
    options += {"jwt": ['token-url="/charterqa-token"'], "proxy": ['credentials="include"']}.get(settings.auth.mode, [])
    element = f"<charter-chat {' '.join(options)}></charter-chat>"
    integrity = f'integrity="{file.integrity}" crossorigin="anonymous"'
    query = f"?lang={escape(lang)}" if lang else ""
    origin = f"{parts.scheme}://{parts.netloc}"
    return Snippet(
        tag=f'<script type="module" src="{escape(url)}"></script>\n{element}',
        pinned=f'<script type="module" src="{escape(pinned_url)}" {integrity}></script>\n{element}',
        frame=f'<iframe src="{escape(address)}/embed{query}" title="charterqa" width="400" height="600"></iframe>',
        url=url,
        pinned_url=pinned_url,
        integrity=file.integrity,
        policy=f"script-src {origin}; connect-src {origin}",
        origins=settings.origins,
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
