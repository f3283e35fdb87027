"""What is kept of one question in a run: the question, the outcome or error, where the evidence stands, the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from rag.contract import Json
from rag.evaluation.questions.evidence import EvidencePlace
from rag.evaluation.questions.question import Expected, Question
from rag.evaluation.runs.response import Response, read_response, response_json
from rag.evaluation.runs.scoring import Verdict
from rag.types import Outcome, Span, Turn

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class AskFailure:
    """An error instead of an outcome: its class and its one line."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Record:
    """``key`` identifies the request (question, index, prompt, model, …) that ``response`` or ``failure`` answers.

    ``retrieval`` (measure → value) is there for answerable questions only. ``remembered`` says that the response was not given
    in this run, so its timings are those of an earlier one.
    """

    key: str
    question: Question
    response: Response | None
    failure: AskFailure | None
    places: tuple[EvidencePlace, ...]
    verdict: Verdict
    retrieval: Mapping[str, float] = field(default_factory=dict)
    remembered: bool = False

    @property
    def outcome(self) -> Outcome | None:
        """The answer or refusal; ``None`` where the question ended in an error."""
        return self.response.outcome if self.response else None

    @property
    def cluster(self) -> str | None:
        """The document that the question stands or falls with."""
        return self.question.about or (self.places[0].document if self.places else None)


def record_json(record: Record) -> Json:
    """The log of one question."""
    return {
        "schema": SCHEMA,
        "key": record.key,
        "question": asdict(record.question),
        "response": None if record.response is None else response_json(record.response),
        "error": None if record.failure is None else asdict(record.failure),
        "places": [[p.excerpt, p.document, p.span.start, p.span.end] for p in record.places],
        "verdict": asdict(record.verdict),
        "retrieval": dict(record.retrieval),
        "remembered": record.remembered,
    }


def read_record(fields: Json) -> Record:
    """What :func:`record_json` wrote.

    Raises:
        KeyError, TypeError, ValueError: ``fields`` is not such a log.
    """
    if fields["schema"] != SCHEMA:
        raise ValueError(f"log schema {fields['schema']}, this program reads {SCHEMA}")
    question, verdict = fields["question"], fields["verdict"]
    return Record(
        key=fields["key"],
        question=Question(
            **question
            | {
                "evidence": tuple(Expected(**e) for e in question["evidence"]),
                "must_include": tuple(question["must_include"]),
                "answers": tuple(question["answers"]),
                "history": tuple(Turn(**t) for t in question["history"]),
            }
        ),
        response=None if fields["response"] is None else read_response(fields["response"]),
        failure=None if fields["error"] is None else AskFailure(**fields["error"]),
        places=tuple(EvidencePlace(number, document, Span(start, end)) for number, document, start, end in fields["places"]),
        verdict=Verdict(**verdict | {"reasons": tuple(verdict["reasons"])}),
        retrieval=fields["retrieval"],
        remembered=fields["remembered"],
    )
