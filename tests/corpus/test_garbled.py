"""Pages whose fonts name other characters than they show are told from pages of words."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from rag.corpus.formats.pdf.garbled import garbled

HERE = Path(__file__).parents[1]
TEXTS = sorted((HERE / "languages").glob("docs-*/*.md"))
ENGLISH = (
    "The harbour opens at six in the morning and closes at nine in the evening. Vessels longer than forty metres need a pilot, "
    "whom the harbour office sends within three hours of a request. Fishing vessels pay half the ordinary charge, and vessels "
    "of the coast guard pay nothing. A permit that was not used within the year lapses, unless the harbour office extends it."
)


def shifted(text: str, by: int) -> str:
    """Every letter replaced by another, as a wrong table of characters does."""
    low, high = string.ascii_lowercase, string.ascii_uppercase
    return text.translate(str.maketrans(low + high, low[by:] + low[:by] + high[by:] + high[:by]))


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: file.stem)
def test_official_texts_in_four_languages_are_words(file: Path) -> None:
    assert not garbled(file.read_text(encoding="utf-8"))


def test_lists_of_abbreviations_numbers_and_names_are_words() -> None:
    assert not garbled(ENGLISH + " NATO OSCE GUAM BTC TANAP VAT " * 20 + "Szcz 2.4 5.6 " * 2)
    assert not garbled("")


@pytest.mark.parametrize("by", [1, 3, 5, 9, 13])
def test_a_page_in_which_every_letter_stands_for_another_is_garbled(by: int) -> None:
    assert garbled(shifted(ENGLISH, by))


@pytest.mark.parametrize("sign", ["\ufffd", "\ue001", "\x01"])
def test_a_page_of_signs_without_a_meaning_is_garbled(sign: str) -> None:
    assert garbled(f"{sign * 5} ab " * 20)
