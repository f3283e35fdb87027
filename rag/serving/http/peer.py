"""Who is at the other end of a connection, and by which address they reach us. A forwarding header counts only when a
configured proxy sent it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import Scope

from rag.errors import SettingsError
from rag.serving.http.zones import Zone, zone_of
from rag.settings import ROOT_PATH

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IPV6_SITE = 64
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]\s]+)(?::\d{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Peer:
    """``address`` is the client's, as far as it can be known; ``proxied`` says that a configured proxy spoke for it.

    ``scheme``, ``host`` and ``prefix`` are those of the address that the client used: our ``/`` is, to them,
    ``scheme://host`` + ``prefix`` + ``/``; ``prefix`` is empty or such as ``/qa``.
    """

    address: str
    proxied: bool
    scheme: str
    host: str = ""
    prefix: str = ""

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
    """The configured proxies, and the path under which they serve us, where that is configured."""

    def __init__(self, peers: tuple[str, ...], root_path: str = "") -> None:
        self._networks: tuple[Network, ...] = tuple(_network(p) for p in peers)
        self._root_path = root_path
        if root_path and not _free(root_path):
            raise SettingsError(
                f"CHARTERQA_ROOT_PATH: '{root_path}' is an address of the server's own.", remedy="Choose another, such as /qa."
            )

    def peer(self, scope: Scope) -> Peer:
        """The client of a request: the connection's other end, or whom a configured proxy names there.

        Of ``X-Forwarded-For`` the last entry that is not itself a configured proxy counts; those before it are hearsay.
        """
        client = scope.get("client")
        address = client[0] if client else "unknown"
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._trusted(address):
            return Peer(_plain(address), False, scope.get("scheme", "http"), host, self._root_path)
        forwarded = [part.strip() for line in headers.getlist("x-forwarded-for") for part in line.split(",") if part.strip()]
        named = next((f for f in reversed(forwarded) if not self._trusted(f)), address)
        scheme = headers.get("x-forwarded-proto", scope.get("scheme", "http")).split(",")[-1].strip().lower()
        given = headers.get("x-forwarded-host", "").split(",")[-1].strip()
        return Peer(
            _plain(named),
            True,
            scheme if scheme in {"http", "https"} else "http",
            given if HOST.fullmatch(given) else host,
            self._root_path or _prefix(headers.get("x-forwarded-prefix", "")),
        )

    def _trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(_plain(address))
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)


def below(scope: Scope, prefix: str) -> Scope:
    """``scope`` as the server's own routes know it: a ``prefix`` that a proxy has left in the path is taken off."""
    path = scope["path"]
    inside = path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
    return {**scope, "path": inside, "raw_path": quote(inside).encode("ascii"), "root_path": prefix}


def is_loopback(host: str) -> bool:
    """Whether a bind address or a ``Host`` name means this machine alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _prefix(given: str) -> str:
    """A forwarded prefix, empty where it cannot be one."""
    path = given.strip().rstrip("/")
    return path if ROOT_PATH.fullmatch(path) and _free(path) else ""


def _free(prefix: str) -> bool:
    """Whether nothing of the server's own begins so: else it could not be told whether a proxy has taken it off."""
    own_files = prefix.split("/")[1] in {"assets", "static", "gradio_api"}
    return zone_of(f"{prefix}/") is Zone.CHAT and zone_of(prefix) is Zone.CHAT and not own_files


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
