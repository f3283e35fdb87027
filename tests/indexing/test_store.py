from __future__ import annotations

import hashlib
import threading
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import IndexDamaged, NotFound
from rag.index.store import SourceState, Store, StoredDocument, StoreWriter
from rag.types import Context, Document, Flaw, Origin, Page, Passage, Section, Span, Table

FLAWS = (Flaw("source 1", "it is empty.", "Fill it.", "file"), Flaw("source 1", "line 3: no text", "Correct it.", "line"))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


@st.composite
def stored_documents(draw: st.DrawFn) -> list[StoredDocument]:
    made = []
    for number in range(draw(st.integers(1, 3))):
        text = draw(TEXTS)
        cuts = sorted({0, len(text), *draw(st.lists(st.integers(0, len(text)), max_size=4))})
        spans = [Span(a, b) for a, b in pairwise(cuts)]
        context = Context("lead", spans[0], spans[0].of(text), spans[-1])
        document = Document(
            id=f"folder {number}/ü#{number}",
            title=draw(TEXTS),
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            sections=tuple(Section((draw(TEXTS),) * (n % 3), span) for n, span in enumerate(spans)),
            sentences=tuple(spans),
            pages=tuple(Page(n + 1, span) for n, span in enumerate(spans)) if draw(st.booleans()) else (),
            language=draw(st.sampled_from([None, "en", "az"])),
            origin=Origin(
                *(draw(st.none() | TEXTS) for _ in range(4)), *(tuple(draw(st.lists(TEXTS, max_size=2))) for _ in "st")
            ),
            tables=(Table(spans[0], (spans[0],), ()),),
            contexts=(context,),
        )
        passages = tuple(
            Passage(
                id=f"{document.id}:{n}",
                document=document.id,
                document_sha256=document.sha256,
                title=document.title,
                section=document.sections[n].path,
                page=n + 1 if document.pages else None,
                span=span,
                text=span.of(text),
                sentences=(span,),
                contexts=(context,),
                context=draw(st.just("") | TEXTS),
            )
            for n, span in enumerate(spans)
        )
        keys = tuple(hashlib.sha256(p.id.encode()).digest() for p in passages)
        made.append(StoredDocument(f"source {number % 2}", document, "2026-01-01T00:00:00Z", passages, keys))
    return made


def write(path: Path, documents: list[StoredDocument]) -> Store:
    with StoreWriter(path) as writer:
        writer.add_source(SourceState("source 0", "key 0"))
        writer.add_source(SourceState("source 1", "key 1", FLAWS))
        for document in documents:
            writer.add(document)
    return Store(path)


@given(documents=stored_documents())
@settings(deadline=None, max_examples=50)
def test_everything_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, documents: list[StoredDocument]
) -> None:
    store = write(tmp_path_factory.mktemp("store") / "passages.sqlite", documents)
    assert list(store.everything()) == documents
    assert list(store.stored("source 1")) == documents[1::2]
    assert [store.document(d.document.id) for d in documents] == [d.document for d in documents]
    passages = [p for d in documents for p in d.passages]
    assert store.counts() == (len(documents), len(passages))
    assert store.passages(range(len(passages))) == tuple(passages)
    assert store.passages([*reversed(range(len(passages))), 0]) == (*reversed(passages), passages[0])
    assert store.keys() == [key for d in documents for key in d.keys]
    assert [store.row_of(p.id) for p in passages] == list(range(len(passages)))
    for stored in documents:
        rows = store.rows_of(stored.document.id)
        assert store.passages(rows) == stored.passages
    contents = [(c.document, c.title, c.sections) for c in store.contents()]
    assert contents == [(d.document.id, d.document.title, d.document.sections) for d in documents]
    entries = store.entries()
    assert [(e.id, e.title, e.sha256, e.language, e.origin) for e in entries] == [
        (d.document.id, d.document.title, d.document.sha256, d.document.language, d.document.origin) for d in documents
    ]
    assert [(e.passages, e.pages, e.indexed_at) for e in entries] == [
        (len(d.passages), len(d.document.pages) or None, d.indexed_at) for d in documents
    ]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    text = "The harbour opens at six."
    span, sha256 = Span(0, len(text)), hashlib.sha256(text.encode()).hexdigest()
    document = Document("a.txt", "A", text, sha256, sentences=(span,))
    passage = Passage("a.txt:0", "a.txt", sha256, "A", (), None, span, text, (span,))
    return write(
        tmp_path / "passages.sqlite", [StoredDocument("a.txt", document, "2026-01-01T00:00:00Z", (passage,), (b"k" * 32,))]
    )


def test_sources_are_remembered_with_what_was_wrong(store: Store) -> None:
    assert store.sources() == {
        "source 0": SourceState("source 0", "key 0"),
        "source 1": SourceState("source 1", "key 1", FLAWS),
    }
    assert (store.has("a.txt"), store.has("source 0")) == (True, False)


def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match=r"'b\.txt'"):
        store.document("b.txt")
    with pytest.raises(NotFound):
        store.row_of("b.txt:0")
    with pytest.raises(IndexError):
        store.passages([0, 1])
    assert list(store.rows_of("b.txt")) == []
    assert store.passages([]) == ()


def test_a_published_store_cannot_be_written(store: Store) -> None:
    with pytest.raises(IndexDamaged, match="readonly"):
        store._all("DELETE FROM passages")


def test_a_file_that_is_no_database_is_damage(tmp_path: Path) -> None:
    (tmp_path / "passages.sqlite").write_bytes(b"not a database, but long enough to be looked at " * 10)
    with pytest.raises(IndexDamaged, match="passage store"):
        Store(tmp_path / "passages.sqlite").counts()


def test_threads_read_side_by_side(store: Store) -> None:
    found: list[int] = []

    def read() -> None:
        for _ in range(100):
            found.append(len(store.passages([0])) + len(store.entries()))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 400
