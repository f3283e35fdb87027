"""What an engine returned for one question, and how a log keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from rag.contract import Json
from rag.evaluation.questions.asker import Asker
from rag.evaluation.questions.question import Question
from rag.evaluation.runs.outcome_log import log_outcome, read_outcome
from rag.types import Outcome, Span

DEPTH = 20


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A retrieved passage by its place."""

    passage: str
    document: str
    span: Span


@dataclass(frozen=True, slots=True)
class Response:
    """The outcome, and the first passages of a search for the same (standalone) question, best first."""

    outcome: Outcome
    retrieved: tuple[Retrieved, ...]


def respond(question: Question, asker: Asker) -> Response:
    """Ask ``asker`` and search with it. Raises what it raises.

    The response is read back from its own log, so that a remembered one and a new one score alike to the last digit.
    """
    outcome = asker.ask(question.text, history=question.history, lang=question.lang)
    hits = asker.search(outcome.standalone_question or question.text, DEPTH)
    retrieved = tuple(Retrieved(h.passage.id, h.passage.document, h.passage.span) for h in hits)
    return read_response(response_json(Response(outcome, retrieved)))


def response_json(response: Response) -> Json:
    """The log of a response."""
    return {
        "outcome": log_outcome(response.outcome),
        "retrieved": [[r.passage, r.document, r.span.start, r.span.end] for r in response.retrieved],
    }


def read_response(fields: Json) -> Response:
    """What :func:`response_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: ``fields`` is not such a log.
    """
    retrieved = tuple(Retrieved(p, d, Span(start, end)) for p, d, start, end in fields["retrieved"])
    return Response(read_outcome(fields["outcome"]), retrieved)
