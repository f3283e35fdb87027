"""Numbers in words and their units, in Azerbaijani, Russian and Turkish, agree with those of an English source."""

from __future__ import annotations

import pytest

from rag.amounts.values import values

SOURCE = "The permit is valid for two years; 25 working days and 12 per cent of 120 manat are the limits."


def supported(claim: str, source: str = SOURCE) -> bool:
    theirs = values(source)
    return all(any(value.agrees(other) for other in theirs) for value in values(claim))


@pytest.mark.parametrize(
    "claim",
    [
        "İcazə iyirmi dörd ay, yəni iki il qüvvədədir.",
        "Hədd iyirmi beş iş günü və yüz iyirmi manatın on iki faizidir.",
        "Разрешение действует двадцать четыре месяца, или два года.",
        "Предел — двадцать пять рабочих дней и двенадцать процентов от 120 манатов.",
        "İzin yirmi dört ay, yani iki yıl geçerlidir.",
        "Sınır yirmi beş iş günü ve 120 manatın yüzde 12'sidir.",
    ],
)
def test_a_number_in_another_language_agrees_with_the_same_number_in_english(claim: str) -> None:
    assert len(values(claim)) >= 2
    assert supported(claim)


@pytest.mark.parametrize(
    "claim",
    [
        "İcazə üç il qüvvədədir.",
        "İcazə iki ay qüvvədədir.",
        "Разрешение действует двадцать шесть месяцев.",
        "Предел — двадцать пять дней.",
        "İzin iki hafta geçerlidir.",
        "Sınır yüzde 25'tir.",
    ],
)
def test_another_number_or_unit_does_not(claim: str) -> None:
    assert values(claim)
    assert not supported(claim)


def test_a_turkic_number_word_is_none_in_an_english_sentence() -> None:
    assert values("The council agreed on the elli plan, min. a bir later.") == ()
