"""What is checked exactly about a claim, before any network is asked."""

from __future__ import annotations

import pytest

from rag.answering.proof.guards import Guard
from tests.answering.scene import passage

HARBOUR = (
    "The harbour master may close the harbour during storms. The lighthouse was built in 1911 by Ada Varga and is 40 metres "
    "high. Dogs are not allowed on the pier. See https://selby.example/fees for the fees."
)


def foreign(text: str, claim: str, **extra: str) -> str | None:
    return Guard([passage(text, **extra)]).foreign(claim)


def unsupported(claim: str, evidence: str) -> str | None:
    return Guard([passage(evidence)]).unsupported(claim, evidence)


@pytest.mark.parametrize(
    "claim",
    [
        "The notice says that “the harbour master may close the harbour during storms”.",
        'The notice says: "Dogs are not allowed on the pier."',
        "The notice says that «the lighthouse was built in 1911 by Ada Varga».",
        "“The harbour master may close the harbour,” it says.",
    ],
)
def test_a_quotation_that_stands_in_the_source_to_the_letter_passes(claim: str) -> None:
    assert foreign(HARBOUR, claim) is None


@pytest.mark.parametrize(
    "quotation",
    [
        "the harbour master shall close the harbour during storms",
        "dogs are not allowed … during storms",
        "dogs are not allowed during storms",
        "the lighthouse was built by Ada Varga",
    ],
)
def test_a_quotation_that_was_edited_or_stitched_is_named_in_the_reason(quotation: str) -> None:
    assert foreign(HARBOUR, f"The notice says that “{quotation}”.") == (f"The source does not say “{quotation}” word for word.")


@pytest.mark.parametrize("address", ["https://evil.example/?q=secret", "www.evil.example", "mailto:a@evil.example"])
def test_an_address_that_stands_nowhere_is_foreign(address: str) -> None:
    assert foreign(HARBOUR, f"For the fees see {address}.") == "It has an address that the sources do not have."


def test_an_address_of_the_source_passes() -> None:
    assert foreign(HARBOUR, "The fees are at https://selby.example/fees.") is None


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("It was signed by U.S. Vice President JD Vance.", "JD Vance is the Vice President of the United States."),
        ("It was signed by the United States.", "It was signed by the US."),
        ("It was signed by the United States.", "It was signed by the U.S."),
        ("It was signed by the United States.", "It was signed by the USA."),
        ("It was signed by the US.", "It was signed by the United States."),
        ("It was signed by the US.", "It was signed by the United States of America."),
        ("It was signed by the U.S. side.", "It was signed by the US side."),
        ("The European Union pays.", "It is paid by the EU."),
        ("It promotes artificial intelligence.", "It promotes AI."),
        ("The North Atlantic Treaty Organization met.", "Then NATO met."),
        ("Then NATO met.", "Then the North Atlantic Treaty Organization met."),
        ("Azerbaijan's President signed.", "It was signed by the Azerbaijani President."),
        ("It bears the signature of Ada Varga.", "It bears Ada Varga's signature."),
    ],
)
def test_a_name_in_another_usual_form_passes(text: str, claim: str) -> None:
    assert foreign(text, claim) is None


@pytest.mark.parametrize(
    ("claim", "name"),
    [
        ("The lighthouse was built by Boris Kramer.", "Boris"),
        ("The harbour of Whitby opens at six.", "Whitby"),
        ("The lighthouse of Ada Varga stands near Port-Royal.", "Port-Royal"),
        ("The lighthouse was built by Борис.", "Борис"),
    ],
)
def test_a_name_that_stands_in_no_passage_is_named_in_the_reason(claim: str, name: str) -> None:
    assert foreign(HARBOUR, claim) == f"No source has “{name}”."


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("It was signed by the United States.", "It was signed by the United Kingdom."),
        ("It was signed by the United States.", "It was signed by the United Nations."),
        ("It was signed by Austria.", "It was signed by Australia."),
        ("The ferry leaves at 8 pm.", "The ferry was built by Peter Mueller."),
        ("The ferry sails to Selby.", "The ferry was built by Tom Olsen."),
        ("Let us go.", "It was signed by American officials."),
    ],
)
def test_a_name_that_only_resembles_one_of_the_source_is_foreign(text: str, claim: str) -> None:
    assert foreign(text, claim) is not None


@pytest.mark.parametrize(
    "claim", ["Moreover, dogs are not allowed.", "Dogs are not allowed. Nobody may land.", "• Visitors pay."]
)
def test_a_capital_at_the_beginning_of_a_sentence_makes_no_name(claim: str) -> None:
    assert foreign(HARBOUR, claim) is None


