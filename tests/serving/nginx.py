"""A real nginx with TLS in front of servers of ours, from the file that is shipped in ``deploy/``."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NAME = "intranet.test"
WHOLE = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type text/html; types {{ text/css css; }}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {server}
}}
"""


@dataclass(frozen=True)
class Upstream:
    """A server of ours at ``url`` that is reached at ``path``, such as ``/`` or ``/qa/``. ``strip``: nginx takes the path off.
    ``tell``: it says so in ``X-Forwarded-Prefix``."""

    path: str
    url: str
    strip: bool = True
    tell: bool = True


@contextlib.contextmanager
def nginx(folder: Path, upstreams: Sequence[Upstream], pages: Path | None = None) -> Iterator[str]:
    """The base URL of an nginx over ``upstreams``; ``pages`` are served as files below ``/host/``."""
    with started(folder, lambda port: _server(folder, port, upstreams, pages)) as url:
        yield url


@contextlib.contextmanager
def started(folder: Path, server_on: Callable[[int], str]) -> Iterator[str]:
    """The base URL of an nginx with the server block that ``server_on`` makes for a port."""
    if shutil.which("nginx") is None:
        message = "no nginx on this machine"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    _certificate(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = server_on(port)
    (folder / "nginx.conf").write_text(WHOLE.format(folder=folder, server=server), encoding="utf-8")
    running = subprocess.Popen(["nginx", "-p", str(folder), "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])
    try:
        _await(port, running)
        yield f"https://{NAME}:{port}"
    finally:
        running.terminate()
        running.wait(10)


def _server(folder: Path, port: int, upstreams: Sequence[Upstream], pages: Path | None) -> str:
    """The shipped server block with the machine's own addresses, and its location once for each upstream."""
    text = re.sub(r"(?m)^ *#.*\n", "", SHIPPED.read_text(encoding="utf-8"))
    found = re.search(r"(?s)    location /qa/ \{.*?\n    \}\n", text)
    assert found is not None
    locations = [_location(found.group(), upstream) for upstream in upstreams]
    if pages is not None:
        locations.append(f"location /host/ {{ alias {pages}/; }}")
    return here(text.replace(found.group(), "\n".join(locations)), folder, port)


def here(text: str, folder: Path, port: int, **more: str) -> str:
    """A shipped server block with this machine's addresses; ``more`` is found and replaced besides."""
    for shipped, own in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("intranet.example", NAME),
        ("/etc/nginx/charterqa", f"{folder}/charterqa"),
        *more.items(),
    ):
        assert shipped in text
        text = text.replace(shipped, own)
    return text


def _location(shipped: str, upstream: Upstream) -> str:
    made = shipped.replace("http://127.0.0.1:7860/", upstream.url + ("/" if upstream.strip else ""))
    if upstream.path == "/" or not upstream.tell:
        made = made.replace("        proxy_set_header X-Forwarded-Prefix /qa;\n", "")
    return made.replace("/qa/", upstream.path).replace(" /qa;", f" {upstream.path.rstrip('/')};")


def _await(port: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    while True:
        assert running.poll() is None, "nginx did not start"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < deadline, "nginx does not listen"


def _certificate(folder: Path) -> None:
    """One that nobody knows, for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "charterqa.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "charterqa.key").write_bytes(secret)
