"""The command line: it only chooses and starts. What there is stands in a table, and help needs no more than that. The module
of a command is imported when the command is given, and with it the stages that it needs and no others.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from rag import __version__
from rag.cli.progress import working
from rag.errors import CharterError

COMMANDS = {
    "index": ("indexing", "Build or update the index from sources/."),
    "check": ("indexing", "Verify every byte, offset and count of the index, and its model."),
    "documents": ("library", "List the documents: title, pages, passages, language and when each was indexed."),
    "show": ("library", "Print the canonical text of a document."),
    "rollback": ("indexing", "Go back to the generation before the current one."),
    "search": ("asking", "Find the passages nearest to a question, with both of their scores."),
    "ask": ("asking", "Answer one question with its excerpts, or say that the documents do not."),
    "backends": ("backends", "List every LLM back end: ready, or what is missing."),
    "serve": ("serving", "Serve the chat, the API and the widget in one process."),
    "widget": ("widget", "Print where the widget is; with --snippet the tag to paste."),
    "doctor": ("doctor", "Check this installation: index, models, back end, access, proxy, disk, rights."),
    "eval": ("evaluation", "Measure answers and search, compare runs, gate a build."),
    "feedback": ("feedback", "Read what readers say, and make test questions of it."),
    "conversations": ("conversations", "Tell or erase the conversations that are kept of one reader."),
    "backup": ("backup", "Write the answers, ratings, reviews and conversations that are kept to one file."),
    "restore": ("backup", "Check a backup and put it back, whole or not at all."),
}
"""Every command and group of commands, as help lists them (a newcomer's first): the module of this room in which it is, and the
line that help has on it."""


class CommandTable(TyperGroup):
    """The commands of the table. Each is listed by its line; the real one takes that one's place when it is given."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that ``args`` begin with, imported now, and its arguments."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, typer.main.get_command(loaded(name)) if name in COMMANDS else listed, rest


def loaded(name: str) -> typer.Typer:
    """The group ``name`` of the table, or a nameless one that has the command ``name`` alone."""
    with working("Starting"):  # what a command stands on takes longer to import than many a command to run
        module = import_module(f"rag.cli.{COMMANDS[name][0]}")
    if hasattr(module, "app"):
        group: typer.Typer = module.app
        return group
    alone = typer.Typer(name=None, add_completion=False)
    alone.command(name)(getattr(module, name))
    return alone


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


def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Answers from official documents in which every sentence is proved by the exact excerpt it rests on."""


def _listed() -> None:
    """What a line of the table stands for until its command is given."""


app = typer.Typer(
    name="charterqa", cls=CommandTable, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.callback()(_root)
for listed, (_, line) in COMMANDS.items():
    app.command(listed, help=line)(_listed)
