"""Documents and passages in one SQLite file, written once and then only read. The one module that knows SQLite."""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rag.corpus.shape.layout import layout_json, with_layout
from rag.errors import IndexDamaged, NotFound
from rag.types import Contents, Context, Document, DocumentEntry, Flaw, Origin, Passage, Section, Span

TABLES = """
CREATE TABLE sources (id TEXT PRIMARY KEY, key TEXT NOT NULL, flaws TEXT NOT NULL);
CREATE TABLE documents (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, title TEXT NOT NULL, sha256 TEXT NOT NULL,
  text TEXT NOT NULL, layout TEXT NOT NULL, pages INTEGER, passages INTEGER NOT NULL, language TEXT, indexed_at TEXT NOT NULL,
  origin TEXT NOT NULL
);
CREATE INDEX documents_by_source ON documents (source);
CREATE TABLE passages (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document INTEGER NOT NULL, section TEXT NOT NULL, page INTEGER,
  start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, sentences TEXT NOT NULL,
  contexts TEXT NOT NULL, context TEXT NOT NULL, key BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document);
"""
PASSAGE = """
SELECT p.row, p.id, d.id, d.sha256, d.title, p.section, p.page, p.start, p.end, p.text, p.sentences,
  p.contexts, p.context
FROM passages p JOIN documents d ON d.number = p.document
"""
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stood when it was indexed: ``key`` covers its bytes and all that decides what is read from them, and
    ``flaws`` are what of it could not be read then."""

    id: str
    key: str
    flaws: tuple[Flaw, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether it could not be read at all."""
        return any(flaw.loss in ("file", "version") for flaw in self.flaws)


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document with its passages and, for each of them, the key of its vector."""

    source: str
    document: Document
    indexed_at: str
    passages: tuple[Passage, ...]
    keys: tuple[bytes, ...]


class StoreWriter:
    """Writes a store from the first row to the last, as a context manager; an error inside gives the file up."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        # Durability is the publisher's work (fsync, then rename): a half-written file is never opened.
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + TABLES)
        self._documents = 0
        self._rows = 0

    @property
    def documents(self) -> int:
        """How many documents are in so far."""
        return self._documents

    @property
    def passages(self) -> int:
        """How many passages are in so far; the next one gets this row."""
        return self._rows

    def add_source(self, state: SourceState) -> None:
        """Remember how a source stood."""
        row = (state.id, state.key, _dump([[f.cause, f.remedy, f.loss] for f in state.flaws]))
        self._connection.execute("INSERT INTO sources VALUES (?, ?, ?)", row)

    def add(self, stored: StoredDocument) -> None:
        """Append a document and its passages, which get the next rows in their order."""
        document, number = stored.document, self._documents
        self._connection.execute(
            f"INSERT INTO documents VALUES ({', '.join('?' * 12)})",
            (
                number,
                document.id,
                stored.source,
                document.title,
                document.sha256,
                document.text,
                _dump(layout_json(document)),
                len(document.pages) or None,
                len(stored.passages),
                document.language,
                stored.indexed_at,
                _dump(asdict(document.origin)),
            ),
        )
        self._connection.executemany(
            f"INSERT INTO passages VALUES ({', '.join('?' * 12)})",
            (
                (
                    row,
                    p.id,
                    number,
                    _dump(list(p.section)),
                    p.page,
                    p.span.start,
                    p.span.end,
                    p.text,
                    _dump([[s.start, s.end] for s in p.sentences]),
                    _dump([[c.kind, c.span.start, c.span.end, c.text, c.over.start, c.over.end] for c in p.contexts]),
                    p.context,
                    key,
                )
                for row, (p, key) in enumerate(zip(stored.passages, stored.keys, strict=True), self._rows)
            ),
        )
        self._documents += 1
        self._rows += len(stored.passages)

    def __enter__(self) -> StoreWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            if kind is None:
                self._connection.execute("COMMIT")
        finally:
            self._connection.close()


