"""The command line: it only chooses and starts. Stages are imported inside a command, so that ``--help`` stays quick."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from rag import __version__
from rag.cli.backup import backup, restore
from rag.cli.base import Json, Kb, build_index, built, echo_json, knowledge_base, settings_of, working
from rag.cli.doctor import doctor
from rag.cli.evaluation import app as eval_app
from rag.cli.feedback import app as feedback_app
from rag.errors import CharterError

if TYPE_CHECKING:
    from rag.guiding.engine import GuidedEngine
    from rag.indexing.build import BuildReport
    from rag.settings import Settings
    from rag.types import Citation, Filter, Flaw, Outcome, Turn

app = typer.Typer(name="charterqa", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(eval_app)
app.add_typer(feedback_app)
app.command()(doctor)
app.command()(backup)
app.command()(restore)

Document = Annotated[str, typer.Argument(metavar="DOCUMENT", help="As charterqa documents lists it.", show_default=False)]
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


def main() -> None:
    """Run the command line: an error is one line with its remedy and exit code 1, never a stack trace."""
    try:
        app()
    except CharterError as error:
        fail(error)


def fail(error: CharterError) -> NoReturn:
    """Say what is wrong on stderr and leave."""
    typer.echo(f"charterqa: {error}", err=True)
    sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Answers from official documents in which every sentence is proved by the exact excerpt it rests on."""


@app.command()
def index(
    kb: Kb = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Parse and embed everything anew.")] = False,
    as_json: Json = False,
) -> None:
    """Build or update the index from sources/. What has not changed is neither parsed nor embedded again."""
    settings = settings_of(kb)
    report = build_index(settings, knowledge_base(settings), rebuild=rebuild)
    if as_json:
        echo_json(_report_json(report))
    else:
        _say(report)
    if any(flaw.loss != "aside" for flaw in report.failures):
        raise typer.Exit(1)


@app.command()
def check(kb: Kb = None, as_json: Json = False) -> None:
    """Verify every byte, offset and count of the index, and its model; exit 1 with every damage and what mends it.

    Of a large index, which does not compare every vector, it also says how many of the nearest passages a search finds.
    """
    from rag.indexing.check import check as damages_of
    from rag.indexing.recall import current_recall

    settings = settings_of(kb)
    found = damages_of(knowledge_base(settings), settings)
    recall = None if found else current_recall(knowledge_base(settings), settings)
    if as_json:
        damages = [{"place": d.place, "message": d.message, "remedy": d.remedy} for d in found]
        measured = {f"recall@{recall.nearest}": round(recall.share, 3), "questions": recall.questions} if recall else None
        echo_json({"ok": not found, "damages": damages, "search": measured})
    else:
        for damage in found:
            typer.echo(f"{damage.place}: {damage.message} {damage.remedy}")
        if not found:
            typer.echo("The index is whole.")
        if recall:
            typer.echo(
                f"Search finds {recall.share:.1%} of the {recall.nearest} nearest passages "
                f"({recall.questions} sampled sentences, against a comparison with every vector)."
            )
    if found:
        raise typer.Exit(1)


