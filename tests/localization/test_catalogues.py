"""Four complete catalogues in one home, and nothing in them that nobody says."""

from __future__ import annotations

import ast
import gettext
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

import rag
from rag.localization import catalogue as catalogues
from rag.localization.catalogue import FOLDER, UNSERVED, speak, unserved
from rag.localization.languages import LANGUAGES
from rag.serving.widget.bundle import modules

SOURCE = Path(rag.__file__).parent
read = cache(catalogues.read)
ENGLISH = read("en")
OTHERS = [code for code in LANGUAGES if code != "en"]
FURTHER = sorted(file.stem for file in FOLDER.glob("*.po") if file.stem not in LANGUAGES)
SAME_EVERYWHERE = {"chat.model"}
AZERBAIJANI_AS_TURKISH = {"copy", "copied", "language", "model", "delete", "title"}
LETTERS = {"az": "əğışçöüxq", "ru": "абвгдежзийклмнопрстуфхцчшщыьэюяё", "tr": "ğışçöü"}
LETTERS_OF_NONE = {"az": "âîûw", "ru": "іїєґў", "tr": "əxqw"}
"""Letters that the language's own words do not have."""
NAMES_OF_PRODUCTS = re.compile(r"Markdown|JSON|Enter|Shift\+Enter|Esc|OCR|MB|charterqa index|sources|\{\w+\}")
SUFFIXES = {"css", "js", "json", "txt", "completion"}
MESSAGE = re.compile(r"(?:answer|guide|chat|source|signin|error)\.[a-z_]+")


@cache
def parsed(code: str) -> Catalog:
    with (FOLDER / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@cache
def nodes() -> tuple[ast.AST, ...]:
    """The syntax of every module."""
    files = SOURCE.rglob("*.py")
    return tuple(node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def strings_of_python() -> set[str]:
    """Every string that a module writes down."""
    return {node.value for node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def calls_of_python() -> Iterator[tuple[str, set[str]]]:
    """The message that a call names first, and the names of the values that it gives."""
    for node in nodes():
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = str(node.args[0].value)
            if MESSAGE.fullmatch(name) and name.rpartition(".")[2] not in SUFFIXES:
                yield name, {keyword.arg or "" for keyword in node.keywords}


def said_in_scripts() -> set[str]:
    """Every message that the widget and the dialog of documents say."""
    parts = [part for part in modules(SOURCE / "serving/widget/widget.js") if part.name != "words.js"]
    widget = "".join(part.read_text(encoding="utf-8") for part in parts)
    upload = (SOURCE / "serving/ui/static/upload.js").read_text(encoding="utf-8")
    found = set()
    for name in re.findall(r"widget\.(\w+)", " ".join(ENGLISH)):
        if re.search(rf"""\bt\.{name}\b|["']{name}["']""", widget):
            found.add(f"widget.{name}")
    for name in re.findall(r"upload\.(\w+)", " ".join(ENGLISH)):
        if re.search(rf"""(?:say|button)\(["']{name}["']""", upload):
            found.add(f"upload.{name}")
    return found


@pytest.mark.parametrize("code", OTHERS)
def test_no_message_is_missing_in_any_language(code: str) -> None:
    assert read(code).keys() == ENGLISH.keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_message_is_empty_fuzzy_or_there_twice(code: str) -> None:
    ids = re.findall(r'^msgid "(.+)"$', (FOLDER / f"{code}.po").read_text(encoding="utf-8"), re.M)
    assert len(ids) == len(set(ids))
    for message in parsed(code):
        assert not message.fuzzy, message.id
    for name, forms in read(code).items():
        assert all(text.strip() and text == text.strip() for text in forms), name


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_form_keeps_the_holes_of_the_english_text(code: str) -> None:
    for name, forms in read(code).items():
        for text in forms:
            assert holes(text) == holes(ENGLISH[name][-1]), f"{code} {name}: {text}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_message_that_counts_has_every_plural_form_of_its_language(code: str) -> None:
    count = parsed(code).num_plurals
    for name, forms in read(code).items():
        assert len(forms) == (count if len(ENGLISH[name]) > 1 else 1), name


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_plural_rule_of_the_file_is_the_one_of_the_language(code: str) -> None:
    rule = gettext.c2py(parsed(code).plural_expr)
    categories: dict[int, set[str]] = {}
    for number in range(200):
        categories.setdefault(rule(number), set()).add(Locale(code).plural_form(number))
    assert all(len(found) == 1 for found in categories.values())
    assert len(categories) == parsed(code).num_plurals
    for number in (0, 1, 2, 5, 11, 21, 101, 111):
        words = speak(code)
        form = read(code)["chat.documents"][rule(number)].replace("{count}", words.number(number))
        assert words("chat.documents", count=number) == form


def test_every_message_is_said_by_somebody() -> None:
    assert set(ENGLISH) - strings_of_python() - said_in_scripts() == set()


def test_whoever_says_a_message_gives_it_the_values_that_it_holds() -> None:
    said = 0
    for name, given in calls_of_python():
        assert name in ENGLISH, f"there is no message {name}"
        assert given == holes(ENGLISH[name][-1]), name
        assert ("count" in given) == (len(ENGLISH[name]) > 1), name
        said += 1
    assert said > 100


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_is_in_its_own_language(code: str) -> None:
    spoken = read(code)
    own = NAMES_OF_PRODUCTS.sub("", " ".join(text for forms in spoken.values() for text in forms)).lower()
    assert all(letter in own for letter in LETTERS[code])
    assert not set(LETTERS_OF_NONE[code]) & set(own)
    assert {name for name, forms in spoken.items() if forms == ENGLISH[name]} <= SAME_EVERYWHERE


def test_azerbaijani_and_turkish_are_two_languages() -> None:
    turkish = read("tr")
    same = {name.partition(".")[2] for name, forms in read("az").items() if forms == turkish[name]}
    assert same <= AZERBAIJANI_AS_TURKISH


def test_the_same_english_word_is_one_word_in_the_other_languages() -> None:
    """Chat, widget and dialog call a thing by one name."""
    by_text: dict[tuple[str, ...], list[str]] = {}
    for name, forms in ENGLISH.items():
        by_text.setdefault(forms, []).append(name)
    for code in OTHERS:
        spoken = read(code)
        for names in by_text.values():
            assert len({spoken[name] for name in names}) == 1, [(name, spoken[name]) for name in names]


@pytest.mark.parametrize("code", FURTHER)
def test_a_language_that_is_not_spoken_has_one_line_of_its_own(code: str) -> None:
    assert list(read(code)) == [UNSERVED]
    line = unserved(code)
    assert line and "\n" not in line and line not in {forms[0] for forms in (read(c)[UNSERVED] for c in LANGUAGES)}
    assert Locale(code).language == code
