"""How a generation becomes the current one, so that a crash at any moment leaves the old one or the new one, never a mix.

A generation is built in a folder whose name starts with a dot. Its files reach the disk, then its manifest, then the folder
gets its real name, then ``CURRENT`` is replaced; each step is durable before the next begins. What a killed run leaves behind
has a dotted name and is removed by the next run that holds the lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import CharterError, IndexingError, IndexLocked
from rag.index import durable
from rag.index.engines import FAISS, SearchEngine, open_engine
from rag.index.generation import CURRENT, current_id, open_generation
from rag.index.manifest import FILES, ID, MANIFEST, FileEntry, Manifest, Recipe, generation_id
from rag.indexing import journal
from rag.knowledge_base import KnowledgeBase
from rag.settings import Settings

LOCK = ".lock"
NEW = ".new-"
OLD = ".old-"


@contextlib.contextmanager
def writing(kb: KnowledgeBase, engine: SearchEngine = FAISS) -> Iterator[None]:
    """Hold the knowledge base's one writer's lock; a dead process holds it no longer. Clears what a killed run left.

    Raises:
        IndexLocked: another process is indexing.
        IndexingError: the disk is full, or the folder may not be written to.
    """
    try:
        kb.built.mkdir(parents=True, exist_ok=True)
        lock = FileLock(kb.built / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise IndexLocked(f"Another process is indexing {kb.root}.", remedy="Wait until it is done.") from None
        try:
            for left in (*kb.built.glob(f"{NEW}*"), *kb.built.glob(f"{OLD}*")):
                _clear(left, engine)
            yield
        finally:
            lock.release()
    except CharterError:
        raise
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise IndexingError(
            f"The index in {kb.built} cannot be written: {reason}.",
            remedy="Free space or correct the permissions and run charterqa index; what was published before still serves.",
        ) from error


@contextlib.contextmanager
def workshop(kb: KnowledgeBase, number: int, engine: SearchEngine = FAISS) -> Iterator[Path]:
    """A fresh folder beside the generations to build the one of that number in; gone afterwards unless it was published."""
    folder = kb.built / f"{NEW}{number:05d}"
    folder.mkdir()
    try:
        yield folder
    finally:
        if folder.is_dir():
            _clear(folder, engine)


@dataclass(frozen=True, slots=True)
class About:
    """What the manifest of a new generation says besides its files."""

    number: int
    created_at: str
    program: str
    recipe: Recipe
    documents: int
    passages: int


def publish(kb: KnowledgeBase, folder: Path, about: About, *, earlier: str, engine: SearchEngine = FAISS) -> str:
    """Make the generation in ``folder`` (a :func:`workshop` with every file in it) the current one; returns its id.

    ``earlier``, the last one that is whole (that is, the one it replaces, unless that is damaged), is kept for
    :func:`rollback` and for readers that are just opening it. All others are removed.
    """
    entries = []
    for name in FILES:
        durable.sync_file(folder / name)
        with (folder / name).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        found = (folder / name).stat()
        entries.append(FileEntry(name, found.st_size, digest, found.st_mtime_ns))
    manifest = Manifest(
        number=about.number,
        created_at=about.created_at,
        program=about.program,
        recipe=about.recipe,
        documents=about.documents,
        passages=about.passages,
        files=tuple(entries),
    )
    stored = manifest.to_bytes()
    identity = generation_id(about.number, stored)
    durable.write(folder / MANIFEST, stored)
    durable.sync_folder(folder)
    engine.publish(folder, identity)
    folder.rename(kb.built / identity)
    durable.sync_folder(kb.built)
    durable.replace(kb.built / CURRENT, f"{identity}\n".encode())
    tidy(kb, identity, earlier, engine=engine)
    return identity


def tidy(kb: KnowledgeBase, *kept: str, engine: SearchEngine = FAISS) -> None:
    """Remove every generation but ``kept``, and the journals: what they hold is published."""
    journal.clear(kb.built)
    for name in generations(kb):
        if name not in kept:
            _remove(kb.built / name, engine)


def rollback(kb: KnowledgeBase, settings: Settings | None = None) -> str:
    """Make the generation before the current one the current one; returns its id. It is verified first.

    Raises:
        IndexUnusable: there is no index, or the earlier generation is damaged.
        IndexingError: there is no earlier generation.
    """
    engine = open_engine(settings or Settings())
    with writing(kb, engine):
        present = current_id(kb)
        earlier = [name for name in others(kb, present) if _number(name) < _number(present)]
        if not earlier:
            raise IndexingError("There is no earlier generation of the index to go back to.", remedy="Run charterqa index.")
        open_generation(kb.built / earlier[0], whole=True, engine=engine)
        durable.replace(kb.built / CURRENT, f"{earlier[0]}\n".encode())
        return earlier[0]


def generations(kb: KnowledgeBase) -> list[str]:
    """The ids of the generations on the disk, newest first."""
    return sorted((p.name for p in kb.built.iterdir() if ID.fullmatch(p.name)), key=_number, reverse=True)


def others(kb: KnowledgeBase, name: str) -> list[str]:
    """The generations besides ``name``, newest first."""
    return [other for other in generations(kb) if other != name]


def next_number(kb: KnowledgeBase) -> int:
    """The number of the generation to build: one more than any that is there."""
    return max((_number(name) for name in generations(kb)), default=0) + 1


def _number(name: str) -> int:
    return int(name.partition("-")[0])


def _remove(folder: Path, engine: SearchEngine) -> None:
    """Take a generation away in one step and then its files: a reader finds it whole or not at all, also after a crash."""
    beside = folder.with_name(f"{OLD}{folder.name}")
    with contextlib.suppress(OSError):  # Windows refuses while a process has it open; the next publication tries again
        folder.rename(beside)
        _clear(beside, engine)


def _clear(folder: Path, engine: SearchEngine) -> None:
    """Remove what no reader finds any more, with what the engine has of it."""
    if engine.discard(folder):
        shutil.rmtree(folder, ignore_errors=True)
