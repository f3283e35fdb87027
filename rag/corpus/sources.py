"""What lies in ``sources/``, and what ``sources.toml`` says of it.

A file that cannot be used is listed with its ``problem`` instead of being left out, so that whoever loads it hears of it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.corpus.suffixes import SUFFIXES
from rag.errors import SourceError
from rag.knowledge_base import KnowledgeBase
from rag.types import Origin

TABLE = "sources.toml"
_KEYS = ("title", "origin", "date", "licence", "language", "version", "supersedes", "tags")
_LISTS = ("supersedes", "tags")
"""Keys whose value may also be a list of texts."""
_UNKNOWN = "unknown"
_CODE = re.compile(r"(?:[a-z]{2}|unknown)\Z")
UNKNOWN = Origin()
_log = logging.getLogger(__name__)
_Told = dict[str, tuple[str, ...]]
"""What ``sources.toml`` says of one file, by key."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of ``sources/``. ``id`` is its path inside with ``/``, in NFC; ``size`` is in bytes; ``sha256`` is of the bytes.

    ``title``, ``origin`` and ``language`` are what ``sources.toml`` says, ``None`` (or unknown) where it does not.
    ``problem`` says why the file cannot be loaded and ``remedy`` what mends it; both are empty for a good file.
    """

    id: str
    path: Path
    size: int
    sha256: str
    title: str | None = None
    origin: Origin = UNKNOWN
    language: str | None = None
    problem: str = ""
    remedy: str = ""


def list_sources(kb: KnowledgeBase) -> tuple[SourceFile, ...]:
    """The files of ``kb.sources`` in the order of their ids. Hidden files and ``sources.toml`` are no sources.

    Raises:
        SourceError: there is no ``sources`` folder, or ``sources.toml`` is not valid.
    """
    if not kb.sources.is_dir():
        raise SourceError("sources", f"{kb.sources} is not a folder.", remedy="Create it and put the documents in.")
    root = kb.sources.resolve()
    told = _read_table(root / TABLE)
    found: dict[str, SourceFile] = {}
    for path in _walk(root):
        source = _describe(path, root, told)
        if source.id in found:
            source = _useless(source.id + " (second)", path, "another file has the same name.", "Rename one of them.")
        found[source.id] = source
    for name in sorted(set(told) - set(found)):
        _log.warning("%s describes '%s', which is not in %s", TABLE, name, root)
    for name in sorted({older for source in found.values() for older in source.origin.supersedes} - set(found)):
        _log.warning("%s says that '%s' is superseded, which is not in %s", TABLE, name, root)
    return tuple(found[name] for name in sorted(found))


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        here = Path(folder)
        # a link to a folder is listed so that it is named, and never entered: it may lead out, or round in a circle
        yield from (here / name for name in folders if (here / name).is_symlink())
        for name in sorted(files):
            if not name.startswith((".", "~$")) and not (here == root and name == TABLE):
                yield here / name


def _describe(path: Path, root: Path, told: dict[str, _Told]) -> SourceFile:
    raw = path.relative_to(root).as_posix()
    name = unicodedata.normalize("NFC", raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    if name != unicodedata.normalize("NFC", raw):
        return _useless(name, path, "its name is not valid UTF-8.", "Rename the file.")
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return _useless(name, path, "it is a link that leads nowhere.", "Remove the link or mend it.")
    if not real.is_relative_to(root):
        return _useless(name, path, "it is a link that leaves the sources folder.", "Copy the file itself into sources/.")
    if path.is_symlink() and real.is_dir():
        return _useless(name, path, "it is a link to a folder, which is not followed.", "Copy the folder itself into sources/.")
    if not real.is_file():
        return _useless(name, path, "it is not a regular file.", "Move it out of sources/.")
    if path.suffix.lower() not in SUFFIXES:
        kind = f"files of type '{path.suffix}'" if path.suffix else "files without a suffix"
        known = ", ".join(sorted(SUFFIXES))
        return _useless(name, path, f"{kind} are not read.", f"Convert it to one of {known}, or move it out of sources/.")
    try:
        with real.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        return _useless(name, path, f"it cannot be read ({error.strerror}).", "Give the program the right to read it.")
    said = told.get(name, {})
    title, language = (next(iter(said.get(key, ())), None) for key in ("title", "language"))
    return SourceFile(name, real, size, digest, title, _origin(said), language)


def _useless(name: str, path: Path, problem: str, remedy: str) -> SourceFile:
    return SourceFile(name, path, 0, "", problem=problem, remedy=remedy)


def _read_table(path: Path) -> dict[str, _Told]:
    """``sources.toml``: one table per file. ``"unknown"`` and ``""`` are the same as nothing."""
    if not path.is_file():
        return {}
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SourceError(TABLE, f"it cannot be read: {error}.", remedy="Correct the file.") from error
    told: dict[str, _Told] = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise SourceError(TABLE, f"'{name}' is not a table.", remedy=f'Write ["{name}"] and the keys below it.')
        for key, value in table.items():
            if key not in _KEYS:
                raise SourceError(TABLE, f"'{name}' has the unknown key '{key}'.", remedy=f"The keys are {', '.join(_KEYS)}.")
            if key in _LISTS and isinstance(value, list) and all(isinstance(item, str) for item in value):
                continue
            if not isinstance(value, str):
                raise SourceError(TABLE, f"'{key}' of '{name}' is not a text.", remedy="Write it in quotation marks.")
        if not _CODE.match(table.get("language") or _UNKNOWN):
            raise SourceError(TABLE, f"'language' of '{name}' is not a code of two letters.", remedy='Write "en" or "az".')
        known = {key: [value] if isinstance(value, str) else value for key, value in table.items()}
        plain = {key: tuple(" ".join(text.split()) for text in texts) for key, texts in known.items()}
        kept = {key: tuple(text for text in texts if text and text.lower() != _UNKNOWN) for key, texts in plain.items()}
        told[unicodedata.normalize("NFC", name)] = kept
    _check_versions(told)
    return told


def _check_versions(told: dict[str, _Told]) -> None:
    """No document may be older than itself, by however many steps: none of them would answer."""
    older = {name: said.get("supersedes", ()) for name, said in told.items()}
    for name in older:
        seen: set[str] = set()
        waiting = list(older[name])
        while waiting:
            if (next_one := waiting.pop()) == name:
                raise SourceError(TABLE, f"'{name}' supersedes itself.", remedy="Correct 'supersedes'.")
            if next_one not in seen:
                seen.add(next_one)
                waiting += older.get(next_one, ())


def _origin(said: _Told) -> Origin:
    one = {key: next(iter(said.get(key, ())), None) for key in ("origin", "date", "licence", "version")}
    lists = {key: tuple(unicodedata.normalize("NFC", text) for text in said.get(key, ())) for key in _LISTS}
    return Origin(one["origin"], one["date"], one["licence"], one["version"], lists["supersedes"], lists["tags"])
