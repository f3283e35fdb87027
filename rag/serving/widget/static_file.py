"""A file of the widget as it is served: read once, compressed once, known by its hash."""

from __future__ import annotations

import base64
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from rag.serving.widget.bundle import assembled

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class StaticFile:
    """``body`` is the script with its modules; ``compressed`` the same through gzip; ``sha384`` the digest of ``body``."""

    name: str
    body: bytes
    compressed: bytes
    sha384: bytes

    @classmethod
    def read(cls, name: str) -> StaticFile:
        """The script ``name`` beside this module, made one with its modules. No time enters the gzip header, so equal files
        compress to equal bytes."""
        body = assembled(FOLDER / name).encode()
        return cls(name, body, gzip.compress(body, 9, mtime=0), hashlib.sha384(body).digest())

    @property
    def digest(self) -> str:
        """What stands in the immutable URL: enough of the hash that no two releases share it."""
        return self.sha384.hex()[:16]

    @property
    def hashed_name(self) -> str:
        """``widget.0123456789abcdef.js``."""
        stem, _, suffix = self.name.rpartition(".")
        return f"{stem}.{self.digest}.{suffix}"

    @property
    def integrity(self) -> str:
        """The value of a script tag's ``integrity`` attribute."""
        return "sha384-" + base64.b64encode(self.sha384).decode("ascii")
