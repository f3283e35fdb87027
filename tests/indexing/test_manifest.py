from __future__ import annotations

from dataclasses import replace

import pytest

from rag.errors import IndexDamaged, IndexMismatch
from rag.index import code
from rag.index.manifest import FILES, RESERVED, FileEntry, Manifest, Recipe, generation_id
from rag.settings import Settings
from tests.fake_embedder import FakeEmbedder

RECIPE = Recipe.of(FakeEmbedder().identity, Settings())
MANIFEST = Manifest(
    7, "2026-01-01T00:00:00Z", code.reading(), RECIPE, 3, 12, tuple(FileEntry(n, 5, "0" * 64, 0) for n in FILES)
)


def test_it_comes_back_as_it_was_written() -> None:
    assert Manifest.from_bytes(MANIFEST.to_bytes()) == MANIFEST


def test_passages_never_grow_past_the_window_of_a_small_model() -> None:
    small = replace(FakeEmbedder().identity, max_tokens=128)
    assert Recipe.of(small, Settings()).max_tokens == 128 - RESERVED


def test_the_id_carries_the_number_and_the_hash() -> None:
    stored = MANIFEST.to_bytes()
    assert generation_id(7, stored).startswith("00007-")
    assert generation_id(7, stored) != generation_id(7, stored[:-1] + b" ")
    assert generation_id(123456, stored).startswith("123456-")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (replace(RECIPE, model=FakeEmbedder(name="other").identity), "the embedding model fake, not other"),
        (replace(RECIPE, model=replace(RECIPE.model, dimension=16)), "vectors of 32 dimensions, not 16"),
        (replace(RECIPE, model=replace(RECIPE.model, fingerprint="0")), "another version of the embedding model fake"),
        (replace(RECIPE, max_tokens=100), f"max_tokens {RECIPE.max_tokens}, not 100"),
        (replace(RECIPE, overlap_sentences=2), f"overlap_sentences {RECIPE.overlap_sentences}, not 2"),
        (replace(RECIPE, b=0.0), f"b {RECIPE.b}, not 0.0"),
        (replace(RECIPE, wording="0"), "other rules for cutting text into words than this program's"),
        (RECIPE, ""),
    ],
)
def test_what_differs_is_said_in_words(other: Recipe, said: str) -> None:
    assert RECIPE.difference(other) == said


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (b'"schema": 5', b'"schema": 1', IndexMismatch),
        (b'"lexical.safetensors"', b'"lexical.safepickle"', IndexDamaged),
        (b'"number": 7', b'"many": 7', IndexDamaged),
        (b'"recipe"', b'"receipt"', IndexDamaged),
        (b"{", b"[", IndexDamaged),
    ],
)
def test_anything_else_is_refused(old: bytes, new: bytes, error: type[Exception]) -> None:
    stored = MANIFEST.to_bytes()
    assert old in stored
    with pytest.raises(error):
        Manifest.from_bytes(stored.replace(old, new))


def test_the_code_that_makes_an_index_is_part_of_its_identity() -> None:
    assert code.reading().startswith("0.")
    assert len({code.reading().partition("+")[2], code.wording()}) == 2
