"""What the knowledge bases of one server share: threads, counts, the feedback file, the words that must not leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rag.serving.core.workers import Workers
from rag.serving.operation.answer_log import AnswerLog
from rag.serving.operation.feedback import FeedbackStore, path_of
from rag.serving.operation.metrics import Load, Metrics
from rag.serving.operation.redaction import Redactor
from rag.serving.operation.shared_answers import SharedStore
from rag.serving.operation.tracing import Tracing
from rag.settings import Settings

READERS = 4


@dataclass(frozen=True, slots=True)
class Resources:
    """Made once; every :class:`~rag.serving.core.service.Service` has the same."""

    answers: Workers
    reads: Workers
    metrics: Metrics
    redactor: Redactor
    tracing: Tracing
    feedback: FeedbackStore | None = None
    answer_log: AnswerLog | None = None
    shared: SharedStore | None = None

    @classmethod
    def of(cls, settings: Settings, indexes: Callable[[], Mapping[str, str | None]]) -> Resources:
        """As the settings say; ``indexes`` tells which generation of each knowledge base answers. Raises ``SettingsError``."""
        answers = Workers("answer", settings.limits.concurrency, settings.limits.queue)
        return cls(
            answers,
            Workers("read", READERS, READERS * 32),
            Metrics(lambda: Load(answers.running, answers.waiting), indexes),
            Redactor.of(settings),
            Tracing.of(settings),
            FeedbackStore.of(settings.feedback) if settings.feedback.enabled else None,
            AnswerLog(settings.log.answers) if settings.log.answers else None,
            SharedStore.of(settings, path_of(settings.feedback)) if settings.sharing.enabled else None,
        )

    def close(self) -> None:
        """Take nothing new and give everything back."""
        self.answers.close()
        self.reads.close()
        if self.feedback is not None:
            self.feedback.close()
        if self.shared is not None:
            self.shared.close()
