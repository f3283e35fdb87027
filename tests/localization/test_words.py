"""Numbers, shares, dates and lists stand as the reader's language writes them."""

from __future__ import annotations

import pytest

from rag.localization.catalogue import speak, unserved
from rag.serving.widget.words import SCRIPT, written


@pytest.mark.parametrize(
    ("code", "share", "number", "day", "month"),
    [
        ("en", "93%", "1,234.5", "August 9, 2026", "August 2026"),
        ("az", "93%", "1.234,5", "9 avqust 2026", "avqust 2026"),
        (
            "ru",
            "93 %",
            "1 234,5",
            "9 августа 2026 г.",
            "август 2026 г.",
        ),
        ("tr", "%93", "1.234,5", "9 Ağustos 2026", "Ağustos 2026"),
    ],
)
def test_a_language_writes_its_own_numbers_and_dates(code: str, share: str, number: str, day: str, month: str) -> None:
    words = speak(code)
    written_so = (words.percent(0.93), words.number(1234.5), words.date("2026-08-09"), words.date("2026-08"))
    assert tuple(" ".join(text.split()) for text in written_so) == (share, number, day, month)


def test_what_is_no_day_stays_as_it_is() -> None:
    assert [speak("ru").date(text) for text in ("", "2026", "spring", "2026-13")] == ["", "2026", "spring", "2026-13"]


def test_a_language_that_we_do_not_speak_is_answered_in_english() -> None:
    assert speak("de").language == speak(None).language == "en"
    assert speak("az-Latn").language == "az"
    assert unserved("xx") is None


def test_a_name_or_a_value_that_is_missing_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        speak("en")("chat.nonsense")
    with pytest.raises(KeyError):
        speak("en")("chat.seconds")


def test_a_script_gets_the_plural_forms_by_their_cldr_names() -> None:
    assert speak("ru").of("upload")["read"] == {
        "one": "Прочитано: {n} отрывок.",
        "few": "Прочитано: {n} отрывка.",
        "many": "Прочитано: {n} отрывков.",
    }


def test_the_words_in_the_widget_are_those_of_the_catalogues() -> None:
    script = SCRIPT.read_text(encoding="utf-8")
    assert written(script) == script, "run: python -m rag.serving.widget.words"
