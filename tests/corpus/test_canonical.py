"""The canonical text: one form for what is the same to a reader, nothing else touched."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus.shape.canonical import canonical, sha256


def test_composed_and_decomposed_letters_become_one_text() -> None:
    assert canonical("Əliyev Cafe\u0301") == canonical("Əliyev Café") == "Əliyev Café"


def test_every_line_ending_becomes_one() -> None:
    assert canonical("a\r\nb\rc\u2028d\x0ce\x85f") == "a\nb\nc\nd\ne\nf"


def test_marks_that_nobody_sees_are_dropped_and_indentation_is_kept() -> None:
    assert canonical("\ufeff\n \n  indented\x00 \n\n") == "  indented"


def test_the_hash_is_of_the_utf8_bytes() -> None:
    assert sha256("é") == "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_canonical_is_idempotent_and_composed_and_encodable(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")
