"""Which language a question is in is only said where its letters and small words leave no doubt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.localization.question_language import asked_in, speaks, unserved
from rag.types import DocumentEntry

ROOT = Path(__file__).parents[2]
SETS = [(code, f"tests/languages/{kind}-{code}.jsonl") for code in ("az", "ru", "tr") for kind in ("charter", "docs")]
SETS += [("en", "index/questions/charter-dev.jsonl"), ("en", "index/questions/charter-own.jsonl")]


def questions(file: str) -> list[str]:
    return [json.loads(line)["question"] for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("code", "file"), SETS)
def test_most_questions_are_told_and_hardly_one_is_told_wrong(code: str, file: str) -> None:
    told = [asked_in(question) for question in questions(file)]
    assert sum(found == code for found in told) >= 0.7 * len(told)
    assert sum(found not in (code, None) for found in told) <= 1


@pytest.mark.parametrize(("code", "file"), SETS)
def test_no_question_that_we_serve_is_taken_for_one_that_we_do_not(code: str, file: str) -> None:
    assert [question for question in questions(file) if unserved(question)] == []


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("ვინ მოაწერა ხელი ქარტიას?", "ka"),
        ("Ո՞վ է ստորագրել խարտիան:", "hy"),
        ("چه کسی منشور را امضا کرد؟", "fa"),
        ("من وقع على الميثاق؟", "ar"),
        ("谁签署了宪章？", "zh"),
        ("誰が憲章に署名しましたか？", "ja"),
        ("누가 헌장에 서명했습니까?", "ko"),
        ("Ποιος υπέγραψε τον χάρτη;", "el"),
        ("מי חתם על האמנה?", "he"),
        ("चार्टर पर हस्ताक्षर किसने किए?", "hi"),
        ("Хто підписав хартію і коли її підписали?", "uk"),
        ("Хартияға кім қол қойды?", "kk"),
        ("Wer hat die Charta unterzeichnet?", "de"),
        ("Qui a signé la charte et quand?", "fr"),
        ("¿Quién firmó la carta y cuándo?", "es"),
    ],
)
def test_a_language_that_is_not_served_is_told(question: str, code: str) -> None:
    assert unserved(question) == code
    assert asked_in(question) is None


@pytest.mark.parametrize(
    "question",
    ["What does «საქართველო» mean?", "Хартияны ким имзалајыб вә һарада?", "kto podpisal khartiyu", "AI", "", "?!", "Die Hard"],
)
def test_a_word_of_another_language_does_not_make_a_question_one_of_it(question: str) -> None:
    assert unserved(question) is None


def test_a_document_of_no_known_language_is_looked_at() -> None:
    entry = DocumentEntry("a.txt", "A", "0" * 64, None, 1, None, "2026-01-01")
    assert speaks("zh", [entry], lambda _: "本宪章由双方签署。")
    assert not speaks("zh", [entry], lambda _: "The charter was signed.")
