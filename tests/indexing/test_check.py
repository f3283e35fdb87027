from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import IndexDamaged, IndexMissing, IndexUnusable
from rag.index.generation import current_id, open_current
from rag.index.manifest import generation_id
from rag.index.vectors import FlatVectors
from rag.indexing.build import build
from rag.indexing.check import check
from rag.knowledge_base import KnowledgeBase
from rag.models.embedder import Vectors
from rag.settings import Bm25, Embedding, Settings
from tests.fake_embedder import FakeEmbedder
from tests.indexing.conftest import fill

MODEL = FakeEmbedder().identity
EARLIER = Settings(bm25=Bm25(k1=0.5))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """Two generations, the second one current."""
    kb = KnowledgeBase(tmp_path_factory.mktemp("template"))
    fill(kb)
    build(kb, EARLIER, FakeEmbedder())
    build(kb, Settings(), FakeEmbedder())
    assert check(kb, Settings(), MODEL) == ()
    return kb


@pytest.fixture
def built(template: KnowledgeBase, tmp_path: Path) -> KnowledgeBase:
    shutil.copytree(template.root, tmp_path / "kb")
    return KnowledgeBase(tmp_path / "kb")


def published(kb: KnowledgeBase) -> Iterator[Path]:
    return (p for p in sorted(kb.built.rglob("*")) if p.is_file() and not p.name.startswith("."))


def flip(path: Path, position: int, bits: int) -> bytes:
    """Change one byte of a file; returns what was there."""
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[position] ^= bits
    path.write_bytes(changed)
    return whole


def test_one_flipped_byte_in_any_published_file_is_found(built: KnowledgeBase, settings: Settings) -> None:
    dice = random.Random(3)
    flips = found = 0
    files = list(published(built))
    names = ["CURRENT", "guide.json", "lexical.safetensors", "manifest.json", "passages.sqlite", "vectors.safetensors"]
    assert sorted({p.name for p in files}) == names
    assert len(files) == 11
    for path in files:
        size = path.stat().st_size
        positions = {0, size - 1, *(dice.randrange(size) for _ in range(40))}
        for position in sorted(positions):
            whole = flip(path, position, dice.randrange(1, 256))
            damages = check(built, settings, MODEL)
            named = path.name in {Path(d.place).name for d in damages}
            flips, found = flips + 1, found + named
            assert named, f"byte {position} of {path}"
            assert all("charterqa index" in d.remedy for d in damages)
            path.write_bytes(whole)
    assert (flips > 300, found) == (True, flips)
    assert check(built, settings, MODEL) == ()


def test_every_bit_of_the_pointer_counts(built: KnowledgeBase, settings: Settings) -> None:
    path = built.built / "CURRENT"
    for position in range(path.stat().st_size):
        for bit in range(8):
            whole = flip(path, position, 1 << bit)
            assert "CURRENT" in {d.place for d in check(built, settings, MODEL)}
            with pytest.raises(IndexUnusable):
                open_current(built, MODEL, settings)
            path.write_bytes(whole)


def test_a_flipped_byte_is_never_opened(built: KnowledgeBase, settings: Settings) -> None:
    dice = random.Random(4)
    for path in (p for p in published(built) if p.parent.name == current_id(built)):
        for _ in range(20):
            whole = flip(path, dice.randrange(path.stat().st_size), dice.randrange(1, 256))
            with pytest.raises(IndexDamaged):
                open_current(built, MODEL, settings)
            path.write_bytes(whole)


def test_of_a_thousand_mutants_of_the_vector_file_none_is_accepted(built: KnowledgeBase, settings: Settings) -> None:
    path = built.built / current_id(built) / "vectors.safetensors"
    whole, dice = path.read_bytes(), random.Random(5)
    for _ in range(1000):
        mutant = bytearray(whole)
        mutant[dice.choice([dice.randrange(64), dice.randrange(len(whole))])] ^= dice.randrange(1, 256)
        path.write_bytes(mutant)
        with pytest.raises(IndexDamaged, match=r"vectors\.safetensors is not as it was published"):
            open_current(built, MODEL, settings)
    path.write_bytes(whole)
    assert open_current(built, MODEL, settings).size == 3


