from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.index.terms import STEMMERS, query_terms, terms


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The signed agreements.", "en", ["sign", "agreement"]),
        ("The signed agreements.", None, ["sign", "agreement"]),
        ("Article 5 (b)", "en", ["articl", "5", "b"]),
        ("Договоры подписаны", "ru", ["договор", "подписа"]),
        ("sözleşmeleri", "tr", ["sozlesme"]),
        ("Müqavilə imzalandı", "az", ["muqavilə", "imzalandi"]),
        ("北京大学2024", "zh", ["北京", "京大", "大学", "2024"]),
        ("字", "zh", ["字"]),
    ],
)
def test_words_are_folded_and_stemmed_in_their_language(text: str, language: str | None, expected: list[str]) -> None:
    assert terms(text, language) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("İSTANBUL", "istanbul"),
        ("IŞIK", "ışık"),
        ("ﬁnance", "finance"),
        ("STRASSE", "straße"),
        ("Café", "Cafe\u0301"),
    ],
)
def test_spellings_of_one_word_become_one_term(one: str, other: str) -> None:
    for language in ("en", "tr", "az"):
        assert terms(one, language) == terms(other, language)


def test_an_english_accent_does_not_stop_the_stemmer() -> None:
    assert terms("naïve cafés", "en") == terms("naive cafes", "en") == ["naiv", "cafe"]


def test_cyrillic_and_devanagari_marks_are_letters_and_stay() -> None:
    assert terms("й", "uk") != terms("и", "uk")
    assert terms("कि", "mr") != terms("क", "mr")


def test_a_question_in_one_language_has_the_terms_of_that_language() -> None:
    text = "Which agreements were signed in the harbour, and by whom?"
    assert query_terms(text, ["en"]) == terms(text, "en")


def test_a_stop_word_of_one_language_is_asked_for_in_another() -> None:
    assert query_terms("die", ["de"]) == []
    assert query_terms("die", ["de", "en"]) == ["die"]


def test_an_index_without_languages_is_asked_in_english() -> None:
    assert query_terms("signed agreements", []) == ["sign", "agreement"]


@given(st.text(max_size=200), st.sampled_from([None, "xx", *sorted(STEMMERS)]))
@settings(deadline=None)
def test_any_text_has_terms_without_spaces_and_always_the_same(text: str, language: str | None) -> None:
    found = terms(text, language)
    assert all(term and not any(c.isspace() for c in term) for term in found)
    assert found == terms(text, language)


def test_threads_stem_alike() -> None:
    text = " ".join(f"agreements{n} signing{n}" for n in range(300))
    expected, found = terms(text + " harbours", "en"), []
    threads = [threading.Thread(target=lambda: found.append(terms(text + " harbours", "en"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4
