"""What the knowledge bases of one server share: threads, counts, the database, the words that must not leave."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rag.errors import StorageUnavailable
from rag.serving.core.workers import Workers
from rag.serving.operation.answer_log import AnswerLog
from rag.serving.operation.conversations import ConversationStore
from rag.serving.operation.feedback import FeedbackStore
from rag.serving.operation.metrics import Load, Metrics
from rag.serving.operation.redaction import Redactor
from rag.serving.operation.shared_answers import SharedStore
from rag.serving.operation.tracing import Tracing
from rag.serving.storage.database import Database
from rag.serving.storage.opening import open_database
from rag.settings import Settings

READERS = 4
KEEPERS = 4


@dataclass(frozen=True, slots=True)
class Resources:
    """Made once; every :class:`~rag.serving.core.service.Service` has the same. ``keeping`` is for what a database has to do:
    where that is slow, documents are read all the same."""

    answers: Workers
    reads: Workers
    keeping: Workers
    metrics: Metrics
    redactor: Redactor
    tracing: Tracing
    database: Database | None = None
    feedback: FeedbackStore | None = None
    conversations: ConversationStore | None = None
    answer_log: AnswerLog | None = None
    shared: SharedStore | None = None

    @classmethod
    def of(cls, settings: Settings, indexes: Callable[[], Mapping[str, str | None]]) -> Resources:
        """As the settings say; ``indexes`` tells which generation of each knowledge base answers. Raises ``SettingsError``."""
        answers = Workers("answer", settings.limits.concurrency, settings.limits.queue)
        remembers = settings.keeps_conversations
        database = open_database(settings) if settings.feedback.enabled or remembers else None
        return cls(
            answers,
            Workers("read", READERS, READERS * 32),
            Workers("keep", KEEPERS, KEEPERS * 32),
            Metrics(lambda: Load(answers.running, answers.waiting), indexes),
            Redactor.of(settings),
            Tracing.of(settings),
            database,
            FeedbackStore(database, days=settings.feedback.days) if database and settings.feedback.enabled else None,
            ConversationStore(database, settings.conversations) if database and remembers else None,
            AnswerLog(settings.log.answers) if settings.log.answers else None,
            SharedStore.of(settings) if settings.sharing.enabled else None,
        )

    async def away(self) -> StorageUnavailable | None:
        """Why nothing can be kept at the moment, if that is so."""
        return await self.keeping.run(self.database.problem) if self.database is not None else None

    def unfinished(self, seconds: float) -> int:
        """How many pieces of work have not ended after ``seconds`` more, all together."""
        until = time.monotonic() + seconds
        return sum(pool.unfinished(max(0.0, until - time.monotonic())) for pool in (self.answers, self.reads, self.keeping))

    def close(self) -> None:
        """Take nothing new and give everything back."""
        self.answers.close()
        self.reads.close()
        self.keeping.close()
        if self.database is not None:
            self.database.close()
        if self.shared is not None:
            self.shared.close()
