"""What a run was made with, in clear, so that two runs can be told apart: settings without secrets, documents, code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from rag.settings import Group, Settings
from rag.types import DocumentEntry

NAMED = 1000
"""Documents that are listed one by one; of more than that only the number and a hash of all are kept."""
SHORT = 12


@dataclass(frozen=True, slots=True)
class Setup:
    """``settings`` by their flat names, ``documents`` by id with the beginning of their SHA-256, ``parts`` (code, prompts,
    gate) by name with the beginning of a hash."""

    settings: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)


def settings_in_clear(settings: Settings, leave_out: Iterable[str]) -> dict[str, str]:
    """Every setting by its flat name, but secrets and those ``leave_out`` names (a setting or a whole group)."""
    without = set(leave_out)
    found: dict[str, str] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if name in without:
            continue
        if not isinstance(value, Group):
            found[name] = _text(value)
            continue
        for key, about in type(value).model_fields.items():
            if "SecretStr" not in str(about.annotation):
                found[f"{name}_{key}"] = _text(getattr(value, key))
    return found


def documents_in_clear(entries: Iterable[DocumentEntry]) -> dict[str, str]:
    """Document id to the beginning of its hash; one line for all where there are more than a thousand."""
    hashes = {entry.id: entry.sha256[:SHORT] for entry in entries}
    if len(hashes) <= NAMED:
        return hashes
    whole = hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest()
    return {f"all {len(hashes)} documents": whole[:SHORT]}


def _text(value: object) -> str:
    """A setting's value; an address loses the password and the query that may stand in it."""
    if isinstance(value, str) and "://" in value:
        parts = urlsplit(value)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    if value is None:
        return "not set"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
