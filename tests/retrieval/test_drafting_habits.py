"""Provisions are found as their states and journals print them: § and hyphen, "3.—(1)", "MADDE 6 – (1)", letters in cells."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.retrieval.provisions import Named, Provisions
from tests.retrieval.laws import MemoryLibrary, parsed

FILES = {
    "boats.txt": """BOAT CODE

§ 5-101. Registration.

A boat longer than 20 feet is registered.

§ 5-102. Equipment.

(a) A registered boat shall:

(1) show its number;

(2) carry a bell.

§ 5-103. Penalty. The fine is 75 dollars.
""",
    "kennels.txt": """THE KENNEL REGULATIONS 2031

Space

3.—(1) A kennel has a run of six square metres.

(2) The run is roofed.

Water and food

4.—(1) Dogs are fed every day.

(2) The keeper shall ensure that—

(a) water is changed twice a day; and

(b) bowls are washed.
""",
    "bicycles.txt": """BİSİKLET KANUNU

MADDE 5 – (1) Bisiklet yolunda yaya yürümez.

(2) Kask takmak zorunludur.

MADDE 6 – (1) Sürücü:

a) iki kişi taşıyamaz,

b) kaldırımda süremez.

GEÇİCİ MADDE 1 – (1) Eski plakalar 2030 yılına kadar geçerlidir.
""",
    "toys.html": """<html><head><title>Journal - 32031R0005</title></head><body><p>REGULATION ON TOY LABELS</p><p>Whereas:</p>
<table><tr><td>(1)</td><td><p>Labels save lives.</p></td></tr></table>
<table><tr><td>(2)</td><td><p>Parents read labels in a hurry.</p></td></tr></table>
<p>Article 4</p><p>Labels</p><p>1. Every toy has a label.</p><p>Toys made of wood need no label.</p><p>2. A label shall:</p>
<table><tr><td><p>(a)</p></td><td><p>name the maker;</p></td></tr></table>
<table><tr><td><p>(b)</p></td><td><p>be legible at arm's length.</p></td></tr></table>
<p>ANNEX</p><p>The warning is written in red.</p></body></html>""",
    "races.md": "# Racing Rules\n\n**Art. 1** Start\n\nRaces start at nine.\n\n**Art. 2** Finish\n\nThe mill is the end.\n",
}
TOLD = [
    ("What does § 5-102(a)(2) of the Boat Code say?", "(a) A registered boat shall: (2) carry a bell."),
    ("Boat Code § 5-101", "Registration. A boat longer than 20 feet is registered."),
    ("What does section 5-103 of the Boat Code say?", "Penalty. The fine is 75 dollars."),
    ("What does regulation 3(2) of the Kennel Regulations 2031 say?", "(2) The run is roofed."),
    ("What does regulation 3(1) of the Kennel Regulations 2031 say?", "3.—(1) A kennel has a run of six square metres."),
    (
        "What does regulation 4(2)(a) of the Kennel Regulations 2031 say?",
        "(2) The keeper shall ensure that— (a) water is changed twice a day; and",
    ),
    ("Bisiklet Kanunu madde 6/1-b nedir?", "MADDE 6 – (1) Sürücü: b) kaldırımda süremez."),
    ("Bisiklet Kanununun 5 inci maddesinin ikinci fıkrası ne diyor?", "(2) Kask takmak zorunludur."),
    ("Bisiklet Kanunu m. 5/1", "MADDE 5 – (1) Bisiklet yolunda yaya yürümez."),
    (
        "Bisiklet Kanunu geçici madde 1 ne diyor?",
        "GEÇİCİ MADDE 1 – (1) Eski plakalar 2030 yılına kadar geçerlidir.",
    ),
    ("What does recital 2 of the Regulation on Toy Labels say?", "(2) Parents read labels in a hurry."),
    (
        "What does Article 4(2)(b) of the Regulation on Toy Labels say?",
        "2. A label shall: (b) be legible at arm's length.",
    ),
    (
        "What does the second subparagraph of Article 4(1) of the Regulation on Toy Labels say?",
        "Toys made of wood need no label.",
    ),
    ("What is in the annex to the Regulation on Toy Labels?", "The warning is written in red."),
    ("What does Article 2 of the Racing Rules say?", "The mill is the end."),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> MemoryLibrary:
    folder: Path = tmp_path_factory.mktemp("laws")
    return MemoryLibrary(parsed(folder, FILES))


def told(named: Named | None, library: MemoryLibrary) -> list[str]:
    """The words of each provision, what introduces it first."""
    found = []
    for provision in named.provisions if named is not None else ():
        text = library.document(provision.document).text
        spans = [provision.lead] if provision.lead is not None else []
        found.append(" ".join(" ".join(span.of(text) for span in [*spans, *provision.sentences]).split()))
    return found


@pytest.mark.parametrize(("question", "text"), TOLD)
def test_a_provision_is_the_one_that_is_named_however_it_is_printed(library: MemoryLibrary, question: str, text: str) -> None:
    named = Provisions(library).named(question)
    assert named is not None and named.whole
    assert told(named, library) == [text]


@pytest.mark.parametrize(
    "question", ["What does § 5-109 of the Boat Code say?", "What does Article 4(3) of the Regulation on Toy Labels say?"]
)
def test_a_number_that_is_nowhere_is_missing(library: MemoryLibrary, question: str) -> None:
    named = Provisions(library).named(question)
    assert named is not None and named.missing and not named.provisions


def test_a_year_in_the_name_of_regulations_is_no_number_of_one(library: MemoryLibrary) -> None:
    assert Provisions(library).named("How large is a run under the Kennel Regulations 2031?") is None