class Store:
    """A published store: read-only, immutable, and safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            where = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
            self._connection = sqlite3.connect(where, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise _damaged(error) from error
        weakref.finalize(self, self._connection.close)

    def counts(self) -> tuple[int, int]:
        """The number of documents and of passages."""
        found = self._all("SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM passages)")
        return int(found[0][0]), int(found[0][1])

    def last(self) -> tuple[int, int]:
        """The same by the highest numbers, which costs nothing however many there are; ``counts`` counts."""
        found = self._all("SELECT (SELECT max(number) FROM documents), (SELECT max(row) FROM passages)")
        documents, passages = (-1 if number is None else int(number) for number in found[0])
        return documents + 1, passages + 1

    def sources(self) -> dict[str, SourceState]:
        """Every source by its id."""
        return {
            name: SourceState(name, key, tuple(Flaw(name, *flaw) for flaw in json.loads(flaws)))
            for name, key, flaws in self._all("SELECT id, key, flaws FROM sources ORDER BY id")
        }

    def has(self, source: str) -> bool:
        """Whether any document of this source is in."""
        return bool(self._all("SELECT 1 FROM documents WHERE source = ? LIMIT 1", (source,)))

    def entries(self) -> tuple[DocumentEntry, ...]:
        """Every document without its text, in the order of the index."""
        columns = "id, title, sha256, pages, passages, language, indexed_at, origin"
        found = self._all(f"SELECT {columns} FROM documents ORDER BY number")
        return tuple(
            DocumentEntry(name, title, sha256, pages, passages, language, date, _origin(origin))
            for name, title, sha256, pages, passages, language, date, origin in found
        )

    def contents(self) -> Iterator[Contents]:
        """What is where in every document, in the order of the index."""
        for name, title, sections in self._all(
            "SELECT id, title, json_extract(layout, '$.sections') FROM documents ORDER BY number"
        ):
            found = tuple(Section(tuple(path), Span(start, end)) for path, start, end in json.loads(sections))
            yield Contents(name, title, found)

    def document(self, document_id: str) -> Document:
        """One document.

        Raises:
            NotFound: there is none of that id.
        """
        found = self._all("SELECT * FROM documents WHERE id = ?", (document_id,))
        if not found:
            missing = NotFound(f"There is no document '{document_id}'.", remedy="See charterqa documents.")
            raise missing.said("error.no_document", name=document_id)
        return _document(found[0])

    def stored(self, source: str) -> Iterator[StoredDocument]:
        """The documents of one source with their passages, in the order of the index."""
        for row in self._all("SELECT * FROM documents WHERE source = ? ORDER BY number", (source,)):
            yield self._with_passages(row)

    def everything(self) -> Iterator[StoredDocument]:
        """Every document with its passages, in the order of the index."""
        for (number,) in self._all("SELECT number FROM documents ORDER BY number"):
            yield self._with_passages(self._all("SELECT * FROM documents WHERE number = ?", (number,))[0])

    def passages(self, rows: Sequence[int]) -> tuple[Passage, ...]:
        """The passages of ``rows``, in the order asked for."""
        found: dict[int, Passage] = {}
        wanted = list(dict.fromkeys(int(row) for row in rows))
        for begin in range(0, len(wanted), AT_A_TIME):
            part = wanted[begin : begin + AT_A_TIME]
            for row in self._all(f"{PASSAGE} WHERE p.row IN ({', '.join('?' * len(part))})", part):
                found[row[0]] = _passage(row[1:])
        try:
            return tuple(found[int(row)] for row in rows)
        except KeyError as error:
            raise IndexError(f"there is no row {error}") from None

    def row_of(self, passage_id: str) -> int:
        """The row of a passage.

        Raises:
            NotFound: there is none of that id.
        """
        found = self._all("SELECT row FROM passages WHERE id = ?", (passage_id,))
        if not found:
            raise NotFound(f"There is no passage '{passage_id}'.")
        return int(found[0][0])

    def rows_of(self, document_id: str) -> range:
        """The rows of a document's passages, which follow one another in the order of the text."""
        joined = "passages p JOIN documents d ON d.number = p.document"
        first, many = self._all(f"SELECT min(p.row), count(*) FROM {joined} WHERE d.id = ?", (document_id,))[0]
        return range(first, first + many) if many else range(0)

    def keys(self) -> list[bytes]:
        """The key of every row's vector, by row."""
        return [bytes(row[0]) for row in self._all("SELECT key FROM passages ORDER BY row")]

    def _with_passages(self, row: Sequence[Any]) -> StoredDocument:
        found = self._all(f"{PASSAGE.replace('SELECT', 'SELECT p.key,', 1)} WHERE p.document = ? ORDER BY p.row", (row[0],))
        passages = tuple(_passage(r[2:]) for r in found)
        return StoredDocument(row[2], _document(row), row[10], passages, tuple(bytes(r[0]) for r in found))

    def _all(self, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._connection.execute(query, tuple(values)).fetchall()
        except sqlite3.DatabaseError as error:
            raise _damaged(error) from error


def _document(row: Sequence[Any]) -> Document:
    bare = Document(row[1], row[3], row[5], row[4], language=row[9], origin=_origin(row[11]))
    return with_layout(bare, json.loads(row[6]))


def _origin(stored: str) -> Origin:
    said = json.loads(stored)
    return Origin(**said | {name: tuple(said[name]) for name in ("supersedes", "tags")})


def _passage(row: Sequence[Any]) -> Passage:
    identity, document, sha256, title, section, page, start, end, text, sentences, contexts, context = row
    return Passage(
        id=identity,
        document=document,
        document_sha256=sha256,
        title=title,
        section=tuple(json.loads(section)),
        page=page,
        span=Span(start, end),
        text=text,
        sentences=tuple(Span(a, b) for a, b in json.loads(sentences)),
        contexts=tuple(Context(kind, Span(a, b), words, Span(c, d)) for kind, a, b, words, c, d in json.loads(contexts)),
        context=context,
    )


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _damaged(error: Exception) -> IndexDamaged:
    return IndexDamaged(f"The passage store cannot be read: {error}.", remedy="Run charterqa index.")
