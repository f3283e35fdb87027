"""What of a model's replies reaches the reader: ``python -m bench.replies FOLDER [--reader FOLDER] [-v]``.

FOLDER has ``replies.jsonl`` (``question``, ``reply``, ``document`` and ``statements``, each ``true`` or not, with its evidence)
and the documents in ``docs/`` or ``sources/``. Every reply goes through the whole engine, as if a model had written it. A true
statement reaches the reader in the model's words, or in the document's where its evidence is quoted instead; a false one only
if it is shown as the model's.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.answering.engine import Engine
from rag.index.live import LiveIndex
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase, find_knowledge_base
from rag.llm.backend import Message, TextChunk, Usage
from rag.llm.markup import plain
from rag.models.onnx_reader import OnnxReader
from rag.models.opening import open_embedder
from rag.settings import Settings
from rag.types import Answer


@dataclass
class Scripted:
    """Says one reply, in chunks."""

    reply: str = ""
    name: str = "python:scripted"
    model: str = "scripted"

    def stream(
        self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[TextChunk | Usage]:
        """See :class:`rag.llm.backend.Backend`."""
        del messages, cancelled
        for at in range(0, len(self.reply), 40):
            yield TextChunk(self.reply[at : at + 40])
        yield Usage()

    def close(self) -> None:
        """Nothing to give back."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reader", type=Path)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("-v", action="store_true")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in (arguments.folder / "replies.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = rows[:: arguments.every]
    embedder = open_embedder(Settings().embedding)
    reader, model = OnnxReader.load(arguments.reader), Scripted()
    with tempfile.TemporaryDirectory() as folder:
        kb = with_documents(Path(folder), arguments.folder, rows)
        build(kb, Settings(), embedder)
        settings = Settings(backend=model.name)
        engine = Engine(kb, settings, LiveIndex(kb, embedder.identity, settings), embedder, reader, backend=model)
        counts = {"true": 0, "own words": 0, "document": 0, "false": 0, "shown": 0}
        for row in rows:
            model.reply = row["reply"]
            outcome = engine.ask(row["question"])
            for statement in row["statements"]:
                _count(statement, outcome, counts, row, arguments.v)
    reached = (counts["own words"] + counts["document"]) / max(1, counts["true"])
    own = counts["own words"] / max(1, counts["true"])
    print(
        f"true {counts['true']}: reach the reader {reached:.3f}, in the model's words {own:.3f}; "
        f"false {counts['false']}: shown {counts['shown']} ({counts['shown'] / max(1, counts['false']):.3f})"
    )


def _count(statement: dict[str, Any], outcome: Any, counts: dict[str, int], row: dict[str, Any], loud: bool) -> None:
    said = _bare(statement["text"])
    claims = [_bare(c.text) for c in outcome.claims] if isinstance(outcome, Answer) else []
    quotes = [_bare(c.quote) for c in outcome.citations] if isinstance(outcome, Answer) else []
    own = any(said in c or (len(c) > 20 and c in said) for c in claims)
    why = next((w.reason for w in outcome.withheld if _bare(w.text) in said or said in _bare(w.text)), "not heard of")
    if statement["true"]:
        counts["true"] += 1
        evidence = [_bare(e) for e in statement["evidence"]]
        document = bool(evidence) and all(any(e in q or q in e for q in quotes) for e in evidence)
        counts["own words"] += own
        counts["document"] += document and not own
        if loud and not own:
            place = "DOC  " if document else "LOST "
            print(f"{place} {row['question']} | {statement['text']} [{why}] {outcome.confidence:.2f}")
    else:
        counts["false"] += 1
        counts["shown"] += own
        if loud and own:
            print(f"LIE   {row['question']} | {statement['text']}")


def _bare(text: str) -> str:
    return re.sub(r"[^\w]+", " ", plain(text)).strip().casefold()


def with_documents(root: Path, folder: Path, rows: Sequence[dict[str, Any]]) -> KnowledgeBase:
    """A knowledge base in ``root`` with the documents of ``rows``, from ``folder`` or the default one's sources."""
    kb = KnowledgeBase(root)
    kb.sources.mkdir()
    for name in {row["document"] for row in rows}:
        shutil.copy(_place(folder, name), kb.sources / name)
    return kb


def _place(folder: Path, name: str) -> Path:
    for place in (folder / "docs" / name, folder / "sources" / name, find_knowledge_base(None).sources / name):
        if place.is_file():
            return place
    raise SystemExit(f"There is no document {name}.")


if __name__ == "__main__":
    main()
