"""Where a back end may connect. The address is the operator's setting, and still not every address is a model's.

Cloud machines hand out credentials at link-local addresses, so these are refused in every spelling, before a key is sent:
when the back end opens, and again for each request, since a name can change what it resolves to; redirects are not followed.
The clients of ``langchain.py`` are made by LangChain, so their address is checked when they open and not again.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any, Protocol
from urllib.parse import urlsplit

from rag.errors import BackendFailed, SettingsError

_NAMES = {"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}
# Beyond link-local: AWS over IPv6, Alibaba, Azure's wire server, Oracle's older address.
_ADDRESSES = {
    ipaddress.ip_address(a) for a in ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_REMEDY = "Set CHARTERQA_LLM_BASE_URL to the address of the model's server, such as http://127.0.0.1:8080/v1."

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class _Url(Protocol):
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int | None: ...


class ModelRequest(Protocol):
    """The part of an HTTP client's request that the guard reads."""

    @property
    def url(self) -> _Url: ...


def check_endpoint(url: str) -> str:
    """``url`` itself, once it is known to be plain http(s) and not a metadata address.

    Raises:
        SettingsError: it is not.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError("The model's base URL is not a URL.", remedy=_REMEDY) from None
    if parts.scheme not in {"http", "https"} or not host:
        raise SettingsError("The model's base URL is not an http(s) URL.", remedy=_REMEDY)
    if parts.username or parts.password:
        raise SettingsError("The model's base URL carries a user name or password.", remedy="Use CHARTERQA_LLM_API_KEY.")
    try:
        found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        found = []  # not resolvable today; each request resolves again
    if _forbidden(host, [str(entry[4][0]) for entry in found]):
        raise SettingsError(f"The model's base URL points at a metadata address ({host}).", remedy=_REMEDY)
    return url


async def guard(request: ModelRequest) -> None:
    """An HTTP client's request hook that refuses metadata addresses at the moment of connecting.

    Raises:
        BackendFailed: the host is, or now resolves to, one of them.
    """
    host = request.url.host
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, request.url.port, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        found = []  # the client will say so itself
    if _forbidden(host, [str(entry[4][0]) for entry in found]):
        raise BackendFailed(f"The model's server resolves to a metadata address ({host}).", remedy=_REMEDY)


def guarded() -> dict[str, Any]:
    """Arguments that make an ``httpx`` client one that follows no redirect and refuses metadata addresses."""
    return {"follow_redirects": False, "event_hooks": {"request": [guard]}}


def _forbidden(host: str, resolved: list[str]) -> bool:
    host = host.strip("[]").rstrip(".").lower()
    return host in _NAMES or any(_is_metadata(a) for text in (host, *resolved) if (a := _address(text)) is not None)


def _address(text: str) -> Address | None:
    """The address that ``text`` spells, in any notation that a C library takes (``0xA9FEA9FE``, ``2852039166``)."""
    text = text.partition("%")[0]
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(text))
        except (OSError, UnicodeError):
            return None


def _is_metadata(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_metadata(inner)
    return address.is_link_local or address.is_multicast or address in _ADDRESSES
