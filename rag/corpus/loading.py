"""A source file into its documents: the only way in, through a process that can be killed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from rag.corpus.process.sandbox import Sandbox
from rag.corpus.process.wire import document_from
from rag.corpus.refusal import Unreadable
from rag.corpus.shape.dates import stated_date
from rag.corpus.sources import SourceFile
from rag.corpus.suffixes import SUFFIXES
from rag.errors import SourceError
from rag.settings import Parsing
from rag.types import Document, Flaw

Report = Callable[[Flaw], None]
_log = logging.getLogger(__name__)


class Loader:
    """Loads many files through one parsing process. Use as a context, or call :meth:`close`."""

    def __init__(self, parsing: Parsing) -> None:
        self._parsing = parsing
        self._sandbox = Sandbox(parsing)

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the parsing process."""
        self._sandbox.close()

    def load(self, source: SourceFile, report: Report | None = None) -> tuple[Document, ...]:
        """The documents in ``source``: one, or one for each good line of a ``.jsonl``.

        A broken line, or a part that is not read, goes to ``report`` (to the log, where there is none) and the rest is loaded.

        Raises:
            SourceError: the file cannot be read at all; the loader can go on with the next.
        """
        if source.problem:
            raise SourceError(source.id, source.problem, remedy=source.remedy)
        if source.size == 0:
            raise SourceError(source.id, "it is empty.", remedy="Remove it, or put the text in.")
        if source.size > self._parsing.max_bytes:
            raise SourceError(
                source.id,
                f"it has {source.size:,} bytes, more than the {self._parsing.max_bytes:,} allowed.",
                remedy="Split it, or raise parsing_max_bytes.",
            )
        try:
            documents = self._documents(source, report or _to_log)
        except Unreadable as refused:
            raise SourceError(source.id, refused.cause, remedy=refused.remedy) from refused
        if not documents:
            raise SourceError(source.id, "there is no document in it.", remedy="Remove it, or put one in.")
        return documents

    def _documents(self, source: SourceFile, report: Report) -> tuple[Document, ...]:
        found: list[Document] = []
        kind = SUFFIXES[source.path.suffix.lower()]
        request = {"path": str(source.path), "id": source.id, "format": kind, "language": source.language}
        for reply in self._sandbox.ask(request):
            if "gap" in reply:
                report(Flaw(source.id, str(reply["gap"]), str(reply["remedy"]), "part" if reply["lost"] else "aside"))
                continue
            if "broken" in reply:
                cause = f"line {reply['line']}: {reply['broken']}"
                report(Flaw(source.id, cause, "Correct or remove the line.", "line"))
                continue
            try:
                document = document_from(reply["document"])
            except (KeyError, TypeError, ValueError) as error:
                raise Unreadable(f"its parser answered nonsense ({error}).", "Report this file.") from error
            title = source.title if source.title and kind != "beir" else document.title
            dated = source.origin.date or (None if kind == "beir" else stated_date(title, document.text))
            found.append(replace(document, title=title, origin=replace(source.origin, date=dated)))
        return tuple(found)


def load(source: SourceFile, parsing: Parsing, report: Report | None = None) -> tuple[Document, ...]:
    """Load one file by a parsing process of its own; for many, a :class:`Loader` saves a start each.

    Raises:
        SourceError: the file cannot be read.
    """
    with Loader(parsing) as loader:
        return loader.load(source, report)


def _to_log(problem: Flaw) -> None:
    _log.warning("%s", problem)
