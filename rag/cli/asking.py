"""Questions and searches, answered on the terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.base import Json, Kb, echo_json, settings_of
from rag.cli.first_use import built
from rag.cli.progress import working
from rag.contract import outcome_json, search_json
from rag.errors import UsageError
from rag.guiding.engine import GuidedEngine
from rag.settings import Settings
from rag.types import Answer, Citation, Filter, Outcome, Turn

Documents = Annotated[
    list[str] | None, typer.Option("--document", metavar="ID", help="Only this document; may be repeated.", show_default=False)
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Only documents with this tag; may be repeated.", show_default=False),
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Only documents of this day, month or year or later.")
]
Asked = Annotated[str, typer.Argument(metavar="QUESTION", show_default=False)]


def search(
    question: Asked,
    kb: Kb = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages.")] = 10,
    document: Documents = None,
    tag: Tags = None,
    since: Since = None,
    as_json: Json = False,
) -> None:
    """Find the passages nearest to a question, with both of their scores."""
    engine = _engine(settings_of(kb))
    hits = engine.search(question, k, filter=_filter(document, tag, since))
    if as_json:
        echo_json(search_json(question, hits))
        return
    if not hits:
        typer.echo("The filter leaves no document.")
    for hit in hits:
        place = " › ".join([hit.passage.title, *hit.passage.section, *([f"p. {hit.passage.page}"] if hit.passage.page else [])])
        typer.echo(f"{hit.rank}. {place}  (score {hit.score:.3f}, cosine {hit.dense or 0:.3f}, BM25 {hit.lexical or 0:.2f})")
        typer.echo("   " + " ".join(hit.passage.text.split()))


def ask(
    question: Asked,
    kb: Kb = None,
    document: Documents = None,
    tag: Tags = None,
    since: Since = None,
    backend: Annotated[str | None, typer.Option("--backend", metavar="NAME", help="extractive, or PROVIDER:MODEL.")] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="CODE", help="en, az, ru or tr.")] = None,
    history: Annotated[
        Path | None, typer.Option("--history", metavar="FILE", help='JSON list of {"role", "content"}.', show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Answer one question with its excerpts, or say that the documents do not."""
    settings = settings_of(kb, backend=backend, lang=lang)
    turns = _turns(history)
    engine = _engine(settings)
    with working("Reading the documents"):
        outcome = engine.ask(question, history=turns, filter=_filter(document, tag, since), lang=settings.lang)
    if as_json:
        echo_json(outcome_json(outcome))
    else:
        _print_outcome(outcome)


def _engine(settings: Settings) -> GuidedEngine:
    kb = built(settings)  # it may have a bar of its own
    with working("Opening the models and the index"):
        return GuidedEngine.open(settings, kb)


def _filter(document: list[str] | None, tag: list[str] | None, since: str | None) -> Filter:
    return Filter(tuple(document or ()), tuple(tag or ()), since)


def _turns(file: Path | None) -> list[Turn]:
    """The earlier messages in ``file``."""
    if file is None:
        return []
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        if any(row["role"] not in ("user", "assistant") for row in rows):
            raise ValueError("a role is 'user' or 'assistant'")
        return [Turn(row["role"], str(row["content"])) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"The history in {file} cannot be read: {error}.", remedy='Write a JSON list of {"role": "user", "content": "…"}.'
        ) from None


def _print_outcome(outcome: Outcome) -> None:
    """The answer as a person reads it, with its excerpts below."""
    typer.echo(outcome.text)
    if outcome.standalone_question:
        typer.echo(f"(understood as: {outcome.standalone_question})")
    if outcome.notice:
        typer.echo(f"({outcome.notice})")
    if outcome.withheld:
        one = len(outcome.withheld) == 1
        said, them = ("sentence of the model was", "it") if one else ("sentences of the model were", "them")
        typer.echo(f"({len(outcome.withheld)} {said} withheld: the documents do not support {them}.)")
    for part in outcome.parts:
        typer.echo(f"({part.status.replace('_', ' ')}: {part.text})")
    guidance = outcome.guidance
    if guidance.not_mentioned:
        typer.echo(f"The documents never mention: {', '.join(guidance.not_mentioned)}.")
    if guidance.topics:
        typer.echo(f"They cover: {', '.join(guidance.topics)}.")
    if guidance.suggestions:
        typer.echo("You may ask: " + " · ".join(guidance.suggestions))
    cited = outcome.citations if isinstance(outcome, Answer) else outcome.related
    if cited:
        typer.echo("" if isinstance(outcome, Answer) else "\nRelated passages, which do not answer it:")
    for c in cited:
        place = " › ".join([c.title, *c.section, *([f"p. {c.page}"] if c.page else [])])
        place += f" (read by OCR, {c.recognised:.0%} sure)" if c.recognised is not None else ""
        typer.echo(f"[{c.id}] {place} ({c.document}, characters {c.span.start}–{c.span.end})")
        typer.echo(f"    “{_quote(c)}”")
        if also := [e.document for e in c.spans if e.document != c.document]:
            typer.echo(f"    The same in {', '.join(also)}.")


def _quote(citation: Citation) -> str:
    """On one line; on a terminal the words that answer are bold."""
    parts = [(re.sub(r"\s+", " ", part.text), part.answers) for part in citation.stretches()]
    return "".join(typer.style(text, bold=True) if answers else text for text, answers in parts).strip()
