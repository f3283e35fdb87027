"""A question may use the short name where the documents use the long one, and the other way round."""

from __future__ import annotations

import pytest

from rag.retrieval.acronyms import spelt_out

TEXTS = (
    "The Road Safety Board decides on tolls. The UCC meets in May.",
    "Heavy goods vehicles stay out. The non-disclosure agreement binds. He gives value to the key performance indicators.",
)


@pytest.mark.parametrize(
    ("question", "spelt"),
    [
        ("What does the RSB decide?", "What does the RSB (Road Safety Board) decide?"),
        ("When may HGVs drive?", "When may HGVs (Heavy goods vehicles) drive?"),
        ("For how long does the NDA bind?", "For how long does the NDA (non-disclosure agreement) bind?"),
        ("Who reports on the KPIs?", "Who reports on the KPIs (key performance indicators)?"),
        ("When does the Urban Cycling Council meet?", "When does the Urban Cycling Council (UCC) meet?"),
    ],
)
def test_the_other_name_is_put_behind_the_one_that_is_used(question: str, spelt: str) -> None:
    assert spelt_out(question, TEXTS) == spelt


@pytest.mark.parametrize("question", ["When does the UCC meet?", "Who is the MP?", "What does NATO say?", "Is it open?"])
def test_a_name_that_the_documents_use_or_do_not_know_is_left_alone(question: str) -> None:
    texts = (*TEXTS, "Under certain conditions members pay.")
    assert spelt_out(question, texts) == question