LARGE = ["lexical.safetensors", "passages.sqlite", "vectors.safetensors"]


@pytest.mark.parametrize("name", LARGE)
def test_a_file_with_its_size_and_time_is_opened_unread_and_found_by_a_check(
    built: KnowledgeBase, settings: Settings, name: str
) -> None:
    path = built.built / current_id(built) / name
    published_at = path.stat().st_mtime_ns
    flip(path, path.stat().st_size - 1, 1)
    os.utime(path, ns=(published_at, published_at))
    assert open_current(built, MODEL, settings).size == 3
    assert [(Path(d.place).name, d.message.endswith("is not as it was published.")) for d in check(built, settings, MODEL)] == [
        (name, True)
    ]
    assert build(built, settings, FakeEmbedder()).published, "a run of charterqa index takes nothing over from it"
    assert check(built, settings, MODEL) == ()


@pytest.mark.parametrize("name", LARGE)
def test_a_copy_with_other_times_is_whole_and_a_check_gives_it_the_published_ones(
    built: KnowledgeBase, settings: Settings, name: str
) -> None:
    path = built.built / current_id(built) / name
    published_at = path.stat().st_mtime_ns
    os.utime(path, ns=(5, 5))
    assert open_current(built, MODEL, settings).size == 3
    assert path.stat().st_mtime_ns == 5, "opening never writes"
    assert check(built, settings, MODEL) == ()
    assert path.stat().st_mtime_ns == published_at


def test_an_archive_that_keeps_whole_seconds_is_no_change(built: KnowledgeBase, settings: Settings) -> None:
    path = built.built / current_id(built) / "vectors.safetensors"
    second = path.stat().st_mtime_ns // 10**9 * 10**9
    os.utime(path, ns=(second, second))
    assert check(built, settings, MODEL) == ()
    assert path.stat().st_mtime_ns == second


def test_a_file_put_in_the_place_of_another_is_found_by_opening(built: KnowledgeBase, settings: Settings) -> None:
    here, there = (built.built / name for name in sorted(p.name for p in built.built.glob("0*")))
    for name in LARGE:
        whole = (there / name).read_bytes()
        stranger = bytes(reversed(whole))
        (there / name).unlink()
        (there / name).write_bytes(stranger)
        with pytest.raises(IndexDamaged, match="not as it was published") as caught:
            open_current(built, MODEL, settings)
        assert "\n" not in str(caught.value)
        (there / name).write_bytes(whole)
    assert open_current(built, MODEL, settings).id == there.name != here.name


