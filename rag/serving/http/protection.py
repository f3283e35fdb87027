"""The headers that tell a browser what a page may do. Strict by default; our own pages get what they need.

The chat and the widget's frame bring policies of their own, which stand.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

from rag.serving.http.zones import Zone, zone_of

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
OWN_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
POLICIES = {Zone.SOURCE: OWN_PAGE, Zone.ENTRANCE: OWN_PAGE, Zone.SHARED: OWN_PAGE}
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "x-permitted-cross-domain-policies": "none",
}
YEAR = 31_536_000


def protect(headers: MutableHeaders, path: str, scheme: str) -> None:
    """Add what a response at ``path`` lacks; a policy that the page has set itself stands."""
    zone = zone_of(path)
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)
    policy = headers.setdefault("content-security-policy", POLICIES.get(zone, NOTHING))
    if "frame-ancestors 'none'" in policy:
        headers.setdefault("x-frame-options", "DENY")
    elif "frame-ancestors 'self'" in policy and policy.rstrip("; ").endswith("frame-ancestors 'self'"):
        headers.setdefault("x-frame-options", "SAMEORIGIN")
    public = path.startswith("/widget/")
    headers.setdefault("cross-origin-resource-policy", "cross-origin" if public else "same-origin")
    if public:  # a module script loads by CORS
        headers.setdefault("access-control-allow-origin", "*")
    if zone not in {Zone.CHAT, Zone.WIDGET, Zone.ENTRANCE, Zone.SOURCE, Zone.SHARED}:
        headers.setdefault("cache-control", "no-store")
    if scheme == "https":
        headers.setdefault("strict-transport-security", f"max-age={YEAR}")
    headers.setdefault("server", "charterqa")
