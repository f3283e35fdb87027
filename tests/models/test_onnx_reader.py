"""A bad reader is one line and its remedy before any answer; the one that is shipped is small and needs no torch."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.answering.engine import Engine
from rag.errors import ModelError
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.models.onnx_reader import ARCHITECTURE, CARD, MODEL, SHIPPED, VERSION, WORDS, OnnxReader, fingerprint_of
from rag.models.opening import open_embedder
from rag.settings import load_settings

OWN_REMEDY = "Correct CHARTERQA_READER_MODEL, or unset it to use the one shipped."
MOST_SHIPPED_BYTES = 25_000_000


def field(number: int, value: int | bytes) -> bytes:
    """One field of a Protocol Buffers message whose numbers are all below 128."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    assert len(value) < 128
    return bytes([number << 3 | 2, len(value)]) + value


def identity_network() -> bytes:
    """A valid ONNX network that is no reader: ``y = Identity(x)`` over one float."""
    kind = field(1, field(1, 1) + field(2, field(1, field(1, 1))))
    node = field(1, b"x") + field(2, b"y") + field(4, b"Identity")
    ends = field(11, field(1, b"x") + field(2, kind)) + field(12, field(1, b"y") + field(2, kind))
    graph = field(1, node) + field(2, b"g") + ends
    return field(1, 8) + field(8, field(1, b"") + field(2, 13)) + field(7, graph)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped reader in a folder of one's own; the network is not copied but linked."""
    made = tmp_path / "reader"
    made.mkdir()
    for name in (CARD, WORDS):
        shutil.copy(SHIPPED / name, made / name)
    (made / MODEL).symlink_to(SHIPPED / MODEL)
    return made


def rewritten(folder: Path, name: str, content: bytes, *, listed: bool) -> None:
    """Replace a file; ``listed`` puts its checksum into the card too, as if it had been made so."""
    file = folder / name
    file.unlink()
    file.write_bytes(content)
    if listed:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        card["files"][name] = hashlib.sha256(content).hexdigest()
        (folder / CARD).write_text(json.dumps(card), encoding="utf-8")


def recarded(folder: Path, **changes: object) -> None:
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD).write_text(json.dumps(card | changes), encoding="utf-8")


def flipped(file: Path) -> bytes:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    return bytes(content)


def refused(folder: Path, *words: str) -> None:
    """Loading ends in a ModelError of one line that has ``words``, with the remedy of a folder of one's own."""
    with pytest.raises(ModelError) as caught:
        OnnxReader.load(folder)
    for word in (*words, str(folder)):
        assert word in caught.value.message
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.remedy == OWN_REMEDY


def test_a_folder_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "There is no reader folder")


def test_a_file_in_the_place_of_the_folder_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "reader").write_text("x", encoding="utf-8")
    refused(tmp_path / "reader", "There is no reader folder")


