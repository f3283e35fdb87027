"""Languages of the faces are told apart, and what is no language is left open."""

from __future__ import annotations

import pytest

from rag.corpus.shape.assembly import assemble
from rag.corpus.shape.draft import Piece, draft_of
from rag.corpus.shape.language import language_of, language_of_all
from rag.corpus.shape.tables import table_pieces


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


def test_the_names_in_a_table_do_not_decide_the_language_of_the_words_around_it() -> None:
    rows = [["Station", "River"], *([name, "Kura"] for name in ("Borjomi", "Gori", "Mtskheta", "Casalpusterlengo"))]
    draft = draft_of([Piece("Flow of rivers in cubic metres per second"), *table_pieces(rows * 4, header=1)])
    assert assemble(draft, document_id="flow.pdf").language == "en"
