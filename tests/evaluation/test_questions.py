"""Questions files are read strictly, and every complaint says where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.errors import UsageError
from rag.evaluation.questions.dataset import load_dataset
from rag.evaluation.questions.questions_file import question_json, read_questions, write_questions

GOOD: dict[str, Any] = {
    "id": "a",
    "question": "Who built it?",
    "answerable": True,
    "evidence": ["It was built by Ada."],
    "must_include": ["Ada"],
    "kind": "fact",
}


def written(folder: Path, *lines: str | dict[str, Any]) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines), encoding="utf-8")
    return path


def test_a_file_is_read_and_written_back_the_same(tmp_path: Path) -> None:
    history = [{"role": "user", "content": "When?"}, {"role": "assistant", "content": "In 1911."}]
    second = {**GOOD, "id": "b", "history": history, "lang": "az", "review": "todo"}
    questions, warnings = read_questions(written(tmp_path, GOOD, "", second))
    assert warnings == ()
    assert questions[1].history[1].content == "In 1911."
    assert not questions[1].reviewed
    write_questions(tmp_path / "again.jsonl", map(question_json, questions))
    assert read_questions(tmp_path / "again.jsonl")[0] == questions


def test_the_shipped_questions_are_read() -> None:
    index = Path(__file__).parents[2] / "index" / "questions" / "charter-dev.jsonl"
    questions, warnings = read_questions(index)
    assert (len(questions), sum(q.answerable for q in questions), warnings) == (36, 24, ())


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "line 2, column 2: not JSON"),
        ("[]", "line 2: not a JSON object"),
        ({**GOOD, "id": "a"}, "line 2: the id 'a' is already on line 1"),
        ({**GOOD, "id": ""}, "line 2: 'id' must be a text"),
        ({**GOOD, "id": "b", "answerable": "yes"}, "line 2: 'answerable' must be true or false"),
        ({**GOOD, "id": "b", "evidence": []}, "line 2: an answerable question needs 'evidence'"),
        ({**GOOD, "id": "b", "evidence": "x"}, "line 2: 'evidence' must be a list of texts"),
        ({**GOOD, "id": "b", "answerable": False}, "line 2: an unanswerable question has neither"),
        ({**GOOD, "id": "b", "must_inclde": []}, "line 2: unknown key 'must_inclde'; did you mean 'must_include'?"),
        ({**GOOD, "id": "b", "history": [{"role": "system", "content": ""}]}, "line 2: 'history' must be a list"),
        ({**GOOD, "id": "b", "review": "maybe"}, "line 2: 'review' must be 'todo' or 'done'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str | dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=r"questions\.jsonl") as raised:
        read_questions(written(tmp_path, GOOD, line))
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_key_that_means_nothing_is_a_warning(tmp_path: Path) -> None:
    _, warnings = read_questions(written(tmp_path, {**GOOD, "source": "minutes of May"}))
    assert warnings == ("questions.jsonl, line 1: the key 'source' is not used.",)


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xff\xfe\x00"])
def test_an_empty_or_binary_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        read_questions(path)


def test_proposals_that_nobody_reviewed_are_refused_unless_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD, {**GOOD, "id": "b", "review": "todo"})
    with pytest.raises(UsageError, match="1 questions that nobody reviewed"):
        load_dataset(path)
    assert len(load_dataset(path, drafts=True).questions) == 2


def squad(
    tmp_path: Path, qas: list[dict[str, Any]], context: str = "Rollo came. Then Rollo left\r\nfor Caf\u0065\u0301."
) -> Path:
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [{"title": "Old_Norse", "paragraphs": [{"context": context, "qas": qas}]}]}), "utf-8")
    return path


def test_squad_answers_become_evidence_at_their_offsets(tmp_path: Path) -> None:
    qas = [
        {"id": "1", "question": "Who left? ", "answers": [{"text": "Rollo", "answer_start": 17}] * 2, "is_impossible": False},
        {"id": "2", "question": "Who stayed?", "answers": [], "plausible_answers": [], "is_impossible": True},
    ]
    data = load_dataset(squad(tmp_path, qas))
    first, second = data.questions
    assert [(e.text, e.occurrence) for e in first.evidence] == [("Rollo", 1)]
    assert first.evidence[0].document == data.corpus[0].document == second.about
    assert (first.text, first.answers, first.answerable) == ("Who left?", ("Rollo",), True)
    assert (second.answerable, second.evidence) == (False, ())
    assert data.corpus[0].title == "Old Norse"


def test_squad_without_is_impossible_is_answerable_throughout(tmp_path: Path) -> None:
    qas = [{"id": "1", "question": "Who?", "answers": [{"text": "Rollo", "answer_start": 0}]}]
    assert load_dataset(squad(tmp_path, qas)).questions[0].answerable


@pytest.mark.parametrize(
    ("qas", "complaint"),
    [
        ([{"id": "1", "question": "Who?", "answers": [{"text": "Rollo", "answer_start": 3}]}], "'Rollo' is not at 3"),
        ([{"id": "1", "question": "Who?", "answers": [], "is_impossible": False}], "is answerable but has no answers"),
        ([{"question": "Who?", "answers": []}], "a question lacks 'id'"),
        ([], "has no questions"),
    ],
)
def test_wrong_squad_is_named(tmp_path: Path, qas: list[dict[str, Any]], complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_dataset(squad(tmp_path, qas))
    assert complaint in str(raised.value)


def test_a_file_that_is_not_squad_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[1]", "utf-8")
    with pytest.raises(UsageError, match="not SQuAD JSON"):
        load_dataset(tmp_path / "x.json")
    with pytest.raises(UsageError, match="no file"):
        load_dataset(tmp_path / "missing.json")
