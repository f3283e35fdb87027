"""Languages of the faces are told apart, and what is no language is left open."""

from __future__ import annotations

import pytest

from rag.corpus.shape.language import language_of, language_of_all


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The Parties confirm the importance of strategic partnership.", "en"),
        ("Tərəflər strateji tərəfdaşlığın əhəmiyyətini təsdiq edirlər.", "az"),
        ("Taraflar stratejik ortaklığın önemini teyit ederler ve görüşürler.", "tr"),
        ("Стороны подтверждают важность стратегического партнёрства.", "ru"),
        ("Сторони підтверджують важливість стратегічного партнерства.", "uk"),
        ("1234 5678 — 90 %", None),
        ("", None),
    ],
)
def test_languages(text: str, code: str | None) -> None:
    assert language_of(text) == code


def test_many_short_texts_are_judged_together() -> None:
    english = "The harbour master keeps the book of all ships that enter the port, and of their cargo."
    turkish = "Liman başkanı, limana giren bütün gemilerin ve yüklerinin kayıtlarını tutar ve yayımlar; bu böyledir."
    assert language_of_all(["INTRODUCTION", *[english] * 19]) == "en"
    assert language_of_all([english, turkish] * 5) is None
    assert language_of_all([]) is None
