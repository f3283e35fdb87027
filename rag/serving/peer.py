"""Who is at the other end of a connection. A forwarding header counts only when a configured proxy sent it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from rag.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IPV6_SITE = 64


@dataclass(frozen=True, slots=True)
class Peer:
    """``address`` is the client's, as far as it can be known; ``proxied`` says that a configured proxy spoke for it;
    ``scheme`` is the one that the client used."""

    address: str
    proxied: bool
    scheme: str

    @property
    def key(self) -> str:
        """What an allowance is counted by: an IPv4 address, or the /64 of an IPv6 address, which one client owns whole."""
        try:
            address = ipaddress.ip_address(self.address)
        except ValueError:
            return self.address
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address, IPV6_SITE), strict=False))
        return str(address)


class Proxies:
    """The configured proxies."""

    def __init__(self, peers: tuple[str, ...]) -> None:
        self._networks: tuple[Network, ...] = tuple(_network(p) for p in peers)

    def peer(self, scope: Scope) -> Peer:
        """The client of a request: the connection's other end, or whom a configured proxy names there.

        Of ``X-Forwarded-For`` the last entry that is not itself a configured proxy counts; those before it are hearsay.
        """
        client = scope.get("client")
        address = client[0] if client else "unknown"
        if not self._trusted(address):
            return Peer(_plain(address), False, scope.get("scheme", "http"))
        headers = Headers(scope=scope)
        forwarded = [part.strip() for line in headers.getlist("x-forwarded-for") for part in line.split(",") if part.strip()]
        named = next((f for f in reversed(forwarded) if not self._trusted(f)), address)
        scheme = headers.get("x-forwarded-proto", scope.get("scheme", "http")).split(",")[-1].strip().lower()
        return Peer(_plain(named), True, scheme if scheme in {"http", "https"} else "http")

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(_plain(address))
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def is_loopback(host: str) -> bool:
    """Whether a bind address or a ``Host`` name means this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _plain(address: str) -> str:
    """An IPv4 address in IPv6 clothes (``::ffff:10.0.0.1``) without them."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise SettingsError(
            f"CHARTERQA_AUTH_PROXY_PEERS: '{text}' is not an address or network.", remedy="Write it as 10.0.0.5 or 10.0.0.0/24."
        ) from error
