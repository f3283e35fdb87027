"""A question in a language that nobody serves is told so; an answer quoted in another language than the question's says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.engine import Engine
from rag.index.live import LiveIndex
from rag.indexing.build import build
from rag.knowledge_base import KnowledgeBase
from rag.localization.catalogue import speak, unserved
from rag.settings import Settings
from rag.types import Answer, Refusal
from tests.fake_embedder import FakeEmbedder
from tests.fake_reader import FakeReader

ENGLISH = (
    "The harbour opens at six in the morning. The lighthouse of Varga was built in 1911 by Ada Varga, a keeper of the harbour."
)
GEORGIAN = "ნავსადგური იხსნება დილის ექვს საათზე. შუქურა აშენდა 1911 წელს ადა ვარგას მიერ, ნავსადგურის მცველის მიერ."
QUESTION = "როდის იხსნება ნავსადგური?"
EMBEDDER, READER = FakeEmbedder(), FakeReader()


def engine(folder: Path, *texts: str, threshold: float = 0.0) -> Engine:
    kb = KnowledgeBase(folder)
    kb.sources.mkdir()
    for number, text in enumerate(texts):
        (kb.sources / f"note-{number}.txt").write_text(text, encoding="utf-8")
    settings = Settings(answering={"threshold": threshold})  # type: ignore[arg-type]
    build(kb, settings, EMBEDDER)
    return Engine(kb, settings, LiveIndex(kb, EMBEDDER.identity, settings), EMBEDDER, READER)


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return engine(tmp_path_factory.mktemp("kb"), ENGLISH)


def test_a_question_in_a_language_of_no_document_is_refused_in_that_language(english: Engine) -> None:
    outcome = english.ask(QUESTION, lang="az")
    assert isinstance(outcome, Refusal)
    assert (outcome.text, outcome.related, outcome.confidence) == (unserved("ka"), (), 0.0)


def test_where_nobody_wrote_the_line_down_the_reader_is_told_in_their_own(english: Engine) -> None:
    outcome = english.ask("ท่าเรือเปิดกี่โมง", lang="az")
    assert outcome.text == speak("az")("answer.unserved")


def test_a_document_in_that_language_is_asked(tmp_path: Path) -> None:
    outcome = engine(tmp_path, ENGLISH, GEORGIAN).ask(QUESTION)
    assert isinstance(outcome, Answer)
    assert outcome.notice is None


@pytest.mark.parametrize(
    ("lang", "notice"),
    [
        ("en", "The documents are in English; the original wording is quoted."),
        (None, "Belgelerin dili: İngilizce; metin özgün hâliyle aktarılıyor."),
        ("ru", "Язык документов — английский; текст приводится в оригинале."),
        ("az", "Sənədlər ingilis dilindədir; mətn orijinalda olduğu kimi verilir."),
    ],
)
def test_an_answer_in_another_language_than_the_questions_says_so(english: Engine, lang: str | None, notice: str) -> None:
    outcome = english.ask("Varga lighthouse ne zaman built 1911 hangi harbour?", lang=lang)
    assert isinstance(outcome, Answer)
    assert outcome.notice == notice


def test_an_answer_in_the_language_of_the_question_says_nothing(english: Engine) -> None:
    assert isinstance(outcome := english.ask("When was the lighthouse built?", lang="tr"), Answer)
    assert outcome.notice is None


def test_a_refusal_speaks_the_language_of_the_question_where_none_is_wished_for(tmp_path: Path) -> None:
    closed = engine(tmp_path, ENGLISH, threshold=1.0)
    assert closed.ask("Маяк построен где и когда?").text == speak("ru")("answer.refusal")
