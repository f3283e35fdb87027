"""Whichever way a language is written, pages say it and lay themselves out by it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rag
from rag.localization.languages import attributes, direction, language, preferred

STYLES = sorted((Path(rag.__file__).parent / "serving").rglob("*.css"))
PHYSICAL = re.compile(
    r"(?:(?:margin|padding|border)-(?:left|right)|(?:^|[;{\s])(?:left|right)|text-align)\s*:\s*(?:[^;}]*)", re.M
)


@pytest.mark.parametrize("file", STYLES, ids=lambda file: file.name)
def test_no_style_sheet_names_left_or_right_where_it_means_before_or_after(file: Path) -> None:
    found = [rule.strip() for rule in PHYSICAL.findall(file.read_text(encoding="utf-8"))]
    assert [rule for rule in found if not rule.startswith("text-align") or re.search(r":\s*(?:left|right)", rule)] == []


@pytest.mark.parametrize(("code", "way"), [("en", "ltr"), ("az-Latn", "ltr"), ("fa", "rtl"), ("ar-EG", "rtl"), ("he", "rtl")])
def test_a_language_has_its_direction(code: str, way: str) -> None:
    assert direction(code) == way
    assert attributes(code) == f' lang="{code}" dir="{way}"'


def test_a_text_of_no_known_language_finds_its_own_direction() -> None:
    assert attributes(None) == ' dir="auto"'


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


def test_a_code_is_known_by_its_language_alone() -> None:
    assert [language(code) for code in ("az_AZ", "RU", " tr-TR ", "de", "", None)] == ["az", "ru", "tr", None, None, None]
