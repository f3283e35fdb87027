"""Prompt templates: files with front matter, checked when they are loaded, known by name, version and hash.

A template is TOML between two lines ``+++`` (``name``, ``version``, ``variables``, ``contract``, ``reason``), then one block
per message, each begun by a line ``[system]``, ``[user]`` or ``[assistant]``. ``{{name}}`` stands for a variable. Values are
put in in one pass, so that a value that itself looks like a variable stays what it is.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from rag.errors import SettingsError
from rag.llm.backend import Message

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BLOCK = re.compile(r"^\[(system|user|assistant)\][ \t]*$", re.MULTILINE)
_FRONT = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)
_KEYS = {"name": str, "version": int, "variables": list, "contract": str, "reason": str}

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A loaded template. ``sha256`` is the hash of the whole file; ``reason`` says why this version replaced the one before."""

    name: str
    version: int
    variables: frozenset[str]
    contract: str
    reason: str
    messages: tuple[Message, ...]
    sha256: str

    @property
    def label(self) -> str:
        """Name, version and hash, such as ``answer@1+9f3c2a1b``: what an answer records."""
        return f"{self.name}@{self.version}+{self.sha256[:8]}"

    def render(self, **values: str) -> tuple[Message, ...]:
        """The messages with every variable filled in.

        Raises:
            TypeError: a declared variable is missing, or one is given that is not declared.
        """
        if set(values) != self.variables:
            raise TypeError(f"the prompt {self.label} takes {sorted(self.variables)}, not {sorted(values)}")
        return tuple(Message(m.role, _VARIABLE.sub(lambda found: values[found[1]], m.content)) for m in self.messages)


def load(name: str, folder: Path) -> Prompt:
    """The template ``folder/name.md``.

    Raises:
        SettingsError: it is not there, or its front matter and its text do not agree.
    """
    path = folder / f"{name}.md"
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(path, f"cannot be read ({type(error).__name__})") from None
    parts = _FRONT.match(text)
    if parts is None:
        raise _wrong(path, "has no front matter between two lines +++")
    front = _front_matter(path, parts[1])
    if front["name"] != name:
        raise _wrong(path, f"calls itself '{front['name']}'")
    declared, used = set(front["variables"]), set(_VARIABLE.findall(parts[2]))
    if used != declared:
        undeclared, unused = sorted(used - declared), sorted(declared - used)
        raise _wrong(path, f"uses undeclared variables {undeclared}" if undeclared else f"does not use its variables {unused}")
    return Prompt(
        name=name,
        version=front["version"],
        variables=frozenset(declared),
        contract=front["contract"],
        reason=front["reason"],
        messages=_messages(path, parts[2]),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _front_matter(path: Path, text: str) -> dict[str, Any]:
    try:
        front = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _wrong(path, f"has front matter that is not TOML: {error}") from None
    if set(front) != set(_KEYS):
        raise _wrong(path, f"must state exactly {', '.join(_KEYS)}")
    for key, kind in _KEYS.items():
        if not isinstance(front[key], kind) or not front[key]:
            raise _wrong(path, f"states no usable '{key}'")
    return front


def _messages(path: Path, body: str) -> tuple[Message, ...]:
    blocks = _BLOCK.split(body)
    if blocks[0].strip() or len(blocks) < 3:
        raise _wrong(path, "has text outside its [system], [user] and [assistant] blocks")
    pairs = zip(blocks[1::2], blocks[2::2], strict=True)
    return tuple(Message(cast("Role", role), content.strip()) for role, content in pairs)


def _wrong(path: Path, what: str) -> SettingsError:
    return SettingsError(f"The prompt {path.name} {what}.", remedy="Correct it, or take the one that was shipped.")
