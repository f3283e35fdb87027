"""``sources/`` while a server changes it: every change is whole or not there, and can be taken back until the index has it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import tomlkit
from tomlkit.exceptions import TOMLKitError

from rag.corpus.sources import TABLE
from rag.errors import NotFound, UploadError
from rag.index import durable
from rag.knowledge_base import KnowledgeBase
from rag.serving.editing.filenames import acceptable, same_name

STAGE = ".incoming-"
"""Hidden, so that it is no source, and in the same file system, so that a file moves in one step."""
TITLE_CHARACTERS = 300
Undo = Callable[[], None]


class NameTaken(UploadError):
    """There is a document of that name, which may be replaced."""


class SourcesFolder:
    """The sources of one knowledge base. Its methods may be called from several threads."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self._given = kb.sources
        self._lock = threading.RLock()

    @property
    def _root(self) -> Path:
        return self._given.resolve()

    def new_stage(self) -> Path:
        """A folder for what arrives and for what it replaces; whoever asks for it removes it."""
        self._given.mkdir(parents=True, exist_ok=True)
        folder = self._root / f"{STAGE}{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        return folder

    def drop(self, stage: Path) -> None:
        """Remove a stage with all that was not taken from it."""
        shutil.rmtree(stage, ignore_errors=True)

    def sweep(self, *, older: float) -> None:
        """Remove what a killed server left there, if it is ``older`` than so many seconds: what is younger may be in use."""
        if not self._given.is_dir():
            return
        for left in self._root.glob(f"{STAGE}*"):
            with contextlib.suppress(OSError):
                if not left.is_symlink() and time.time() - left.stat().st_mtime > older:
                    shutil.rmtree(left, ignore_errors=True)

    def size(self) -> int:
        """Bytes of all files, without following links."""
        total = 0
        for folder, _, files in os.walk(self._root, followlinks=False):
            for name in files:
                with contextlib.suppress(OSError):
                    total += (Path(folder) / name).lstat().st_size
        return total

    def take(self, arrived: Path, name: str, kept: Path, *, replace: bool) -> tuple[str, Undo]:
        """Make ``arrived`` the source ``name``; returns its id and what takes that back. With ``replace`` it may stand in the
        place of another version, which then lies in the folder ``kept`` as long as that is there.

        Raises:
            NameTaken: there is a source of that name.
        """
        with self._lock:
            target = self._root / acceptable(name)
            there = next((entry for entry in self._root.iterdir() if same_name(entry.name, name)), None)
            if there is not None and (not replace or there.is_symlink() or not there.is_file()):
                remedy = "Rename one of them, delete the other, or send it to replace that one."
                taken = NameTaken(f"There is a document '{there.name}' already.", remedy=remedy)
                raise taken.said("error.name_taken", name=there.name)
            durable.sync_file(arrived)
            if there is None:
                _put(arrived, target)
                durable.sync_folder(self._root)
                return name, lambda: self._discard(target)
            before = kept / f"before-{secrets.token_hex(4)}"
            _copy(there, before)
            arrived.replace(there)
            durable.sync_folder(self._root)
            return unicodedata.normalize("NFC", there.name), lambda: self._restore(before, there)

    def remove(self, source: str, kept: Path) -> Undo:
        """Take a source out; returns what puts it back. Raises ``NotFound`` and ``UploadError``."""
        with self._lock:
            path = self._find(source)
            before = kept / f"before-{secrets.token_hex(4)}"
            untold = self._tell(lambda table: table.pop(source, None))
            path.rename(before)
            durable.sync_folder(path.parent)

            def back() -> None:
                self._restore(before, path)
                untold()

            return back

    def rename(self, source: str, name: str) -> tuple[str, Undo]:
        """Give a source another name in its folder; returns its new id and what takes that back.

        Raises:
            NotFound: there is no such source.
            UploadError: the name cannot be, would be another type of file, or is taken.
        """
        with self._lock:
            path = self._find(source)
            name = acceptable(name)
            if Path(name).suffix.lower() != path.suffix.lower():
                kind = UploadError(f"'{source}' would become another type of file.", remedy=f"Keep '{path.suffix}' at its end.")
                raise kind.said("error.type_changed", name=source, suffix=path.suffix)
            taken = [e for e in path.parent.iterdir() if same_name(e.name, name) and e.name != path.name]
            if taken:
                raise _used(taken[0].name)
            new = str(PurePosixPath(source).with_name(name))
            target = path.with_name(name)
            untold = self._tell(lambda table: table.update({new: table.pop(source)}) if source in table else None)
            path.rename(target)
            durable.sync_folder(path.parent)

            def back() -> None:
                target.rename(path)
                untold()

            return new, back

    def title(self, source: str, title: str) -> Undo:
        """Say in ``sources.toml`` what a source is called; returns what takes that back. Raises as :meth:`rename` does."""
        with self._lock:
            self._find(source)
            plain = " ".join(title.split())
            if not plain or len(plain) > TITLE_CHARACTERS or not plain.isprintable():
                bad = UploadError("That cannot be a title.", remedy=f"Write up to {TITLE_CHARACTERS} characters on one line.")
                raise bad.said("error.title_bad", most=TITLE_CHARACTERS)

            def said(table: tomlkit.TOMLDocument) -> None:
                if source not in table:
                    table[source] = tomlkit.table()
                table[source]["title"] = plain  # type: ignore[index]

            return self._tell(said)

    def _find(self, source: str) -> Path:
        """The file that a source's id means: its path inside, by folders that are no links, in whatever normal form it is."""
        parts = PurePosixPath(source).parts
        plain = parts and all(p not in {"", ".", "..", "/"} and not p.startswith(".") and "\0" not in p for p in parts)
        path = self._root
        for part in parts if plain else ():
            names = {unicodedata.normalize("NFC", e.name): e for e in path.iterdir()} if path.is_dir() else {}
            found = names.get(unicodedata.normalize("NFC", part))
            if found is None or found.is_symlink():
                break
            path = found
        else:
            if plain and path.is_file() and source != TABLE:
                return path
        if "#" in source and source.partition("#")[0].lower().endswith(".jsonl"):
            whole = source.partition("#")[0]
            line = UploadError(f"'{source}' is a line of a file.", remedy=f"Change {whole}, which holds more of them.")
            raise line.said("error.part_of_file", name=source)
        missing = f"There is no document '{source}' that can be changed here."
        raise NotFound(missing, remedy="Change it in the sources folder.").said("error.no_document", name=source)

    def _tell(self, change: Callable[[tomlkit.TOMLDocument], object]) -> Undo:
        """Change ``sources.toml``, comments and order kept; returns what takes that back."""
        path = self._root / TABLE
        before = path.read_bytes() if path.is_file() else None
        try:
            table = tomlkit.parse((before or b"").decode("utf-8"))
        except (UnicodeDecodeError, TOMLKitError) as error:
            broken = UploadError(f"{TABLE} cannot be read: {error}.", remedy="Correct the file.")
            raise broken.said("error.table_bad") from error
        change(table)
        after = tomlkit.dumps(table).encode("utf-8")
        if path.is_symlink() or after == (before or b""):
            return lambda: None
        durable.replace(path, after)

        def back() -> None:
            if before is None:
                path.unlink(missing_ok=True)
            else:
                durable.replace(path, before)

        return back

    def _discard(self, path: Path) -> None:
        with self._lock:
            path.unlink(missing_ok=True)
            durable.sync_folder(self._root)

    def _restore(self, before: Path, path: Path) -> None:
        with self._lock:
            before.replace(path)
            durable.sync_folder(path.parent)


def _used(name: str) -> UploadError:
    used = UploadError(f"There is a document '{name}' already.", remedy="Choose another name.")
    return used.said("error.name_used", name=name)


def _put(file: Path, target: Path) -> None:
    """Move ``file`` to a name that nobody has, in one step where the file system has hard links."""
    try:
        os.link(file, target)
    except FileExistsError:
        raise _used(target.name) from None
    except OSError:
        file.rename(target)
    else:
        file.unlink()


def _copy(file: Path, copy: Path) -> None:
    try:
        os.link(file, copy)
    except OSError:
        shutil.copy2(file, copy)
