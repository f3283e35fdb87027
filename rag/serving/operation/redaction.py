"""Secrets leave the process in no form: every log line, problem and notice passes here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import SecretStr

from rag.settings import Group, Settings

HIDDEN = "[hidden]"
SHORTEST = 6
PASSWORD = re.compile(r"://[^/:@\s]*:([^/@\s]+)@")
"""In an address, such as that of a database."""
CREDENTIALS = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}|\bsk-[A-Za-z0-9_-]{8,}|\beyJ[\w-]+\.[\w-]+\.[\w-]+")


class Redactor:
    """Replaces the configured secrets, and what looks like a credential, by ``[hidden]``."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        found = sorted({s for s in secrets if len(s) >= SHORTEST}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, found))) if found else None

    @classmethod
    def of(cls, settings: Settings) -> Redactor:
        """One that knows every secret in ``settings``."""
        return cls(_secrets(settings))

    def __call__(self, text: str) -> str:
        """``text`` without secrets."""
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        return CREDENTIALS.sub(HIDDEN, text)


def _secrets(group: Group) -> Iterable[str]:
    for name in type(group).model_fields:
        value = getattr(group, name)
        if isinstance(value, SecretStr):
            yield value.get_secret_value()
            yield from value.get_secret_value().split()
            yield from PASSWORD.findall(value.get_secret_value())
        elif isinstance(value, Group):
            yield from _secrets(value)