@app.command()
def documents(
    kb: Kb = None,
    problems: Annotated[
        bool, typer.Option("--problems", help="List what of the sources is not in the index, and why.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the documents: title, pages, passages, language and when each was indexed."""
    from rag.contract import entry_json
    from rag.index.generation import open_current

    settings = settings_of(kb)
    generation = open_current(built(settings), None, settings)
    if problems:
        flaws = generation.flaws()
        if as_json:
            echo_json({"index": generation.id, "problems": [_flaw_json(flaw) for flaw in flaws]})
        else:
            typer.echo("\n".join(map(str, flaws)) or "Everything in the sources is in the index.")
        return
    entries = generation.documents()
    if as_json:
        echo_json({"index": generation.id, "documents": [entry_json(entry) for entry in entries]})
        return
    from rich.console import Console
    from rich.table import Column, Table

    shown = (Column(name, overflow="fold") for name in ("Document", "Title", "Pages", "Passages", "Language", "Indexed"))
    table = Table(*shown, box=None, header_style="bold")
    for e in entries:
        table.add_row(e.id, e.title, str(e.pages or "–"), str(e.passages), e.language or "–", e.indexed_at)
    Console(markup=False, highlight=False, emoji=False).print(table)


@app.command()
def show(document: Document, kb: Kb = None) -> None:
    """Print the canonical text of a document, to the byte: offsets of citations count its characters."""
    from rag.index.generation import open_current

    settings = settings_of(kb)
    text = open_current(built(settings), None, settings).document(document).text
    typer.echo(text.encode("utf-8"), nl=sys.stdout.isatty() and not text.endswith("\n"))


@app.command()
def rollback(kb: Kb = None) -> None:
    """Go back to the generation before the current one; a running server follows at once."""
    from rag.indexing.publish import rollback as go_back

    typer.echo(f"Generation {go_back(knowledge_base(settings_of(kb)))} is the current one again.")


def _report_json(report: BuildReport) -> dict[str, Any]:
    return {
        "generation": report.generation,
        "published": report.published,
        "documents": report.documents,
        "passages": report.passages,
        "parsed": report.parsed,
        "embedded": report.embedded,
        "failures": [_flaw_json(flaw) for flaw in report.failures],
        "seconds": round(report.seconds, 3),
    }


def _flaw_json(flaw: Flaw) -> dict[str, Any]:
    return {"source": flaw.source, "message": f"{flaw.source}: {flaw.cause}", "remedy": flaw.remedy, "loss": flaw.loss}


def _say(report: BuildReport) -> None:
    outcome = {
        "file": "It is not in the index.",
        "version": "Its last readable version stays in the index until the file is mended or deleted.",
        "line": "The rest of it is in the index.",
        "part": "The rest of it is in the index.",
        "aside": "",
    }
    for flaw in report.failures:
        typer.echo(f"charterqa: {flaw} {outcome[flaw.loss]}".rstrip(), err=True)
    holds = f"{report.documents:,} documents, {report.passages:,} passages"
    if report.published:
        done = f"{report.parsed:,} sources read, {report.embedded:,} passages embedded in {report.seconds:.1f} s"
        typer.echo(f"Generation {report.generation}: {holds}; {done}.")
    else:
        typer.echo(f"Nothing has changed. Generation {report.generation}: {holds}.")


@app.command()
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
    from rag.contract import search_json

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


@app.command()
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
    from rag.contract import outcome_json

    settings = settings_of(kb, backend=backend, lang=lang)
    turns = _turns(history)
    engine = _engine(settings)
    with working("Reading the documents"):
        outcome = engine.ask(question, history=turns, filter=_filter(document, tag, since), lang=settings.lang)
    if as_json:
        echo_json(outcome_json(outcome))
    else:
        _print_outcome(outcome)


@app.command()
def backends(
    kb: Kb = None,
    probe: Annotated[bool, typer.Option("--probe", help="Ask the configured model for a word; exit 1 if it fails.")] = False,
    as_json: Json = False,
) -> None:
    """List every LLM back end: ready, or what is missing. The one that the settings name is tried out."""
    from dataclasses import asdict

    from rag.llm.registry import describe

    states = describe(settings_of(kb), probe=probe)
    if as_json:
        echo_json({"backends": [asdict(state) for state in states]})
    for state in states if not as_json else ():
        mark = "*" if state.configured else " "
        readiness = "ready" if state.ready else "missing"
        typer.echo(f"{mark} {state.name:28} {readiness:8} {state.detail.removeprefix('ready').lstrip(': ')}".rstrip())
    if probe and any(state.configured and not state.ready for state in states):
        raise typer.Exit(1)


@app.command()
def serve(
    kb: Annotated[
        list[str] | None,
        typer.Option(
            "--kb", metavar="DIR", help="A knowledge base folder; may be repeated, also as NAME=DIR.", show_default=False
        ),
    ] = None,
    host: Annotated[str | None, typer.Option("--host", help="Where to listen.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option("--port", help="0 takes a free one.", show_default="7860")] = None,
    insecure: Annotated[
        bool | None, typer.Option("--insecure", help="Serve other machines without any access control.")
    ] = None,
) -> None:
    """Serve the chat, the API and the widget in one process. The first --kb is the one that is asked where none is named."""
    from rag.serving.serve import serve as run

    first, *others = kb or (None,)
    further = tuple(other for other in others if other)
    settings = settings_of(Path(first) if first else None, kbs=further or None, host=host, port=port, insecure=insecure)
    built(settings)
    run(settings)


@app.command()
def widget(
    snippet: Annotated[bool, typer.Option("--snippet", help="Print the tags to paste, not the addresses alone.")] = False,
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help="Where readers' browsers reach this server.", show_default=False),
    ] = None,
    lang: Annotated[str | None, typer.Option("--lang", metavar="CODE", help="en, az, ru or tr; else the page's.")] = None,
    mode: Annotated[
        Literal["launcher", "inline"], typer.Option("--mode", help="A button in the corner, or in place.")
    ] = "launcher",
    as_json: Json = False,
) -> None:
    """Print where the widget is; with --snippet the tag to paste, its pinned variant and the policy that the page needs."""
    from dataclasses import asdict

    from rag.serving.widget.snippet import snippet as made

    printed = made(settings_of(None), server=server, lang=lang, mode=mode)
    if as_json:
        echo_json(asdict(printed))
    else:
        typer.echo(printed.text() if snippet else f"{printed.url}\n{printed.pinned_url}\n{printed.integrity}")


def _engine(settings: Settings) -> GuidedEngine:
    opening = "Opening the models and the index"
    with working(opening):
        from rag.guiding.engine import GuidedEngine
    kb = built(settings)  # it may have a bar of its own
    with working(opening):
        return GuidedEngine.open(settings, kb)


def _filter(document: list[str] | None, tag: list[str] | None, since: str | None) -> Filter:
    from rag.types import Filter

    return Filter(tuple(document or ()), tuple(tag or ()), since)


def _turns(file: Path | None) -> list[Turn]:
    """The earlier messages in ``file``."""
    from rag.errors import UsageError
    from rag.types import Turn

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
    from rag.types import Answer

    typer.echo(outcome.text)
    if outcome.standalone_question:
        typer.echo(f"(understood as: {outcome.standalone_question})")
    if outcome.notice:
        typer.echo(f"({outcome.notice})")
    if outcome.withheld:
        typer.echo(f"({len(outcome.withheld)} sentences of the model were withheld: the documents do not bear them.)")
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
