"""A run: every question asked once, judged, and kept, in a folder that a killed run picks up where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from rag import __version__
from rag.errors import CharterError, NotFound
from rag.evaluation.questions.asker import Asker, DocumentSource
from rag.evaluation.questions.dataset import Dataset
from rag.evaluation.questions.evidence import Located, locate
from rag.evaluation.questions.question import Question
from rag.evaluation.runs.answer_cache import AnswerCache, Circumstances
from rag.evaluation.runs.ranking import measure, rank_evidence
from rag.evaluation.runs.record import AskFailure, Record
from rag.evaluation.runs.response import Response, respond
from rag.evaluation.runs.run_folder import RunFolder, RunManifest, log_name
from rag.evaluation.runs.scoring import judge_error, judge_outcome
from rag.types import Document, DocumentEntry

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run. ``records`` are in the order of the dataset; ``asked`` of them were asked now, not remembered.
    ``written_in`` is the language of each document, where it could be told."""

    manifest: RunManifest
    records: tuple[Record, ...]
    warnings: tuple[str, ...]
    asked: int
    written_in: Mapping[str, str] = field(default_factory=dict)


class KeptAnswers:
    """A library that reads each document once: scoring looks at the same texts again and again."""

    def __init__(self, library: DocumentSource) -> None:
        self._library = library
        self._documents: dict[str, Document | None] = {}

    def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document, without its text."""
        return self._library.documents()

    def document(self, document_id: str, /) -> Document:
        """One document. Raises NotFound."""
        if document_id not in self._documents:
            try:
                self._documents[document_id] = self._library.document(document_id)
            except NotFound:
                self._documents[document_id] = None
        found = self._documents[document_id]
        if found is None:
            raise NotFound(f"There is no document '{document_id}'.", remedy="List the documents.")
        return found


def run(
    dataset: Dataset,
    asker: Asker,
    circumstances: Circumstances,
    folder: RunFolder,
    *,
    cache: AnswerCache | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Run:
    """Ask, judge and keep every question of ``dataset``; scores never raise.

    An answer is taken from ``folder`` (an earlier, perhaps killed run) or from ``cache`` if it was given under the same
    circumstances, unless ``fresh``. A question that ends in an error is kept as one, and asked again by the next run.

    Raises:
        UsageError: ``folder`` holds something else.
    """
    manifest = RunManifest(
        dataset=dataset.name,
        dataset_sha256=dataset.sha256,
        backend=circumstances.backend,
        index=circumstances.index,
        version=__version__,
        settings=circumstances.digest,
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        setup=circumstances.setup,
    )
    folder.begin(manifest)
    shelf = KeptAnswers(asker)
    located = locate(dataset.questions, shelf)
    records: list[Record] = []
    asked = 0
    for number, question in enumerate(dataset.questions):
        key = circumstances.key(question)
        response = None if fresh else _remembered(key, number, question, folder, cache)
        remembered, failure = response is not None, None
        if response is None:
            asked += 1
            response, failure = _ask(question, asker)
            if response is not None and cache is not None:
                cache.put(key, response)
        record = _judge(key, question, response, failure, located, shelf, remembered=remembered)
        folder.write_record(number, record)
        records.append(record)
        if progress is not None:
            progress(number + 1, len(dataset.questions))
    folder.forget_all_but(log_name(n, q.id) for n, q in enumerate(dataset.questions))
    written_in = {entry.id: entry.language for entry in shelf.documents() if entry.language}
    return Run(manifest, _with_retrieval(records, folder), (*dataset.warnings, *located.warnings()), asked, written_in)


def _remembered(key: str, number: int, question: Question, folder: RunFolder, cache: AnswerCache | None) -> Response | None:
    earlier = folder.kept(number, question.id)
    if earlier is not None and earlier.key == key and earlier.response is not None:
        return earlier.response
    return cache.get(key) if cache is not None else None


def _ask(question: Question, asker: Asker) -> tuple[Response | None, AskFailure | None]:
    try:
        return respond(question, asker), None
    except CharterError as error:
        return None, AskFailure(type(error).__name__, str(error))
    except Exception as error:  # noqa: BLE001 — a crash of the engine under test is a result: recorded, counted and shown
        return None, AskFailure(type(error).__name__, " ".join(str(error).split()))


def _judge(
    key: str,
    question: Question,
    response: Response | None,
    failure: AskFailure | None,
    located: Located,
    library: DocumentSource,
    *,
    remembered: bool,
) -> Record:
    places = located.places[question.id]
    if response is None:
        verdict = judge_error(question, f"{failure.kind}: {failure.message}" if failure else "no response")
    else:
        verdict = judge_outcome(question, response.outcome, places, library)
    return Record(key, question, response, failure, places, verdict, remembered=remembered)


def _with_retrieval(records: Sequence[Record], folder: RunFolder) -> tuple[Record, ...]:
    """Measure all rankings in one go: starting ir-measures once a question costs more than asking it."""
    rankings = {
        r.question.id: rank_evidence(r.response.retrieved if r.response else (), r.places, len(r.question.evidence))
        for r in records
        if r.question.answerable
    }
    values = measure(rankings)
    measured = tuple(replace(r, retrieval=values.get(r.question.id, {})) for r in records)
    for number, record in enumerate(measured):
        folder.write_record(number, record)
    return measured
