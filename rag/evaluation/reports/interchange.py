"""A run in the data formats of other evaluation tools. Neither is needed here to write them.

RAGAS: JSONL for ``EvaluationDataset.from_jsonl``, one ``SingleTurnSample`` a line. DeepEval: a JSON list for
``EvaluationDataset.add_test_cases_from_json_file`` with the key names that its ``LLMTestCase`` has as fields.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from rag.errors import NotFound
from rag.evaluation.questions.asker import DocumentSource
from rag.evaluation.runs.record import Record
from rag.types import Document

Format = Literal["ragas", "deepeval"]
NO_ANSWER = "The documents do not answer this question."
DEPTH = 10


def export(records: Sequence[Record], library: DocumentSource, form: Format) -> list[dict[str, Any]]:
    """One entry for each question that had an outcome, in order.

    The retrieved passages' text is cut from the documents of ``library``; one that is no longer there is left out. An error has
    no answer that another tool could judge, so its question is left out: compare the counts.
    """
    entry: Callable[[Record, list[str]], dict[str, Any]] = _ragas if form == "ragas" else _deepeval
    shelf: dict[str, Document | None] = {}
    return [entry(r, _contexts(r, library, shelf)) for r in records if r.outcome is not None]


def _contexts(record: Record, library: DocumentSource, shelf: dict[str, Document | None]) -> list[str]:
    texts = []
    for hit in record.response.retrieved[:DEPTH] if record.response else ():
        if hit.document not in shelf:
            try:
                shelf[hit.document] = library.document(hit.document)
            except NotFound:
                shelf[hit.document] = None
        document = shelf[hit.document]
        if document is not None:
            texts.append(hit.span.of(document.text))
    return texts


def _reference(record: Record) -> str:
    question = record.question
    if not question.answerable:
        return NO_ANSWER
    return question.answers[0] if question.answers else question.evidence[0].text


def _asked(record: Record) -> str:
    """A follow-up as the standalone question that was answered: neither format has a place for half a conversation."""
    return (record.outcome.standalone_question if record.outcome else None) or record.question.text


def _ragas(record: Record, contexts: list[str]) -> dict[str, Any]:
    return {
        "user_input": _asked(record),
        "retrieved_contexts": contexts,
        "reference_contexts": [e.text for e in record.question.evidence],
        "response": record.outcome.text if record.outcome else "",
        "reference": _reference(record),
    }


def _deepeval(record: Record, contexts: list[str]) -> dict[str, Any]:
    return {
        "input": _asked(record),
        "actual_output": record.outcome.text if record.outcome else "",
        "expected_output": _reference(record),
        "context": [e.text for e in record.question.evidence],
        "retrieval_context": contexts,
    }
