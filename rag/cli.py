"""The command line: it only chooses and starts. Stages are imported inside a command, so that ``--help`` stays quick."""

from __future__ import annotations

import typer

app = typer.Typer(name="charterqa", no_args_is_help=True, add_completion=False)


def main() -> None:
    """Run the command line."""
    app()
