"""The command line: it only chooses and starts. The module of a command is imported when the command is given, so that each
imports the stages that it needs and no others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from rag import __version__
from rag.cli.progress import working
from rag.errors import CharterError

COMMANDS = {
    "index": "library",
    "check": "library",
    "documents": "library",
    "show": "library",
    "rollback": "library",
    "search": "asking",
    "ask": "asking",
    "backends": "serving",
    "serve": "serving",
    "widget": "serving",
    "doctor": "doctor",
    "eval": "evaluation",
    "feedback": "feedback",
    "conversations": "conversations",
    "backup": "backup",
    "restore": "backup",
}
"""Every command and group of commands, as help lists them (a newcomer's first), and the module of this room in which it is."""


def main() -> None:
    """Run the command line: an error is one line with its remedy and exit code 1, never a stack trace."""
    named = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    try:
        with working("Starting"):  # what a command stands on takes longer to import than many a command to run
            app = application([named] if named in COMMANDS else COMMANDS if sys.argv[1:] != ["--version"] else ())
        app()
    except CharterError as error:
        fail(error)


def application(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with the commands and groups ``names``."""
    app = typer.Typer(name="charterqa", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(root)
    for name in names:
        module = import_module(f"rag.cli.{COMMANDS[name]}")
        if hasattr(module, "app"):
            app.add_typer(module.app)
        else:
            app.command()(getattr(module, name))
    return app


def fail(error: CharterError) -> NoReturn:
    """Say what is wrong on stderr and leave."""
    typer.echo(f"charterqa: {error}", err=True)
    sys.exit(1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Answers from official documents in which every sentence is proved by the exact excerpt it rests on."""