@pytest.mark.parametrize("name", ["manifest.json", "lexical.safetensors", "passages.sqlite", "vectors.safetensors"])
def test_a_missing_or_cut_file_is_named(built: KnowledgeBase, settings: Settings, name: str) -> None:
    path = built.built / current_id(built) / name
    whole = path.read_bytes()
    for left in (whole[:-1], whole[: len(whole) // 2], b"", whole + b"\0", None):
        if left is None:
            path.unlink()
        else:
            path.write_bytes(left)
        assert {Path(d.place).name for d in check(built, settings, MODEL)} == {name}
        with pytest.raises(IndexDamaged, match=name.replace(".", r"\.")):
            open_current(built, MODEL, settings)


def test_a_missing_pointer_or_generation_is_named(built: KnowledgeBase, settings: Settings) -> None:
    shutil.rmtree(built.built / current_id(built))
    assert [d.place for d in check(built, settings, MODEL)] == ["CURRENT"]
    (built.built / "CURRENT").unlink()
    assert [d.place for d in check(built, settings, MODEL)] == ["CURRENT"]
    shutil.rmtree(built.built)
    with pytest.raises(IndexMissing):
        check(built, settings, MODEL)


def test_the_model_that_would_be_asked_is_compared(built: KnowledgeBase, settings: Settings, tmp_path: Path) -> None:
    other = FakeEmbedder(name="other").identity
    assert [d.message for d in check(built, settings, other)] == ["It was built with the embedding model fake, not other."]
    packaged = check(built, settings)
    assert ["all-MiniLM-L6-v2" in d.message for d in packaged] == [True]
    gone = Settings(embedding=Embedding(model=str(tmp_path / "gone")))
    assert ["There is no model folder" in d.message for d in check(built, gone)] == [True]


def forge(kb: KnowledgeBase, name: str, change: Callable[[Path], None]) -> None:
    """Change a file and make every checksum fit again, as a fault in the program itself would."""
    folder = kb.built / current_id(kb)
    change(folder / name)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for entry in manifest["files"]:
        stored = (folder / entry["name"]).read_bytes()
        entry |= {"size": len(stored), "sha256": hashlib.sha256(stored).hexdigest()}
    stored = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(stored)
    identity = generation_id(manifest["number"], stored)
    folder.rename(kb.built / identity)
    (kb.built / "CURRENT").write_text(f"{identity}\n")


def written(path: Path, vectors: Vectors) -> None:
    path.unlink()
    FlatVectors.build(vectors).write(path)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE documents SET text = replace(text, 'six', 'ten')", "hash that citations carry"),
        ("UPDATE passages SET text = replace(text, 'six', 'ten')", "not the text at its offsets"),
        ("UPDATE passages SET start = start + 1", "not the text at its offsets"),
        ("UPDATE passages SET end = start + 3", "sentence outside itself"),
        ("UPDATE documents SET layout = replace(layout, '\"sentences\":[[0', '\"sentences\":[[0,9],[0')", "sentences overlap"),
        ("DELETE FROM passages WHERE row = 1", "counts"),
        ("DELETE FROM documents WHERE number = 1", "counts"),
    ],
)
def test_contents_that_contradict_each_other_are_found(
    built: KnowledgeBase, settings: Settings, statement: str, message: str
) -> None:
    def change(path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute(statement)
        connection.commit()
        connection.close()

    forge(built, "passages.sqlite", change)
    assert any(message in d.message for d in check(built, settings, MODEL))


def test_vectors_that_are_no_unit_vectors_are_found(built: KnowledgeBase, settings: Settings) -> None:
    vectors = open_current(built, MODEL, settings).vectors.all().copy()
    vectors[1] = np.nan
    vectors[2] *= 2
    forge(built, "vectors.safetensors", lambda path: written(path, vectors))
    assert [d.message for d in check(built, settings, MODEL)] == ["2 vectors do not have unit length, the first in row 1."]


def test_a_vector_too_few_is_found_before_it_is_parsed(built: KnowledgeBase, settings: Settings) -> None:
    vectors = open_current(built, MODEL, settings).vectors.all()[:2].copy()
    forge(built, "vectors.safetensors", lambda path: written(path, vectors))
    with pytest.raises(IndexDamaged, match="does not hold 3 vectors"):
        open_current(built, MODEL, settings)


def test_another_format_is_answered_with_the_command_that_mends_it(built: KnowledgeBase, settings: Settings) -> None:
    def newer(path: Path) -> None:
        path.write_bytes(path.read_bytes().replace(b'"schema": 5', b'"schema": 99'))

    forge(built, "manifest.json", newer)
    with pytest.raises(IndexUnusable, match="format 99") as caught:
        open_current(built, MODEL, settings)
    assert type(caught.value).__name__ == "IndexMismatch"
    assert "charterqa index" in caught.value.remedy
    assert any("format 99" in d.message for d in check(built, settings, MODEL))
    assert build(built, settings, FakeEmbedder()).published
    assert check(built, settings, MODEL) == ()


def test_a_manifest_that_is_none_is_damage(built: KnowledgeBase, settings: Settings) -> None:
    for content in (b"[]", b"{}", b'{"schema": 5}', b"\xff"):
        identity = generation_id(2, content)
        shutil.rmtree(built.built / identity, ignore_errors=True)
        (built.built / identity).mkdir()
        (built.built / identity / "manifest.json").write_bytes(content)
        (built.built / "CURRENT").write_text(f"{identity}\n")
        with pytest.raises(IndexDamaged, match="manifest"):
            open_current(built, MODEL, settings)
