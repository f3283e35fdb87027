"""The whole examination, in the order in which things have to be right."""

from __future__ import annotations

import difflib
import platform
from collections.abc import Iterable
from pathlib import Path

from rag import __version__
from rag.errors import CharterError
from rag.knowledge_base import find_knowledge_base
from rag.serving.diagnosis import answering, entrance, machine
from rag.serving.diagnosis.finding import Finding, Findings, guarded
from rag.serving.diagnosis.front import front
from rag.settings import Settings, variables


def examine(settings: Settings, *, folder: Path, unknown: Iterable[str] = (), url: str | None, probe: bool) -> Findings:
    """Everything about one installation. ``folder`` is where ``charterqa.toml`` may lie, ``unknown`` are variables that mean
    nothing, ``url`` is how readers reach a running server. Nothing is changed; with ``probe`` a language model is asked."""
    yield Finding("program", "ok", f"charterqa {__version__}, Python {platform.python_version()}, {platform.system()}.")
    for name in unknown:
        near = difflib.get_close_matches(name, variables(), 1)
        yield Finding("settings", "warn", f"{name} means nothing here.", f"Did you mean {near[0]}?" if near else "Take it out.")
    try:
        kb = find_knowledge_base(settings.kb)
    except CharterError as error:
        yield Finding("index", "fail", error.message, error.remedy)
        kb = None
    if kb is not None:
        yield from guarded("index", lambda: answering.index(kb, settings))
    yield from guarded("model", lambda: answering.embedding(settings))
    yield from guarded("reader", lambda: answering.reader(settings))
    yield from guarded("back end", lambda: answering.backend(settings, probe=probe))
    if kb is not None:
        yield from guarded("answer", lambda: answering.answer(kb, settings))
    yield from guarded("auth", lambda: entrance.access(settings))
    yield from guarded("origins", lambda: entrance.origins(settings))
    yield from guarded("proxy headers", lambda: entrance.proxies(settings))
    if kb is not None:
        yield from guarded("disk", lambda: machine.disk(kb, settings))
        yield from guarded("permissions", lambda: machine.permissions(kb, settings, folder))
    yield from guarded("database", lambda: machine.database(settings))
    yield from guarded("port", lambda: machine.port(settings))
    if url is not None:
        yield from guarded("front", lambda: front(url, settings))
