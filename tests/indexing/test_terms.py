from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.index.terms import STEMMERS, pairs, query_terms, terms


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The signed agreements.", "en", ["sign", "agreement"]),
        ("The signed agreements.", None, ["sign", "agreement"]),
        ("Article 5 (b)", "en", ["articl", "5", "b"]),
        ("sözleşmeleri", "tr", ["soz*", "sozl*", "sozle*", "sozlesm"]),
        ("Договоры", "ru", ["dog*", "dogo*", "dogov*", "dogovor"]),
        ("iki il", "az", ["iki*", "iki", "il"]),
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


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("az", "Müqaviləni kim imzalayıb?", "muqavileni kim imzalayib"),
        ("az", "Әлијев имзалајыб", "Əliyev imzalayıb"),
        ("tr", "başvuru süresi", "basvuru suresi"),
        ("ru", "Кто подписал хартию?", "kto podpisal hartiyu"),
        ("ru", "Кто подписал хартию?", "kto podpisal khartiju"),
        ("ru", "ещё через площадь", "esche cherez ploschad'"),
    ],
)
def test_a_word_is_found_however_it_is_typed(language: str, one: str, other: str) -> None:
    assert terms(one, language) == terms(other, language)


def test_words_that_differ_in_their_endings_share_their_beginnings() -> None:
    for language, one, other in (
        ("tr", "sözleşme", "sözleşmelerimizden"),
        ("az", "sərgi", "sərgidə"),
        ("ru", "сторона", "сторонами"),
    ):
        assert len({*terms(one, language)} & {*terms(other, language)}) >= 3


def test_neighbouring_words_of_a_growing_language_make_one_pair_of_their_most_exact_terms() -> None:
    assert pairs("sözleşme süresi doldu", "tr") == ["sozlesm suresi", "suresi doldu"]
    assert pairs("The signed agreements expire.", "en") == ["sign agreement", "agreement expir"]


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
