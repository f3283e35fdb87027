"""A retrieval test set: a corpus, queries and which documents are relevant. BEIR layout, or SQuAD JSON read as one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluation.questions.squad import corpus_lines, read_squad

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", Path("qrels") / "test.tsv"
REMEDY = "BEIR layout has corpus.jsonl, queries.jsonl and qrels/test.tsv."


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """``corpus`` is the JSONL itself. ``qrels`` has query → document → grade, only queries with a relevant document."""

    name: str
    corpus: bytes
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]

    @property
    def digest(self) -> str:
        """Hash of the corpus."""
        return hashlib.sha256(self.corpus).hexdigest()


def read_retrieval_set(path: Path) -> RetrievalSet:
    """Read a BEIR folder, or a SQuAD file: each answerable question is a query, its paragraph the relevant document.

    Raises:
        UsageError: a file is missing or a line is wrong; the message names it.
    """
    if path.is_file():
        squad = read_squad(path)
        asked = [q for q in squad.questions if q.answerable and q.about]
        return RetrievalSet(
            path.stem,
            corpus_lines(squad.paragraphs).encode(),
            {q.id: q.text for q in asked},
            {q.id: {q.about.partition("#")[2]: 1} for q in asked if q.about},
        )
    corpus = _read(path / CORPUS)
    queries: dict[str, str] = {}
    for where, fields in _objects(path / QUERIES):
        if not isinstance(fields.get("_id"), str) or not isinstance(fields.get("text"), str):
            raise UsageError(f"{where}: a query needs '_id' and 'text'.", remedy=REMEDY)
        queries[fields["_id"]] = fields["text"]
    qrels: dict[str, dict[str, int]] = {}
    for query, document, grade in _judgements(path / QRELS):
        if query not in queries:
            raise UsageError(f"{path / QRELS}: there is no query '{query}'.", remedy=REMEDY)
        qrels.setdefault(query, {})[document] = grade
    qrels = {query: grades for query, grades in qrels.items() if max(grades.values()) > 0}
    if not qrels:
        raise UsageError(f"{path / QRELS} names no relevant document.", remedy=REMEDY)
    return RetrievalSet(path.resolve().name, corpus, {q: queries[q] for q in qrels}, qrels)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", remedy=REMEDY) from error


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(_read(path).decode("utf-8", "replace").split("\n"), 1):
        if line.strip():
            where = f"{path.name}, line {number}"
            try:
                fields = json.loads(line)
            except json.JSONDecodeError as error:
                raise UsageError(f"{where}: not JSON ({error.msg}).", remedy=REMEDY) from error
            if not isinstance(fields, dict):
                raise UsageError(f"{where}: not a JSON object.", remedy=REMEDY)
            yield where, fields


def _judgements(path: Path) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(_read(path).decode("utf-8", "replace").splitlines(), 1):
        cells = line.split("\t")
        if not line.strip() or (number == 1 and cells[0] == "query-id"):
            continue
        try:
            query, document, grade = cells
            yield query, document, int(grade)
        except ValueError as error:
            raise UsageError(f"{path.name}, line {number}: not 'query TAB document TAB grade'.", remedy=REMEDY) from error
