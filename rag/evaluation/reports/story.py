"""One question of a run told in plain text: what was asked, what was expected, what came."""

from __future__ import annotations

from rag.evaluation.runs.record import Record
from rag.types import Answer

SAID = 240
"""Characters of an answer on a line of a list."""


def said(record: Record) -> str:
    """What came of the question, on one short line."""
    outcome = record.outcome
    if outcome is None:
        return f"error: {record.failure.kind}: {record.failure.message}" if record.failure else "error"
    text = " ".join(outcome.text.split())
    text = text if len(text) <= SAID else text[: SAID - 1] + "…"
    return text if isinstance(outcome, Answer) else f"refused (confidence {outcome.confidence:.2f})"


def story(record: Record) -> str:
    """Question, expected evidence, answer and citations, each on lines of its own."""
    question, outcome = record.question, record.outcome
    lines = [f"question   {question.text}"]
    lines += [f"  earlier  {turn.role}: {turn.content}" for turn in question.history]
    if not question.answerable:
        lines.append("expected   a refusal: the documents do not answer it")
    lines += [f"expected   “{excerpt.text}”" for excerpt in question.evidence]
    if question.must_include:
        lines.append("must have  " + ", ".join(f"“{m}”" for m in question.must_include))
    if outcome is None:
        lines.append(f"error      {record.failure.kind}: {record.failure.message}" if record.failure else "error")
    else:
        lines.append(f"{'answer   ' if isinstance(outcome, Answer) else 'refusal  '}  {outcome.text}")
        lines.append(f"confidence {outcome.confidence:.2f}")
        shown = outcome.citations if isinstance(outcome, Answer) else outcome.related
        label = "cited    " if isinstance(outcome, Answer) else "nearest  "
        lines += [f"{label}  [{c.id}] {c.document}:{c.span.start}–{c.span.end} “{c.quote}”" for c in shown]
        lines += [f"withheld   {w.text} ({w.reason})" for w in outcome.withheld]
    lines += [f"wrong      {reason}" for reason in record.verdict.reasons if not record.verdict.right]
    return "\n".join(lines)
