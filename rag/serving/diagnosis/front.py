"""A running server as readers reach it, through whatever proxy: reached, known by its name, told the truth by the proxy."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx

from rag.errors import UsageError
from rag.serving.diagnosis.finding import Finding, Findings
from rag.settings import Settings

SECONDS = 10.0
FORGED = "charterqa-doctor"


def front(url: str, settings: Settings) -> Findings:
    """What the server at ``url`` answers, with an honest and with a forged request. No question is asked of it.

    Raises:
        UsageError: ``url`` is not an http(s) address.
    """
    base = url.rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(f"'{url}' is not an address.", remedy="Write it as https://HOST or https://HOST/PATH.")
    with httpx.Client(timeout=SECONDS, follow_redirects=False) as client:
        try:
            ready = client.get(f"{base}/readyz")
        except httpx.HTTPError as error:
            yield Finding("front", "fail", f"{base} does not answer: {error}.", "Start the server and the proxy; check TLS.")
            return
        if ready.status_code != 200 or ready.headers.get("content-type", "").partition(";")[0] != "application/json":
            remedy = "The proxy must pass the whole path on; the server's log says why it is not ready."
            yield Finding("front", "fail", f"{base}/readyz answers {ready.status_code}.", remedy)
            return
        yield Finding("front", "ok", f"{base} answers, and is ready.")
        yield from _origin(client, base, f"{parts.scheme}://{parts.netloc}")
        yield from _prefix(client, base, parts.path)
        if settings.auth.mode == "proxy":
            yield from _forged(client, base, settings.auth.proxy_header)


def _origin(client: httpx.Client, base: str, own: str) -> Findings:
    """A page of the server's own is one of its own: it must know the scheme and the host that the browser used."""
    reply = client.get(f"{base}/api/v1/documents", headers={"Origin": own, "Sec-Fetch-Site": "cross-site"})
    kind = _kind(reply)
    if kind.endswith(":host"):
        remedy = f"Name {urlsplit(own).hostname} in CHARTERQA_HOSTS."
        yield Finding("hosts", "fail", "The server does not know the name that it is reached by.", remedy)
    elif kind.endswith(":origin"):
        remedy = "Let the proxy send X-Forwarded-Proto and X-Forwarded-Host, and name it in CHARTERQA_AUTH_PROXY_PEERS."
        yield Finding("proxy headers", "fail", f"The server takes its own pages at {own} for another site's.", remedy)
    else:
        yield Finding("proxy headers", "ok", f"The server knows that it is reached as {own}.")


def _prefix(client: httpx.Client, base: str, path: str) -> Findings:
    """Whoever signs out is sent to the start page: its address must be below the path that the browser used."""
    reply = client.post(f"{base}/signout")
    if reply.status_code != 303:
        return  # another server signs people in and out
    place = urlsplit(reply.headers.get("location", "")).path
    if place == f"{path}/":
        yield Finding("root path", "ok", f"The server knows that it lies below {path}/.")
    else:
        remedy = f"Let the proxy send 'X-Forwarded-Prefix: {path}', or set CHARTERQA_ROOT_PATH={path}."
        told = f"The server believes that it lies below {place}, and it lies below {path}/."
        yield Finding("root path", "fail", told, remedy)


def _forged(client: httpx.Client, base: str, header: str) -> Findings:
    """A stranger who names themselves must not be believed: the proxy takes the header off, or sets it itself."""
    reply = client.get(f"{base}/api/v1/documents", headers={header: FORGED})
    if reply.status_code == 200:
        remedy = f"Let the proxy remove {header} from what comes in, before it signs people in."
        yield Finding("proxy headers", "fail", f"Whoever sends {header} is believed: nobody has to sign in.", remedy)
    else:
        yield Finding("proxy headers", "ok", f"A forged {header} is not believed.")


def _kind(reply: httpx.Response) -> str:
    try:
        return str(reply.json().get("type", ""))
    except (ValueError, AttributeError):
        return ""
