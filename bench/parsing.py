"""Two hundred mixed files through the parsing process: is every one read or named, in which time and memory?

    python -m bench.parsing [--only KIND] [--json]

Bars: no file without a word; none takes longer than the cap on seconds, or more memory than the cap on that and the process
itself. The cap on seconds is the wall clock's: ``--seconds`` raises it for a machine that has other work.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import psutil

from bench.mixed_files import MixedFile, mixed_files
from rag.corpus.loading import Loader
from rag.corpus.sources import list_sources
from rag.errors import SourceError
from rag.knowledge_base import KnowledgeBase
from rag.settings import Parsing
from rag.types import Flaw


@dataclass(frozen=True, slots=True)
class Parsed:
    """What came of one file. ``cpu`` seconds and the peak of ``megabytes`` are the parsing process's, without Tesseract's;
    ``None`` where it was ended."""

    name: str
    documents: int
    characters: int
    said: tuple[str, ...]
    seconds: float
    cpu: float | None
    megabytes: int | None
    wrong: str = ""


def parsed(files: Sequence[MixedFile], folder: Path, parsing: Parsing) -> Iterator[Parsed]:
    """Every file through one loader, as indexing does it; written to ``folder`` one at a time."""
    kb = KnowledgeBase(folder)
    with Loader(parsing) as loader:
        for file in files:
            path = kb.sources / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.make())
            yield _one(loader, kb, file)
            path.unlink()


def _one(loader: Loader, kb: KnowledgeBase, file: MixedFile) -> Parsed:
    (source,) = list_sources(kb)
    _forget_peak()
    before = _cpu()
    said: list[Flaw] = []
    documents = ()
    begun = time.monotonic()
    try:
        documents = loader.load(source, said.append)
    except SourceError as error:
        said.append(Flaw(source.id, error.message.removeprefix(f"{source.id}: "), error.remedy, "file"))
    seconds, after = time.monotonic() - begun, _cpu()
    cpu = after[1] - (before[1] if before and before[0] == after[0] else 0.0) if after else None
    told = tuple(str(flaw) for flaw in said)
    characters = sum(len(document.text) for document in documents)
    return Parsed(file.name, len(documents), characters, told, seconds, cpu, _peak(), _wrong(file, len(documents), said))


def _wrong(file: MixedFile, documents: int, said: Sequence[Flaw]) -> str:
    """What is not as the file demands: it must be read, or named with the remedy, and the report must say some words."""
    if not documents and not said:
        return "neither read nor named"
    if file.fate != "either" and (file.fate == "read") != bool(documents):
        return f"{'read' if documents else 'not read'}, which it should {'not ' if documents else ''}be"
    if any(flaw.loss != "aside" and not flaw.remedy for flaw in said):
        return "named without a remedy"
    if file.says not in " ".join(map(str, said)):
        return f"its report does not say “{file.says}”"
    return ""


def _children() -> list[psutil.Process]:
    return psutil.Process().children()


def _cpu() -> tuple[int, float] | None:
    """The parsing process and its CPU seconds so far."""
    for child in _children():
        used = child.cpu_times()
        return child.pid, used.user + used.system
    return None


def _forget_peak() -> None:
    for child in _children():
        try:
            Path(f"/proc/{child.pid}/clear_refs").write_text("5", encoding="ascii")
        except OSError:
            continue


def _peak() -> int | None:
    """The peak of resident memory of the parsing process since :func:`_forget_peak`, in MB."""
    for child in _children():
        try:
            status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) // 1024
    return None


def table(found: Sequence[Parsed]) -> str:
    """The figures by kind."""
    head = f"{'kind':8} {'files':>5} {'read':>5} {'named':>5} {'wrong':>5}"
    lines = [f"{head} {'median s':>9} {'most s':>7} {'CPU s':>6} {'most MB':>8}"]
    ordered = sorted(found, key=_kind)
    lines += [_line(kind, list(group)) for kind, group in groupby(ordered, key=_kind)]
    return "\n".join([*lines, _line("all", found)])


def _kind(one: Parsed) -> str:
    return one.name.split("/")[0]


def _line(kind: str, found: Sequence[Parsed]) -> str:
    read, wrong = sum(p.documents > 0 for p in found), sum(bool(p.wrong) for p in found)
    seconds = [p.seconds for p in found]
    most = max((p.megabytes or 0 for p in found), default=0)
    cpu = max((p.cpu or 0 for p in found), default=0)
    figures = f"{statistics.median(seconds):9.2f} {max(seconds):7.1f} {cpu:6.1f} {most:8}"
    return f"{kind:8} {len(found):5} {read:5} {len(found) - read:5} {wrong:5} {figures}"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="KIND", help="one folder of the files, such as pdf or bomb")
    parser.add_argument("--seconds", type=float, default=Parsing().seconds, help="cap for one file")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    files = [file for file in mixed_files() if given.only in (None, file.name.split("/")[0])]
    with tempfile.TemporaryDirectory() as folder:
        found = list(parsed(files, Path(folder), Parsing(seconds=given.seconds)))
    if given.json:
        print(json.dumps([dataclasses.asdict(one) for one in found], ensure_ascii=False, indent=1))
        return
    print(table(found))
    for one in found:
        if one.wrong:
            print(f"{one.name}: {one.wrong}. {' '.join(one.said)}")


if __name__ == "__main__":
    main()
