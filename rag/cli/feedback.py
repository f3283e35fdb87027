"""``charterqa feedback``: what readers disliked, judged by a person, becomes questions for ``charterqa eval``."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from rag.cli.base import Json, Kb, echo_json, settings_of
from rag.cli.first_use import built
from rag.errors import UsageError
from rag.index.generation import open_current
from rag.localization.counting import counted
from rag.serving.operation.feedback import FeedbackStore, Review
from rag.settings import Settings

app = typer.Typer(
    name="feedback",
    no_args_is_help=True,
    add_completion=False,
    help="Read what readers say, and make test questions of it.",
)

Rated = Annotated[Literal["up", "down"] | None, typer.Option("--rating", help="Only these.", show_default=False)]
AnswerId = Annotated[str, typer.Argument(metavar="ANSWER", help="An id that feedback list shows.", show_default=False)]
Texts = list[str] | None


@app.command(name="list")
def list_(rating: Rated = None, as_json: Json = False) -> None:
    """List rated answers, oldest first; reviewed ones carry a tick."""
    with closing(FeedbackStore.of(settings_of(None))) as store:
        rated = store.rated(rating)
    if as_json:
        echo_json(
            [
                {
                    "answer_id": r.answer_id,
                    "at": datetime.fromtimestamp(r.at, UTC).isoformat(timespec="seconds"),
                    "question": r.question,
                    "rating": r.rating,
                    "comment": r.comment,
                    "reviewed": r.reviewed,
                    "answer": r.answer,
                }
                for r in rated
            ]
        )
        return
    for r in rated:
        day = datetime.fromtimestamp(r.at, UTC).date().isoformat()
        typer.echo(f"{'✓' if r.reviewed else ' '} {r.answer_id}  {day}  {r.rating:<4}  {r.question}")
        if r.comment:
            typer.echo(f"    “{r.comment}”")


@app.command()
def review(
    answer: AnswerId,
    evidence: Annotated[Texts, typer.Option("--evidence", help="A verbatim excerpt that answers it; repeatable.")] = None,
    must_include: Annotated[Texts, typer.Option("--must-include", help="What the quotes must hold; repeatable.")] = None,
    kind: Annotated[str, typer.Option("--kind", help="list: as many sentences as it needs; others three at most.")] = "fact",
    unanswerable: Annotated[bool, typer.Option("--unanswerable", help="The documents do not answer it.")] = False,
    kb: Kb = None,
) -> None:
    """Say what the right answer rests on, or that the documents do not answer."""
    settings = settings_of(kb)
    judged = Review(not unanswerable, tuple(evidence or ()), tuple(must_include or ()), kind)
    _verbatim(settings, judged.evidence)
    with closing(FeedbackStore.of(settings)) as store:
        store.review(answer, judged)
    typer.echo(f"Reviewed {answer}.")


@app.command()
def export(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to; default: print.")] = None,
) -> None:
    """Write reviewed dislikes as questions JSONL, as charterqa eval run reads it."""
    with closing(FeedbackStore.of(settings_of(None))) as store:
        lines = [json.dumps(question, ensure_ascii=False) for question in store.questions()]
    text = "".join(f"{line}\n" for line in lines)
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.", remedy="Name another file.") from error
    typer.echo(f"{counted(len(lines), 'question')} in {out}.")


def _verbatim(settings: Settings, evidence: tuple[str, ...]) -> None:
    """Every excerpt stands in a document, to the character. Raises ``UsageError``."""
    if not evidence:
        return
    generation = open_current(built(settings), None, settings)
    texts = [generation.document(entry.id).text for entry in generation.documents()]
    for excerpt in evidence:
        if not any(excerpt in text for text in texts):
            raise UsageError(f"No document holds “{excerpt}”.", remedy="Copy the excerpt as charterqa show prints it.")
