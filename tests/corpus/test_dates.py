"""A document's own date: stated near its head, and no other date that it speaks of."""

from __future__ import annotations

import pytest

from rag.corpus.shape.dates import iso, stated_date

SPEECH = "Notice\n\nThe reading room is closed from 20 July to 16 August 2026 for the works on the roof of the building.\n"


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Fee schedule\n\nBaku, 12 March 2024\n\nA visa costs 60 manat.", "2024-03-12"),
        ("Rules\n\nAdopted on March 3rd, 2021.\n\nText.", "2021-03-03"),
        ("Rules\nVersion of 2022-11-05\n", "2022-11-05"),
        ("Order No. 7 of 01.02.2023\n", "2023-02-01"),
        ("QAYDALAR\n\nBakı şəhəri, 12 mart 2024-cü il\n", "2024-03-12"),
        ("ПРАВИЛА\n\nот 5 мая 2020 года\n", "2020-05-05"),
        ("YÖNETMELİK\n\nYayım tarihi: 7 Ağustos 2019\n", "2019-08-07"),
        (SPEECH, None),
        ("Rules\n\nFees rise on 1 May 2024.\n", None),
        ("Rules\n\n" + "Text. " * 400 + "\n\nBaku, 12 March 2024\n", None),
        ("Rules\n\n31 February 2024\n", None),
        ("Rents\n\nShop | Rent | Due\nBakery | 55 | 2026-03-15\n", None),
        ("Memo\n\nDate | 12 March 2024\nTo | All\n", "2024-03-12"),
    ],
)
def test_a_date_at_the_head_is_the_documents_and_one_in_a_sentence_is_not(text: str, date: str | None) -> None:
    assert stated_date("Rules", text) == date


def test_a_year_in_the_title_is_a_date_and_two_are_none() -> None:
    assert stated_date("Fee regulation 2022", "Text.") == "2022"
    assert stated_date("Plan 2021–2024", "Text.") is None


def test_a_date_is_read_as_people_write_it() -> None:
    said = ("2024", "2024-05", " 2024-05-31 ", "31 May 2024", "31.05.2024", "2024-02-30", "May", "")
    assert [iso(text) for text in said] == ["2024", "2024-05", "2024-05-31", "2024-05-31", "2024-05-31", None, None, None]
