"""A run on disk: ``run.json``, one JSON log per question, ``summary.json``, ``junit.xml`` and ``report.html``."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluation.runs.record import Record, read_record, record_json
from rag.evaluation.runs.setup import Setup
from rag.evaluation.writing import pretty, write_atomically

MANIFEST, QUESTIONS, SUMMARY, JUNIT, REPORT = "run.json", "questions", "summary.json", "junit.xml", "report.html"


@dataclass(frozen=True, slots=True)
class RunManifest:
    """What a run is a run of. ``started`` is ISO 8601 in UTC; ``settings`` is the hash of all that answers depend on,
    ``setup`` the same in clear (older runs have none)."""

    dataset: str
    dataset_sha256: str
    backend: str
    index: str
    version: str
    settings: str
    started: str
    setup: Setup | None = None


class RunFolder:
    """The files of one run."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def name(self) -> str:
        """What people call the run: the folder's name."""
        return self.root.resolve().name

    def begin(self, manifest: RunManifest) -> None:
        """Make the folder, or go on with the run that is in it.

        Raises:
            UsageError: the folder holds a run of another dataset or back end, or is full of something else.
        """
        path = self.root / MANIFEST
        if path.is_file():
            before = self.manifest()
            if (before.dataset, before.backend) != (manifest.dataset, manifest.backend):
                raise UsageError(
                    f"{self.root} holds a run of {before.dataset} with {before.backend}.", remedy="Choose another --out."
                )
        elif self.root.exists() and (not self.root.is_dir() or any(self.root.iterdir())):
            raise UsageError(f"{self.root} is not empty and not a run.", remedy="Choose another --out.")
        write_atomically(path, pretty(asdict(manifest)))

    def manifest(self) -> RunManifest:
        """What the run is a run of.

        Raises:
            UsageError: the folder is not a run.
        """
        try:
            fields = json.loads((self.root / MANIFEST).read_text(encoding="utf-8"))
            setup = fields.pop("setup", None)
            return RunManifest(**fields, setup=Setup(**setup) if setup else None)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise UsageError(f"{self.root} is not a run of eval run.", remedy="Name the folder given to --out.") from error

    def write_record(self, number: int, record: Record) -> None:
        """Keep one question; ``number`` is its place in the dataset."""
        write_atomically(self.root / QUESTIONS / log_name(number, record.question.id), pretty(record_json(record)))

    def records(self) -> tuple[Record, ...]:
        """Every kept question in the order of the dataset.

        Raises:
            UsageError: the folder is not a run, or a log is damaged.
        """
        self.manifest()
        return tuple(self._read(path) for path in sorted((self.root / QUESTIONS).glob("*.json")))

    def kept(self, number: int, question: str) -> Record | None:
        """The record of one question, if an earlier run left a readable one."""
        path = self.root / QUESTIONS / log_name(number, question)
        try:
            return self._read(path) if path.is_file() else None
        except UsageError:
            return None

    def forget_all_but(self, names: Iterable[str]) -> None:
        """Remove the logs of questions that the dataset no longer has."""
        keep = set(names)
        for path in (self.root / QUESTIONS).glob("*.json"):
            if path.name not in keep:
                path.unlink()

    def summary(self) -> dict[str, Any]:
        """The contents of ``summary.json``.

        Raises:
            UsageError: there is none yet.
        """
        try:
            fields: dict[str, Any] = json.loads((self.root / SUMMARY).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.root} has no finished run.", remedy="Run eval run with this --out again.") from error
        return fields

    def _read(self, path: Path) -> Record:
        try:
            return read_record(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{path} is not a question log ({error}).", remedy="Run eval run again.") from error


def log_name(number: int, question: str) -> str:
    """File name of a question's log: its place, then its id where that is a safe name, else a hash of it."""
    safe = (
        question
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}", question)
        else hashlib.sha256(question.encode()).hexdigest()[:12]
    )
    return f"{number:05d}-{safe}.json"
