"""The command line: it only chooses and starts. Stages are imported inside a command, so that ``--help`` stays quick."""

from __future__ import annotations

import sys
from typing import Annotated, NoReturn

import typer

from rag import __version__
from rag.cli.asking import ask, search
from rag.cli.backup import backup, restore
from rag.cli.conversations import app as conversations_app
from rag.cli.doctor import doctor
from rag.cli.evaluation import app as eval_app
from rag.cli.feedback import app as feedback_app
from rag.cli.library import check, documents, index, rollback, show
from rag.cli.serving import backends, serve, widget
from rag.errors import CharterError

app = typer.Typer(name="charterqa", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(eval_app)
app.add_typer(feedback_app)
app.add_typer(conversations_app)
for command in (doctor, backup, restore, index, check, documents, show, rollback, search, ask, backends, serve, widget):
    app.command()(command)


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