def test_a_title_and_a_section_lend_their_names() -> None:
    text = "The harbour opens in the morning."
    assert foreign(text, "The harbour of Selby opens in the morning.") is not None
    assert foreign(text, "The harbour of Selby opens in the morning.", title="Harbour of Selby") is None


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        ("The notice lasts two weeks.", "The notice lasts 14 days."),
        ("The notice lasts 14 days.", "The notice lasts two weeks."),
        ("It was signed on 3 March 2019.", "It was signed on March 3, 2019."),
        ("It was signed on 3 March 2019.", "It was signed on 2019-03-03."),
        ("It was signed on 3 March 2019.", "It was signed on 03.03.2019."),
        ("It was signed on August 8, 2025.", "It was signed on the 8th of August 2025."),
        ("The harbour closes at 8 p.m.", "The harbour closes at 20:00."),
        ("The fee is €12.", "The fee is twelve euros."),
        ("About 60,000 people came.", "About sixty thousand people came."),
        ("The share is 10 per cent.", "The share is 10%."),
    ],
)
def test_a_value_in_another_usual_form_passes(evidence: str, claim: str) -> None:
    assert foreign(evidence, claim) is None
    assert unsupported(claim, evidence) is None


@pytest.mark.parametrize(
    ("evidence", "claim", "value"),
    [
        ("The notice lasts two months.", "The notice lasts 14 days.", "14"),
        ("It was signed on 3 March 2019.", "It was signed on 4 March 2019.", "4"),
        ("The lighthouse is 40 metres high.", "The lighthouse is 45 metres high.", "45"),
        ("The fee is 12 euros.", "The fee is 12 dollars.", "12"),
    ],
)
def test_a_value_that_the_evidence_does_not_have_is_named_in_the_reason(evidence: str, claim: str, value: str) -> None:
    assert foreign(evidence, claim) == f"No source has “{value}”."
    assert unsupported(claim, evidence) == f"The source does not have “{value}” there."


@pytest.mark.parametrize(
    "date",
    [
        "8 Aug 2025",
        "Aug 8, 2025",
        "Aug. 8, 2025",
        "08/30/2025",
    ],
)
def test_a_date_as_americans_write_it_passes(date: str) -> None:
    text = "It was signed on August 30, 2025." if "/" in date else "It was signed on August 8, 2025."
    assert foreign(text, f"It was signed on {date}.") is None


def test_a_day_belongs_to_its_month() -> None:
    evidence, claim = "It was signed on 3 March 2019.", "It was signed on 3 May 2019."
    assert foreign(evidence, claim) == "No source has “3”."
    assert unsupported(claim, evidence) == "The source does not have “3” there."


def test_a_value_of_another_sentence_is_not_foreign_but_not_supported_either() -> None:
    guard = Guard([passage(HARBOUR)])
    assert guard.foreign("The pier was built in 1911.") is None
    assert guard.unsupported("The pier was built in 1911.", "Dogs are not allowed on the pier.") is not None


@pytest.mark.parametrize("claim", ["1. The fee is 12 euros.", "13. The fee is 12 euros.", "3) The fee is 12 euros."])
def test_the_number_of_a_list_item_counts_nothing(claim: str) -> None:
    assert foreign("The fee is 12 euros.", claim) is None


@pytest.mark.parametrize(
    "claim", ["One of them pays 12 euros.", "First, the fee is 12 euros.", "The second one pays 12 euros."]
)
def test_a_number_word_that_counts_nothing_is_no_number(claim: str) -> None:
    assert foreign("The fee is 12 euros.", claim) is None


@pytest.mark.parametrize("claim", ["", "…", "!!!", "🦊", "\u200b", "a" * 50_000, "9" * 5000, "( " * 5000])
def test_any_text_is_checked_without_an_error(claim: str) -> None:
    guard = Guard([passage(HARBOUR)])
    for found in (guard.foreign(claim), guard.unsupported(claim, HARBOUR)):
        assert found is None or len(found.splitlines()) == 1


def test_without_passages_every_name_and_number_is_foreign() -> None:
    assert Guard([]).foreign("It was built by Ada.") == "No source has “Ada”."
    assert Guard([]).foreign("It was built in 1911.") == "No source has “1911”."


@pytest.mark.parametrize(
    "claim",
    [
        "Xartiyanı Prezident İlham Əliyev və vitse-prezident Vens imzalayıb.",
        "Хартию подписали Президент Алиев и вице-президент Вэнс.",
        "Tüzüğü Cumhurbaşkanı Aliyev ile Başkan Yardımcısı Vance imzaladı.",
    ],
)
def test_a_name_in_another_language_than_the_sources_is_left_to_the_reader(claim: str) -> None:
    guard = Guard(
        [passage("The charter was signed by President Ilham Aliyev and Vice President Vance in Washington on 8 August 2025.")]
    )
    assert guard.foreign(claim) is None
    assert guard.foreign("The charter was signed by Vice President Rubio.") is not None
    assert guard.foreign(claim.rstrip(".") + " (9 2031).") is not None
