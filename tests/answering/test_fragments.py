"""A follow-up in Azerbaijani, Russian or Turkish is made whole from the conversation; a question of its own is left alone."""

from __future__ import annotations

import pytest

from rag.answering.followup import standalone
from rag.types import Turn

WHOLE = [
    (["Xartiya nə vaxt imzalanıb?"], "və harada?", "Xartiya harada imzalanıb?"),
    (["Xartiya nə vaxt imzalanıb?"], "Bəs kim tərəfindən?", "Xartiya kim tərəfindən imzalanıb?"),
    (["Xartiyanı kim imzalayıb?"], "bəs nə vaxt?", "Xartiyanı kim imzalayıb və nə vaxt?"),
    (["Xartiya enerji haqqında nə deyir?"], "bəs nəqliyyat?", "Xartiya enerji haqqında nə deyir: nəqliyyat?"),
    (["Xartiya enerji haqqında nə deyir?"], "Bəs nəqliyyat barədə?", "Xartiya enerji haqqında nə deyir: nəqliyyat?"),
    (["Memorandum nə vaxt imzalanıb?"], "Onu kim imzalayıb?", "Memorandum: Onu kim imzalayıb?"),
    (["Когда подписана хартия?"], "а где?", "Где подписана хартия?"),
    (["Когда подписана хартия?"], "А кем?", "Кем подписана хартия?"),
    (["Кто подписал хартию?"], "и когда?", "Кто подписал хартию и когда?"),
    (["Когда подписана хартия?", "а где?"], "а кем?", "Кем подписана хартия?"),
    (["Что сказано об энергетике?"], "А насчёт транспорта?", "Что сказано об энергетике: транспорта?"),
    (["Что сказано об энергетике?"], "а транспорт?", "Что сказано об энергетике: транспорт?"),
    (["Кто подписал хартию?"], "Когда она вступает в силу?", "хартию: Когда она вступает в силу?"),
    (["Şart ne zaman imzalandı?"], "peki nerede?", "Şart nerede imzalandı?"),
    (["Şart ne zaman imzalandı?"], "Hangi şehirde?", "Şart hangi şehirde imzalandı?"),
    (["Şartı kim imzaladı?"], "ve ne zaman?", "Şartı kim imzaladı ve ne zaman?"),
    (["Belge enerji hakkında ne diyor?"], "Peki ya ulaşım?", "Belge enerji hakkında ne diyor: ulaşım?"),
    (["Memorandum ne zaman imzalandı?"], "Onu kim imzaladı?", "Memorandum: Onu kim imzaladı?"),
    (["Xartiya ne vaxt imzalanib?"], "ve harada?", "Xartiya harada imzalanib?"),
]


@pytest.mark.parametrize(("asked", "question", "made"), WHOLE)
def test_a_follow_up_is_made_whole(asked: list[str], question: str, made: str) -> None:
    history = [turn for text in asked for turn in (Turn("user", text), Turn("assistant", "… [1]."))]
    assert standalone(question, history, at_most=6) == made


@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("Xartiya nə vaxt imzalanıb?", "İt saxlamaq üçün qeydiyyat haqqı nə qədərdir?"),
        ("Xartiya nə vaxt imzalanıb?", "Abadlıq qaydalarını kim təsdiq edib?"),
        ("Когда подписана хартия?", "Сколько стоит проезд на пароме?"),
        ("Когда подписана хартия?", "И кто утвердил правила ярмарок?"),
        ("Şart ne zaman imzalandı?", "Otopark ücreti ne kadar?"),
        ("Şart ne zaman imzalandı?", "Ve otopark yönetmeliğini kim onayladı?"),
    ],
)
def test_a_question_of_its_own_is_not_touched(before: str, question: str) -> None:
    assert standalone(question, [Turn("user", before), Turn("assistant", "… [1].")], at_most=6) is None


def test_a_fragment_in_english_after_a_question_in_turkish_goes_the_english_way() -> None:
    made = standalone("And where?", [Turn("user", "Şart ne zaman imzalandı?")], at_most=6)
    assert made == "Şart ne zaman imzalandı and where?"