@pytest.mark.parametrize("name", [CARD, MODEL, WORDS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    refused(folder, "has no usable", name)


@pytest.mark.parametrize("name", [MODEL, WORDS])
def test_one_damaged_bit_is_found_before_the_file_is_parsed(folder: Path, name: str) -> None:
    rewritten(folder, name, flipped(SHIPPED / name), listed=False)
    refused(folder, "is damaged", name, "checksum")


@pytest.mark.parametrize("name", [MODEL, WORDS])
def test_a_file_that_was_cut_off_is_found(folder: Path, name: str) -> None:
    rewritten(folder, name, (SHIPPED / name).read_bytes()[:1000], listed=False)
    refused(folder, "is damaged", name)


@pytest.mark.parametrize("card", ["", "{", "[]", "7", "null", "{}", '{"architecture": "x"}', "\ufeff{}"])
def test_a_card_that_says_nothing_usable_is_named(folder: Path, card: str) -> None:
    (folder / CARD).write_text(card, encoding="utf-8")
    refused(folder, CARD)


def test_a_card_that_is_not_text_is_named(folder: Path) -> None:
    (folder / CARD).write_bytes(b"\xff\xfe\x00")
    refused(folder, CARD)


@pytest.mark.parametrize("files", [{}, [], {MODEL: "0" * 64}, None, 7])
def test_a_card_that_lists_no_checksums_is_refused(folder: Path, files: object) -> None:
    recarded(folder, files=files)
    refused(folder)


@pytest.mark.parametrize(
    "changes",
    [{"architecture": "bert"}, {"version": VERSION + 1}, {"version": 0}, {"version": None}],
    ids=["architecture", "newer", "older", "none"],
)
def test_another_architecture_or_version_says_what_it_is_and_what_is_read(folder: Path, changes: dict[str, object]) -> None:
    recarded(folder, **changes)
    refused(folder, *(str(v) for v in changes.values()), f"this program reads {ARCHITECTURE} version {VERSION}")


@pytest.mark.parametrize("window", [None, "wide", [256]])
def test_a_window_that_is_no_number_is_refused(folder: Path, window: object) -> None:
    recarded(folder, window=window)
    refused(folder, "cannot be loaded")


@pytest.mark.parametrize("window", [0, -1, 8, 128])
def test_a_window_without_room_for_a_question_and_a_text_is_refused(folder: Path, window: int) -> None:
    recarded(folder, window=window)
    refused(folder, "window")


@pytest.mark.parametrize("name", [MODEL, WORDS])
def test_a_file_of_another_kind_under_a_right_checksum_is_refused(folder: Path, name: str) -> None:
    rewritten(folder, name, b"not a network, nor a vocabulary", listed=True)
    refused(folder, "cannot be loaded")


def test_a_network_with_other_inputs_is_no_reader(folder: Path) -> None:
    rewritten(folder, MODEL, identity_network(), listed=True)
    refused(folder, "is no reader", MODEL)


def test_a_copy_of_the_shipped_folder_is_the_same_reader(folder: Path) -> None:
    assert OnnxReader.load(folder).fingerprint == OnnxReader.load().fingerprint


def test_the_shipped_folder_is_at_most_25_megabytes() -> None:
    files = [f for f in SHIPPED.rglob("*") if f.is_file()]
    assert {CARD, MODEL, WORDS} <= {f.name for f in files}
    assert sum(f.stat().st_size for f in files) <= MOST_SHIPPED_BYTES


def test_importing_and_using_the_reader_never_imports_torch() -> None:
    code = (
        "import sys\n"
        "from rag.models.onnx_reader import OnnxReader\n"
        "reader = OnnxReader.load()\n"
        "found = reader.answers('Who built it?', ['It was built by Ada.'])\n"
        "judged = reader.supports([('Ada built it.', 'It was built by Ada.')])\n"
        "print(len(found), judged.shape, [m for m in ('torch', 'transformers', 'tensorflow') if m in sys.modules])\n"
    )
    result = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "1 (1, 3) []"


Break = Callable[[Path], None]


@pytest.mark.model
@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(lambda folder: shutil.rmtree(folder), id="missing folder"),
        pytest.param(lambda folder: (folder / MODEL).unlink(), id="missing file"),
        pytest.param(lambda folder: rewritten(folder, WORDS, flipped(SHIPPED / WORDS), listed=False), id="damaged"),
        pytest.param(lambda folder: recarded(folder, version=VERSION + 1), id="version"),
    ],
)
def test_the_variable_names_another_reader_and_a_bad_one_stops_the_engine_before_any_answer(
    folder: Path, tmp_path: Path, broken: Break
) -> None:
    kb = KnowledgeBase(tmp_path / "kb")
    kb.sources.mkdir(parents=True)
    (kb.sources / "ferry.txt").write_text("The ferry leaves on Mondays.", encoding="utf-8")
    settings = load_settings(environ={"CHARTERQA_READER_MODEL": str(folder)}, folder=tmp_path)
    assert settings.reader.model == str(folder)
    build(kb, settings, open_embedder(settings.embedding))
    Engine.open(settings, kb).close()
    broken(folder)
    with pytest.raises(ModelError) as caught:
        Engine.open(settings, kb)
    assert str(folder) in caught.value.message
    assert caught.value.remedy == OWN_REMEDY
    assert len(str(caught.value).splitlines()) == 1


def test_a_fingerprint_is_read_off_the_card_without_the_network(tmp_path: Path) -> None:
    for name in (MODEL, WORDS):
        (tmp_path / name).write_bytes(b"neither a network nor words")
    digest = hashlib.sha256(b"neither a network nor words").hexdigest()
    card = {"architecture": ARCHITECTURE, "version": VERSION, "files": {MODEL: digest, WORDS: digest}}
    (tmp_path / CARD).write_text(json.dumps(card), encoding="utf-8")
    assert fingerprint_of(tmp_path) not in ("", fingerprint_of())
    with pytest.raises(ModelError, match="cannot be loaded"):
        OnnxReader.load(tmp_path)


def test_the_fingerprint_on_the_card_is_that_of_the_loaded_reader() -> None:
    assert fingerprint_of() == OnnxReader.load().fingerprint
