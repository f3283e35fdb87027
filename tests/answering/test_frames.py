"""A claim may not join the act of one sentence to the persons, places or things of another.

The first text is the default knowledge base, the second is ours. All were looked at while the checks were made;
how they generalise is measured in ``test_strangers.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from rag.answering.alignment import Evidence
from rag.answering.clauses import analyse
from rag.answering.frames import TO, WHO, frames
from rag.answering.verification import Verified
from rag.knowledge_base import find_knowledge_base
from tests.answering.scene import passage, verifier

pytestmark = pytest.mark.model

LIBRARY = (
    "The City Library opened in 1954 and moved to Mill Street in 1988. "
    "The mayor, Anna Berg, opened the new building together with the architect Paul Roth. "
    "Members may borrow ten books for four weeks. "
    "Children under twelve pay nothing. "
    "The reading room is closed on Sundays, while the café stays open every day. "
    "Late books cost twenty cents a day. "
    "The library board, chaired by Ida Lund, meets in March and October. "
    "The archive holds letters of the composer Emil Sand, donated by his daughter in 1967. "
    "The city council approved the budget of 2.4 million euros in May. "
    "Photography is permitted in the hall but not in the archive."
)
TRUE_OF_CHARTER = [
    "The charter outlines five main goals.",
    "The Memorandum of Understanding was signed on August 8, 2025.",
    "The Working Group was set up to develop the Charter on Strategic Partnership.",
    "Both sides intend to strengthen their relations in areas of shared interest.",
    "The Memorandum of Understanding was signed between the governments of Azerbaijan and the United States on August 8, 2025.",
    "The Memorandum was signed in Washington.",
    "Working groups may be set up in the field of energy.",
    "The private sectors of both countries should be engaged in planning the strategic partnership.",
    "Ilham Aliyev signed the charter for Azerbaijan.",
    "JD Vance, the US Vice President, signed the charter.",
    "The two countries want to improve the business climate.",
    "Investment in digital infrastructure is important.",
    "Peace in the South Caucasus is in the interest of both countries.",
    "Sovereignty and territorial integrity are the foundation of bilateral relations.",
    "The governments of Azerbaijan and the United States established a Working Group to develop the charter.",
    "Security cooperation strengthens regional security.",
    "The Charter was signed by President Ilham Aliyev and Vice President JD Vance.",
    "The charter says that peace in the South Caucasus benefits both countries.",
    "Azerbaijan and the United States may set up working groups on energy, trade and artificial intelligence.",
    "They want to promote economic growth and regional connectivity.",
    "The document stresses investment in artificial intelligence.",
    "Governments of both countries established a Working Group by a memorandum signed in August 2025.",
    "Both states reaffirm their support for each other's independence.",
    "The private sectors should take part in the planning and implementation of the partnership.",
    "There are five main goals.",
]
FALSE_OF_CHARTER = [
    "The charter was signed in Washington on August 8, 2025.",
    "The Memorandum of Understanding was signed in Baku.",
    "The Memorandum of Understanding was signed by Ilham Aliyev and JD Vance.",
    "The Memorandum of Understanding was signed on August 18, 2025.",
    "JD Vance is the President of Azerbaijan.",
    "Ilham Aliyev signed the charter in Washington.",
    "The Middle Corridor is the foundation of bilateral relations.",
    "Peace in the South Caucasus was signed on August 8, 2025.",
    "The United States will invest in artificial intelligence in Azerbaijan.",
    "The working groups shall be established in the field of energy.",
    "The private sectors may establish working groups.",
    "The Middle Corridor strengthens international security.",
    "Washington is the foundation of bilateral relations.",
    "The charter was developed in Washington.",
    "Azerbaijan reaffirms its support for artificial intelligence.",
    "Security cooperation was established by the governments of Azerbaijan and the United States.",
    "Ilham Aliyev is the Vice President of the United States.",
    "The Memorandum of Understanding was signed in the South Caucasus.",
    "The charter was signed by the governments in Washington.",
    "The working groups developed the Middle Corridor.",
    "JD Vance signed the Memorandum of Understanding in Washington.",
    "The private sectors reaffirm their support for the sovereignty of Azerbaijan.",
    "Azerbaijan and the United States have outlined eight main goals.",
    "The United States will develop the Middle Corridor.",
    "The charter establishes a working group on defense.",
    "Energy security is the foundation of bilateral relations.",
    "Digital infrastructure serves the shared interests of both countries.",
    "The Middle Corridor was signed by Ilham Aliyev.",
    "Washington supports the independence of the private sectors.",
]
TRUE_OF_LIBRARY = [
    "Anna Berg, the mayor, opened the new building.",
    "The library moved to Mill Street in 1988.",
    "You can borrow ten books for four weeks.",
    "The letters of Emil Sand were donated by his daughter.",
    "Ida Lund chairs the library board.",
    "In May the city council approved the budget.",
    "Photography is not permitted in the archive.",
]
FALSE_OF_LIBRARY = [
    "The library opened in 1988.",
    "The City Library opened on Mill Street in 1954.",
    "Paul Roth is the mayor.",
    "Anna Berg chairs the library board.",
    "The archive is closed on Sundays.",
    "The café is closed on Sundays.",
    "Emil Sand donated letters in 1967.",
    "The library board approved the budget of 2.4 million euros.",
    "Children under twelve may borrow ten books.",
    "The city council meets in March and October.",
    "Photography is permitted in the archive.",
    "Members pay twenty cents a day.",
    "The new building was opened by Ida Lund.",
    "The composer Emil Sand opened the new building.",
    "The budget was approved in March.",
    "Late books cost ten cents a day.",
]


@cache
def charter() -> Evidence:
    source = find_knowledge_base(None).sources / "charter-report.txt"
    text = source.read_text(encoding="utf-8")
    return verifier().prepare([passage(text, title="Report on the Azerbaijan–US Charter on Strategic Partnership")])


@cache
def library() -> Evidence:
    return verifier().prepare([passage(LIBRARY, title="Library")])


@pytest.mark.parametrize("claim", TRUE_OF_CHARTER)
def test_what_the_charter_report_says_in_other_words_is_shown(claim: str) -> None:
    assert isinstance(verifier().verify(claim, (), charter()), Verified)


@pytest.mark.parametrize("which", [charter, library])
def test_every_sentence_of_a_text_is_borne_by_itself(which: Callable[[], Evidence]) -> None:
    for source in which().sentences:
        verdict = verifier().verify(source.analysis.text, (), which())
        assert isinstance(verdict, Verified), verdict
        assert [c.span for c in verdict.spans][:1] == [source.span]


@pytest.mark.parametrize("claim", FALSE_OF_CHARTER)
def test_what_the_charter_report_does_not_say_is_withheld_though_every_word_is_its_own(claim: str) -> None:
    assert not isinstance(verifier().verify(claim, (), charter()), Verified)


@pytest.mark.parametrize("claim", TRUE_OF_LIBRARY)
def test_what_a_text_says_in_other_words_is_shown(claim: str) -> None:
    assert isinstance(verifier().verify(claim, (), library()), Verified)


@pytest.mark.parametrize("claim", FALSE_OF_LIBRARY)
def test_what_a_text_says_of_someone_or_something_else_is_withheld(claim: str) -> None:
    assert not isinstance(verifier().verify(claim, (), library()), Verified)


@pytest.mark.parametrize(
    ("sentence", "verb", "roles"),
    [
        ("The mayor opened the hall in May.", "opened", {WHO: "mayor", TO: "hall", "in": "May"}),
        ("The hall was opened by the mayor in May.", "opened", {TO: "hall", WHO: "mayor", "in": "May"}),
        ("The letters, donated by his daughter, fill a room.", "donated", {TO: "letters", WHO: "daughter"}),
        ("The council meets in March.", "meets", {WHO: "council", "in": "March"}),
    ],
)
def test_an_act_has_who_did_it_what_it_was_done_to_and_what_stands_behind_its_prepositions(
    sentence: str, verb: str, roles: dict[str, str]
) -> None:
    text = analyse(sentence)
    act = next(f for f in frames(text) if text.content[f.verb].word.text == verb)
    assert {role: " ".join(text.content[n].word.text for n in words) for role, words in act.roles} == roles
