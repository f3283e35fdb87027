"""A question's language is the stated one, or the one of its words in the company of the file's other questions."""

from __future__ import annotations

from pathlib import Path

from rag.evaluation.comparing.comparison import compare
from rag.evaluation.figures.summary import summarise
from rag.evaluation.questions.dataset import Dataset
from rag.evaluation.questions.languages import languages_of
from rag.evaluation.questions.question import Question
from rag.evaluation.runs.run import run
from rag.evaluation.runs.run_folder import RunFolder
from tests.evaluation.charter import charter_engine, charter_questions
from tests.evaluation.test_run import HERE

ENGLISH = charter_questions().questions
FOREIGN = (
    "Xartiyanı kim imzalayıb?",
    "Xartiya nə vaxt imzalanıb?",
    "Кто подписал хартию?",
    "Когда подписали хартию?",
    "Hangi alanları kapsıyor?",
    "Tüzük ne zaman imzalandı?",
)


def asked(*texts: str) -> tuple[Question, ...]:
    return tuple(Question(f"f{n}", text, True) for n, text in enumerate(texts))


def test_english_questions_of_two_words_are_english_among_english_ones() -> None:
    assert languages_of(ENGLISH) == ("en",) * 36
    assert languages_of([*ENGLISH, *asked("defence", "customs duties", "???", "")])[-4:] == ("en",) * 4


def test_questions_of_four_languages_in_one_file_are_told_apart() -> None:
    found = languages_of([*ENGLISH, *asked(*FOREIGN)])
    assert found == ("en",) * 36 + ("az", "az", "ru", "ru", "tr", "tr")


def test_a_stated_language_counts_whatever_the_words_look_like() -> None:
    assert languages_of([Question("a", "Who?", True, lang="az"), Question("b", "x", True, lang="pl")]) == ("az", "pl")


def test_a_run_and_a_comparison_have_the_figures_of_each_language(tmp_path: Path) -> None:
    mixed = Dataset("mixed", "0", (*ENGLISH, *asked(*FOREIGN)))
    done = run(mixed, charter_engine(), HERE, RunFolder(tmp_path / "r"))
    languages = summarise(done)["languages"]
    assert {code: figures["right"]["n"] for code, figures in languages.items()} == {"en": 36, "az": 2, "ru": 2, "tr": 2}
    assert {code: changes[0].gain.n for code, changes in compare(done.records, done.records).languages.items()} == {
        code: figures["right"]["n"] for code, figures in languages.items()
    }


def test_a_run_has_the_figures_of_each_pair_of_a_questions_and_a_documents_language(tmp_path: Path) -> None:
    mixed = Dataset("mixed", "0", (*ENGLISH, *asked(*FOREIGN)))
    done = run(mixed, charter_engine(), HERE, RunFolder(tmp_path / "r"))
    pairs = summarise(done)["language_pairs"]
    assert {pair: figures["right"]["n"] for pair, figures in pairs.items()} == {
        "en → en": 36,
        "az → en": 2,
        "ru → en": 2,
        "tr → en": 2,
    }
