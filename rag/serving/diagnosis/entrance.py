"""Who may come in, from where: access, exposure, origins, names, proxies and the path below which we are served."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from rag.serving.access.identity import SHORTEST_TOKEN, authenticator
from rag.serving.diagnosis.finding import Finding, Findings
from rag.serving.http.peer import Proxies, is_loopback
from rag.serving.process import check_exposure
from rag.settings import Settings

WIDE = 65_536
"""Addresses in a network of proxies, past which it is more likely a slip than a set of proxies."""


def access(settings: Settings) -> Findings:
    """How askers are told, and whether the server may be opened at its address."""
    auth = settings.auth
    authenticator(auth)
    check_exposure(settings)
    if auth.mode == "none" and settings.insecure:
        remedy = "Set CHARTERQA_AUTH to token, jwt or proxy and leave --insecure out."
        yield Finding("auth", "warn", f"Whoever reaches {settings.host} may ask: nobody has to sign in.", remedy)
    elif auth.mode == "none":
        yield Finding("auth", "ok", f"none: {settings.host} is reached from this machine alone.")
    elif auth.mode == "token":
        yield Finding("auth", "ok", f"token: one for all, of {SHORTEST_TOKEN} characters or more.")
    elif auth.mode == "jwt":
        told = f"jwt: {auth.jwt_algorithm}, audience '{auth.jwt_audience}', at most {auth.jwt_max_seconds} seconds."
        yield Finding("auth", "ok", told)
    else:
        yield Finding("auth", "ok", f"proxy: {auth.proxy_header} from {', '.join(auth.proxy_peers)}.")
    if auth.mode != "none" and not (auth.metrics_token and auth.metrics_token.get_secret_value()):
        remedy = "Set CHARTERQA_AUTH_METRICS_TOKEN, and give it to Prometheus."
        yield Finding("auth", "warn", "Prometheus cannot read /metrics without signing in as a reader.", remedy)


def origins(settings: Settings) -> Findings:
    """Which pages may embed the widget."""
    if not settings.origins:
        if settings.auth.mode == "jwt":
            remedy = "List the page's origin in CHARTERQA_ORIGINS, such as https://intranet.example."
            yield Finding("origins", "warn", "A JWT is for pages that embed the widget, and none may.", remedy)
        else:
            yield Finding("origins", "ok", "None: no page of another site may embed the widget.")
        return
    for origin in settings.origins:
        parts = urlsplit(origin)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            remedy = "Serve that page by https, and list it so."
            yield Finding("origins", "warn", f"{origin}: what its readers ask and their tokens go unencrypted.", remedy)
        else:
            yield Finding("origins", "ok", f"{origin} may embed the widget.")


def proxies(settings: Settings) -> Findings:
    """Whose forwarding headers count, and the names and the path that we are reached by."""
    Proxies(settings.auth.proxy_peers, settings.root_path)
    for peer in settings.auth.proxy_peers:
        network = ipaddress.ip_network(peer, strict=False)
        if network.num_addresses > WIDE:
            told = f"All of {peer} counts as a proxy: any machine in it can say who asks and from where."
            remedy = "Name the proxy's own address in CHARTERQA_AUTH_PROXY_PEERS."
            yield Finding("proxy headers", "fail" if settings.auth.mode == "proxy" else "warn", told, remedy)
        else:
            yield Finding("proxy headers", "ok", f"X-Forwarded-* counts when it comes from {peer}.")
    if not settings.auth.proxy_peers:
        yield Finding("proxy headers", "ok", "None counts: no proxy is configured (CHARTERQA_AUTH_PROXY_PEERS).")
    public = [host for host in settings.hosts if not is_loopback(host)]
    if is_loopback(settings.host) and settings.auth.proxy_peers and not public:
        remedy = "Name the public host in CHARTERQA_HOSTS, unless the proxy sends 'Host: localhost'."
        yield Finding("hosts", "warn", "Only localhost names are served, and a proxy is configured.", remedy)
    elif settings.hosts:
        yield Finding("hosts", "ok", f"It is reached as {', '.join(settings.hosts)}.")
    else:
        yield Finding(
            "hosts", "ok", "Localhost names." if is_loopback(settings.host) else "Any name (CHARTERQA_HOSTS narrows it)."
        )
    told = f"{settings.root_path}/." if settings.root_path else "/, or as X-Forwarded-Prefix of a configured proxy says."
    yield Finding("root path", "ok", f"It is served below {told}")
