"""Several questions at once are told from one question, in many forms, and each part stands by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.guiding.parts import parts_of

QUESTIONS = Path(__file__).parent.parent.parent / "index" / "questions"

SEVERAL = {
    "Who signed the charter, when, and which areas does it cover?": [
        "Who signed the charter?",
        "When was the charter signed?",
        "Which areas does it cover?",
    ],
    "What is the fee and how long does it take?": ["What is the fee?", "How long does it take?"],
    "When and where was the memorandum signed?": ["When was the memorandum signed?", "Where was the memorandum signed?"],
    "In which year, and where, was the memorandum signed?": [
        "In which year was the memorandum signed?",
        "Where was the memorandum signed?",
    ],
    "Who signed the charter? When?": ["Who signed the charter?", "When was the charter signed?"],
    "Who signed the charter and when?": ["Who signed the charter?", "When was the charter signed?"],
    "How and by whom was the lighthouse built?": ["How was the lighthouse built?", "By whom was the lighthouse built?"],
    "How, where and when do I apply?": ["How do I apply?", "Where do I apply?", "When do I apply?"],
    "Who can apply, what does it cost, and where do I go?": ["Who can apply?", "What does it cost?", "Where do I go?"],
    "Is there a fee, and how much?": ["Is there a fee?", "How much is the fee?"],
    "Does the charter expire and, if so, when?": ["Does the charter expire?", "When does the charter expire?"],
    "Does the charter expire? If so, when?": ["Does the charter expire?", "When does the charter expire?"],
    "Tell me who signed the charter, when, and which areas it covers.": [
        "Who signed the charter?",
        "When was the charter signed?",
        "Which areas it covers?",
    ],
    "I need a passport. What is the fee? How long does it take?": [
        "I need a passport. What is the fee?",
        "How long does it take?",
    ],
    "What is the fee and is it refundable?": ["What is the fee?", "Is it refundable?"],
    "What is the fee and does the fee include tax?": ["What is the fee?", "Does the fee include tax?"],
    "Which is faster and which is cheaper?": ["Which is faster?", "Which is cheaper?"],
    "What happens if I lose my card, and who do I call?": ["What happens if I lose my card?", "Who do I call?"],
    "Who signed the charter and who witnessed it?": ["Who signed the charter?", "Who witnessed it?"],
    "What must a licensee report, to whom, and by when?": [
        "What must a licensee report?",
        "To whom must a licensee report?",
        "By when must a licensee report?",
    ],
    "Who may establish working groups and in which areas?": [
        "Who may establish working groups?",
        "In which areas may they establish working groups?",
    ],
    "Under what conditions and within what period may the licence be revoked?": [
        "Under what conditions may the licence be revoked?",
        "Within what period may the licence be revoked?",
    ],
    "When using a custodian, what criteria does the bank apply, and what are the fees?": [
        "When using a custodian, what criteria does the bank apply?",
        "What are the fees?",
    ],
    "Кто подписал хартию? Когда она вступит в силу?": ["Кто подписал хартию?", "Когда она вступит в силу?"],
    "Xartiyanı kim imzaladı? Nə vaxt?": ["Xartiyanı kim imzaladı?", "Nə vaxt?"],
}


@pytest.mark.parametrize("question", SEVERAL)
def test_several_questions_are_taken_apart_in_their_order(question: str) -> None:
    assert [part.text for part in parts_of(question)] == SEVERAL[question]


ONE = """
What does the charter say about trade, energy and defence?
trade, energy and defence
Which countries signed and ratified the charter?
Which companies, ministries and agencies are named?
How does peace between Armenia and Azerbaijan affect the region?
How are economic growth, investment and the business climate to be improved?
What do Azerbaijan and the United States reaffirm?
Who, besides government institutions, should be engaged?
Is the fee refundable or not?
Name the goals and the areas.
What are the areas in which the two countries cooperate and in which companies invest?
Who signed the charter, which was published in May?
Who are the people who live in Baku and who work in the port?
What is the difference between what was promised and what was delivered?
Which rules apply to those who work at sea and to those who live abroad?
To whom does the rule apply that was adopted in May and which is in force?
Does the charter say who signed it and when it was signed?
Do you know who the president is?
Which documents show when and where the charter was signed?
What should I do when the harbour is closed and when the ferry is late?
What happens when I move and the card is lost?
Who was president in 1995, when the first treaty was signed?
In Baku, where the charter was signed, who spoke?
When AT&T financed the project, what technology did they use?
When evaluating the nature, ownership, and control of a company, what level of detail is required?
Who can and should the parties consult?
Which members are elected and have the right to vote?
Who signed the charter and is the president of Azerbaijan?
Who decides whether, and on what terms, a licence is granted?
What did the President say about when the talks will begin?
How do the sides describe what they want and why it matters?
Is it true that the sides agreed on how, when and where to meet?
What does “Who pays? A guide” say?
What is meant by "who benefits, and how"?
What, if anything, does the charter say about visas?
What is the fee? I need it for my passport.
Who signed the charter? Who signed the charter?
?
""".strip().splitlines()


@pytest.mark.parametrize("question", ONE)
def test_a_list_or_a_relative_clause_is_one_question(question: str) -> None:
    assert parts_of(question) == ()


def test_no_question_of_the_default_knowledge_bases_files_is_taken_apart() -> None:
    rows = [json.loads(line) for file in sorted(QUESTIONS.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    assert len(rows) > 250
    assert [row["question"] for row in rows if parts_of(row["question"])] == []


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who signed the charter, when, and which areas does it cover?", "Which areas does the charter cover?"),
        ("What is the fee for a permit and how long does it take?", "How long does a permit take?"),
        ("Who signed the charter and who witnessed it?", "Who witnessed the charter?"),
        ("Which ministry is responsible, and what is its address?", "Which ministry is responsible? What is its address?"),
        ("Xartiyanı kim imzaladı? Nə vaxt?", "Xartiyanı kim imzaladı və nə vaxt?"),
    ],
)
def test_a_part_that_leans_on_another_is_searched_with_what_it_leans_on(question: str, asked: str) -> None:
    assert parts_of(question)[-1].asked == asked
