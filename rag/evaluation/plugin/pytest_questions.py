"""Questions as pytest items, and the fixture ``ask``. Loaded by the plugin's hooks only where it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

import pytest

from rag.errors import CharterError, UsageError
from rag.evaluation.questions.asker import Asker
from rag.evaluation.questions.evidence import Located, locate
from rag.evaluation.questions.question import Question
from rag.evaluation.questions.questions_file import read_questions
from rag.evaluation.reports.story import story
from rag.evaluation.runs.record import AskFailure, Record
from rag.evaluation.runs.response import Response
from rag.evaluation.runs.run import KeptAnswers
from rag.evaluation.runs.scoring import judge_error, judge_outcome
from rag.settings import load_settings
from rag.types import Outcome, Turn


class Session:
    """The engine, opened at the first question, and where the evidence stands."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._asker: Asker | None = None
        self._shelf: KeptAnswers | None = None

    @property
    def asker(self) -> Asker:
        """The engine under test."""
        if self._asker is None:
            self._asker = open_asker(self._config)
        return self._asker

    def judge(self, question: Question) -> Record:
        """Ask and judge one question; an error of the engine is a failure of the question."""
        asker = self.asker
        if self._shelf is None:
            self._shelf = KeptAnswers(asker)
        located: Located = locate([question], self._shelf)
        places = located.places[question.id]
        try:
            outcome = asker.ask(question.text, history=question.history, lang=question.lang)
        except CharterError as error:
            failure = AskFailure(type(error).__name__, str(error))
            return Record("", question, None, failure, places, judge_error(question, failure.message))
        verdict = judge_outcome(question, outcome, places, self._shelf)
        return Record("", question, Response(outcome, ()), None, places, verdict)

    def close(self) -> None:
        """Let go of the engine, if one was opened."""
        if self._asker is not None:
            self._asker.close()


SESSION = pytest.StashKey[Session]()


def enlist(config: pytest.Config) -> None:
    """Collect the questions too where pytest goes by ``testpaths``: they usually lie outside of them."""
    config.stash[SESSION] = Session(config)
    config.addinivalue_line("markers", "charterqa: a question of the file that charterqa_questions names")
    path = questions_path(config)
    if not path.is_file():
        raise pytest.UsageError(f"charterqa_questions: there is no file {path}")
    if config.args_source == pytest.Config.ArgsSource.TESTPATHS:
        config.args.append(str(path))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the engine."""
    config.stash[SESSION].close()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The configured file is a collector of questions."""
    if file_path.resolve() == questions_path(parent.config):
        return cast("pytest.Collector", QuestionsFile.from_parent(parent, path=file_path))
    return None


def questions_path(config: pytest.Config) -> Path:
    """The configured questions file."""
    return beside_settings(config, "charterqa_questions")


def beside_settings(config: pytest.Config, name: str) -> Path:
    """The path in the setting ``name``, relative to the file that has the settings."""
    folder = config.inipath.parent if config.inipath else config.rootpath
    return (folder / str(config.getini(name))).resolve()


def open_asker(config: pytest.Config) -> Asker:
    """The engine that ``charterqa_engine`` makes, over ``charterqa_kb`` with ``charterqa_backend``.

    Found by name, so that a project with an engine of its own never loads the models of this one.
    """
    module, _, name = str(config.getini("charterqa_engine")).partition(":")
    try:
        factory = attrgetter(name)(importlib.import_module(module))
    except (ImportError, AttributeError) as error:
        raise UsageError(f"charterqa_engine '{module}:{name}': {error}.", remedy="Write MODULE:FACTORY.") from error
    kb = beside_settings(config, "charterqa_kb") if config.getini("charterqa_kb") else None
    return cast("Asker", factory(load_settings({"kb": kb, "backend": str(config.getini("charterqa_backend")) or None})))


class QuestionsFile(pytest.File):
    """The questions file."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a question, in the order of the file."""
        try:
            questions, _ = read_questions(self.path)
        except UsageError as error:
            raise self.CollectError(str(error)) from error
        for question in questions:
            yield QuestionItem.from_parent(self, name=question.id, question=question)


class WrongAnswer(Exception):
    """The answer is not what the question expects; the message is what a person reads."""


class QuestionItem(pytest.Item):
    """One question as a test."""

    def __init__(self, *, question: Question, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.question = question
        self.add_marker(pytest.mark.charterqa)
        self.extra_keyword_matches.add(question.kind)

    def runtest(self) -> None:
        """Ask, judge, and fail with the whole story."""
        if not self.question.reviewed:
            pytest.skip("nobody reviewed this proposal")
        record = self.config.stash[SESSION].judge(self.question)
        if not record.verdict.right or not record.verdict.intact:
            raise WrongAnswer(story(record))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The story, or one line for an error with a remedy; a stack trace only for a bug."""
        if isinstance(excinfo.value, WrongAnswer | CharterError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The heading of a failure: id and question."""
        return self.path, None, f"{self.question.id}: {self.question.text}"


@pytest.fixture(scope="session")
def ask(request: pytest.FixtureRequest) -> Callable[..., Outcome]:
    """``ask(question, history=(), lang=None)`` → an Answer or a Refusal of the engine under test."""
    session = request.config.stash[SESSION]

    def asking(question: str, history: Sequence[Turn] = (), lang: str | None = None) -> Outcome:
        return session.asker.ask(question, history=history, lang=lang)

    return asking
