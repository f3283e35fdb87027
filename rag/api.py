"""The Python interface: one knowledge base, opened by :func:`open`, and what can be asked of it.

import rag

with rag.open("my-library") as kb:
    match kb.ask("Who signed the charter?"):
        case rag.Answer(text=text, citations=citations):
            print(text, citations[0].quote)
        case rag.Refusal(text=text):
            print(text)
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rag.errors import IndexMissing
from rag.events import Event
from rag.guiding.engine import GuidedEngine
from rag.guiding.indexing import index
from rag.index.generation import current_id, open_current
from rag.indexing.build import BuildReport, Progress
from rag.knowledge_base import KnowledgeBase, find_knowledge_base
from rag.models.opening import open_embedder
from rag.settings import Settings, load_settings
from rag.types import Answer, Document, DocumentEntry, Filter, Hit, Outcome, Refusal, Turn

_log = logging.getLogger(__name__)

Earlier = Turn | Answer | Refusal


def open(
    folder: str | PathLike[str] | None = None,
    *,
    backend: str | None = None,
    lang: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> OpenKnowledgeBase:
    """Open the knowledge base in ``folder`` (it has ``sources/`` in it), or the one that the settings name.

    Nothing is loaded or written yet: models are loaded by the first question or search.

    Args:
        folder: The knowledge base; ``None`` is ``CHARTERQA_KB``, else the documents that come with the program.
        backend: Who writes the answers: ``"extractive"`` (the documents' own sentences) or a language model, such as
            ``"ollama:llama3.2:3b"``, ``"openai:gpt-4.1-mini"`` or ``"python:my_module:my_factory"``.
        lang: The language of refusals and notices: ``en``, ``az``, ``ru`` or ``tr``.
        settings: Any other settings by their flat names, such as ``{"llm_base_url": "http://127.0.0.1:11434"}``. They win over
            the environment, which wins over ``charterqa.toml`` in the working directory.

    Raises:
        SettingsError: there is no such folder, or a setting is unknown or out of range.
    """
    named = {"kb": None if folder is None else Path(folder), "backend": backend, "lang": lang}
    chosen = load_settings({**(settings or {}), **{name: value for name, value in named.items() if value is not None}})
    return OpenKnowledgeBase(find_knowledge_base(chosen.kb), chosen)


class OpenKnowledgeBase:
    """One knowledge base. Every method may be called from several threads; leaving it as a context manager closes it."""

    def __init__(self, kb: KnowledgeBase, settings: Settings) -> None:
        self._kb = kb
        self._settings = settings
        self._engine: GuidedEngine | None = None
        self._opening = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._kb.root

    @property
    def settings(self) -> Settings:
        """What it was opened with."""
        return self._settings

    def index(self, *, rebuild: bool = False, progress: Callable[[Progress], None] | None = None) -> BuildReport:
        """Bring the index up to date with ``sources/``; only what has changed is read and embedded, unless ``rebuild``.

        What of a source could not be read is in the report's ``failures``; everything else is indexed. Questions asked after
        this are answered from the new index.

        Raises:
            IndexingError: it could not be built or published; the index before it still answers.
            IndexLocked: another process is indexing this knowledge base.
            ModelError: the embedding model cannot be loaded.
        """
        embedder = open_embedder(self._settings.embedding, threads=self._settings.threads)
        return index(self._kb, self._settings, embedder, rebuild=rebuild, progress=progress)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Earlier] = (),
        documents: Sequence[str] = (),
        tags: Sequence[str] = (),
        since: str | None = None,
        lang: str | None = None,
    ) -> Outcome:
        """One question, one :class:`~rag.Answer` or :class:`~rag.Refusal`. Where there is no index yet, it is built first.

        Args:
            question: What to ask, in plain words.
            history: What came before, oldest first, so that "And where?" is understood: earlier answers and refusals as this
                method returned them, or :class:`~rag.Turn`.
            documents: Only these documents, by their ids.
            tags: Only documents with one of these tags.
            since: Only documents of this day, month or year (ISO 8601) or later.
            lang: The language of a refusal or notice, in place of the one given to :func:`open`.

        Raises:
            QuestionError: the question is empty, too long or not text.
            FilterError: there is no such document or tag, or ``since`` is not a date.
            IndexUnusable: the index is damaged or was built with other settings.
            ModelError, BackendMissing: a model, or a back end's package or key, is not there.
        """
        about = Filter(tuple(documents), tuple(tags), since)
        return self._opened().ask(question, history=_turns(history), filter=about, lang=lang)

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Earlier] = (),
        documents: Sequence[str] = (),
        tags: Sequence[str] = (),
        since: str | None = None,
        lang: str | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Event]:
        """The same answer as it comes: ``Started``, then ``CitationReady``, ``ClaimReady`` and ``Delta`` for each sentence, at
        last ``Finished`` with the whole outcome. Every sentence is proved before it is an event; ``PassagesFound`` and
        ``Checking`` say in between what is being done.

        ``cancelled`` is asked now and then; once it is true, the stream ends early. Raises as :meth:`ask` does.
        """
        about = Filter(tuple(documents), tuple(tags), since)
        return self._opened().stream(question, history=_turns(history), filter=about, lang=lang, cancelled=cancelled)

    def search(
        self, question: str, k: int = 10, *, documents: Sequence[str] = (), tags: Sequence[str] = (), since: str | None = None
    ) -> tuple[Hit, ...]:
        """The ``k`` passages nearest to a question, best first. Raises as :meth:`ask` does."""
        return self._opened().search(question, k, filter=Filter(tuple(documents), tuple(tags), since))

    def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document of the index, without its text. Loads no model.

        Raises:
            IndexMissing: nothing was indexed yet.
        """
        return open_current(self._kb, None, self._settings).documents()

    def document(self, document_id: str) -> Document:
        """One document with its text: ``document.text[c.span.start:c.span.end] == c.quote`` for every citation ``c`` of it.

        Raises:
            NotFound: there is no document of this id.
            IndexMissing: nothing was indexed yet.
        """
        return open_current(self._kb, None, self._settings).document(document_id)

    def close(self) -> None:
        """Give back models and files; a later question loads them anew."""
        with self._opening:
            if self._engine is not None:
                self._engine.close()
                self._engine = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"rag.open({str(self.folder)!r}, backend={self._settings.backend!r})"

    def _opened(self) -> GuidedEngine:
        """The engine; opened, and an index that was never built built, by whoever asks first."""
        with self._opening:
            if self._engine is None:
                try:
                    current_id(self._kb)
                except IndexMissing:
                    _log.info("building the index of %s, this once", self.folder)
                    for flaw in self.index().failures:
                        _log.warning("%s", flaw)
                self._engine = GuidedEngine.open(self._settings, self._kb)
            return self._engine


def _turns(history: Sequence[Earlier]) -> list[Turn]:
    """Messages in order: an outcome is what was asked and what was said."""
    turns: list[Turn] = []
    for earlier in history:
        if isinstance(earlier, Turn):
            turns.append(earlier)
        else:
            turns += [Turn("user", earlier.question), Turn("assistant", earlier.text)]
    return turns
