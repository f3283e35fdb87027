"""Four languages, each complete."""

from __future__ import annotations

import dataclasses
import string

import pytest

from rag.serving.ui.chosen_language import LANGUAGES, language, preferred
from rag.serving.ui.strings import Strings
from rag.serving.ui.translations import STRINGS
from rag.serving.ui.words.english import ENGLISH

SAME_EVERYWHERE = {"model"}


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def words(strings: Strings) -> dict[str, str]:
    return {field.name: getattr(strings, field.name) for field in dataclasses.fields(strings)}


def test_every_language_of_the_product_is_there() -> None:
    assert set(STRINGS) == set(LANGUAGES) == {"en", "az", "ru", "tr"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_word_is_missing_and_every_hole_is_kept(code: str) -> None:
    english = words(ENGLISH)
    for name, text in words(STRINGS[language(code) or "en"]).items():
        assert text.strip(), f"{code}.{name} is empty"
        assert holes(text) == holes(english[name]), f"{code}.{name}"


@pytest.mark.parametrize(("code", "letters"), [("az", "əğışçöü"), ("ru", "жыщёэю"), ("tr", "ğışçöü")])
def test_a_translation_is_in_its_own_language(code: str, letters: str) -> None:
    spoken = words(STRINGS[language(code) or "en"])
    english = words(ENGLISH)
    together = " ".join(spoken.values()).lower()
    assert all(letter in together for letter in letters)
    same = {name for name, text in spoken.items() if text == english[name]}
    assert same <= SAME_EVERYWHERE, f"not translated: {same - SAME_EVERYWHERE}"


def test_azerbaijani_and_turkish_are_two_languages() -> None:
    same = {name for name, text in words(STRINGS["az"]).items() if text == words(STRINGS["tr"])[name]}
    assert same <= {"copy", "copied", "language", "model", "delete"}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("az-Latn-AZ,az;q=0.9,en;q=0.8", "az"),
        ("de-DE,de;q=0.9,ru;q=0.5,en;q=0.7", "en"),
        ("fr, tr_TR;q=0.4", "tr"),
        ("", "en"),
        ("ja", "en"),
        ("ru;q=0, tr;q=0.1", "tr"),
        ("ru;q=nonsense,az", "az"),
    ],
)
def test_the_browsers_wishes_are_followed_by_weight(header: str, expected: str) -> None:
    assert preferred(header) == expected
