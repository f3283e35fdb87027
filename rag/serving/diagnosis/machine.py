"""The machine under it: room on the disk, rights on files, the port."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx

from rag.errors import SettingsError
from rag.knowledge_base import KnowledgeBase
from rag.serving.diagnosis.finding import Finding, Findings
from rag.serving.operation import feedback
from rag.serving.operation.shared_answers import path_of_shared
from rag.serving.process import listen
from rag.serving.storage.opening import open_database, path_of
from rag.settings import FILE, Settings

MEGABYTE = 2**20
LEAST = 200 * MEGABYTE
"""Free bytes below which neither an index nor a feedback file is likely to be written."""
COMFORTABLE = 1024 * MEGABYTE


def disk(kb: KnowledgeBase, settings: Settings) -> Findings:
    """Room where the index and the feedback file lie. A new generation is built beside the old one, and two are kept."""
    size = sum(file.stat().st_size for file in kb.built.rglob("*") if file.is_file()) if kb.built.is_dir() else 0
    places = {_existing(kb.built): size}
    if settings.feedback.enabled and settings.database_url is None:
        places.setdefault(_existing(path_of(settings.feedback)), 0)
    for place, needed in places.items():
        free = shutil.disk_usage(place).free
        told = f"{free // MEGABYTE:,} MB free at {place}" + (f", the index takes {needed // MEGABYTE:,} MB." if needed else ".")
        if free < max(LEAST, needed):
            yield Finding("disk", "fail", told, "Make room: a new index is built beside the old one.")
        elif free < max(COMFORTABLE, 2 * needed):
            yield Finding("disk", "warn", told, "Make room before the next index is built.")
        else:
            yield Finding("disk", "ok", told)


def permissions(kb: KnowledgeBase, settings: Settings, folder: Path) -> Findings:
    """What must be read and written can be; what holds secrets or questions is nobody else's. ``folder`` may hold
    ``charterqa.toml``."""
    if not os.access(kb.sources, os.R_OK | os.X_OK):
        yield Finding("permissions", "fail", f"{kb.sources} cannot be read.", "Give this user the right to read it.")
    if os.access(_existing(kb.built), os.W_OK | os.X_OK):
        yield Finding("permissions", "ok", f"{kb.built} can be written.")
    else:
        remedy = "Right where another user indexes; else give this user the right to write it."
        yield Finding("permissions", "warn", f"{kb.built} cannot be written: this user can serve, not index.", remedy)
    for name, path in _written(settings):
        there = path if path.exists() else _existing(path)
        if not os.access(there, os.W_OK) or there.is_dir() == path.exists():
            yield Finding(
                "permissions", "fail", f"{path} cannot be written.", f"Set {name} to another file, or mend its rights."
            )
        else:
            yield from _private(path) if path.exists() else iter([Finding("permissions", "ok", f"{path} can be written.")])
    config = folder / FILE
    if config.is_file() and any(word in config.read_text(encoding="utf-8") for word in ("token", "key")):
        yield from _private(config)


def database(settings: Settings) -> Findings:
    """The PostgreSQL server, where the settings name one."""
    if settings.database_url is None:
        return
    with closing(open_database(settings)) as opened:
        opened.prepare(feedback.SCHEMA)
        away = opened.problem()
    if away is None:
        yield Finding("database", "ok", "PostgreSQL keeps what readers say.")
    else:
        cause = away.__cause__ or away
        yield Finding("database", "fail", " ".join(str(cause).split()), "Mend CHARTERQA_DATABASE_URL, or the server it names.")


def port(settings: Settings) -> Findings:
    """The port is free, or it is ours already."""
    try:
        with closing(listen(settings)):
            yield Finding("port", "ok", f"{settings.host}:{settings.port} is free.")
    except SettingsError as error:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        try:
            alive = httpx.get(f"http://{host}:{settings.port}/healthz", timeout=3).json() == {"status": "alive"}
        except (httpx.HTTPError, ValueError):
            alive = False
        if alive:
            yield Finding("port", "ok", f"A charterqa is serving at {settings.host}:{settings.port}.")
        else:
            yield Finding("port", "fail", error.message, error.remedy)


def _written(settings: Settings) -> Iterator[tuple[str, Path]]:
    if settings.feedback.enabled and settings.database_url is None:
        yield "CHARTERQA_FEEDBACK_PATH", path_of(settings.feedback)
    if settings.sharing.enabled:
        yield "CHARTERQA_SHARING_PATH", path_of_shared(settings)
    if settings.log.answers is not None:
        yield "CHARTERQA_LOG_ANSWERS", settings.log.answers


def _private(path: Path) -> Findings:
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        yield Finding("permissions", "warn", f"{path} is open to other users (mode {mode:03o}).", f"Run chmod 600 {path}.")
    else:
        yield Finding("permissions", "ok", f"{path} is its owner's alone.")


def _existing(path: Path) -> Path:
    """``path``, or the nearest folder above it that is there."""
    return next(place for place in (path, *path.resolve().parents) if place.exists())
